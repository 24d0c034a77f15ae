package cms_test

import (
	"bytes"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/cms/cmstest"
	"github.com/dovidka/dovidka/dstu/dstu4145"
	"github.com/dovidka/dovidka/pki"
)

func invalid(why cms.Reason) cms.Outcome { return cms.Outcome{Verdict: cms.Invalid, Reason: why} }

func indeterminate(why cms.Reason) cms.Outcome {
	return cms.Outcome{Verdict: cms.Indeterminate, Reason: why}
}

var good = cms.Outcome{Verdict: cms.Valid}

// TestSignatureValues puts values into a container which are none, or not the one.
func TestSignatureValues(t *testing.T) {
	t.Parallel()
	a := newAuthority(t, cmstest.DSTU)
	who := must[*cmstest.Identity](t)(a.Issue(citizen))
	opts := verifyOptions(t, a, signedAt.Add(time.Minute))
	c := dstu4145.M257()
	half := c.OrderBytes()
	number := func(le []byte) *big.Int {
		be := slices.Clone(le)
		slices.Reverse(be)
		return new(big.Int).SetBytes(be)
	}
	little := func(n *big.Int) []byte {
		b := n.FillBytes(make([]byte, half))
		slices.Reverse(b)
		return b
	}
	r := func(change func(n *big.Int) *big.Int) func([]byte) []byte {
		return func(v []byte) []byte { return append(little(change(number(v[:half]))), v[half:]...) }
	}
	s := func(change func(n *big.Int) *big.Int) func([]byte) []byte {
		return func(v []byte) []byte { return append(v[:half:half], little(change(number(v[half:])))...) }
	}
	order := func(*big.Int) *big.Int { return c.Order() }
	zero := func(*big.Int) *big.Int { return new(big.Int) }
	octets := func(v []byte) []byte { return append([]byte{4, byte(len(v))}, v...) }
	cases := map[string]struct {
		change func([]byte) []byte
		want   cms.Outcome
	}{
		"as it is":              {func(v []byte) []byte { return v }, good},
		"octet string":          {octets, good},
		"octet string twice":    {func(v []byte) []byte { return octets(octets(v)) }, invalid(cms.ReasonSignature)},
		"octet string and more": {func(v []byte) []byte { return append(octets(v), 0) }, invalid(cms.ReasonSignature)},
		"r = 0":                 {r(zero), invalid(cms.ReasonSignature)},
		"s = 0":                 {s(zero), invalid(cms.ReasonSignature)},
		"r = n":                 {r(order), invalid(cms.ReasonSignature)},
		"s = n":                 {s(order), invalid(cms.ReasonSignature)},
		"s + n":                 {s(func(n *big.Int) *big.Int { return n.Add(n, c.Order()) }), invalid(cms.ReasonSignature)},
		"r not truncated":       {r(func(n *big.Int) *big.Int { return new(big.Int).SetBit(n, c.OrderBits()-1, 1) }), invalid(cms.ReasonSignature)},
		"s negated":             {s(func(n *big.Int) *big.Int { return n.Sub(c.Order(), n) }), invalid(cms.ReasonSignature)},
		"zeros":                 {func(v []byte) []byte { return make([]byte, len(v)) }, invalid(cms.ReasonSignature)},
	}
	for name, tc := range cases {
		f := newForgery(who).useGOST()
		f.value = func(_ int, v []byte) []byte { return tc.change(v) }
		if res := must[*cms.Result](t)(cms.Verify(f.marshal(t), opts)); res.Outcome != tc.want {
			t.Errorf("%s: %v, want %v", name, res.Outcome, tc.want)
		}
	}
}

// resign makes a certificate whose signed part was changed and signed again.
func resign(t *testing.T, a *cmstest.Authority, c *pki.Certificate, change func(tbs []byte) []byte) *pki.Certificate {
	t.Helper()
	tbs := change(bytes.Clone(c.RawTBS))
	issuer := a.CA.Certificate.PublicKey
	alg, _, err := pki.SignatureAlgorithmFor(issuer, "")
	if err != nil {
		t.Fatal(err)
	}
	value := must[[]byte](t)(issuer.Sign(a.CA.Key, alg, "", tbs))
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddBytes(tbs)
		alg.Add(b)
		b.AddASN1(asn1.BIT_STRING, func(b *cryptobyte.Builder) {
			b.AddUint8(0)
			if _, ok := issuer.Key.(*dstu4145.PublicKey); ok {
				b.AddASN1OctetString(value)
				return
			}
			b.AddBytes(value)
		})
	})
	return must[*pki.Certificate](t)(pki.ParseCertificate(b.BytesOrPanic()))
}

// swap replaces bytes which must be there once.
func swap(t *testing.T, old, new []byte) func([]byte) []byte {
	return func(b []byte) []byte {
		t.Helper()
		if bytes.Count(b, old) != 1 || len(old) != len(new) {
			t.Fatalf("%d places for %x", bytes.Count(b, old), old)
		}
		return bytes.Replace(b, old, new, 1)
	}
}

// TestRejectedKeys: an authority was made to certify keys which are none.
func TestRejectedKeys(t *testing.T) {
	t.Parallel()
	a := newAuthority(t, cmstest.DSTU)
	who := must[*cmstest.Identity](t)(a.Issue(citizen))
	opts := verifyOptions(t, a, signedAt.Add(time.Minute))
	c := dstu4145.M257()
	key := who.Key.Public().(*dstu4145.PublicKey).Bytes()
	order := c.Order().Bytes()
	excess := bytes.Clone(key)
	excess[len(excess)-1] |= 0x80
	cases := map[string]func([]byte) []byte{
		"zero":                  swap(t, key, make([]byte, len(key))),
		"excess bits":           swap(t, key, excess),
		"no such point":         swap(t, key, unparsable(t, c, key, "no point")),
		"outside the subgroup":  swap(t, key, unparsable(t, c, key, "subgroup")),
		"another order":         swap(t, order, new(big.Int).Sub(c.Order(), big.NewInt(2)).Bytes()),
		"another base point":    swap(t, c.BasePoint(), key),
		"another coefficient b": swap(t, c.B(), append([]byte{c.B()[0] ^ 1}, c.B()[1:]...)),
	}
	for name, change := range cases {
		f := newForgery(who).useGOST().as(resign(t, a, who.Certificate, change))
		if r := must[*cms.Result](t)(cms.Verify(f.marshal(t), opts)); r.Outcome != invalid(pki.ReasonKeyRejected) {
			t.Errorf("%s: %v", name, r.Outcome)
		}
	}
	f := newForgery(who).useGOST().as(resign(t, a, who.Certificate, func(b []byte) []byte { return b }))
	if r := must[*cms.Result](t)(cms.Verify(f.marshal(t), opts)); r.Outcome != good {
		t.Errorf("unchanged: %v", r.Outcome)
	}
}

// unparsable finds a key beside key which is refused for a reason.
func unparsable(t *testing.T, c *dstu4145.Curve, key []byte, why string) []byte {
	t.Helper()
	candidate := bytes.Clone(key)
	for i := range 256 {
		candidate[0] = byte(i)
		if _, err := dstu4145.ParsePublicKey(c, candidate); err != nil && strings.Contains(err.Error(), why) {
			return candidate
		}
	}
	t.Fatalf("no key is refused for %q", why)
	return nil
}

// TestForgedCertificates: certificates that no sound authority issues, or that it did
// not issue.
func TestForgedCertificates(t *testing.T) {
	t.Parallel()
	a, imitator := newAuthority(t, cmstest.EC), newAuthority(t, cmstest.EC)
	who := must[*cmstest.Identity](t)(a.Issue(citizen))
	validity := pki.Validity{NotBefore: signedAt.AddDate(0, 0, -1), NotAfter: signedAt.AddDate(1, 0, 0)}
	person := func(issuer *cmstest.Identity, change func(*pki.Template)) *cmstest.Identity {
		key := must[*cmstest.Identity](t)(a.Issue(citizen)) // for its key
		template := must[pki.Template](t)(pki.PersonTemplate(citizen, key.Certificate.PublicKey, validity))
		if change != nil {
			change(&template)
		}
		return &cmstest.Identity{Key: key.Key, Certificate: must[*pki.Certificate](t)(pki.CreateCertificate(template, issuer.Certificate, issuer.Key))}
	}
	authority := func(change func(*pki.Template)) *cmstest.Identity {
		return must[*cmstest.Identity](t)(a.Custom(func(key pki.PublicKeyInfo) (pki.Template, error) {
			template, err := pki.CATemplate(pki.Organization{Name: "Нижчий"}, key, validity)
			change(&template)
			return template, err
		}))
	}
	notCA := authority(func(o *pki.Template) { o.IsCA = false })
	below := authority(func(*pki.Template) {})
	ecdsaSHA256 := []byte{0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02}
	ecdsaSHA384 := []byte{0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x03}
	policies, unknown := []byte{0x55, 0x1d, 0x20, 0x01, 0x01, 0xff}, []byte{0x55, 0x1d, 0x63, 0x01, 0x01, 0xff}
	cases := map[string]struct {
		who   *cmstest.Identity
		forge func(*forgery)
		also  []*pki.Certificate
		want  cms.Outcome
	}{
		"sound":                      {who: person(a.CA, nil), want: good},
		"authority of the same name": {who: person(imitator.CA, nil), want: invalid(pki.ReasonIssuerImitated)},
		"with its certificates": {
			who: person(imitator.CA, nil), also: []*pki.Certificate{imitator.CA.Certificate, imitator.Root.Certificate},
			want: invalid(pki.ReasonIssuerImitated),
		},
		"end entity as issuer":   {who: person(who, nil), also: []*pki.Certificate{who.Certificate}, want: invalid(pki.ReasonIssuerNotCA)},
		"no basicConstraints":    {who: person(notCA, nil), also: []*pki.Certificate{notCA.Certificate}, want: invalid(pki.ReasonIssuerNotCA)},
		"path too long":          {who: person(below, nil), also: []*pki.Certificate{below.Certificate}, want: invalid(pki.ReasonPathLen)},
		"identities disagree":    {who: person(a.CA, func(o *pki.Template) { o.DRFO = "2999999992" }), want: invalid(cms.ReasonIdentityConflict)},
		"control character":      {who: person(a.CA, func(o *pki.Template) { o.UNZR = "19820219-0001\x009" }), want: invalid(cms.ReasonIdentityMalformed)},
		"padded number":          {who: person(a.CA, func(o *pki.Template) { o.DRFO = citizen.DRFO + "  " }), want: good},
		"key for agreement":      {who: person(a.CA, func(o *pki.Template) { o.KeyUsage = pki.KeyUsageKeyAgreement }), want: invalid(cms.ReasonKeyUsage)},
		"no usage of the key":    {who: person(a.CA, func(o *pki.Template) { o.KeyUsage = pki.KeyUsageCRLSign }), want: invalid(cms.ReasonKeyUsage)},
		"algorithms differ":      {who: who, forge: func(f *forgery) { f.as(resign(t, a, who.Certificate, swap(t, ecdsaSHA256, ecdsaSHA384))) }, want: invalid(pki.ReasonAlgorithmsDiffer)},
		"unknown and critical":   {who: who, forge: func(f *forgery) { f.as(resign(t, a, who.Certificate, swap(t, policies, unknown))) }, want: invalid(pki.ReasonCriticalExtension)},
		"not yet valid":          {who: person(a.CA, func(o *pki.Template) { o.NotBefore = signedAt.AddDate(0, 1, 0) }), want: invalid(pki.ReasonNotYetValid)},
		"service of OCSP":        {who: must[*cmstest.Identity](t)(a.OCSP()), want: invalid(cms.ReasonKeyUsage)},
		"service of time-stamps": {who: must[*cmstest.Identity](t)(a.TSA()), want: invalid(cms.ReasonKeyUsage)},
		"usage of another kind":  {who: person(a.CA, func(o *pki.Template) { o.ExtKeyUsages = []string{"1.3.6.1.5.5.7.3.4"} }), want: good},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newForgery(tc.who)
			if tc.forge != nil {
				tc.forge(f)
			}
			f.certs = append(f.certs, tc.also...)
			r := must[*cms.Result](t)(cms.Verify(f.marshal(t), verifyOptions(t, a, signedAt.Add(time.Minute))))
			if r.Outcome != tc.want {
				t.Errorf("%v, want %v: %+v", r.Outcome, tc.want, r.Signers[0].Checks)
			}
		})
	}
}
