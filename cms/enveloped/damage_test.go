package enveloped_test

import (
	"bytes"
	"crypto/elliptic"
	"errors"
	"runtime"
	"testing"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/dovidka/dovidka/cms/enveloped"
	"github.com/dovidka/dovidka/dstu/dstu4145"
	"github.com/dovidka/dovidka/pki"
)

// TestDamage flips a bit in every byte. Nothing panics; what is authenticated is never
// opened with other content; and what fails over a secret fails with ErrDecrypt and no
// word more.
func TestDamage(t *testing.T) {
	t.Parallel()
	content := []byte("a document of more than thirty-two bytes")
	for _, scheme := range enveloped.Schemes() {
		people := []person{dstuPerson(t, 257)}
		if _, err := enveloped.Encrypt(content, enveloped.EncryptOptions{Recipients: certificates(people), Time: now, Scheme: scheme}); err != nil {
			people = []person{ecPerson(t, elliptic.P256()), rsaPerson(t)}
		}
		for _, p := range people {
			t.Run(string(scheme), func(t *testing.T) {
				t.Parallel()
				damage(t, content, p, scheme)
			})
		}
	}
}

func damage(t *testing.T, content []byte, p person, scheme enveloped.Scheme) {
	container, err := enveloped.Encrypt(content, enveloped.EncryptOptions{Recipients: []*pki.Certificate{p.cert}, Time: now, Scheme: scheme})
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[error]int{}
	for i := range container {
		broken := bytes.Clone(container)
		broken[i] ^= 1 << (i % 8)
		got, err := enveloped.Decrypt(broken, p.opens())
		switch {
		case err == nil:
			kinds[nil]++
			if got.Integrity && !bytes.Equal(got.Data, content) {
				t.Errorf("byte %d: opened as %q", i, got.Data)
			}
		case errors.Is(err, enveloped.ErrDecrypt):
			kinds[enveloped.ErrDecrypt]++
			if err != enveloped.ErrDecrypt { //nolint:errorlint // nothing may be wrapped around it
				t.Errorf("byte %d: says more than it should: %v", i, err)
			}
		default:
			kinds[enveloped.ErrMalformed]++
		}
	}
	if kinds[enveloped.ErrDecrypt] < 32 || kinds[enveloped.ErrMalformed] < 32 {
		t.Errorf("outcomes %v", kinds)
	}
	for n := range container {
		if _, err := enveloped.Decrypt(container[:n], p.opens()); err == nil {
			t.Errorf("the first %d bytes were opened", n)
		}
	}
	if _, err := enveloped.Decrypt(append(container, 0), p.opens()); !errors.Is(err, enveloped.ErrMalformed) {
		t.Errorf("a byte more: %v", err)
	}
}

func certificates(people []person) []*pki.Certificate {
	var out []*pki.Certificate
	for _, p := range people {
		out = append(out, p.cert)
	}
	return out
}

// TestBER opens a container whose every constructed value has no length and whose
// ciphertext comes in pieces of a byte and more.
func TestBER(t *testing.T) {
	t.Parallel()
	content := random(t, 5000)
	for _, p := range []person{dstuPerson(t, 257), ecPerson(t, elliptic.P256())} {
		container, err := enveloped.Encrypt(content, enveloped.EncryptOptions{Recipients: []*pki.Certificate{p.cert}, Time: now})
		if err != nil {
			t.Fatal(err)
		}
		ber := toBER(t, container)
		if len(ber) < len(container)+200 {
			t.Fatal("nothing was cut up")
		}
		got, err := enveloped.Decrypt(ber, p.opens())
		if err != nil || !bytes.Equal(got.Data, content) {
			t.Errorf("%v", err)
		}
	}
}

// toBER gives the outer values indefinite lengths and cuts the ciphertext up. What is
// inside of recipients stays: the key agreement is over parts of it.
func toBER(t *testing.T, value []byte) []byte {
	t.Helper()
	s := cryptobyte.String(value)
	var out []byte
	for !s.Empty() {
		var element, content cryptobyte.String
		var tag asn1.Tag
		if !s.ReadAnyASN1Element(&element, &tag) {
			t.Fatal("not DER")
		}
		content = element
		content.ReadAnyASN1(&content, &tag)
		switch tag {
		case asn1.SEQUENCE, asn1.Tag(0).ContextSpecific().Constructed(), asn1.SET:
			out = append(append(append(out, byte(tag), 0x80), toBER(t, content)...), 0, 0)
		case asn1.Tag(0).ContextSpecific():
			out = append(out, 0xa0, 0x80)
			for n := 1; len(content) > 0; n = n%100 + 1 {
				n = min(n, len(content))
				out = append(append(out, 0x04, byte(n)), content[:n]...)
				content = content[n:]
			}
			out = append(out, 0, 0)
		default:
			out = append(out, element...)
		}
	}
	return out
}

func TestLimits(t *testing.T) {
	t.Parallel()
	p := dstuPerson(t, 257)
	many := make([]*pki.Certificate, 64)
	for i := range many {
		many[i] = p.cert
	}
	container, err := enveloped.Encrypt([]byte("document"), enveloped.EncryptOptions{Recipients: many, Time: now})
	if err != nil {
		t.Fatal(err)
	}
	opts := p.opens()
	if _, err := enveloped.Decrypt(container, opts); err != nil {
		t.Error(err)
	}
	for name, l := range map[string]enveloped.Limits{"recipients": {Recipients: 63}, "size": {Size: len(container) - 1}} {
		opts.Limits = l
		if _, err := enveloped.Decrypt(container, opts); !errors.Is(err, enveloped.ErrLimit) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestTrialsAreBounded: a key without a certificate is tried on eight recipients.
func TestTrialsAreBounded(t *testing.T) {
	t.Parallel()
	mine := dstuPerson(t, 257)
	var asked int
	key := countingKey{mine.key.(enveloped.AgreementKey), &asked}
	var recipients []*pki.Certificate
	for range 20 {
		recipients = append(recipients, dstuPerson(t, 257).cert)
	}
	container, err := enveloped.Encrypt([]byte("document"), enveloped.EncryptOptions{Recipients: recipients, Time: now})
	if err != nil {
		t.Fatal(err)
	}
	_, err = enveloped.Decrypt(container, enveloped.DecryptOptions{Key: key})
	if !errors.Is(err, enveloped.ErrDecrypt) || asked != 8 {
		t.Errorf("%d trials, %v", asked, err)
	}
}

// TestMemoryIsBounded: 20 kB of container cost less than 16 MiB. It runs alone, as it
// counts what the whole program allocates.
func TestMemoryIsBounded(t *testing.T) {
	p := dstuPerson(t, 257)
	container, err := enveloped.Encrypt(make([]byte, 20<<10), enveloped.EncryptOptions{Recipients: []*pki.Certificate{p.cert}, Time: now})
	if err != nil {
		t.Fatal(err)
	}
	nested := bytes.Repeat([]byte{0x30, 0x80}, 10<<10)
	pieces := append([]byte{0x24, 0x80}, bytes.Repeat([]byte{0x04, 0x00}, 10<<10)...)
	for name, in := range map[string][]byte{"a container": container, "nested": nested, "pieces": pieces} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, _ = enveloped.Decrypt(in, p.opens())
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used > 16<<20 {
			t.Errorf("%s: %d bytes allocated", name, used)
		}
	}
}

// countingKey counts how often it is asked.
type countingKey struct {
	enveloped.AgreementKey
	asked *int
}

func (k countingKey) CofactorECDH(peer *dstu4145.PublicKey) ([]byte, error) {
	*k.asked++
	return k.AgreementKey.CofactorECDH(peer)
}
