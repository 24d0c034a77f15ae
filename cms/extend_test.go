package cms_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/cms/cmstest"
	"github.com/dovidka/dovidka/pki"
)

const oidArchiveStamp = "0.4.0.1733.2.4"

// archive is an authority with whoever has to do with long-term signatures.
type archive struct {
	*cmstest.Authority
	who, tsa *cmstest.Identity
}

func newArchive(t testing.TB, family cmstest.Family) archive {
	t.Helper()
	a := newAuthority(t, family)
	return archive{a, must[*cmstest.Identity](t)(a.Issue(citizen)), must[*cmstest.Identity](t)(a.TSA())}
}

func stamps(tsa *cmstest.Identity, at time.Time) func(string, []byte) ([]byte, error) {
	return func(oid string, digest []byte) ([]byte, error) { return tsa.Stamp(at, oid, digest) }
}

// material is what an LT signature needs, stated at a time and put in two hours after
// signing.
func (a archive) material(t testing.TB, at time.Time) *cms.LongTerm {
	t.Helper()
	return &cms.LongTerm{
		Anchors: []*pki.Certificate{a.Root.Certificate}, Certificates: []*pki.Certificate{a.CA.Certificate, a.tsa.Certificate},
		CRLs: []*pki.CRL{must[*pki.CRL](t)(a.CRL(at)), must[*pki.CRL](t)(a.RootCRL(at))}, Time: signedAt.Add(2 * time.Hour),
	}
}

// rootOnly verifies with the root alone at a time.
func (a archive) rootOnly(t testing.TB, container, content []byte, at time.Time, also ...*pki.CRL) *cms.Result {
	t.Helper()
	return must[*cms.Result](t)(cms.Verify(container, cms.VerifyOptions{
		Content: content, Anchors: []*pki.Certificate{a.Root.Certificate}, Time: at, CRLs: also,
	}))
}

var document = []byte("document")

func (a archive) sign(t testing.TB, detached bool) []byte {
	t.Helper()
	return must[[]byte](t)(cms.Sign(document, cms.SignOptions{
		Signer: a.who.Key, Certificate: a.who.Certificate, SigningTime: signedAt, Detached: detached,
		ContentTimeStamp: stamps(a.tsa, signedAt.Add(-time.Second)),
	}))
}

// TestExtend: from BES to LTA, attached and detached, nothing that was signed changes,
// and years later the root is enough.
func TestExtend(t *testing.T) {
	t.Parallel()
	later := signedAt.AddDate(8, 0, 0)
	for name, family := range map[string]cmstest.Family{"DSTU": cmstest.DSTU, "EC": cmstest.EC} {
		for _, detached := range []bool{false, true} {
			a := newArchive(t, family)
			content := []byte(nil)
			if detached {
				content = document
			}
			steps := []struct {
				level cms.Level
				opts  cms.ExtendOptions
				want  cms.Verdict
			}{
				{cms.LevelBES, cms.ExtendOptions{}, cms.Invalid}, // expired
				{cms.LevelT, cms.ExtendOptions{TimeStamp: stamps(a.tsa, signedAt)}, cms.Indeterminate},
				{cms.LevelLT, cms.ExtendOptions{LongTerm: a.material(t, signedAt.Add(time.Minute))}, cms.Valid},
				{cms.LevelLTA, cms.ExtendOptions{ArchiveTimeStamp: stamps(a.tsa, signedAt.Add(time.Hour))}, cms.Valid},
				{cms.LevelLTA, cms.ExtendOptions{ArchiveTimeStamp: stamps(a.tsa, signedAt.AddDate(1, 0, 0))}, cms.Valid},
			}
			container := a.sign(t, detached)
			signed := must[*cms.SignedData](t)(cms.Parse(container, cms.Limits{})).Signers[0]
			for _, step := range steps {
				step.opts.Content = content
				container = must[[]byte](t)(cms.Extend(container, step.opts))
				sd := must[*cms.SignedData](t)(cms.Parse(container, cms.Limits{}))
				for i, attr := range sd.Signers[0].SignedAttributes {
					if want := signed.SignedAttributes[i]; attr.OID != want.OID || !bytes.Equal(attr.Values[0], want.Values[0]) {
						t.Errorf("%s: a signed attribute changed", step.level)
					}
				}
				if !bytes.Equal(sd.Signers[0].Signature, signed.Signature) {
					t.Errorf("%s: the signature changed", step.level)
				}
				r := a.rootOnly(t, container, content, later)
				s := r.Signers[0]
				if r.Verdict != step.want || s.Level != step.level {
					t.Errorf("%s, detached %v: %v at %s, want %s at %s: %+v", name, detached, r.Outcome, s.Level, step.want, step.level, s.Checks)
				}
				if r.Verdict == cms.Valid && (!s.TrustedTime.Equal(signedAt) || !s.ContentTime.Equal(signedAt.Add(-time.Second))) {
					t.Errorf("%s: trusted time %v, content from %v", step.level, s.TrustedTime, s.ContentTime)
				}
				if again := must[[]byte](t)(cms.Extend(container, cms.ExtendOptions{TimeStamp: stamps(a.tsa, signedAt), Content: content})); step.level != cms.LevelBES && !bytes.Equal(again, container) {
					t.Errorf("%s: stamped although it was", step.level)
				}
				if bad := a.rootOnly(t, container, []byte("another"), later); bad.Verdict != cms.Invalid {
					t.Errorf("%s: another document: %v", step.level, bad.Outcome)
				}
			}
		}
	}
}

// TestExtendRefuses: what would be called LT and does not prove itself.
func TestExtendRefuses(t *testing.T) {
	t.Parallel()
	a := newArchive(t, cmstest.EC)
	at := signedAt.Add(time.Minute)
	bes := a.sign(t, false)
	stamped := must[[]byte](t)(cms.Extend(bes, cms.ExtendOptions{TimeStamp: stamps(a.tsa, signedAt)}))
	revoked := newArchive(t, cmstest.EC)
	revoked.Revoke(revoked.who.Certificate, signedAt.Add(-time.Hour), 1)
	revokedT := must[[]byte](t)(cms.Extend(revoked.sign(t, false), cms.ExtendOptions{TimeStamp: stamps(revoked.tsa, signedAt)}))
	with := func(change func(*cms.LongTerm)) cms.ExtendOptions {
		m := a.material(t, at)
		change(m)
		return cms.ExtendOptions{LongTerm: m}
	}
	nothing := func(*cms.LongTerm) {}
	cases := map[string]struct {
		container []byte
		opts      cms.ExtendOptions
		want      error
	}{
		"complete":          {stamped, with(nothing), nil},
		"no time-stamp":     {bes, with(nothing), cms.ErrIncomplete},
		"no anchor":         {stamped, with(func(m *cms.LongTerm) { m.Anchors = nil }), cms.ErrIncomplete},
		"no authority":      {stamped, with(func(m *cms.LongTerm) { m.Certificates = nil }), cms.ErrIncomplete},
		"no list":           {stamped, with(func(m *cms.LongTerm) { m.CRLs = nil }), cms.ErrIncomplete},
		"no list of signer": {stamped, with(func(m *cms.LongTerm) { m.CRLs = m.CRLs[1:] }), cms.ErrIncomplete},
		"no list of root":   {stamped, with(func(m *cms.LongTerm) { m.CRLs = m.CRLs[:1] }), cms.ErrIncomplete},
		"list too old":      {stamped, with(func(m *cms.LongTerm) { m.Time = at.AddDate(0, 0, 8) }), nil}, // made after the time-stamp: it answers for ever
		"list from before":  {stamped, cms.ExtendOptions{LongTerm: a.material(t, signedAt.Add(-time.Hour))}, cms.ErrIncomplete},
		"archived at once": {stamped, cms.ExtendOptions{
			LongTerm: a.material(t, signedAt.Add(-time.Hour)), ArchiveTimeStamp: stamps(a.tsa, at),
		}, nil},
		"revoked":       {revokedT, cms.ExtendOptions{LongTerm: revoked.material(t, at)}, cms.ErrIncomplete},
		"frozen":        {must[[]byte](t)(cms.Change(stamped, func(p *cms.Parts) { p.Attach(oidArchiveStampV2, []byte{5, 0}) })), with(nothing), cms.ErrFrozen},
		"not signed":    {readFile(t, "testdata/real/CACertificates.Test.p7b"), with(nothing), cms.ErrMalformed},
		"not a message": {[]byte("x"), with(nothing), nil},
	}
	for name, tc := range cases {
		out, err := cms.Extend(tc.container, tc.opts)
		if name == "not a message" {
			if err == nil {
				t.Errorf("%s is extended", name)
			}
			continue
		}
		if !errors.Is(err, tc.want) || (err == nil) != (len(out) > 0) {
			t.Errorf("%s: %v, want %v", name, err, tc.want)
		}
	}
	for name, stamp := range map[string]func(string, []byte) ([]byte, error){
		"refused":  func(string, []byte) ([]byte, error) { return nil, errors.New("no") },
		"no token": func(string, []byte) ([]byte, error) { return []byte{5, 0}, nil },
		"of other data": func(oid string, sum []byte) ([]byte, error) {
			return a.tsa.Stamp(signedAt, oid, make([]byte, len(sum)))
		},
	} {
		if _, err := cms.Extend(bes, cms.ExtendOptions{TimeStamp: stamp}); err == nil {
			t.Errorf("stamp %s is taken", name)
		}
	}
}

const oidArchiveStampV2 = "1.2.840.113549.1.9.16.2.48"

// TestAddSignature: signatures stand beside each other, and each is judged.
func TestAddSignature(t *testing.T) {
	t.Parallel()
	a := newArchive(t, cmstest.EC)
	dstu := newAuthority(t, cmstest.DSTU)
	seal := must[*cmstest.Identity](t)(dstu.Seal(pki.Organization{Name: "ТОВ", EDRPOU: "12345678"}))
	opts := verifyOptions(t, a.Authority, signedAt.Add(time.Minute))
	more := verifyOptions(t, dstu, signedAt.Add(time.Minute))
	opts.Anchors, opts.CRLs = append(opts.Anchors, more.Anchors...), append(opts.CRLs, more.CRLs...)
	opts.Intermediates = append(opts.Intermediates, more.Intermediates...)
	second := cms.SignOptions{Signer: seal.Key, Certificate: seal.Certificate, SigningTime: signedAt, TimeStamp: stamps(a.tsa, signedAt)}
	for _, detached := range []bool{false, true} {
		opts.Content = nil
		if detached {
			opts.Content = document
		}
		both := must[[]byte](t)(cms.AddSignature(a.sign(t, detached), opts.Content, second))
		r := must[*cms.Result](t)(cms.Verify(both, opts))
		if r.Outcome != good || len(r.Signers) != 2 || r.Detached != detached || r.MayAuthorise() != good {
			t.Fatalf("%v, %d signatures, may authorise %v", r.Outcome, len(r.Signers), r.MayAuthorise())
		}
		levels := []cms.Level{r.Signers[0].Level, r.Signers[1].Level}
		if !slices.Contains(levels, cms.LevelBES) || !slices.Contains(levels, cms.LevelT) {
			t.Errorf("levels %v", levels)
		}
		if _, err := cms.AddSignature(both, []byte("another"), second); detached == (err != nil) {
			t.Errorf("detached %v: signature over another document: %v", detached, err)
		}
	}
	full := a.sign(t, false)
	for range 7 {
		full = must[[]byte](t)(cms.AddSignature(full, nil, cms.SignOptions{Signer: a.who.Key, Certificate: a.who.Certificate, SigningTime: signedAt}))
	}
	if _, err := cms.AddSignature(full, nil, second); !errors.Is(err, cms.ErrLimit) {
		t.Errorf("nine signatures, which Verify does not read: %v", err)
	}
	if _, err := cms.AddSignature(a.sign(t, true), nil, second); err == nil {
		t.Error("signed without the document")
	}
	if _, err := cms.AddSignature([]byte("x"), nil, second); err == nil {
		t.Error("signed what is no container")
	}
}

// TestLongTermForEverySigner: an archive of two signatures proves both.
func TestLongTermForEverySigner(t *testing.T) {
	t.Parallel()
	a := newArchive(t, cmstest.DSTU)
	other := must[*cmstest.Identity](t)(a.Issue(pki.Person{Surname: "ІНША", DRFO: "3000000020"}))
	both := must[[]byte](t)(cms.AddSignature(a.sign(t, false), nil, cms.SignOptions{
		Signer: other.Key, Certificate: other.Certificate, SigningTime: signedAt, Digest: pki.OIDKupyna256,
	}))
	lta := must[[]byte](t)(cms.Extend(both, cms.ExtendOptions{
		TimeStamp: stamps(a.tsa, signedAt), LongTerm: a.material(t, signedAt.Add(time.Minute)), ArchiveTimeStamp: stamps(a.tsa, signedAt.Add(time.Hour)),
	}))
	outer := must[[]byte](t)(cms.Sign(lta, cms.SignOptions{Signer: other.Key, Certificate: other.Certificate, SigningTime: signedAt, TimeStamp: stamps(a.tsa, signedAt)}))
	outer = must[[]byte](t)(cms.Extend(outer, cms.ExtendOptions{LongTerm: a.material(t, signedAt.Add(time.Minute))}))
	r := a.rootOnly(t, outer, nil, signedAt.AddDate(6, 0, 0))
	if r.Outcome != good || r.Nested == nil || len(r.Nested.Signers) != 2 {
		t.Fatalf("%v: %+v", r.Outcome, r.Signers)
	}
	if r.Signers[0].Level != cms.LevelLT || r.Nested.Signers[0].Level != cms.LevelLTA || r.Nested.Signers[1].Level != cms.LevelLTA {
		t.Error("levels lost")
	}
	for range 20 { // a bit anywhere
		broken := bytes.Clone(lta)
		at := must[*big.Int](t)(rand.Int(rand.Reader, big.NewInt(int64(len(lta)))))
		broken[at.Int64()] ^= 1
		// Copies of certificates which nobody needs may change and no more.
		r := a.rootOnly(t, broken, nil, signedAt.AddDate(6, 0, 0))
		if r.Verdict != cms.Valid {
			continue
		}
		if !bytes.Equal(r.Content, document) || len(r.Signers) != 2 || !r.Signers[0].TrustedTime.Equal(signedAt) {
			t.Errorf("a bit at %d of %d: %v, another document, signer or time", at, len(lta), r.Outcome)
		}
	}
}
