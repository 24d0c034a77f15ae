package diia

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/dstu/gost34311"
	"github.com/dovidka/dovidka/dstu/kupyna"
	"github.com/dovidka/dovidka/internal/platform/telemetry"
)

// askJSON is the body that asks.
type askJSON struct {
	Action  *dovidka.Action `json:"action"`
	Subject json.RawMessage `json:"subject"`
	Consent json.RawMessage `json:"consent"`
}

type grantedJSON struct {
	Granted *bool `json:"granted"`
}

// decodeAsk reads the body of POST. What it leaves out is decided behind the
// door: no consent, for one, is a refusal to be recorded, not a form error.
func decodeAsk(body []byte) (dovidka.Ask, error) {
	if err := checkJSON(body); err != nil {
		return dovidka.Ask{}, err
	}
	var in askJSON
	if err := decodeObject(body, "", &in); err != nil {
		return dovidka.Ask{}, err
	}
	ask := dovidka.Ask{
		Channel: dovidka.ChannelDiia, Action: dovidka.ActionObtain,
		Subject: dovidka.Subject{Relation: dovidka.RelationSelf}, BodyDigest: sha256.Sum256(body),
	}
	if in.Action != nil {
		ask.Action = *in.Action
	}
	if ask.Action != dovidka.ActionObtain && ask.Action != dovidka.ActionWithdraw {
		return dovidka.Ask{}, invalid("action", "Потрібно obtain-declarations або withdraw-consent")
	}
	if in.Subject != nil {
		var err error
		if ask.Subject, err = decodeSubject(in.Subject); err != nil {
			return dovidka.Ask{}, err
		}
	}
	if in.Consent != nil {
		var consent grantedJSON
		if err := decodeObject(in.Consent, "consent", &consent); err != nil {
			return dovidka.Ask{}, err
		}
		if consent.Granted == nil {
			return dovidka.Ask{}, invalid("consent.granted", "Потрібно true або false")
		}
		ask.ConsentGranted = consent.Granted
	}
	return ask, nil
}

func decodeSubject(data []byte) (dovidka.Subject, error) {
	var in dovidka.SubjectJSON
	if err := decodeObject(data, "subject", &in); err != nil {
		return dovidka.Subject{}, err
	}
	for field, name := range map[string]string{
		"subject.lastName": in.LastName, "subject.firstName": in.FirstName, "subject.secondName": in.SecondName,
	} {
		if !plainText(name) {
			return dovidka.Subject{}, invalid(field, "Потрібен текст до 255 літер")
		}
	}
	subject, err := in.Parse()
	var field *dovidka.FieldError
	switch {
	case errors.As(err, &field):
		return dovidka.Subject{}, invalid(field.Field, fieldMessage(field))
	case err != nil:
		return dovidka.Subject{}, fmt.Errorf("read subject: %w", err)
	}
	return subject, nil
}

// plainText reports whether s could be a name: not too long, nothing invisible.
func plainText(s string) bool {
	for _, r := range s {
		if unicode.IsControl(r) {
			return false
		}
	}
	return utf8.RuneCountInString(s) <= 255
}

// fieldMessage words what is wrong with a field of the subject.
func fieldMessage(e *dovidka.FieldError) string {
	switch {
	case errors.Is(e, dovidka.ErrRNOKPP):
		return "РНОКПП має десять цифр, остання з яких контрольна"
	case errors.Is(e, dovidka.ErrUNZR):
		return "УНЗР має вигляд РРРРММДД-NNNNN"
	case errors.Is(e, dovidka.ErrDocument):
		return "Номер не відповідає типу документа"
	}
	switch e.Field {
	case "subject.birthDate":
		return "Дата має вигляд РРРР-ММ-ДД"
	case "subject.relation":
		return "Потрібно self, child або ward"
	case "subject":
		return "Для іншої особи потрібні номер або документ, прізвище та ім’я"
	}
	return "Неприпустиме значення"
}

// preparedJSON is the answer to POST.
type preparedJSON struct {
	ID         dovidka.ID      `json:"id"`
	Status     dovidka.State   `json:"status"`
	RequestID  string          `json:"requestId"`
	Action     dovidka.Action  `json:"action"`
	ToBeSigned toBeSignedJSON  `json:"toBeSigned"`
	Nonce      string          `json:"nonce"`
	ExpiresAt  time.Time       `json:"expiresAt"`
	Consent    consentTextJSON `json:"consent"`
	Links      linksJSON       `json:"links"`
}

type toBeSignedJSON struct {
	Content   []byte     `json:"content"` // encoding/json writes base64
	MediaType string     `json:"mediaType"`
	Hashes    hashesJSON `json:"hashes"`
}

type hashesJSON struct {
	GOST34311 string `json:"gost34311"`
	Kupyna256 string `json:"kupyna256"`
	SHA256    string `json:"sha256"`
}

type consentTextJSON struct {
	Granted     bool   `json:"granted"`
	Purpose     string `json:"purpose"`
	Recipient   string `json:"recipient"`
	TextVersion string `json:"textVersion"`
	Text        string `json:"text"`
}

type linksJSON struct {
	Self      string `json:"self"`
	Signature string `json:"signature,omitempty"`
}

func links(id dovidka.ID, withSignature bool) linksJSON {
	out := linksJSON{Self: pathRequests + "/" + string(id)}
	if withSignature {
		out.Signature = out.Self + "/signature"
	}
	return out
}

// prepare answers POST /declaration-requests.
func (d *door) prepare(w http.ResponseWriter, r *http.Request, c call) error {
	kind, err := mediaType(r.Header)
	if err != nil {
		return err
	}
	if kind != typeJSON {
		return unsupported()
	}
	body, err := d.read(w, r, d.limits.RequestBytes)
	if err != nil {
		return err
	}
	ask, err := decodeAsk(body)
	if err != nil {
		return err
	}
	ask.Caller = c.caller
	prepared, err := d.disclosure.Prepare(r.Context(), ask)
	if err != nil {
		return err
	}
	said, err := dovidka.ParseStatement(prepared.Statement)
	if err != nil {
		return fmt.Errorf("read the prepared statement: %w", err)
	}
	out := preparedJSON{
		ID: prepared.ID, Status: prepared.State, RequestID: c.caller.MessageID, Action: said.Action,
		ToBeSigned: toBeSignedJSON{Content: prepared.Statement, MediaType: typeJSON, Hashes: hashes(prepared.Statement)},
		Nonce:      prepared.Nonce, ExpiresAt: prepared.ExpiresAt.UTC(), Consent: consentTextJSON(said.Consent), Links: links(prepared.ID, true),
	}
	telemetry.FromContext(r.Context()).Succeed("prepared")
	w.Header().Set("Location", out.Links.Self)
	return writeJSON(w, http.StatusCreated, out)
}

// hashes are what the citizen's signing program may sign instead of the bytes:
// GOST 34.311-95 and ДСТУ 7564 for keys of ДСТУ 4145, SHA-256 for ECDSA and RSA.
func hashes(content []byte) hashesJSON {
	gost, kupyna256, sha := gost34311.Sum(content), kupyna.Sum256(content), sha256.Sum256(content)
	return hashesJSON{
		GOST34311: base64.StdEncoding.EncodeToString(gost[:]),
		Kupyna256: base64.StdEncoding.EncodeToString(kupyna256[:]),
		SHA256:    base64.StdEncoding.EncodeToString(sha[:]),
	}
}
