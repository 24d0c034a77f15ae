package diia

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/dovidka/dovidka"
)

// FuzzDecodeAsk: a body is read or refused with a code of form, never with
// another error; what is read is plain JSON that says the same once more.
func FuzzDecodeAsk(f *testing.F) {
	for _, s := range []string{
		`{}`, `{"consent":{"granted":true}}`, `{"action":"withdraw-consent"}`, `[]`, `null`, `{"a":{"a":{"a":{"a":{}}}}}`,
		`{"subject":{"relation":"ward","rnokpp":"1234567899","lastName":"Прикладенко","firstName":"Лукаш"},"consent":{"granted":false}}`,
		`{"subject":{"relation":"child","document":{"type":"BIRTH_CERTIFICATE","number":"1-ЖС123456"},"lastName":"А","firstName":"Б","birthDate":"2019-05-14"}}`,
		`{"consent":{"granted":true,"Granted":false}}`, "{\"action\":\"\xff\"}", `{"action":1e999}`, `{"k\u0131":1,"ki":2}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		ask, err := decodeAsk(body)
		var own *refusal
		if err != nil {
			if !errors.As(err, &own) || own.code != dovidka.CodeMalformed && own.code != dovidka.CodeInvalid {
				t.Errorf("%v", err)
			}
			return
		}
		if !json.Valid(body) {
			t.Error("what is no JSON was read")
		}
		subject, err := json.Marshal(ask.Subject.Plain())
		if err != nil {
			t.Fatal(err)
		}
		again, err := decodeSubject(subject)
		if err != nil || again != ask.Subject {
			t.Errorf("the subject reads back otherwise: %v", err)
		}
	})
}

// FuzzDecodeSignature: the container of either form is read or refused.
func FuzzDecodeSignature(f *testing.F) {
	for _, s := range []string{`{"signature":"MIAG"}`, `{"signature":"MI\nAG"}`, `{"signature":""}`, `{}`, "-----BEGIN CMS-----\nAAAA\n-----END CMS-----\n", "0\x80"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if got := stripPEM(body); len(got) > len(body) {
			t.Error("the container grew")
		}
		container, err := decodeSignature(body)
		var own *refusal
		if err != nil && !errors.As(err, &own) {
			t.Errorf("%v", err)
		}
		if err == nil && len(container) > len(body) {
			t.Error("the container grew")
		}
	})
}

// FuzzNegotiate: whatever a caller accepts, the choice is one of ours or none,
// and asking for everything besides never takes a choice away.
func FuzzNegotiate(f *testing.F) {
	for _, s := range []string{"", "*/*", "application/fhir+json;q=0.8, application/json", `a/b;c="\",";q=0.1`, "a/b;q=0.1234", "application/*;q=0"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, header string) {
		got, ok := negotiate([]string{header})
		switch got {
		case typeJSON, typeFHIR, typePKCS7:
			if !ok {
				t.Error("chosen and not acceptable")
			}
		case "":
			if ok {
				t.Error("acceptable and nothing chosen")
			}
		default:
			t.Errorf("chose %q", got)
		}
		ranges, parsed := parseAccept(header)
		for _, r := range ranges {
			if r.quality < 0 || r.quality > 1000 || bytes.ContainsAny([]byte(r.mainType+r.subtype), ",;\" ") {
				t.Errorf("range %+v", r)
			}
		}
		if !parsed && ok && strings.TrimSpace(header) != "" {
			t.Error("what cannot be read was honoured")
		}
	})
}

// FuzzRequestID: an id that passes is a UUID in its one written form.
func FuzzRequestID(f *testing.F) {
	for _, s := range []string{sampleRequest, "0B54D6F8-3C11-4F9E-9D55-6A1F6D9F2B10", "{" + sampleRequest + "}", sampleRequest + "\r\n", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		id, ok := parseUUID(s)
		if !ok {
			return
		}
		if again, ok := parseUUID(id); !ok || again != id || len(id) != 36 || bytes.ContainsFunc([]byte(id), func(r rune) bool {
			return (r < '0' || r > '9') && (r < 'a' || r > 'f') && r != '-'
		}) {
			t.Errorf("%q passed as %q", s, id)
		}
	})
}
