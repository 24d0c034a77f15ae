package pki_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"slices"
	"testing"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/dovidka/dovidka/pki"
	"github.com/dovidka/dovidka/pki/der"
)

func TestNames(t *testing.T) {
	t.Parallel()
	n, err := pki.NewName(pki.Attribute{OID: pki.OIDCommonName, Value: "Тест"}, pki.Attribute{OID: pki.OIDCountry, Value: "UA"},
		pki.Attribute{OID: "1.2.3.4", Value: "x"})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := n.Reveal(), "CN=Тест, C=UA, 1.2.3.4=x"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	again, err := pki.ParseName(n.Raw())
	if err != nil || !again.Equal(n) || again.Equal(pki.Name{}) || !(pki.Name{}).Equal(pki.Name{}) {
		t.Errorf("name does not survive: %v", err)
	}
	for name, tc := range map[string]struct {
		tag  asn1.Tag
		body string
		want string
	}{
		"BMPString":               {30, "\x04\x22\x04\x35", "Те"},
		"BMPString, half a unit":  {30, "\x04\x22\x04", ""},
		"UTF8String that is none": {asn1.UTF8String, "\xff", ""},
		"TeletexString":           {20, "x", ""},
		"NumericString":           {18, "123", "123"},
	} {
		if got := nameWith(t, tc.tag, tc.body).First(pki.OIDCommonName); got != tc.want {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
	}
	for name, raw := range map[string][]byte{
		"empty":        nil,
		"no sequence":  {0x31, 0},
		"empty set":    {0x30, 2, 0x31, 0},
		"trailing":     {0x30, 0, 0},
		"no attribute": {0x30, 4, 0x31, 2, 0x30, 0},
	} {
		if _, err := pki.ParseName(raw); !errors.Is(err, pki.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func nameWith(t testing.TB, tag asn1.Tag, body string) pki.Name {
	t.Helper()
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(asn1.SET, func(b *cryptobyte.Builder) {
			b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
				der.AddOID(b, pki.OIDCommonName)
				b.AddASN1(tag, func(b *cryptobyte.Builder) { b.AddBytes([]byte(body)) })
			})
		})
	})
	n, err := pki.ParseName(b.BytesOrPanic())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestInternationalKeys(t *testing.T) {
	t.Parallel()
	ec := func(c elliptic.Curve) crypto.PublicKey {
		k, err := ecdsa.GenerateKey(c, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		return k.Public()
	}
	edwards, _, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		key  crypto.PublicKey
		want error
	}{
		"P-256":   {ec(elliptic.P256()), nil},
		"P-384":   {ec(elliptic.P384()), nil},
		"P-521":   {ec(elliptic.P521()), nil},
		"P-224":   {ec(elliptic.P224()), pki.ErrUnsupportedAlgorithm},
		"Ed25519": {edwards, pki.ErrUnsupportedAlgorithm},
	} {
		raw, err := x509.MarshalPKIXPublicKey(tc.key)
		if err != nil {
			t.Fatal(err)
		}
		info, err := pki.ParsePublicKeyInfo(raw)
		if !errors.Is(err, tc.want) || (info.Key == nil) != (tc.want != nil) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := pki.MarshalPublicKeyInfo(edwards); !errors.Is(err, pki.ErrUnsupportedAlgorithm) {
		t.Errorf("Ed25519 is written: %v", err)
	}
}

// TestPartialLists: a list which covers a part of the certificates, or says what is
// not understood, decides nothing.
func TestPartialLists(t *testing.T) {
	t.Parallel()
	a := newAuthority(t, newEC)
	point := []byte{0x30, 0x06, 0xa0, 0x04, 0xa0, 0x02, 0x86, 0x00} // a distribution point's name alone
	cases := map[string]struct {
		list, entry []extensionValue
		unknown     []string
	}{
		"plain":                          {},
		"distribution point":             {list: []extensionValue{{"2.5.29.28", true, point}}},
		"only end entities":              {list: []extensionValue{{"2.5.29.28", true, []byte{0x30, 3, 0x81, 1, 0xff}}}, unknown: []string{"2.5.29.28"}},
		"indirect":                       {list: []extensionValue{{"2.5.29.28", true, []byte{0x30, 3, 0x84, 1, 0xff}}}, unknown: []string{"2.5.29.28"}},
		"unknown, critical":              {list: []extensionValue{{"1.2.3.4", true, []byte{5, 0}}}, unknown: []string{"1.2.3.4"}},
		"unknown, not critical":          {list: []extensionValue{{"1.2.3.4", false, []byte{5, 0}}}},
		"unknown in an entry, critical":  {entry: []extensionValue{{"2.5.29.29", true, []byte{5, 0}}}, unknown: []string{"2.5.29.29"}},
		"invalidity date and reason":     {entry: []extensionValue{{"2.5.29.21", false, []byte{10, 1, 4}}, {"2.5.29.24", false, []byte{5, 0}}}},
		"unknown in an entry, optional":  {entry: []extensionValue{{"1.2.3.4", false, []byte{5, 0}}}},
		"fresher list at a given place ": {list: []extensionValue{{"2.5.29.46", false, []byte{0x30, 0}}}},
	}
	for name, tc := range cases {
		l, err := pki.ParseCRL(unsignedList(a.ca.Subject, tc.list, tc.entry))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !slices.Equal(l.UnknownCritical, tc.unknown) || l.Len() != 1 {
			t.Errorf("%s: unknown %v, %d entries", name, l.UnknownCritical, l.Len())
		}
		want := pki.ErrSignature
		if tc.unknown != nil {
			want = pki.ErrUnsupportedAlgorithm
		}
		if err := l.CheckIssuedBy(a.ca); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", name, err, want)
		}
	}
	twice := []extensionValue{{"1.2.3.4", false, []byte{5, 0}}, {"1.2.3.4", false, []byte{5, 0}}}
	if _, err := pki.ParseCRL(unsignedList(a.ca.Subject, twice, nil)); !errors.Is(err, pki.ErrMalformed) {
		t.Errorf("extension twice: %v", err)
	}
}

type extensionValue struct {
	oid      string
	critical bool
	value    []byte
}

func addExtensions(b *cryptobyte.Builder, list []extensionValue) {
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		for _, e := range list {
			b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
				der.AddOID(b, e.oid)
				if e.critical {
					b.AddASN1Boolean(true)
				}
				b.AddASN1OctetString(e.value)
			})
		}
	})
}

// unsignedList is a list with one entry and a signature that is none.
func unsignedList(issuer pki.Name, list, entry []extensionValue) []byte {
	alg := pki.AlgorithmIdentifier{OID: "1.2.840.10045.4.3.2"}
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1Int64(1)
			alg.Add(b)
			b.AddBytes(issuer.Raw())
			der.AddTime(b, issueTime)
			der.AddTime(b, issueTime.Add(time.Hour))
			b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
					b.AddASN1Int64(7)
					der.AddTime(b, issueTime)
					if entry != nil {
						addExtensions(b, entry)
					}
				})
			})
			if list != nil {
				b.AddASN1(asn1.Tag(0).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) { addExtensions(b, list) })
			}
		})
		alg.Add(b)
		b.AddASN1BitString([]byte{0x30, 0})
	})
	return b.BytesOrPanic()
}

func TestServiceProfiles(t *testing.T) {
	t.Parallel()
	a := newAuthority(t, newDSTU)
	for usage, profile := range map[string]func(pki.Organization, pki.PublicKeyInfo, pki.Validity) (pki.Template, error){
		pki.OIDEKUTimeStamping: pki.TSATemplate,
		pki.OIDEKUOCSPSigning:  pki.OCSPTemplate,
		pki.OIDEKUSeal:         pki.SealTemplate,
	} {
		template, err := profile(pki.Organization{Name: "Служба", EDRPOU: "12345678"}, keyInfo(t, newDSTU(t)), validity)
		if err != nil {
			t.Fatal(err)
		}
		c := issue(t, template, a.ca, a.caKey)
		if !c.HasExtendedKeyUsage(usage) || c.IsCA || c.KeyUsage&pki.KeyUsageDigitalSignature == 0 || c.IsSeal() != (usage == pki.OIDEKUSeal) {
			t.Errorf("%s: %+v", usage, c.ExtKeyUsages)
		}
		if id, err := c.Identity(); err != nil || id.IsPerson() {
			t.Errorf("%s: identity of a service: %v", usage, err)
		}
	}
}
