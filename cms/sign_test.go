package cms_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/cms/cmstest"
	"github.com/dovidka/dovidka/dstu/dstu4145"
	"github.com/dovidka/dovidka/pki"
)

var signedAt = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

var citizen = pki.Person{Surname: "ТЕСТЕНКО", GivenName: "ТЕСТ ТЕСТОВИЧ", DRFO: "3000000014", UNZR: "19820219-00019"}

func newAuthority(t testing.TB, family cmstest.Family) *cmstest.Authority {
	t.Helper()
	a, err := cmstest.NewAuthority(family, signedAt)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func verifyOptions(t testing.TB, a *cmstest.Authority, now time.Time) cms.VerifyOptions {
	t.Helper()
	opts, err := a.VerifyOptions(now)
	if err != nil {
		t.Fatal(err)
	}
	return opts
}

func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func TestSignedContainersVerify(t *testing.T) {
	t.Parallel()
	content := []byte(`{"а":"б"}` + "\x00\r\n")
	cases := map[string]struct {
		family cmstest.Family
		key    func() (crypto.Signer, error) // nil: the family's
		digest string
	}{
		"DSTU m=431":         {family: cmstest.DSTU, key: onCurve("M431-PB")},
		"DSTU m=431, Kupyna": {family: cmstest.DSTU, key: onCurve("M431-PB"), digest: pki.OIDKupyna384},
		"ECDSA P-521": {family: cmstest.EC, key: func() (crypto.Signer, error) {
			return ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
		}},
		"DSTU GOST 34.311": {family: cmstest.DSTU},
		"DSTU Kupyna-256":  {family: cmstest.DSTU, digest: pki.OIDKupyna256},
		"DSTU Kupyna-512":  {family: cmstest.DSTU, digest: pki.OIDKupyna512},
		"ECDSA P-256":      {family: cmstest.EC},
		"ECDSA P-384": {family: cmstest.EC, key: func() (crypto.Signer, error) {
			return ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
		}},
		"RSA": {family: cmstest.EC, key: func() (crypto.Signer, error) { return rsa.GenerateKey(rand.Reader, 2048) }},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAuthority(t, tc.family)
			who := must[*cmstest.Identity](t)(a.Issue(citizen))
			if tc.key != nil {
				key := must[crypto.Signer](t)(tc.key())
				who = &cmstest.Identity{Key: key, Certificate: must[*pki.Certificate](t)(a.IssueFor(citizen, key.Public()))}
			}
			opts := verifyOptions(t, a, signedAt.Add(time.Minute))
			for _, detached := range []bool{false, true} {
				p7s := must[[]byte](t)(cms.Sign(content, cms.SignOptions{
					Signer: who.Key, Certificate: who.Certificate, SigningTime: signedAt, Detached: detached, Digest: tc.digest,
				}))
				opts.Content = nil
				if detached {
					opts.Content = content
				}
				r := must[*cms.Result](t)(cms.Verify(p7s, opts))
				if r.Verdict != cms.Valid || r.MayAuthorise().Verdict != cms.Valid || !bytes.Equal(r.Content, content) || r.Detached != detached {
					t.Fatalf("detached %v: %v, may authorise %v: %+v", detached, r.Outcome, r.MayAuthorise(), r.Signers)
				}
				if s := r.Signers[0]; s.Identity.DRFO.Reveal() != citizen.DRFO || !s.SigningTime.Equal(signedAt) {
					t.Error("signer lost")
				}
				opts.Content = append([]byte("x"), content...)
				if r := must[*cms.Result](t)(cms.Verify(p7s, opts)); r.Verdict != cms.Invalid {
					t.Errorf("detached %v: other content: %v", detached, r.Outcome)
				}
			}
		})
	}
}

// onCurve makes a key on a curve of DSTU 4145.
func onCurve(name string) func() (crypto.Signer, error) {
	return func() (crypto.Signer, error) {
		for _, c := range dstu4145.Curves() {
			if c.Name() == name {
				return dstu4145.GenerateKey(c, rand.Reader)
			}
		}
		return nil, fmt.Errorf("no curve %s", name)
	}
}

// TestKeyKinds: what today's certificates do not have is for archives only, and what is
// too weak for nobody.
func TestKeyKinds(t *testing.T) {
	t.Parallel()
	a := newAuthority(t, cmstest.DSTU)
	for _, tc := range []struct {
		curve         string
		today, search cms.Outcome
	}{
		{"M431-PB", good, good},
		{"M367-PB", good, good},
		{"M307-PB", good, good},
		{"M257-PB", good, good},
		{"M233-PB", invalid(pki.ReasonKeyWeak), good},
		{"M191-PB", invalid(pki.ReasonKeyWeak), invalid(pki.ReasonKeyWeak)},
		{"M163-PB", invalid(pki.ReasonKeyWeak), invalid(pki.ReasonKeyWeak)},
		{"M431-ONB", invalid(pki.ReasonAlgorithmRejected), good},
		{"M233-ONB", invalid(pki.ReasonKeyWeak), good},
	} {
		key := must[crypto.Signer](t)(onCurve(tc.curve)())
		who := &cmstest.Identity{Key: key, Certificate: must[*pki.Certificate](t)(a.IssueFor(citizen, key.Public()))}
		p7s := must[[]byte](t)(who.Sign([]byte("document"), signedAt, false))
		opts := verifyOptions(t, a, signedAt.Add(time.Minute))
		if r := must[*cms.Result](t)(cms.Verify(p7s, opts)); r.Outcome != tc.today {
			t.Errorf("%s: %v, want %v", tc.curve, r.Outcome, tc.today)
		}
		opts.Keys = pki.KeyPolicy{MinDSTUBits: 233, NormalBases: true}
		if r := must[*cms.Result](t)(cms.Verify(p7s, opts)); r.Outcome != tc.search {
			t.Errorf("%s in an archive: %v, want %v", tc.curve, r.Outcome, tc.search)
		}
	}
}

func TestMayAuthorise(t *testing.T) {
	t.Parallel()
	a := newAuthority(t, cmstest.EC)
	person := must[*cmstest.Identity](t)(a.Issue(citizen))
	other := must[*cmstest.Identity](t)(a.Issue(pki.Person{Surname: "ІНША", DRFO: "3000000020"}))
	seal := must[*cmstest.Identity](t)(a.Seal(pki.Organization{Name: "ТОВ", EDRPOU: "12345678"}))
	nameless := must[*cmstest.Identity](t)(a.Issue(pki.Person{Surname: "Я"}))
	wrap := func(content []byte, who ...*cmstest.Identity) []byte {
		for _, w := range who {
			content = must[[]byte](t)(w.Sign(content, signedAt, false))
		}
		return content
	}
	doc := []byte("document")
	cases := map[string]struct {
		container []byte
		change    func(*cms.VerifyOptions)
		want      cms.Outcome
	}{
		"person":            {container: wrap(doc, person), want: cms.Outcome{Verdict: cms.Valid}},
		"person twice":      {container: wrap(doc, person, person), want: cms.Outcome{Verdict: cms.Valid}},
		"person, then seal": {container: wrap(doc, person, seal), want: cms.Outcome{Verdict: cms.Valid}},
		"seal":              {container: wrap(doc, seal), want: cms.Outcome{Verdict: cms.Invalid, Reason: cms.ReasonNoPerson}},
		"no number":         {container: wrap(doc, nameless), want: cms.Outcome{Verdict: cms.Invalid, Reason: cms.ReasonNoPerson}},
		"two persons":       {container: wrap(doc, person, other), want: cms.Outcome{Verdict: cms.Invalid, Reason: cms.ReasonSeveralPersons}},
		"too deep": {
			container: wrap(doc, person, person, person, person, person),
			want:      cms.Outcome{Verdict: cms.Invalid, Reason: cms.ReasonLimit},
		},
		"too old": {
			container: wrap(doc, person), change: func(o *cms.VerifyOptions) { o.MaxSignatureAge = time.Second },
			want: cms.Outcome{Verdict: cms.Invalid, Reason: cms.ReasonTooOld},
		},
		"no status": {
			container: wrap(doc, person), change: func(o *cms.VerifyOptions) { o.CRLs = nil },
			want: cms.Outcome{Verdict: cms.Indeterminate, Reason: pki.ReasonStatusNoSource},
		},
		"no status, not required": {
			container: wrap(doc, person),
			change:    func(o *cms.VerifyOptions) { o.CRLs, o.Revocation = nil, cms.RevocationIfAvailable },
			want:      cms.Outcome{Verdict: cms.Valid},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			opts := verifyOptions(t, a, signedAt.Add(time.Minute))
			if tc.change != nil {
				tc.change(&opts)
			}
			r := must[*cms.Result](t)(cms.Verify(tc.container, opts))
			if got := r.MayAuthorise(); got != tc.want {
				t.Errorf("%v, want %v", got, tc.want)
			}
			if r.Verdict == cms.Valid && !bytes.Equal(r.InnermostContent(), doc) {
				t.Error("innermost content is not the document")
			}
		})
	}
}

func TestRevokedSigner(t *testing.T) {
	t.Parallel()
	a := newAuthority(t, cmstest.EC)
	who := must[*cmstest.Identity](t)(a.Issue(citizen))
	p7s := must[[]byte](t)(who.Sign([]byte("x"), signedAt, false))
	a.Revoke(who.Certificate, signedAt, 1)
	r := must[*cms.Result](t)(cms.Verify(p7s, verifyOptions(t, a, signedAt.Add(time.Hour))))
	if want := (cms.Outcome{Verdict: cms.Invalid, Reason: pki.ReasonRevoked}); r.Outcome != want {
		t.Errorf("%v, want %v", r.Outcome, want)
	}
}

func TestSignRefuses(t *testing.T) {
	t.Parallel()
	a := newAuthority(t, cmstest.EC)
	who, other := must[*cmstest.Identity](t)(a.Issue(citizen)), must[*cmstest.Identity](t)(a.Issue(citizen))
	good := cms.SignOptions{Signer: who.Key, Certificate: who.Certificate, SigningTime: signedAt}
	cases := map[string]struct {
		content []byte
		change  func(*cms.SignOptions)
		want    string
	}{
		"no content":     {nil, func(*cms.SignOptions) {}, "no content"},
		"no time":        {[]byte("x"), func(o *cms.SignOptions) { o.SigningTime = time.Time{} }, "signing time"},
		"another's key":  {[]byte("x"), func(o *cms.SignOptions) { o.Signer = other.Key }, "another public key"},
		"nil beside":     {[]byte("x"), func(o *cms.SignOptions) { o.Certificates = []*pki.Certificate{nil} }, "nil"},
		"foreign digest": {[]byte("x"), func(o *cms.SignOptions) { o.Digest = pki.OIDGOST34311 }, "not accepted"},
		"SHA-1":          {[]byte("x"), func(o *cms.SignOptions) { o.Digest = pki.OIDSHA1 }, "not accepted"},
	}
	for name, tc := range cases {
		opts := good
		tc.change(&opts)
		if _, err := cms.Sign(tc.content, opts); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestVerifyRefusesOptions: what is wrong with the options is an error and no result.
func TestVerifyRefusesOptions(t *testing.T) {
	t.Parallel()
	a := newAuthority(t, cmstest.EC)
	p7s := must[[]byte](t)(must[*cmstest.Identity](t)(a.Issue(citizen)).Sign([]byte("x"), signedAt, false))
	for name, change := range map[string]func(*cms.VerifyOptions){
		"no time":       func(o *cms.VerifyOptions) { o.Time = time.Time{} },
		"nil root":      func(o *cms.VerifyOptions) { o.Anchors = append(o.Anchors, nil) },
		"nil authority": func(o *cms.VerifyOptions) { o.Intermediates = append(o.Intermediates, nil) },
		"nil list":      func(o *cms.VerifyOptions) { o.CRLs = append(o.CRLs, nil) },
		"nil response":  func(o *cms.VerifyOptions) { o.OCSPs = append(o.OCSPs, nil) },
	} {
		opts := verifyOptions(t, a, signedAt.Add(time.Minute))
		change(&opts)
		if r, err := cms.Verify(p7s, opts); err == nil {
			t.Errorf("%s: verified: %v", name, r.Outcome)
		}
		if _, err := cms.CollectLongTerm(t.Context(), p7s, opts); err == nil {
			t.Errorf("%s: collected", name)
		}
	}
}

func TestResultsDoNotLogDocuments(t *testing.T) {
	t.Parallel()
	a := newAuthority(t, cmstest.EC)
	who := must[*cmstest.Identity](t)(a.Issue(citizen))
	p7s := must[[]byte](t)(who.Sign([]byte("secret document"), signedAt, false))
	r := must[*cms.Result](t)(cms.Verify(p7s, verifyOptions(t, a, signedAt.Add(time.Minute))))
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("verified", "result", r, "signer", r.Signers[0].Identity, "who", r.Signers[0].Certificate)
	fmt.Fprintf(&log, "%v %+v %s %+v", r, r, r, r.Signers)
	encoded, err := json.Marshal(r.Signers)
	if err != nil {
		t.Fatal(err)
	}
	log.Write(encoded)
	for _, hidden := range []string{"secret", base64.StdEncoding.EncodeToString([]byte("secret")), citizen.DRFO, citizen.UNZR, citizen.Surname} {
		if strings.Contains(log.String(), hidden) {
			t.Errorf("%q is logged", hidden)
		}
	}
	if !strings.Contains(log.String(), `"result":"valid"`) {
		t.Error("verdict is not logged")
	}
}
