package cmstest_test

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"testing"
	"time"

	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/cms/cmstest"
	"github.com/dovidka/dovidka/pki"
)

var now = time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC)

func serve(t *testing.T, family cmstest.Family) (*cmstest.Authority, *cmstest.Services) {
	t.Helper()
	a, err := cmstest.NewAuthority(family, now)
	if err != nil {
		t.Fatal(err)
	}
	s, err := a.Serve(cmstest.ServeConfig{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return a, s
}

func ask(t *testing.T, url, contentType string, question []byte) []byte {
	t.Helper()
	method := http.MethodPost
	if question == nil {
		method = http.MethodGet
	}
	r, err := http.NewRequestWithContext(t.Context(), method, url, bytes.NewReader(question))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", contentType)
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("HTTP %d, error %v", response.StatusCode, err)
	}
	return body
}

func list(t *testing.T, url string) *pki.CRL {
	t.Helper()
	l, err := pki.ParseCRL(ask(t, url, "", nil))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// TestServices asks every service over HTTP and judges what it says as a verifier does.
func TestServices(t *testing.T) {
	t.Parallel()
	for name, family := range map[string]cmstest.Family{"DSTU": cmstest.DSTU, "EC": cmstest.EC} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, s := serve(t, family)
			who, err := a.Issue(pki.Person{Surname: "Тестенко", DRFO: "3000000014"})
			if err != nil {
				t.Fatal(err)
			}
			c, ca := who.Certificate, a.CA.Certificate
			for what, got := range map[string][]string{
				s.OCSP.URL: c.OCSPURLs, s.CRL.URL: c.CRLURLs, s.Delta.URL: c.DeltaCRLURLs, s.TSP.URL: c.TSPURLs, s.RootCRL.URL: ca.CRLURLs,
			} {
				if len(got) != 1 || got[0] != what {
					t.Errorf("certificate names %v, want %s", got, what)
				}
			}
			full, nonce := list(t, s.CRL.URL), []byte("0123456789abcdef0123456789abcdef")
			for _, want := range []pki.State{pki.StateGood, pki.StateRevoked} {
				question, err := pki.CreateOCSPRequest(pki.OCSPRequestTemplate{Certificate: c, Issuer: ca, Nonce: nonce})
				if err != nil {
					t.Fatal(err)
				}
				answer, err := pki.ParseOCSPResponse(ask(t, s.OCSP.URL, "application/ocsp-request", question))
				if err != nil {
					t.Fatal(err)
				}
				for source, sources := range map[string]pki.StatusSources{
					"ocsp": {OCSPs: []*pki.OCSPResponse{answer}}, "crl": {CRLs: []*pki.CRL{full, list(t, s.Delta.URL)}},
				} {
					st := pki.CheckStatus(c, ca, sources, pki.StatusOptions{Time: now, Nonce: map[string][]byte{"ocsp": nonce}[source]})
					if st.State != want || st.Source != source {
						t.Errorf("%s: %+v, want %v", source, st, want)
					}
				}
				a.Revoke(c, now.Add(-time.Hour), 1)
			}
			if st := pki.CheckStatus(ca, a.Root.Certificate, pki.StatusSources{CRLs: []*pki.CRL{list(t, s.RootCRL.URL)}}, pki.StatusOptions{Time: now}); st.State != pki.StateGood {
				t.Errorf("provider: %+v", st)
			}
			stamp(t, s)
		})
	}
}

func stamp(t *testing.T, s *cmstest.Services) {
	t.Helper()
	nonce, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		t.Fatal(err)
	}
	request := cms.TimeStampRequest{DigestOID: pki.OIDSHA256, Digest: make([]byte, 32), Nonce: nonce}
	raw, err := request.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	token, err := cms.ParseTimeStampResponse(ask(t, s.TSP.URL, "application/timestamp-query", raw))
	if err != nil {
		t.Fatal(err)
	}
	ts, err := request.Check(token)
	if err != nil {
		t.Fatal(err)
	}
	if o, err := ts.Verify(s.Options(now)); err != nil || o.Verdict != cms.Valid {
		t.Errorf("stamp: %v, error %v", o, err)
	}
}

// A test starts the services of an authority, and makes one fail.
func ExampleAuthority_Serve() {
	authority, err := cmstest.NewAuthority(cmstest.EC, time.Now())
	if err != nil {
		panic(err)
	}
	services, err := authority.Serve(cmstest.ServeConfig{})
	if err != nil {
		panic(err)
	}
	defer services.Close()
	get := func() {
		response, err := http.Get(services.CRL.URL)
		if err != nil {
			panic(err)
		}
		defer response.Body.Close()
		fmt.Println(response.StatusCode, response.Header.Get("Content-Type"))
	}
	get()
	services.CRL.Misbehave(cmstest.ServerError)
	get()
	fmt.Println("asked", services.CRL.Requests(), "times")
	// Output:
	// 200 application/pkix-crl
	// 500 text/plain; charset=utf-8
	// asked 2 times
}
