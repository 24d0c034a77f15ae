package diia

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/platform/telemetry"
)

// statusJSON tells of a request whose answer is not there yet.
type statusJSON struct {
	ID        dovidka.ID    `json:"id"`
	Status    dovidka.State `json:"status"`
	RequestID string        `json:"requestId"`
	ExpiresAt *time.Time    `json:"expiresAt,omitempty"`
	Links     linksJSON     `json:"links"`
}

// resultJSON is a finished request: an answer, or what a withdrawal withdrew.
type resultJSON struct {
	ID        dovidka.ID          `json:"id"`
	Status    dovidka.State       `json:"status"`
	RequestID string              `json:"requestId"`
	Receipt   *dovidka.Receipt    `json:"receipt,omitempty"`
	Result    *dovidka.RecordJSON `json:"result,omitempty"`
	Sealed    *sealedJSON         `json:"sealed,omitempty"`
	Withdrawn *int                `json:"withdrawnConsents,omitempty"`
	Links     linksJSON           `json:"links"`
}

type sealedJSON struct {
	MediaType string    `json:"mediaType"`
	Content   []byte    `json:"content"` // encoding/json writes base64
	Signature []byte    `json:"signature"`
	SealedAt  time.Time `json:"sealedAt"`
}

// pollAfter is how soon to ask again for what is under way.
const pollAfter = 2 * time.Second

// progress answers GET /declaration-requests/{id}.
func (d *door) progress(w http.ResponseWriter, r *http.Request, c call) error {
	id, err := knownID(c.id)
	if err != nil {
		return err
	}
	// Asked before the release is recorded, not after.
	representation, ok := negotiate(r.Header.Values("Accept"))
	if !ok {
		return notAcceptable()
	}
	progress, err := d.disclosure.Progress(r.Context(), id, c.caller)
	if err != nil {
		return err
	}
	return answer(w, r, c, progress, representation)
}

func notAcceptable() error {
	return &refusal{code: dovidka.CodeMalformed, status: http.StatusNotAcceptable, detail: detailAccept}
}

// answer writes how far a request has come. One rule for both methods: 200
// means that the answer is in the body, in the representation asked for; 202
// that it is still to come, in JSON whatever was asked for; a refusal is an
// error.
func answer(w http.ResponseWriter, r *http.Request, c call, p dovidka.Progress, representation string) error {
	w.Header().Set("Vary", "Accept")
	event := telemetry.FromContext(r.Context())
	switch p.State {
	case dovidka.StateDone:
		if p.Answer == nil {
			return errors.New("a finished request has no answer")
		}
		if err := writeAnswer(w, c, p, representation); err != nil {
			return err
		}
		event.Succeed(string(dovidka.StateDone))
		event.Add(slog.String("representation", representation))
		return nil
	case dovidka.StateAwaiting, dovidka.StateAccepted:
		awaiting := p.State == dovidka.StateAwaiting
		out := statusJSON{ID: p.ID, Status: p.State, RequestID: c.caller.MessageID, Links: links(p.ID, awaiting)}
		if awaiting {
			expires := p.ExpiresAt.UTC()
			out.ExpiresAt = &expires
		} else {
			w.Header().Set("Retry-After", strconv.Itoa(int(pollAfter.Seconds())))
		}
		event.Succeed(string(p.State))
		w.Header().Set("Location", out.Links.Self)
		return writeJSON(w, http.StatusAccepted, out)
	case dovidka.StateExpired:
		return dovidka.NewFault(dovidka.CodeRequestExpired, "the time to sign is over")
	case dovidka.StateRefused:
		if p.Fault == nil {
			return errors.New("a refused request has no reason")
		}
		return p.Fault
	}
	return fmt.Errorf("unknown state %q", p.State)
}

// writeAnswer writes a finished request. A withdrawal has a JSON form only, and
// is told in it to whoever asked for another: it has been done.
func writeAnswer(w http.ResponseWriter, c call, p dovidka.Progress, representation string) error {
	sealed := p.Answer.Sealed
	out := resultJSON{ID: p.ID, Status: p.State, RequestID: c.caller.MessageID, Links: links(p.ID, false)}
	if len(sealed.Bundle) == 0 {
		out.Withdrawn = &p.Answer.Withdrawn
		return writeJSON(w, http.StatusOK, out)
	}
	if len(sealed.Signature) == 0 {
		return errors.New("an answer without its seal may not leave")
	}
	switch representation {
	case typeFHIR:
		write(w, http.StatusOK, typeFHIR, sealed.Bundle)
	case typePKCS7:
		w.Header().Set("Content-Disposition", `attachment; filename="answer.p7s"`)
		write(w, http.StatusOK, typePKCS7, sealed.Signature)
	default:
		out.Receipt, out.Result = &p.Answer.Receipt, &p.Answer.Record
		out.Sealed = &sealedJSON{MediaType: typeFHIR, Content: sealed.Bundle, Signature: sealed.Signature, SealedAt: sealed.SealedAt.UTC()}
		return writeJSON(w, http.StatusOK, out)
	}
	return nil
}

// writeJSON writes one of this package's own structs. It writes nothing when
// that cannot be encoded, as a time in the year 10000 cannot.
func writeJSON(w http.ResponseWriter, status int, body any) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(body); err != nil {
		return errors.New("encode answer: a value has no JSON form") // the cause may repeat the value
	}
	write(w, status, typeJSON, b.Bytes())
	return nil
}

func write(w http.ResponseWriter, status int, contentType string, body []byte) {
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	// Whoever went away can ask again; there is nobody to tell.
	_, _ = w.Write(body)
}
