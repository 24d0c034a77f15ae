package diia

import (
	"net/http"
	"testing"
	"time"

	"github.com/dovidka/dovidka"
)

func done(t *testing.T) dovidka.Progress {
	t.Helper()
	var result resultJSON
	take(t, examples(t), "Answer", &result)
	p := doneProgress(result)
	// Bytes that no encoder would write: they must pass untouched.
	p.Answer.Sealed.Bundle = []byte("{ \"resourceType\" : \"Bundle\",\n\t\"id\":\"\\u0041\" }\n")
	p.Answer.Sealed.Signature = []byte{0x30, 0x80, 0, 0xff, '\n'}
	return p
}

func TestRepresentations(t *testing.T) {
	t.Parallel()
	p := done(t)
	tests := []struct {
		accept string
		kind   string // empty: not acceptable
	}{
		{"", typeJSON},
		{"*/*", typeJSON},
		{"application/json", typeJSON},
		{"application/fhir+json", typeFHIR},
		{"application/fhir+json; fhirVersion=4.0", typeFHIR},
		{"APPLICATION/FHIR+JSON", typeFHIR},
		{"application/pkcs7-signature", typePKCS7},
		{"application/fhir+json, application/json;q=0.9, */*;q=0.1", typeFHIR},
		{"application/json;q=0.2, application/fhir+json;q=0.8, application/pkcs7-signature;q=0.5", typeFHIR},
		{"*/*, application/json;q=0", typeFHIR},
		{"text/html", ""},
		{"application/json;q=0", ""},
		{"application/xml;q=2", ""},
	}
	for _, tt := range tests {
		t.Run(tt.accept, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			asked := 0
			w.fake.onProgress = func(dovidka.ID, dovidka.Caller) (dovidka.Progress, error) { asked++; return p, nil }
			w.fake.onSubmit = func(dovidka.Request) (dovidka.Progress, error) { asked++; return p, nil }
			var headers []string
			if tt.accept != "" {
				headers = []string{"Accept", tt.accept}
			}
			get, put := w.get(t, headers...), w.put(t, "x", append(headers, "Content-Type", typePKCS7)...)
			if tt.kind == "" {
				wantError(t, get, 406, dovidka.CodeMalformed, detailAccept)
				wantError(t, put, 406, dovidka.CodeMalformed, detailAccept)
				if asked != 0 {
					t.Error("the work was done and recorded before the refusal")
				}
				return
			}
			if get.Code != 200 || get.Header().Get("Content-Type") != tt.kind || get.Header().Get("Vary") != "Accept" {
				t.Fatalf("%d %v", get.Code, get.Header())
			}
			if put.Code != 200 || put.Header().Get("Content-Type") != tt.kind {
				t.Fatalf("PUT: %d %v", put.Code, put.Header())
			}
			want := map[string]string{typeFHIR: string(p.Answer.Sealed.Bundle), typePKCS7: string(p.Answer.Sealed.Signature)}[tt.kind]
			if want != "" && (get.Body.String() != want || put.Body.String() != want) {
				t.Error("the bytes are not those that were sealed")
			}
			disposition := get.Header().Get("Content-Disposition")
			if (tt.kind == typePKCS7) != (disposition == `attachment; filename="answer.p7s"`) {
				t.Errorf("Content-Disposition: %q", disposition)
			}
		})
	}
}

func TestStates(t *testing.T) {
	t.Parallel()
	unsealed := done(t)
	unsealed.Answer.Sealed.Signature = nil
	late := done(t)
	late.Answer.Record.AsOf = time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC)
	tests := []struct {
		name   string
		p      dovidka.Progress
		status int
		reason dovidka.Code
	}{
		{"awaiting", dovidka.Progress{ID: sampleID, State: dovidka.StateAwaiting, ExpiresAt: sampleTime}, 202, ""},
		{"accepted", dovidka.Progress{ID: sampleID, State: dovidka.StateAccepted}, 202, ""},
		{"withdrawn", dovidka.Progress{ID: sampleID, State: dovidka.StateDone, Answer: &dovidka.Answer{}}, 200, ""},
		{"expired", dovidka.Progress{ID: sampleID, State: dovidka.StateExpired}, 403, dovidka.CodeRequestExpired},
		{"refused", dovidka.Progress{ID: sampleID, State: dovidka.StateRefused, Fault: &dovidka.Fault{Code: dovidka.CodePatientNotFound}}, 404, dovidka.CodePatientNotFound},
		{"refused for nothing", dovidka.Progress{ID: sampleID, State: dovidka.StateRefused}, 500, dovidka.CodeInternal},
		{"done with nothing", dovidka.Progress{ID: sampleID, State: dovidka.StateDone}, 500, dovidka.CodeInternal},
		{"done without a seal", unsealed, 500, dovidka.CodeInternal},
		{"a time that has no form", late, 500, dovidka.CodeInternal},
		{"unheard of", dovidka.Progress{ID: sampleID, State: "asleep"}, 500, dovidka.CodeInternal},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			// Whoever wants FHIR only is told in JSON what is not the answer.
			for _, accept := range []string{typeJSON, typeFHIR, typePKCS7} {
				if accept != typeJSON && tt.p.State == dovidka.StateDone && tt.name == "a time that has no form" {
					continue // only our JSON carries it
				}
				w := newWorld(t, nil)
				w.fake.onProgress = func(dovidka.ID, dovidka.Caller) (dovidka.Progress, error) { return tt.p, nil }
				out := w.get(t, "Accept", accept)
				if out.Code != tt.status || out.Header().Get("Content-Type") != typeJSON {
					t.Errorf("%s: %d %s: %s", accept, out.Code, out.Header().Get("Content-Type"), out.Body)
				}
				if tt.reason != "" {
					wantError(t, out, tt.status, tt.reason, "")
				}
				if polled := out.Header().Get("Retry-After") != ""; polled != (tt.p.State == dovidka.StateAccepted) {
					t.Errorf("Retry-After: %q", out.Header().Get("Retry-After"))
				}
				if out.Code == http.StatusAccepted && out.Header().Get("Location") == "" {
					t.Error("202 without Location")
				}
			}
		})
	}
}

// TestSameRequestSameAnswer: a stored answer is given out byte for byte.
func TestSameRequestSameAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	content := statement(t)
	w.fake.onPrepare = func(dovidka.Ask) (dovidka.Prepared, error) {
		return dovidka.Prepared{ID: sampleID, State: dovidka.StateAwaiting, Statement: content, Nonce: "Zm9yIHRoZSBjb250cmFjdCBleGFtcGxl", ExpiresAt: sampleTime}, nil
	}
	w.fake.onProgress = func(dovidka.ID, dovidka.Caller) (dovidka.Progress, error) { return done(t), nil }
	first, again := w.post(t, `{}`, "X-Request-ID", sampleRequest), w.post(t, `{}`, "X-Request-ID", sampleRequest)
	if first.Code != 201 || again.Code != 201 || first.Body.String() != again.Body.String() {
		t.Errorf("%d and %d with other bodies", first.Code, again.Code)
	}
	if a, b := w.get(t, "X-Request-ID", sampleRequest), w.get(t, "X-Request-ID", sampleRequest); a.Body.String() != b.Body.String() {
		t.Error("the second reading differs")
	}
}
