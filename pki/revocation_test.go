package pki_test

import (
	"crypto"
	"encoding/hex"
	"encoding/json"
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dovidka/dovidka/dstu/dstu4145"
	"github.com/dovidka/dovidka/pki"
)

func crl(t testing.TB, name string) *pki.CRL {
	t.Helper()
	l, err := pki.ParseCRL(read(t, name))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return l
}

func ocsp(t testing.TB, name string) *pki.OCSPResponse {
	t.Helper()
	r, err := pki.ParseOCSPResponse(read(t, name))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return r
}

func TestRealCRLs(t *testing.T) {
	t.Parallel()
	cases := []struct {
		file, issuer string // issuer "": not to be had
		delta        bool
		entries      int
		number       int64
	}{
		{"real/diia-delta-2023-09-19.crl", diiaCA, true, 0, 704167},
		{"real/cryptonite/full.crl", "real/cryptonite/root_certificate.cer", false, 5, 291},
		{"real/cryptonite/delta.crl", "real/cryptonite/root_certificate.cer", true, -1, 292},
		{"real/czo-full-2016.crl", "", false, 33, 17505}, // 35 entries, two of them repeated
		{"real/czo-delta-2016.crl", "", true, 0, 17585},
	}
	for _, tc := range cases {
		l := crl(t, tc.file)
		if l.IsDelta() != tc.delta || tc.entries >= 0 && l.Len() != tc.entries || l.Number.Int64() != tc.number || len(l.UnknownCritical) != 0 {
			t.Errorf("%s: delta %v, %d entries, number %v, unknown %v", tc.file, l.IsDelta(), l.Len(), l.Number, l.UnknownCritical)
		}
		if tc.issuer == "" {
			continue
		}
		issuer := certificate(t, tc.issuer)
		if err := checkWrapped(issuer, l.SignatureAlgorithm, l.RawTBS, l.Signature); err != nil {
			t.Errorf("%s: %v", tc.file, err)
		}
		// The key usages of this test authority have their bits in the wrong order.
		if err := l.CheckIssuedBy(issuer); (err == nil) != (issuer.KeyUsage&pki.KeyUsageCRLSign != 0) {
			t.Errorf("%s: %v", tc.file, err)
		}
		if err := l.CheckIssuedBy(certificate(t, diiaRoot)); err == nil {
			t.Errorf("%s: verifies with a foreign key", tc.file)
		}
	}
}

func TestRealOCSPResponse(t *testing.T) {
	t.Parallel()
	r := ocsp(t, "real/revoked.ocsp")
	if len(r.Responses) != 1 || r.Responses[0].State != pki.StateRevoked || r.Responses[0].HashOID != pki.OIDGOST34311 || len(r.Certificates) != 2 {
		t.Fatalf("%d responses, %d certificates", len(r.Responses), len(r.Certificates))
	}
	// The responder's key usage has its bits in the wrong order, so only the
	// signature can be looked at.
	for _, c := range r.Certificates {
		if c.HasExtendedKeyUsage(pki.OIDEKUOCSPSigning) {
			if err := checkWrapped(c, r.SignatureAlgorithm, r.RawTBS, r.Signature); err != nil {
				t.Error(err)
			}
			return
		}
	}
	t.Error("response does not carry the certificate of its responder")
}

// checkWrapped verifies a DSTU signature of a bit string, of less than 128 bytes.
func checkWrapped(c *pki.Certificate, alg pki.AlgorithmIdentifier, tbs, bits []byte) error {
	return c.PublicKey.CheckSignature(alg, "", tbs, bits[2:])
}

// TestOCSPStatements holds every kind of statement against the rules of RFC 6960,
// clause 4.2.2.2.
func TestOCSPStatements(t *testing.T) {
	t.Parallel()
	user, ca := certificate(t, "synthetic/pki/user.cer"), certificate(t, "synthetic/pki/ca.cer")
	now := time.Date(2025, 3, 1, 12, 2, 0, 0, time.UTC)
	want := map[string]pki.Reason{
		"good":           pki.ReasonNone,
		"revoked":        pki.ReasonRevoked,
		"unknown":        pki.ReasonStatusUnknown,
		"other-serial":   pki.ReasonStatusOther,
		"wrong-keyhash":  pki.ReasonStatusOther,
		"no-eku":         pki.ReasonStatusUntrusted,
		"fake-responder": pki.ReasonStatusUntrusted,
		"self":           pki.ReasonStatusUntrusted,
		"stale":          pki.ReasonStatusStale,
	}
	got := map[string]pki.Reason{}
	for name := range want {
		st := pki.CheckStatus(user, ca, pki.StatusSources{
			OCSPs:        []*pki.OCSPResponse{ocsp(t, "synthetic/ocsp/"+name+".ocsp")},
			Certificates: []*pki.Certificate{certificate(t, "synthetic/pki/ocsp.cer")},
		}, pki.StatusOptions{Time: now})
		got[name] = st.Reason
		if (st.State == pki.StateGood) != (name == "good") || (st.State == pki.StateRevoked) != (name == "revoked") {
			t.Errorf("%s: state %v", name, st.State)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("reasons (-want +got):\n%s", diff)
	}
	if _, err := pki.ParseOCSPResponse(read(t, "synthetic/ocsp/altered.ocsp")); err == nil {
		t.Error("altered response parses")
	}
	asked := pki.CheckStatus(user, ca, pki.StatusSources{OCSPs: []*pki.OCSPResponse{ocsp(t, "synthetic/ocsp/good.ocsp")}},
		pki.StatusOptions{Time: now, Nonce: []byte("ours")})
	if asked.Reason != pki.ReasonStatusNonce {
		t.Errorf("other nonce: %q", asked.Reason)
	}
}

func TestSyntheticCRLs(t *testing.T) {
	t.Parallel()
	user, ca := certificate(t, "synthetic/pki/user.cer"), certificate(t, "synthetic/pki/ca.cer")
	now := time.Date(2025, 6, 1, 0, 0, 0, 0, time.UTC)
	cases := []struct {
		files []string
		state pki.State
		want  pki.Reason
	}{
		{[]string{"empty"}, pki.StateGood, pki.ReasonNone},
		{[]string{"revoked"}, pki.StateRevoked, pki.ReasonRevoked},
		{[]string{"hold"}, pki.StateRevoked, pki.ReasonOnHold},
		{[]string{"stale"}, pki.StateUnknown, pki.ReasonStatusStale},
		{[]string{"wrong-key"}, pki.StateUnknown, pki.ReasonStatusUntrusted},
		{[]string{"last-day"}, pki.StateUnknown, pki.ReasonStatusFuture},
		{[]string{"base-empty", "delta-revokes"}, pki.StateRevoked, pki.ReasonRevoked},
		{[]string{"delta-revokes"}, pki.StateRevoked, pki.ReasonRevoked},
		{[]string{"wrong-key", "empty"}, pki.StateGood, pki.ReasonNone},
		{[]string{"empty", "revoked"}, pki.StateRevoked, pki.ReasonRevoked},
	}
	for _, tc := range cases {
		var lists []*pki.CRL
		for _, f := range tc.files {
			lists = append(lists, crl(t, "synthetic/crl/"+f+".crl"))
		}
		st := pki.CheckStatus(user, ca, pki.StatusSources{CRLs: lists}, pki.StatusOptions{Time: now})
		if st.State != tc.state || st.Reason != tc.want {
			t.Errorf("%v: %v %q, want %v %q", tc.files, st.State, st.Reason, tc.state, tc.want)
		}
	}
}

// TestRevokedResponder: a responder whose certificate is on a list says nothing; and when
// its key may be in other hands, it has not said anything before either, as whoever has
// the key states any time.
func TestRevokedResponder(t *testing.T) {
	t.Parallel()
	user, ca := certificate(t, "synthetic/pki/user.cer"), certificate(t, "synthetic/pki/ca.cer")
	responder := certificate(t, "synthetic/pki/ocsp.cer")
	now := time.Date(2025, 3, 1, 12, 2, 0, 0, time.UTC)
	list := func(when time.Time, reason int) *pki.CRL {
		l, err := pki.CreateCRL(pki.CRLTemplate{
			Number: big.NewInt(1), ThisUpdate: now.Add(-time.Hour), NextUpdate: now.Add(time.Hour),
			Revoked: []pki.RevokedCertificate{{SerialNumber: responder.SerialNumber, Revocation: pki.Revocation{Time: when, Reason: reason}}},
		}, ca, syntheticKey(t, "ca_private_key_d_hex"))
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	before, after := now.AddDate(0, -1, 0), now.Add(-time.Second)
	for _, tc := range []struct {
		when   time.Time
		reason int
		want   string
	}{
		{before, 1, "crl"}, {before, pki.RevocationCessation, "crl"},
		{after, 1, "crl"}, {after, 0, "crl"}, {after, pki.RevocationHold, "crl"},
		{after, pki.RevocationCessation, "ocsp"}, {after, pki.RevocationSuperseded, "ocsp"},
		{now.Add(time.Hour), 1, "ocsp"}, // not known at the time from which it is seen
	} {
		st := pki.CheckStatus(user, ca, pki.StatusSources{
			CRLs: []*pki.CRL{list(tc.when, tc.reason)}, OCSPs: []*pki.OCSPResponse{ocsp(t, "synthetic/ocsp/good.ocsp")},
			Certificates: []*pki.Certificate{responder},
		}, pki.StatusOptions{Time: now})
		if st.State != pki.StateGood || st.Source != tc.want {
			t.Errorf("responder revoked %v for %d: %+v, want the word of %s", tc.when, tc.reason, st, tc.want)
		}
	}
}

// TestExpiredResponder: whoever has the key of a responder whose certificate expired states
// that it was asked before, and that its answer lasts. What it stated after the time in
// question stands: a signature is older than its statements.
func TestExpiredResponder(t *testing.T) {
	t.Parallel()
	a, person := serviceAuthority(t)
	made := serviceDay.Add(-2 * time.Hour)
	responder, err := a.Custom(func(key pki.PublicKeyInfo) (pki.Template, error) {
		return pki.OCSPTemplate(pki.Organization{Name: "OCSP"}, key, pki.Validity{NotBefore: made.Add(-time.Hour), NotAfter: made.Add(time.Hour)})
	})
	if err != nil {
		t.Fatal(err)
	}
	id, err := pki.NewCertID(person, a.CA.Certificate, "")
	if err != nil {
		t.Fatal(err)
	}
	statement := func(state pki.State) *pki.OCSPResponse {
		raw, err := pki.CreateOCSPResponse(pki.OCSPResponseTemplate{
			ProducedAt: made, Certificates: []*pki.Certificate{responder.Certificate}, Responses: []pki.SingleResponse{{
				CertID: id, State: state, Revocation: pki.Revocation{Time: made}, ThisUpdate: made, NextUpdate: made.AddDate(1, 0, 0),
			}},
		}, responder.Certificate, responder.Key)
		if err != nil {
			t.Fatal(err)
		}
		r, err := pki.ParseOCSPResponse(raw)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	for name, tc := range map[string]struct {
		state  pki.State
		time   time.Time
		now    time.Time
		want   pki.State
		reason pki.Reason
	}{
		"not expired":            {pki.StateGood, made.Add(time.Minute), made.Add(time.Minute), pki.StateGood, ""},
		"expired":                {pki.StateGood, serviceDay, serviceDay, pki.StateUnknown, pki.ReasonStatusStale},
		"expired, asked in past": {pki.StateGood, made, serviceDay, pki.StateGood, ""},
		"expired, revokes":       {pki.StateRevoked, serviceDay, serviceDay, pki.StateRevoked, pki.ReasonRevoked},
	} {
		st := pki.CheckStatus(person, a.CA.Certificate, pki.StatusSources{OCSPs: []*pki.OCSPResponse{statement(tc.state)}}, pki.StatusOptions{Time: tc.time, Now: tc.now})
		if st.State != tc.want || st.Reason != tc.reason {
			t.Errorf("%s: %+v, want %v %q", name, st, tc.want, tc.reason)
		}
	}
}

// TestListWithoutEnd: a list that does not say when the next one comes does not serve for
// ever.
func TestListWithoutEnd(t *testing.T) {
	t.Parallel()
	user, ca := certificate(t, "synthetic/pki/user.cer"), certificate(t, "synthetic/pki/ca.cer")
	now := time.Date(2025, 3, 1, 12, 2, 0, 0, time.UTC)
	for age, want := range map[time.Duration]pki.Reason{
		30 * time.Minute: pki.ReasonNone, 2 * time.Hour: pki.ReasonStatusStale, 300 * 24 * time.Hour: pki.ReasonStatusStale,
	} {
		l, err := pki.CreateCRL(pki.CRLTemplate{Number: big.NewInt(1), ThisUpdate: now.Add(-age), NextUpdate: now}, ca, syntheticKey(t, "ca_private_key_d_hex"))
		if err != nil {
			t.Fatal(err)
		}
		l.NextUpdate = time.Time{} // as if not stated; the signature is over what stands in it
		if st := pki.CheckStatus(user, ca, pki.StatusSources{CRLs: []*pki.CRL{l}}, pki.StatusOptions{Time: now}); st.Reason != want {
			t.Errorf("list of %v: %+v, want %q", age, st, want)
		}
		bounded := pki.StatusOptions{Time: now, CRLMaxAge: 365 * 24 * time.Hour}
		if st := pki.CheckStatus(user, ca, pki.StatusSources{CRLs: []*pki.CRL{l}}, bounded); st.State != pki.StateGood {
			t.Errorf("list of %v, a year is allowed: %+v", age, st)
		}
	}
}

// syntheticKey reads a private key of the synthetic authority, on the curve of 257 bits.
func syntheticKey(t testing.TB, name string) crypto.Signer {
	t.Helper()
	var keys map[string]string
	if err := json.Unmarshal(read(t, "../../cms/testdata/synthetic/pki/private-keys-test-only.json"), &keys); err != nil {
		t.Fatal(err)
	}
	d, err := hex.DecodeString(keys[name])
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(d)
	key, err := dstu4145.NewPrivateKey(dstu4145.M257(), d)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// TestStatementsShareTheirBudget: statements that come first cannot keep a revocation
// behind them out of sight; the status is unknown then, and never good.
func TestStatementsShareTheirBudget(t *testing.T) {
	t.Parallel()
	user, ca := certificate(t, "synthetic/pki/user.cer"), certificate(t, "synthetic/pki/ca.cer")
	now := time.Date(2025, 3, 1, 12, 2, 0, 0, time.UTC)
	good, bad := ocsp(t, "synthetic/ocsp/good.ocsp"), crl(t, "synthetic/crl/revoked.crl")
	sources := pki.StatusSources{
		OCSPs: []*pki.OCSPResponse{good, good}, CRLs: []*pki.CRL{bad},
		Certificates: []*pki.Certificate{certificate(t, "synthetic/pki/ocsp.cer")},
	}
	for budget, want := range map[int]pki.State{
		0: pki.StateUnknown, 3: pki.StateUnknown, 4: pki.StateUnknown, 64: pki.StateRevoked,
	} {
		st := pki.CheckStatus(user, ca, sources, pki.StatusOptions{Time: now, Budget: pki.NewBudget(budget)})
		if st.State != want || want == pki.StateUnknown && st.Reason != pki.ReasonStatusTooMany {
			t.Errorf("with %d signatures: %v %q, want %v", budget, st.State, st.Reason, want)
		}
	}
}

// TestContradictoryResponse: of two statements about one certificate the worse counts, whichever comes first.
func TestContradictoryResponse(t *testing.T) {
	t.Parallel()
	a, person := serviceAuthority(t)
	id, err := pki.NewCertID(person, a.CA.Certificate, "")
	if err != nil {
		t.Fatal(err)
	}
	statements := []pki.SingleResponse{
		{CertID: id, State: pki.StateGood, ThisUpdate: serviceDay},
		{CertID: id, State: pki.StateRevoked, Revocation: pki.Revocation{Time: serviceDay.Add(-time.Hour)}, ThisUpdate: serviceDay},
	}
	for range statements {
		raw, err := pki.CreateOCSPResponse(pki.OCSPResponseTemplate{ProducedAt: serviceDay, Responses: statements}, a.CA.Certificate, a.CA.Key)
		if err != nil {
			t.Fatal(err)
		}
		r, err := pki.ParseOCSPResponse(raw)
		if err != nil {
			t.Fatal(err)
		}
		st := pki.CheckStatus(person, a.CA.Certificate, pki.StatusSources{OCSPs: []*pki.OCSPResponse{r}}, pki.StatusOptions{Time: serviceDay.Add(time.Minute)})
		if st.State != pki.StateRevoked {
			t.Errorf("%+v", st)
		}
		slices.Reverse(statements)
	}
}
