package diia

import (
	"bytes"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/dovidka/dovidka"
)

func TestContainerInEveryForm(t *testing.T) {
	t.Parallel()
	der := []byte{0x30, 0x80, 0x06, 0x09, 0, 0xff}
	b64 := base64.StdEncoding.EncodeToString(der)
	armoured := string(pem.EncodeToMemory(&pem.Block{Type: "CMS", Bytes: der}))
	tests := []struct{ name, kind, body string }{
		{"JSON", typeJSON, `{"signature":"` + b64 + `"}`},
		{"JSON, lines", typeJSON, `{"signature":"` + b64[:4] + `\r\n` + b64[4:] + `\n"}`},
		{"JSON, PEM", typeJSON, `{"signature":"` + base64.StdEncoding.EncodeToString([]byte(armoured)) + `"}`},
		{"p7s", typePKCS7, string(der)},
		{"p7m", "application/pkcs7-mime; smime-type=signed-data", string(der)},
		{"octets", "application/octet-stream", string(der)},
		{"PEM", typePKCS7, "\n" + armoured + "\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			var got dovidka.Request
			w.fake.onSubmit = func(req dovidka.Request) (dovidka.Progress, error) {
				got = req
				return dovidka.Progress{ID: sampleID, State: dovidka.StateAccepted}, nil
			}
			out := w.put(t, tt.body, "Content-Type", tt.kind, "X-Request-ID", sampleRequest)
			if out.Code != 202 || out.Header().Get("Location") != pathRequests+"/"+sampleID || out.Header().Get("Retry-After") == "" {
				t.Fatalf("%d %v %s", out.Code, out.Header(), out.Body)
			}
			if !bytes.Equal(got.Container, der) || got.Content != nil || got.Expected != nil {
				t.Errorf("handed over %x", got.Container)
			}
			if got.ID != sampleID || got.Channel != dovidka.ChannelDiia || got.Caller.Name != "diia" || got.Caller.MessageID != sampleRequest || !got.ReceivedAt.Equal(sampleTime) {
				t.Errorf("handed over %v of %s at %s", got, got.Caller.Name, got.ReceivedAt)
			}
		})
	}
}

func TestContainersThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, kind, body string
		status           int
	}{
		{"empty", typePKCS7, "", 422},
		{"empty JSON", typeJSON, "", 400},
		{"no signature", typeJSON, `{}`, 422},
		{"null", typeJSON, `{"signature":null}`, 422},
		{"empty signature", typeJSON, `{"signature":""}`, 422},
		{"not base64", typeJSON, `{"signature":"???"}`, 422},
		{"base64 of the Web", typeJSON, `{"signature":"_-8="}`, 422},
		{"unknown field", typeJSON, `{"signature":"AA==","content":"AA=="}`, 422},
		{"list", typeJSON, `{"signature":["AA=="]}`, 422},
		{"twice", typeJSON, `{"signature":"AA==","signature":"AQ=="}`, 400},
		{"empty PEM", typePKCS7, "-----BEGIN CMS-----\n-----END CMS-----\n", 422},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			out := w.put(t, tt.body, "Content-Type", tt.kind)
			if e := errorOf(t, out); out.Code != tt.status {
				t.Errorf("%d %s %s, want %d", out.Code, e.Reason, e.Detail, tt.status)
			}
		})
	}
}

func TestStripPEMLeavesTheRest(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "0\x80", "-----BEGIN CMS-----\nbroken", "-----BEGIN A-----\nAA==\n-----END A-----\n-----BEGIN A-----\nAA==\n-----END A-----\n"} {
		if got := stripPEM([]byte(s)); string(got) != s {
			t.Errorf("%q became %q", s, got)
		}
	}
}

// TestIDsThatAreNone: what cannot be an id is refused in the words of what is
// not one, so that nobody learns from the difference.
func TestIDsThatAreNone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	unknown := func(dovidka.ID, dovidka.Caller) (dovidka.Progress, error) {
		return dovidka.Progress{}, dovidka.NewFault(dovidka.CodeRequestUnknown, "another caller's")
	}
	w.fake.onProgress = unknown
	w.fake.onSubmit = func(dovidka.Request) (dovidka.Progress, error) { return unknown("", dovidka.Caller{}) }
	want := w.get(t, "X-Request-ID", sampleRequest).Body.String()
	for _, id := range []string{"1", strings.ToUpper(sampleID), sampleID + "0", "%D0%9F%D1%80%D0%B8%D0%BA%D0%BB%D0%B0%D0%B4", "7f0c2c6e-2f0b-4f57-9c0e-3a5b1f4d8e2%00"} {
		for _, call := range []struct{ method, path string }{{"GET", ""}, {"PUT", "/signature"}} {
			out := w.do(t, call.method, pathRequests+"/"+id+call.path, "x", "X-Request-ID", sampleRequest, "Content-Type", typePKCS7)
			if out.Code != 404 || out.Body.String() != want {
				t.Errorf("%s %s: %d %s", call.method, id, out.Code, out.Body)
			}
		}
	}
	if strings.Contains(w.log.String(), "Приклад") || strings.Contains(w.log.String(), "%D0") {
		t.Error("the path is in the log")
	}
}

// TestTwoSignaturesAtOnce: one of many is served, each of the others is told so
// in the error object, and no answer goes to the wrong caller.
func TestTwoSignaturesAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	var once sync.Once
	w.fake.onSubmit = func(req dovidka.Request) (dovidka.Progress, error) {
		mine := false
		once.Do(func() { mine = true })
		if !mine {
			return dovidka.Progress{}, dovidka.NewFault(dovidka.CodeSignatureReplayed, "nonce was used before")
		}
		return dovidka.Progress{ID: req.ID, State: dovidka.StateAccepted}, nil
	}
	var group sync.WaitGroup
	var mu sync.Mutex
	count := map[int]int{}
	for i := range 16 {
		group.Go(func() {
			id := fmt.Sprintf("0b54d6f8-3c11-4f9e-9d55-%012d", i)
			out := w.put(t, "container", "Content-Type", typePKCS7, "X-Request-ID", id)
			if out.Header().Get("X-Request-ID") != id || !strings.Contains(out.Body.String(), id) {
				t.Errorf("request %s got the answer of %s", id, out.Header().Get("X-Request-ID"))
			}
			mu.Lock()
			defer mu.Unlock()
			count[out.Code]++
		})
	}
	group.Wait()
	if count[http.StatusAccepted] != 1 || count[http.StatusForbidden] != 15 {
		t.Errorf("answers: %v", count)
	}
}
