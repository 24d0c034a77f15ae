package enveloped_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/dovidka/dovidka/cms/enveloped"
	"github.com/dovidka/dovidka/dstu/dstu4145"
	"github.com/dovidka/dovidka/dstu/gost28147"
	"github.com/dovidka/dovidka/pki"
)

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// person is a key with a certificate.
type person struct {
	key  crypto.Signer
	cert *pki.Certificate
}

func (p person) opens() enveloped.DecryptOptions {
	return enveloped.DecryptOptions{Key: p.key, Certificate: p.cert}
}

func newPerson(t testing.TB, key crypto.Signer, change ...func(*pki.Template)) person {
	t.Helper()
	raw, err := pki.MarshalPublicKeyInfo(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	info, err := pki.ParsePublicKeyInfo(raw)
	if err != nil {
		t.Fatal(err)
	}
	template, err := pki.PersonTemplate(pki.Person{Surname: "Тестенко", GivenName: "Тест", DRFO: "3000000014"}, info,
		pki.Validity{NotBefore: now.AddDate(0, 0, -1), NotAfter: now.AddDate(1, 0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	template.KeyUsage = pki.KeyUsageKeyAgreement
	if _, ok := key.(*rsa.PrivateKey); ok {
		template.KeyUsage = pki.KeyUsageKeyEncipherment
	}
	for _, f := range change {
		f(&template)
	}
	c, err := pki.CreateCertificate(template, nil, key)
	if err != nil {
		t.Fatal(err)
	}
	return person{key: key, cert: c}
}

func dstuPerson(t testing.TB, bits int, change ...func(*pki.Template)) person {
	t.Helper()
	curve, ok := dstu4145.CurveBySize(bits)
	if !ok {
		t.Fatal("no such curve")
	}
	key, err := dstu4145.GenerateKey(curve, nil)
	if err != nil {
		t.Fatal(err)
	}
	return newPerson(t, key, change...)
}

func ecPerson(t testing.TB, curve elliptic.Curve) person {
	t.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return newPerson(t, key)
}

// rsaPerson has a key of the test data: making one takes long.
func rsaPerson(t testing.TB) person {
	t.Helper()
	return newPerson(t, opensslKey(t, "rsa").Signer)
}

func sbox(t testing.TB, n int) func(*pki.Template) {
	t.Helper()
	s, err := gost28147.NumberedSBox(n)
	if err != nil {
		t.Fatal(err)
	}
	return func(c *pki.Template) { c.Key.SBox = s }
}

// TestEncrypt encrypts with every scheme for several recipients; each opens it and
// nobody else does. That others open it is checked by conformance/enveloped.
func TestEncrypt(t *testing.T) {
	t.Parallel()
	national := []person{
		dstuPerson(t, 257), dstuPerson(t, 431), dstuPerson(t, 233), dstuPerson(t, 307), dstuPerson(t, 367), dstuPerson(t, 257, sbox(t, 4)),
	}
	international := []person{ecPerson(t, elliptic.P256()), ecPerson(t, elliptic.P384()), ecPerson(t, elliptic.P521()), rsaPerson(t)}
	tried := 0
	for _, scheme := range append(enveloped.Schemes(), "") {
		for _, people := range [][]person{national, international} {
			if fits := scheme == "" || strings.HasPrefix(string(scheme), "aes") == (&people[0] == &international[0]); !fits {
				continue
			}
			for _, size := range []int{0, 1, 31, 32, 1000} {
				tried++
				content := random(t, size)
				opts := enveloped.EncryptOptions{Time: now, Scheme: scheme}
				for _, p := range people[1:] {
					opts.Recipients = append(opts.Recipients, p.cert)
				}
				container, err := enveloped.Encrypt(content, opts)
				if err != nil {
					t.Fatalf("%s: %v", scheme, err)
				}
				for i, p := range people {
					got, err := enveloped.Decrypt(container, p.opens())
					if i == 0 {
						if !errors.Is(err, enveloped.ErrNotForKey) {
							t.Errorf("%s: a stranger: %v", scheme, err)
						}
						continue
					}
					if err != nil || !bytes.Equal(got.Data, content) {
						t.Errorf("%s, recipient %d: %v", scheme, i, err)
					}
				}
			}
		}
	}
	if tried != 10*5 {
		t.Errorf("%d combinations were tried", tried)
	}
}

// TestEncryptWithOwnKey: the originator's key is that of a certificate, with keying
// material that makes every container another.
func TestEncryptWithOwnKey(t *testing.T) {
	t.Parallel()
	for _, bits := range []int{257, 431} {
		from, to := dstuPerson(t, bits), dstuPerson(t, bits, sbox(t, 7))
		for _, scheme := range enveloped.Schemes()[:4] {
			container, err := enveloped.Encrypt([]byte("document"), enveloped.EncryptOptions{
				Recipients: []*pki.Certificate{to.cert}, Time: now, Scheme: scheme,
				Originator: &enveloped.Originator{Key: from.key.(*dstu4145.PrivateKey), Certificate: from.cert},
			})
			if err != nil {
				t.Fatal(err)
			}
			opts := to.opens()
			opts.Originators = []*pki.Certificate{to.cert, from.cert}
			got, err := enveloped.Decrypt(container, opts)
			if err != nil || string(got.Data) != "document" || !got.Originator.Equal(from.cert) {
				t.Errorf("%s: %+v, %v", scheme, got, err)
			}
			opts.Originators = nil
			if _, err := enveloped.Decrypt(container, opts); !errors.Is(err, enveloped.ErrOriginatorUnknown) {
				t.Errorf("%s: without the originator's certificate: %v", scheme, err)
			}
			got, err = enveloped.Decrypt(withOriginatorInfo(t, container, to.cert, from.cert), opts)
			if err != nil || string(got.Data) != "document" || !got.Originator.Equal(from.cert) {
				t.Errorf("%s: with the certificate in the container: %+v, %v", scheme, got, err)
			}
		}
	}
}

// device is a key that stays where it is: only the agreement can be asked of it.
type device struct{ enveloped.AgreementKey }

func TestDevice(t *testing.T) {
	t.Parallel()
	p := dstuPerson(t, 257)
	container, err := enveloped.Encrypt([]byte("document"), enveloped.EncryptOptions{Recipients: []*pki.Certificate{p.cert}, Time: now})
	if err != nil {
		t.Fatal(err)
	}
	opts := enveloped.DecryptOptions{Key: device{p.key.(*dstu4145.PrivateKey)}, Certificate: p.cert}
	if got, err := enveloped.Decrypt(container, opts); err != nil || string(got.Data) != "document" {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestEncryptRefuses(t *testing.T) {
	t.Parallel()
	good, ec := dstuPerson(t, 257), ecPerson(t, elliptic.P256())
	weak, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	usage := func(u pki.KeyUsage) func(*pki.Template) { return func(c *pki.Template) { c.KeyUsage = u } }
	for name, c := range map[string]struct {
		recipients []*pki.Certificate
		scheme     enveloped.Scheme
		at         time.Time
		from       *enveloped.Originator
		want       string
	}{
		"nobody":             {nil, "", now, nil, "no recipient"},
		"no time":            {[]*pki.Certificate{good.cert}, "", time.Time{}, nil, "no time"},
		"a nil certificate":  {[]*pki.Certificate{nil}, "", now, nil, "nil"},
		"a signer":           {[]*pki.Certificate{dstuPerson(t, 257, usage(pki.KeyUsageDigitalSignature|pki.KeyUsageNonRepudiation)).cert}, "", now, nil, "does not allow keyAgreement"},
		"an RSA signer":      {[]*pki.Certificate{newPerson(t, weak, usage(pki.KeyUsageDigitalSignature)).cert}, "", now, nil, "does not allow keyEncipherment"},
		"an authority":       {[]*pki.Certificate{dstuPerson(t, 257, func(c *pki.Template) { c.IsCA = true }).cert}, "", now, nil, "authority"},
		"a short curve":      {[]*pki.Certificate{dstuPerson(t, 191).cert}, "", now, nil, "M191"},
		"expired":            {[]*pki.Certificate{good.cert}, "", now.AddDate(2, 0, 0), nil, "not valid"},
		"not yet valid":      {[]*pki.Certificate{good.cert}, "", now.AddDate(-2, 0, 0), nil, "not valid"},
		"two families":       {[]*pki.Certificate{good.cert, ec.cert}, "", now, nil, "another kind"},
		"AES for DSTU":       {[]*pki.Certificate{good.cert}, enveloped.AES256GCM, now, nil, "another kind"},
		"Kalyna for EC":      {[]*pki.Certificate{ec.cert}, enveloped.KalynaCofactor, now, nil, "another kind"},
		"an unknown scheme":  {[]*pki.Certificate{good.cert}, "rot13", now, nil, "rot13"},
		"originator for EC":  {[]*pki.Certificate{ec.cert}, "", now, &enveloped.Originator{Key: good.key.(*dstu4145.PrivateKey), Certificate: good.cert}, "national"},
		"no originator":      {[]*pki.Certificate{good.cert}, "", now, &enveloped.Originator{}, "key and a certificate"},
		"another originator": {[]*pki.Certificate{good.cert}, "", now, &enveloped.Originator{Key: dstuPerson(t, 257).key.(*dstu4145.PrivateKey), Certificate: good.cert}, "not that"},
		"another curve":      {[]*pki.Certificate{dstuPerson(t, 431).cert}, "", now, &enveloped.Originator{Key: good.key.(*dstu4145.PrivateKey), Certificate: good.cert}, "another curve"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := enveloped.Encrypt([]byte("x"), enveloped.EncryptOptions{Recipients: c.recipients, Scheme: c.scheme, Time: c.at, Originator: c.from})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v", err)
			}
		})
	}
	for name, l := range map[string]enveloped.Limits{"content": {Size: 3}, "container": {Size: 500}, "recipients": {Recipients: 1}} {
		opts := enveloped.EncryptOptions{Recipients: []*pki.Certificate{good.cert, good.cert}, Time: now, Limits: l}
		if _, err := enveloped.Encrypt([]byte("four"), opts); !errors.Is(err, enveloped.ErrLimit) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := enveloped.ParseScheme("gost"); err == nil || !strings.Contains(err.Error(), "gost-cofactor") {
		t.Errorf("%v", err)
	}
	for _, key := range []any{nil, 5, opensslKey(t, "P256")} {
		if _, err := enveloped.Decrypt(nil, enveloped.DecryptOptions{Key: key}); !errors.Is(err, enveloped.ErrUnsupported) {
			t.Errorf("key %T: %v", key, err)
		}
	}
}

func random(t testing.TB, n int) []byte {
	t.Helper()
	out := make([]byte, n)
	if _, err := rand.Read(out); err != nil {
		t.Fatal(err)
	}
	return out
}

// withOriginatorInfo puts certificates into a container (RFC 5652, clause 6.1).
func withOriginatorInfo(t testing.TB, container []byte, certs ...*pki.Certificate) []byte {
	t.Helper()
	context0 := asn1.Tag(0).ContextSpecific().Constructed()
	s := cryptobyte.String(container)
	var info, kind, wrapped, body, version cryptobyte.String
	if !s.ReadASN1(&info, asn1.SEQUENCE) || !info.ReadASN1Element(&kind, asn1.OBJECT_IDENTIFIER) ||
		!info.ReadASN1(&wrapped, context0) || !wrapped.ReadASN1(&body, asn1.SEQUENCE) || !body.ReadASN1Element(&version, asn1.INTEGER) {
		t.Fatal("no enveloped data")
	}
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddBytes(kind)
		b.AddASN1(context0, func(b *cryptobyte.Builder) {
			b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddBytes(version)
				b.AddASN1(context0, func(b *cryptobyte.Builder) {
					b.AddASN1(context0, func(b *cryptobyte.Builder) {
						for _, c := range certs {
							b.AddBytes(c.Raw)
						}
					})
				})
				b.AddBytes(body)
			})
		})
	})
	return b.BytesOrPanic()
}
