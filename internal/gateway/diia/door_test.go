package diia

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/gateway"
)

func TestPathsAndMethods(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	request := pathRequests + "/" + sampleID
	tests := []struct {
		method, path  string
		status        int
		detail, allow string
	}{
		{"GET", "/", 404, detailPath, ""},
		{"GET", "/api/v1", 404, detailPath, ""},
		{"POST", "/api/v2/declaration-requests", 404, detailPath, ""},
		{"POST", "//api/v1/declaration-requests", 404, detailPath, ""},
		{"POST", "/api/v1/declaration-requests/", 404, detailPath, ""},
		{"GET", "/api/v1/x/../openapi.json", 404, detailPath, ""},
		{"GET", request + "/", 404, detailPath, ""},
		{"GET", request + "/signature/more", 404, detailPath, ""},
		{"GET", pathRequests, 405, detailMethod, "POST"},
		{"HEAD", request, 405, detailMethod, "GET"},
		{"DELETE", request, 405, detailMethod, "GET"},
		{"POST", request + "/signature", 405, detailMethod, "PUT"},
		{"OPTIONS", request + "/signature", 405, detailMethod, "PUT"},
		{"POST", pathContractJSON, 405, detailMethod, "GET"},
		{"BREW", pathRequests, 405, detailMethod, "POST"},
	}
	for _, tt := range tests {
		t.Run(tt.method+" "+tt.path, func(t *testing.T) {
			t.Parallel()
			out := w.do(t, tt.method, tt.path, "")
			wantError(t, out, tt.status, dovidka.CodeMalformed, tt.detail)
			if got := out.Header().Get("Allow"); got != tt.allow {
				t.Errorf("Allow: %q", got)
			}
		})
	}
}

func TestRequestIDOfTheCaller(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	var got dovidka.Caller
	w.fake.onProgress = func(_ dovidka.ID, caller dovidka.Caller) (dovidka.Progress, error) {
		got = caller
		return dovidka.Progress{ID: sampleID, State: dovidka.StateAccepted}, nil
	}
	out := w.get(t, "X-Request-ID", strings.ToUpper(sampleRequest))
	if got.MessageID != sampleRequest || got.Name != "diia" || out.Header().Get("X-Request-ID") != sampleRequest {
		t.Errorf("the service was given %q of %q, the caller %q", got.MessageID, got.Name, out.Header().Get("X-Request-ID"))
	}
	out = w.get(t)
	if id, ok := parseUUID(out.Header().Get("X-Request-ID")); !ok || got.MessageID != id || id == sampleRequest {
		t.Errorf("without an id the service was given %q, the caller %q", got.MessageID, id)
	}
}

func TestRequestIDThatIsNone(t *testing.T) {
	t.Parallel()
	for _, id := range []string{
		"", "not-an-id", sampleRequest + "\r\nSet-Cookie: a=b", sampleRequest + "\n", "{" + sampleRequest + "}", "urn:uuid:" + sampleRequest,
		strings.ReplaceAll(sampleRequest, "-", ""), "Прикладенко", strings.Repeat("0", 1<<10), "0b54d6f8-3c11-4f9e-9d55-6a1f6d9f2b1g",
	} {
		t.Run(fmt.Sprintf("%.20q", id), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			out := w.get(t, "X-Request-ID", id)
			wantError(t, out, 400, dovidka.CodeMalformed, detailRequestID)
			if id != "" && (strings.Contains(out.Body.String(), id) || strings.Contains(w.log.String(), id)) {
				t.Error("the id is repeated")
			}
			if len(out.Header().Values("Set-Cookie")) > 0 || len(out.Header().Values("X-Request-ID")) != 1 {
				t.Errorf("headers: %v", out.Header())
			}
		})
	}
	w := newWorld(t, nil)
	wantError(t, w.get(t, "X-Request-ID", sampleRequest, "X-Request-ID", sampleRequest), 400, dovidka.CodeMalformed, detailRequestID)
}

// certificate is as much of one as admission looks at.
func certificate(name string) *x509.Certificate {
	return &x509.Certificate{Raw: []byte("certificate of " + name), Subject: pkix.Name{CommonName: name, Organization: []string{"Зразок"}}}
}

func fingerprint(c *x509.Certificate) string {
	sum := sha256.Sum256(c.Raw)
	return hex.EncodeToString(sum[:])
}

func TestWhoMayCall(t *testing.T) {
	t.Parallel()
	pinned, named, other := certificate("pinned"), certificate("named"), certificate("other")
	list := []Client{
		{Name: "diia", Fingerprints: []string{strings.ToUpper(fingerprint(pinned))}},
		{Name: "portal", Subjects: []string{named.Subject.String()}},
	}
	connection := func(c *x509.Certificate, verified bool) *tls.ConnectionState {
		state := &tls.ConnectionState{PeerCertificates: []*x509.Certificate{c}}
		if verified {
			state.VerifiedChains = [][]*x509.Certificate{{c}}
		}
		return state
	}
	tests := []struct {
		name     string
		clients  []Client
		insecure string
		state    *tls.ConnectionState
		want     string // nobody when empty
		certain  bool   // the listener lets in certain certificates only
	}{
		{"pinned", list, "", connection(pinned, false), "diia", false},
		{"pinned and verified", list, "", connection(pinned, true), "diia", false},
		{"named and verified", list, "", connection(named, true), "portal", false},
		{"named by itself only", list, "", connection(named, false), "", false},
		{"named, and certain", list, "", connection(named, false), "portal", true},
		{"other, and certain", list, "", connection(other, false), "", true},
		{"no certificate, yet certain", list, "", &tls.ConnectionState{}, "", true},
		{"other", list, "", connection(other, true), "", false},
		{"no certificate", list, "", &tls.ConnectionState{}, "", false},
		{"plain", list, "", nil, "", false},
		{"plain as configured", list, "demo", nil, "demo", false},
		{"TLS where plain is configured", nil, "demo", connection(other, true), "", false},
		{"empty list", nil, "", connection(pinned, true), "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, func(c *Config) { c.Clients, c.InsecureClient, c.Pinned = tt.clients, tt.insecure, tt.certain })
			got := ""
			w.fake.onProgress = func(_ dovidka.ID, caller dovidka.Caller) (dovidka.Progress, error) {
				got = caller.Name
				return dovidka.Progress{ID: sampleID, State: dovidka.StateAccepted}, nil
			}
			r := httptest.NewRequest(http.MethodGet, pathRequests+"/"+sampleID, nil)
			r.TLS = tt.state
			out := w.send(t, r)
			if got != tt.want {
				t.Errorf("served as %q, want %q", got, tt.want)
			}
			if tt.want == "" {
				wantError(t, out, 403, dovidka.CodeCallerUnknown, "")
			}
		})
	}
}

func TestRateOfAClient(t *testing.T) {
	t.Parallel()
	now := sampleTime
	w := newWorld(t, func(c *Config) {
		var err error
		c.Limiter, err = gateway.NewLimiter(gateway.LimiterConfig{PerSecond: 0.4, Burst: 1, Now: func() time.Time { return now }})
		if err != nil {
			t.Fatal(err)
		}
	})
	w.fake.onProgress = func(dovidka.ID, dovidka.Caller) (dovidka.Progress, error) {
		return dovidka.Progress{ID: sampleID, State: dovidka.StateAccepted}, nil
	}
	if out := w.get(t); out.Code != 202 {
		t.Fatalf("first: %d", out.Code)
	}
	out := w.get(t)
	wantError(t, out, 429, dovidka.CodeRateLimited, "")
	if got := out.Header().Get("Retry-After"); got != "3" { // 2.5 s, rounded up
		t.Errorf("Retry-After: %q", got)
	}
}

// TestEveryCodeIsAnswered walks the codes through the door, as an error of each
// method and as a stored refusal.
func TestEveryCodeIsAnswered(t *testing.T) {
	t.Parallel()
	for _, code := range dovidka.Codes() {
		t.Run(string(code), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, func(c *Config) { c.ProcessCodes = map[dovidka.Code]string{code: "64111016"} })
			fault := &dovidka.Fault{Code: code, Reason: "stable-sub-reason", Err: errors.New("cause for logs"), RetryAfter: 1500 * time.Millisecond}
			wrapped := fmt.Errorf("do the work: %w", fault)
			w.fake.onPrepare = func(dovidka.Ask) (dovidka.Prepared, error) { return dovidka.Prepared{}, wrapped }
			w.fake.onSubmit = func(dovidka.Request) (dovidka.Progress, error) { return dovidka.Progress{}, wrapped }
			w.fake.onProgress = func(dovidka.ID, dovidka.Caller) (dovidka.Progress, error) {
				return dovidka.Progress{ID: sampleID, State: dovidka.StateRefused, Fault: fault}, nil
			}
			words := gateway.REST(code)
			answers := []*httptest.ResponseRecorder{w.get(t), w.put(t, "x", "Content-Type", typePKCS7)}
			if code != dovidka.CodeRequestUnknown && code != dovidka.CodePatientNotFound { // POST has nobody to look for
				answers = append(answers, w.post(t, `{}`))
			}
			for _, out := range answers {
				e := wantError(t, out, words.Status, code, "stable-sub-reason")
				if e.Title != words.Title || e.Message != words.Text || e.ProcessCode != "64111016" {
					t.Errorf("worded as %+v", e)
				}
				if strings.Contains(out.Body.String(), "cause for logs") {
					t.Error("the cause is told to the caller")
				}
				if got := out.Header().Get("Retry-After"); got != "2" {
					t.Errorf("Retry-After: %q", got)
				}
			}
			if strings.Count(w.log.String(), `"outcome":"`+string(code)+`"`) != len(answers) || !strings.Contains(w.log.String(), "cause for logs") {
				t.Errorf("log: %s", w.log)
			}
		})
	}
}

func TestErrorsThatAreNoFaults(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		err    error
		status int
		code   dovidka.Code
	}{
		"plain":    {errors.New("SECRET"), 500, dovidka.CodeInternal},
		"deadline": {fmt.Errorf("read: %w", context.DeadlineExceeded), 504, dovidka.CodeTimeout},
		"gone":     {fmt.Errorf("read: %w", context.Canceled), 504, dovidka.CodeTimeout},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			w.fake.onProgress = func(dovidka.ID, dovidka.Caller) (dovidka.Progress, error) { return dovidka.Progress{}, tt.err }
			out := w.get(t)
			wantError(t, out, tt.status, tt.code, "")
			if strings.Contains(out.Body.String(), "SECRET") {
				t.Error("the cause is told to the caller")
			}
		})
	}
}

func TestPanicBehindTheDoor(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.fake.onProgress = func(dovidka.ID, dovidka.Caller) (dovidka.Progress, error) { panic("SECRET") }
	out := w.get(t, "X-Request-ID", sampleRequest)
	if e := wantError(t, out, 500, dovidka.CodeInternal, ""); e.RequestID != sampleRequest {
		t.Errorf("request id %q", e.RequestID)
	}
	if strings.Contains(w.log.String(), "SECRET") || !strings.Contains(w.log.String(), "TestPanicBehindTheDoor") {
		t.Errorf("log: %s", w.log)
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	pin := fingerprint(certificate("a"))
	for name, change := range map[string]func(*Config){
		"no disclosure":       func(c *Config) { c.Disclosure = nil },
		"no limiter":          func(c *Config) { c.Limiter = nil },
		"no telemetry":        func(c *Config) { c.Telemetry = nil },
		"no contract":         func(c *Config) { c.Contract = nil },
		"contract is no YAML": func(c *Config) { c.Contract = []byte("\t") },
		"client, no name":     func(c *Config) { c.Clients = []Client{{Fingerprints: []string{pin}}} },
		"client, same name": func(c *Config) {
			c.Clients = []Client{{Name: "a", Subjects: []string{"b"}}, {Name: "a", Subjects: []string{"c"}}}
		},
		"client, no proof":  func(c *Config) { c.Clients = []Client{{Name: "a"}} },
		"client, short pin": func(c *Config) { c.Clients = []Client{{Name: "a", Fingerprints: []string{"ab"}}} },
		"client, pin twice": func(c *Config) {
			c.Clients = []Client{{Name: "a", Fingerprints: []string{pin}}, {Name: "b", Fingerprints: []string{pin}}}
		},
		"client, empty subject": func(c *Config) { c.Clients = []Client{{Name: "a", Subjects: []string{""}}} },
		"process code of none":  func(c *Config) { c.ProcessCodes = map[dovidka.Code]string{"no-such": "1"} },
		"empty process code":    func(c *Config) { c.ProcessCodes = map[dovidka.Code]string{dovidka.CodeBusy: ""} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			newWorld(t, func(c *Config) {
				broken := *c
				change(&broken)
				if _, err := New(broken); err == nil {
					t.Error("accepted")
				}
			})
		})
	}
}
