package keystore

import (
	"bytes"
	"crypto/sha1"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/dovidka/dovidka/pki"
)

// Vectors of the PKCS#12 derivation which circulate with the implementations of others
// (BouncyCastle: PKCS12Test and PBETest; password "smeg" with its two zero bytes).
func TestPKCS12KDF(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		purpose    byte
		password   string
		salt       string
		iterations int
		want       string
	}{
		{kdfKey, "smeg", "0a58cf64530d823f", 1, "8aaae6297b6cb04642ab5b077851284eb7128f1a2a7fbca3"},
		{kdfIV, "smeg", "0a58cf64530d823f", 1, "79993dfe048d3b76"},
		{kdfKey, "smeg", "642b99ab44fb4b1f", 1, "f3a95fec48d7711e985cfe67908c5ab79fa3d7c5caa5d966"},
		{kdfIV, "smeg", "642b99ab44fb4b1f", 1, "c0a38d64a79bea1d"},
		{kdfMAC, "smeg", "3d83c0e4546ac140", 1, "8d967d88f6caa9d714800ab3d48051d63f73a312"},
		{kdfKey, "queeg", "05dec959acff72f7", 1000, "ed2034e36328830ff09df1e1a07dd357185dac0d4f9eb3d4"},
		{kdfIV, "queeg", "05dec959acff72f7", 1000, "11dedad7758d4860"},
		{kdfMAC, "queeg", "263216fcc2fab31c", 1000, "5ec4c7a80df652294c3925b6489a7ab857c83476"},
	} {
		salt, _ := hex.DecodeString(c.salt)
		want, _ := hex.DecodeString(c.want)
		password := textPasswords([]byte(c.password))[0]
		if got := pkcs12KDF(sha1.New, c.purpose, password, salt, c.iterations, len(want)); !bytes.Equal(got, want) {
			t.Errorf("purpose %d, salt %s: %x, want %x", c.purpose, c.salt, got, want)
		}
	}
}

func TestTextPasswords(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in   string
		want []string
	}{
		{"Beavis", []string{"0042006500610076006900730000"}}, // RFC 7292, appendix B.1
		{"", []string{"0000", ""}},
		{"ї", []string{"04570000", "00d100970000"}},
		{"\U0001F511", []string{"d83ddd110000", "00f0009f009400910000"}},
		{"\xff", []string{"00ff0000"}},
	} {
		var got []string
		for _, p := range textPasswords([]byte(c.in)) {
			got = append(got, hex.EncodeToString(p))
		}
		if len(got) != len(c.want) {
			t.Fatalf("%q: %v", c.in, got)
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("%q form %d: %s, want %s", c.in, i, got[i], c.want[i])
			}
		}
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	small := defaultLimits()
	small.size = 100
	few := defaultLimits()
	few.entries = 1
	lazy := defaultLimits()
	lazy.iterations = 15_000 // one derivation of 10 000, not two
	for name, l := range map[string]limits{"size": small, "entries": few, "iterations": lazy} {
		file, err := os.ReadFile("testdata/uapki/test-diia.p12")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := open(file, []byte("testpassword"), l); !errors.Is(err, ErrLimit) {
			t.Errorf("%s: error %v, want ErrLimit", name, err)
		}
	}
}

// Work for the machine is refused before it is begun.
func TestIterationBound(t *testing.T) {
	t.Parallel()
	for _, iterations := range []int64{-1, 0, 10_000_001, 1 << 62} {
		params, err := sequence(func(b *cryptobyte.Builder) {
			b.AddASN1OctetString(make([]byte, 32))
			b.AddASN1Int64(iterations)
		})
		if err != nil {
			t.Fatal(err)
		}
		o := &opener{left: defaultLimits()}
		if _, err := o.pbkdf2(params, 32); !errors.Is(err, ErrLimit) && !errors.Is(err, ErrFormat) {
			t.Errorf("PBKDF2 with %d iterations: %v", iterations, err)
		}
		alg := pki.AlgorithmIdentifier{OID: oidPBESHA3Key3DES, Parameters: params}
		if _, err := o.decrypt(alg, make([]byte, 8)); !errors.Is(err, ErrLimit) && !errors.Is(err, ErrFormat) {
			t.Errorf("PKCS#12 encryption with %d iterations: %v", iterations, err)
		}
	}
}

func TestNestedSafeContents(t *testing.T) {
	t.Parallel()
	inner, err := sequence(func(*cryptobyte.Builder) {})
	if err != nil {
		t.Fatal(err)
	}
	for range 6 {
		value := inner
		if inner, err = sequence(func(b *cryptobyte.Builder) {
			addBag(b, oidSafeContentsBag, value, "", nil)
		}); err != nil {
			t.Fatal(err)
		}
	}
	pfx, err := sequence(func(b *cryptobyte.Builder) {
		b.AddASN1Int64(3)
		var safe cryptobyte.Builder
		safe.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) { addDataContent(b, inner) })
		addDataContent(b, safe.BytesOrPanic())
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(pfx, nil); !errors.Is(err, ErrLimit) {
		t.Errorf("error %v, want ErrLimit", err)
	}
}

// FuzzOpen begins with every container of testdata. What opens must encode and open
// again to the same public keys.
func FuzzOpen(f *testing.F) {
	seeds := 0
	err := filepath.WalkDir("testdata", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) == ".md" {
			return err
		}
		if filepath.Base(filepath.Dir(path)) == "FuzzOpen" {
			return nil // the fuzzer reads its own corpus
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		seeds++
		for _, password := range []string{"", "secret", "testpassword", "tect4"} {
			f.Add(data, []byte(password))
		}
		return nil
	})
	if err != nil || seeds == 0 {
		f.Fatalf("%d seeds: %v", seeds, err)
	}
	l := defaultLimits()
	l.iterations = 20_000
	f.Fuzz(func(t *testing.T, container, password []byte) {
		s, err := open(container, password, l)
		if err != nil {
			if !errors.Is(err, ErrFormat) && !errors.Is(err, ErrPassword) && !errors.Is(err, ErrLimit) && !errors.Is(err, ErrUnsupported) {
				t.Fatalf("foreign error: %v", err)
			}
			return
		}
		for _, k := range s.Keys {
			out, err := EncodePKCS8(k, nil, PKCS8Options{})
			if err != nil {
				t.Fatal(err)
			}
			again, err := open(out, nil, l)
			if err != nil {
				t.Fatal(err)
			}
			want, _ := k.ID()
			if got, err := again.Keys[0].ID(); err != nil || !bytes.Equal(got, want) {
				t.Fatalf("key %x became %x: %v", want, got, err)
			}
		}
	})
}
