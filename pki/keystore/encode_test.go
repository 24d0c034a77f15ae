package keystore_test

import (
	"bytes"
	"crypto"
	"encoding/asn1"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dovidka/dovidka/dstu/dstu4145"
	"github.com/dovidka/dovidka/dstu/gost28147"
	"github.com/dovidka/dovidka/pki"
	"github.com/dovidka/dovidka/pki/keystore"
)

// few iterations keep the tests quick; what is written by default is tested once.
const few = 1000

// rawKey is a key of the test PKI of cryptonite with its certificate and its issuer's.
func rawKey(t *testing.T, name string) keystore.Key {
	t.Helper()
	key, err := dstu4145.NewPrivateKey(dstu4145.M257(), read(t, "cryptonite/"+name+"_private_key_ba.dat"))
	if err != nil {
		t.Fatal(err)
	}
	return keystore.Key{
		Signer:       key,
		FriendlyName: "Печатка " + name,
		Certificates: [][]byte{
			read(t, "cryptonite/"+name+"_certificate.cer"),
			read(t, "cryptonite/root_certificate.cer"),
		},
	}
}

func TestPFXOfDSTUKeys(t *testing.T) {
	t.Parallel()
	in := []keystore.Key{rawKey(t, "userfiz"), rawKey(t, "userur")}
	for _, password := range []string{"secret", cyrillic} {
		file, err := keystore.EncodePFX(in, []byte(password), keystore.PFXOptions{Iterations: few})
		if err != nil {
			t.Fatal(err)
		}
		s, err := keystore.Open(file, []byte(password))
		if err != nil {
			t.Fatal(err)
		}
		if len(s.Keys) != 2 || len(s.Certificates) != 3 {
			t.Fatalf("%d keys, %d certificates", len(s.Keys), len(s.Certificates))
		}
		for i, k := range s.Keys {
			if !in[i].Signer.(*dstu4145.PrivateKey).Equal(k.Signer) {
				t.Errorf("key %d is another one", i)
			}
			if diff := cmp.Diff(in[i].Certificates, k.Certificates); diff != "" {
				t.Errorf("certificates (-want +got):\n%s", diff)
			}
			id, _ := in[i].ID()
			if k.FriendlyName != in[i].FriendlyName || !bytes.Equal(k.LocalKeyID, id) {
				t.Errorf("name %q, local key id %x", k.FriendlyName, k.LocalKeyID)
			}
		}
		if _, err := keystore.Open(file, []byte("other")); !errors.Is(err, keystore.ErrPassword) {
			t.Errorf("error %v, want ErrPassword", err)
		}
	}
}

// The certificates of Diia's test keys say which one signs, whatever their order.
func TestUsageFromCertificates(t *testing.T) {
	t.Parallel()
	keys := open(t, "uapki/test-diia.p12", "testpassword").Keys
	sign, agree := read(t, "uapki/diia-test-sign-7775603.cer"), read(t, "uapki/diia-test-kep-7775604.cer")
	for i := range keys {
		keys[i].Certificates = [][]byte{agree, sign} // not each its own first
	}
	data, err := keystore.EncodePFX(keys, []byte("secret"), keystore.PFXOptions{Iterations: few})
	if err != nil {
		t.Fatal(err)
	}
	s, err := keystore.Open(data, []byte("secret"))
	if err != nil {
		t.Fatal(err)
	}
	if a, b := s.Keys[0], s.Keys[1]; a.Usage != keystore.UsageSignature || b.Usage != keystore.UsageAgreement {
		t.Errorf("usages %v, %v", a.Usage, b.Usage)
	}
	want := [][][]byte{{sign}, {agree}}
	if diff := cmp.Diff(want, [][][]byte{s.Keys[0].Certificates, s.Keys[1].Certificates}); diff != "" {
		t.Errorf("certificates (-want +got):\n%s", diff)
	}
}

// What we write for Diia's test keys differs from their own container in salts, start
// vectors and what they encrypt, and in nothing else.
func TestPFXHasTheFormOfUAPKI(t *testing.T) {
	t.Parallel()
	theirs := read(t, "uapki/test-diia.p12")
	s := open(t, "uapki/test-diia.p12", "testpassword")
	ours, err := keystore.EncodePFX(s.Keys, []byte("testpassword"), keystore.PFXOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(skeleton(t, theirs, 0), skeleton(t, ours, 0)); diff != "" {
		t.Errorf("structure (-theirs +ours):\n%s", diff)
	}
}

// skeleton lists tags, lengths and small values of an encoding, looking into octet
// strings which hold an encoding themselves.
func skeleton(t *testing.T, data []byte, depth int) []node {
	t.Helper()
	var out []node
	for len(data) > 0 {
		var v asn1.RawValue
		rest, err := asn1.Unmarshal(data, &v)
		if err != nil {
			t.Fatal(err)
		}
		data = rest
		n := node{depth, v.Class, v.Tag, len(v.Bytes), nil}
		out = append(out, n)
		last := &out[len(out)-1]
		switch {
		case v.IsCompound:
			out = append(out, skeleton(t, v.Bytes, depth+1)...)
		case v.Tag == asn1.TagOctetString && len(v.Bytes) > 600: // the authenticated safe
			out = append(out, skeleton(t, v.Bytes, depth+1)...)
		case v.Tag != asn1.TagOctetString || bytes.Equal(v.Bytes, gost28147.DefaultSBox().DKE()):
			last.value = v.Bytes
		}
	}
	return out
}

type node struct {
	depth, class, tag, length int
	value                     []byte
}

func (n node) Equal(o node) bool {
	return n.depth == o.depth && n.class == o.class && n.tag == o.tag && n.length == o.length && bytes.Equal(n.value, o.value)
}

func TestPFXOfInternationalKeys(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"openssl/chain.p12", "openssl/rsa-pkcs8-encrypted.pem"} {
		in := open(t, file, "secret").Keys
		data, err := keystore.EncodePFX(in, []byte(cyrillic), keystore.PFXOptions{Iterations: few})
		if err != nil {
			t.Fatal(err)
		}
		s, err := keystore.Open(data, []byte(cyrillic))
		if err != nil {
			t.Fatal(err)
		}
		got := s.Keys[0]
		if !got.Signer.Public().(interface{ Equal(crypto.PublicKey) bool }).Equal(in[0].Signer.Public()) {
			t.Error("another key came back")
		}
		if diff := cmp.Diff(in[0].Certificates, got.Certificates); diff != "" {
			t.Errorf("certificates (-want +got):\n%s", diff)
		}
	}
}

func TestPKCS8RoundTrip(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ file, password string }{
		{"uapki/test-diia.p12", "testpassword"},
		{"dstu-engine/Key-6.dat", "tect4"},
		{"openssl/ec.pem", ""},
		{"openssl/rsa-pkcs1.der", ""},
	} {
		for i, k := range open(t, c.file, c.password).Keys {
			for _, password := range [][]byte{nil, []byte(cyrillic)} {
				for _, textual := range []bool{false, true} {
					roundTrip(t, k, password, keystore.PKCS8Options{Iterations: few, PEM: textual})
				}
			}
			if t.Failed() {
				t.Fatalf("%s key %d", c.file, i)
			}
		}
	}
}

func roundTrip(t *testing.T, k keystore.Key, password []byte, opts keystore.PKCS8Options) {
	t.Helper()
	data, err := keystore.EncodePKCS8(k, password, opts)
	if err != nil {
		t.Fatal(err)
	}
	s, err := keystore.Open(data, password)
	if err != nil {
		t.Fatal(err)
	}
	want, _ := k.ID()
	got, _ := s.Keys[0].ID()
	if !bytes.Equal(want, got) || !s.Keys[0].SBox.Equal(k.SBox) {
		t.Errorf("key %x became %x", want, got)
	}
	if password == nil {
		return
	}
	if _, err := keystore.Open(data, []byte("other")); !errors.Is(err, keystore.ErrPassword) {
		t.Errorf("error %v, want ErrPassword", err)
	}
}

// jkurwa's plain PKCS#8 files hold d in 36 bytes and an empty attribute set; apart from
// that ours are the same bytes.
func TestPlainPKCS8IsThatOfUAPKI(t *testing.T) {
	t.Parallel()
	k := open(t, "jkurwa/PRIV1.cer", "").Keys[0]
	got, err := keystore.EncodePKCS8(k, nil, keystore.PKCS8Options{})
	if err != nil {
		t.Fatal(err)
	}
	theirs := read(t, "jkurwa/PRIV1.cer")
	algorithm, key := theirs[3:210], theirs[212:212+32]
	want := append([]byte{0x30, 0x81, 0xf1}, algorithm...)
	want = append(append(want, 0x04, 32), key...)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("PKCS#8 (-want +got):\n%s", diff)
	}
}

// A key of the Kupyna family keeps its algorithm, which its identifier depends on.
func TestKupynaKey(t *testing.T) {
	t.Parallel()
	k := rawKey(t, "userur")
	gost, _ := k.ID()
	k.AlgorithmOID = pki.OIDDSTU4145Kupyna256
	kupyna, _ := k.ID()
	if bytes.Equal(gost, kupyna) {
		t.Error("the identifier does not depend on the family")
	}
	data, err := keystore.EncodePKCS8(k, nil, keystore.PKCS8Options{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := keystore.Open(data, nil)
	if err != nil {
		t.Fatal(err)
	}
	if id, _ := s.Keys[0].ID(); !bytes.Equal(id, kupyna) || s.Keys[0].AlgorithmOID != k.AlgorithmOID {
		t.Errorf("identifier %x, algorithm %s", id, s.Keys[0].AlgorithmOID)
	}
}

// A certificate which does not have the key's public key is found by its identifier.
func TestCertificateTiedByIdentifier(t *testing.T) {
	t.Parallel()
	k, foreign := rawKey(t, "userur"), read(t, "cryptonite/ocsp_certificate.cer")
	k.LocalKeyID, k.Certificates = []byte{1, 2, 3}, [][]byte{foreign}
	data, err := keystore.EncodePFX([]keystore.Key{k}, []byte("secret"), keystore.PFXOptions{Iterations: few})
	if err != nil {
		t.Fatal(err)
	}
	s, err := keystore.Open(data, []byte("secret"))
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Keys[0]; !bytes.Equal(got.LocalKeyID, k.LocalKeyID) || !cmp.Equal(got.Certificates, k.Certificates) {
		t.Errorf("local key id %x, %d certificates", got.LocalKeyID, len(got.Certificates))
	}
}

func TestEncodeRefuses(t *testing.T) {
	t.Parallel()
	k := rawKey(t, "userur")
	odd := k
	odd.AlgorithmOID = pki.OIDDSTU4145BE
	for _, c := range []struct {
		name     string
		keys     []keystore.Key
		password string
		opts     keystore.PFXOptions
		want     error
	}{
		{"no key", nil, "secret", keystore.PFXOptions{}, keystore.ErrUnsupported},
		{"nil key", []keystore.Key{{}}, "secret", keystore.PFXOptions{}, keystore.ErrUnsupported},
		{"no password", []keystore.Key{k}, "", keystore.PFXOptions{}, keystore.ErrUnsupported},
		{"big-endian key", []keystore.Key{odd}, "secret", keystore.PFXOptions{}, keystore.ErrUnsupported},
		{"iterations", []keystore.Key{k}, "secret", keystore.PFXOptions{Iterations: 1 << 30}, keystore.ErrLimit},
	} {
		if _, err := keystore.EncodePFX(c.keys, []byte(c.password), c.opts); !errors.Is(err, c.want) {
			t.Errorf("%s: error %v, want %v", c.name, err, c.want)
		}
	}
	if _, err := keystore.EncodePKCS8(k, []byte{}, keystore.PKCS8Options{}); !errors.Is(err, keystore.ErrUnsupported) {
		t.Errorf("empty password: %v", err)
	}
}
