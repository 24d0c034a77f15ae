// Package portal plays those who stand before Dovidka's doors: the portal that
// delivers a citizen's request over REST, the body that delivers it over the
// Trembita bus, and the citizen who signs. The demo, the request command, the
// scenarios and the benchmarks use it; no service does.
package portal

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/dovidka/dovidka"
)

// maxAnswer bounds what is read of an answer, in bytes.
const maxAnswer = 16 << 20

// REST calls the Diia door.
type REST struct {
	// Base is the door's address, such as http://127.0.0.1:8443.
	Base string
	HTTP *http.Client
}

// Ask is the body that opens a request.
type Ask struct {
	Action  dovidka.Action      `json:"action,omitempty"`
	Subject dovidka.SubjectJSON `json:"subject"`
	Consent *Consent            `json:"consent,omitempty"`
}

// Consent is the citizen's answer to the question.
type Consent struct {
	Granted bool `json:"granted"`
}

// Prepared is what the door wants signed.
type Prepared struct {
	ID         dovidka.ID `json:"id"`
	Status     string     `json:"status"`
	RequestID  string     `json:"requestId"`
	Nonce      string     `json:"nonce"`
	ExpiresAt  time.Time  `json:"expiresAt"`
	ToBeSigned struct {
		Content   []byte `json:"content"`
		MediaType string `json:"mediaType"`
		Hashes    struct {
			GOST34311 []byte `json:"gost34311"`
			Kupyna256 []byte `json:"kupyna256"`
			SHA256    []byte `json:"sha256"`
		} `json:"hashes"`
	} `json:"toBeSigned"`
}

// Result is the door's own JSON of a request.
type Result struct {
	ID        dovidka.ID          `json:"id"`
	Status    dovidka.State       `json:"status"`
	RequestID string              `json:"requestId"`
	Result    *dovidka.RecordJSON `json:"result"`
	Receipt   *dovidka.Receipt    `json:"receipt"`
	Sealed    *struct {
		MediaType string    `json:"mediaType"`
		Content   []byte    `json:"content"`
		Signature []byte    `json:"signature"`
		SealedAt  time.Time `json:"sealedAt"`
	} `json:"sealed"`
	WithdrawnConsents *int `json:"withdrawnConsents"`
}

// Refusal is an error the door answered with.
type Refusal struct {
	HTTPStatus int
	Reason     dovidka.Code `json:"reason"`
	Detail     string       `json:"detail"`
	Message    string       `json:"message"`
	RequestID  string       `json:"requestId"`
}

// Error returns the reason and the text for the citizen.
func (r *Refusal) Error() string {
	reason := string(r.Reason)
	if r.Detail != "" {
		reason += " (" + r.Detail + ")"
	}
	return reason + ": " + r.Message
}

// Prepare opens a request under the caller's id, or a new one when it is empty.
func (c *REST) Prepare(ctx context.Context, requestID string, ask Ask) (Prepared, error) {
	if requestID == "" {
		requestID = uuid.NewString()
	}
	body, err := json.Marshal(ask)
	if err != nil {
		return Prepared{}, fmt.Errorf("encode request: %w", err)
	}
	var out Prepared
	answer, err := c.call(ctx, http.MethodPost, "/api/v1/declaration-requests", http.Header{
		"Content-Type": {"application/json"}, "X-Request-Id": {requestID},
	}, body)
	if err != nil {
		return Prepared{}, err
	}
	if err := json.Unmarshal(answer, &out); err != nil {
		return Prepared{}, errors.New("the door's answer is not the JSON expected")
	}
	return out, nil
}

// Submit sends the signature container and returns the result.
func (c *REST) Submit(ctx context.Context, id dovidka.ID, container []byte) (Result, error) {
	answer, err := c.call(ctx, http.MethodPut, "/api/v1/declaration-requests/"+string(id)+"/signature", http.Header{
		"Content-Type": {"application/pkcs7-signature"}, "Accept": {"application/json"},
	}, container)
	if err != nil {
		return Result{}, err
	}
	return readResult(answer)
}

// Result asks how far a request has come.
func (c *REST) Result(ctx context.Context, id dovidka.ID) (Result, error) {
	answer, err := c.Get(ctx, id, "application/json")
	if err != nil {
		return Result{}, err
	}
	return readResult(answer)
}

// Get fetches the result in the given media type, byte for byte.
func (c *REST) Get(ctx context.Context, id dovidka.ID, accept string) ([]byte, error) {
	return c.call(ctx, http.MethodGet, "/api/v1/declaration-requests/"+string(id), http.Header{"Accept": {accept}}, nil)
}

func readResult(answer []byte) (Result, error) {
	var out Result
	if err := json.Unmarshal(answer, &out); err != nil {
		return Result{}, errors.New("the door's answer is not the JSON expected")
	}
	return out, nil
}

func (c *REST) call(ctx context.Context, method, path string, header http.Header, body []byte) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(c.Base, "/")+path, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("call the REST door: %w", err)
	}
	req.Header = header
	resp, err := httpClient(c.HTTP).Do(req)
	if err != nil {
		return nil, fmt.Errorf("call the REST door: %w", err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return nil, fmt.Errorf("read the REST door's answer: %w", err)
	}
	if resp.StatusCode < 300 {
		return answer, nil
	}
	var refusal struct {
		Error Refusal `json:"error"`
	}
	if err := json.Unmarshal(answer, &refusal); err != nil || refusal.Error.Reason == "" {
		return nil, fmt.Errorf("the REST door answered %s", resp.Status)
	}
	refusal.Error.HTTPStatus = resp.StatusCode
	return nil, &refusal.Error
}

func httpClient(c *http.Client) *http.Client {
	if c != nil {
		return c
	}
	return http.DefaultClient
}
