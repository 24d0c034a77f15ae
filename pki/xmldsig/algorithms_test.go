package xmldsig

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha512"
	"encoding/asn1"
	"errors"
	"math/big"
	"testing"

	"github.com/dovidka/dovidka/dstu/dstu4145"
	"github.com/dovidka/dovidka/pki"
)

// TestNamesOfAlgorithms: every name that Ukrainian producers use, and none of what is
// too weak or needs a secret shared with the signer.
func TestNamesOfAlgorithms(t *testing.T) {
	t.Parallel()
	for uri, want := range map[string]string{
		"http://www.w3.org/2001/04/xmlenc#sha256":           pki.OIDSHA256,
		"http://www.w3.org/2001/04/xmldsig-more#sha384":     pki.OIDSHA384,
		"http://www.w3.org/2001/04/xmlenc#sha512":           pki.OIDSHA512,
		"http://www.w3.org/2001/04/xmldsig-more#gost34311":  pki.OIDGOST34311,
		"http://www.w3.org/2001/04/xmlenc#gost34311":        pki.OIDGOST34311,
		"urn:oid:1.2.804.2.1.1.1.1.2.1":                     pki.OIDGOST34311,
		"http://www.w3.org/2001/04/xmlenc#dstu7564-256":     pki.OIDKupyna256,
		"http://www.w3.org/2001/04/xmldsig-more#kupyna256":  pki.OIDKupyna256,
		"urn:oid:1.2.804.2.1.1.1.1.2.2.2":                   pki.OIDKupyna384,
		"http://www.w3.org/2001/04/xmlenc#dstu7564-512":     pki.OIDKupyna512,
		"http://www.w3.org/2000/09/xmldsig#sha1":            "",
		"http://www.w3.org/2001/04/xmldsig-more#md5":        "",
		"http://www.w3.org/2001/04/xmldsig-more#sha224":     "",
		"http://www.w3.org/2001/04/xmldsig-more#gost34311 ": "",
		"http://www.w3.org/2001/04/xmldsig-more#":           "",
		"": "",
		"http://www.w3.org/2007/05/xmldsig-more#sha3-256":    "",
		"http://www.w3.org/2001/04/xmlenc#ripemd160":         "",
		"urn:ietf:params:xml:ns:cpxmlsec:algorithms:gostr34": "",
	} {
		got, err := digestOf(uri)
		if got != want || (err == nil) != (want != "") || err != nil && !errors.Is(err, pki.ErrUnsupportedAlgorithm) {
			t.Errorf("digest %q: %q, %v", uri, got, err)
		}
	}
	for uri, want := range map[string]string{
		"http://www.w3.org/2001/04/xmldsig-more#dstu4145":              pki.OIDDSTU4145,
		"http://www.w3.org/2001/04/xmldsig-more#dstu4145-gost34311":    pki.OIDDSTU4145,
		"urn:oid:1.2.804.2.1.1.1.1.3.1.1":                              pki.OIDDSTU4145,
		"http://www.w3.org/2001/04/xmldsig-more#dstu4145-dstu7564-256": pki.OIDDSTU4145Kupyna256,
		"http://www.w3.org/2001/04/xmldsig-more#dstu4145-kupyna384":    pki.OIDDSTU4145Kupyna384,
		"urn:oid:1.2.804.2.1.1.1.1.3.6.3.1":                            pki.OIDDSTU4145Kupyna512,
		"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256":            oidRSASHA256,
		"http://www.w3.org/2007/05/xmldsig-more#sha384-rsa-MGF1":       oidRSAPSS,
		"http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512":          oidECDSASHA512,
		"http://www.w3.org/2000/09/xmldsig#rsa-sha1":                   "",
		"http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1":            "",
		"http://www.w3.org/2000/09/xmldsig#dsa-sha1":                   "",
		"http://www.w3.org/2000/09/xmldsig#hmac-sha1":                  "",
		"http://www.w3.org/2001/04/xmldsig-more#hmac-sha256":           "",
		"http://www.w3.org/2007/05/xmldsig-more#rsa-pss":               "",
		"": "",
	} {
		got, err := signatureAlgorithmOf(uri)
		if got.OID != want || (err == nil) != (want != "") || err != nil && !errors.Is(err, pki.ErrUnsupportedAlgorithm) {
			t.Errorf("signature %q: %q, %v", uri, got.OID, err)
		}
	}
}

// TestSignatureOctets: values of the right length pass, a DSTU 4145 one inside an OCTET
// STRING too, and nothing else.
func TestSignatureOctets(t *testing.T) {
	t.Parallel()
	national, err := dstu4145.GenerateKey(dstu4145.M257(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	international, err := ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	bare := bytes.Repeat([]byte{7}, 64)
	key := pki.PublicKeyInfo{Key: national.Public()}
	for name, tc := range map[string]struct {
		value []byte
		ok    bool
	}{
		"bare":             {bare, true},
		"octet string":     {append([]byte{4, 64}, bare...), true},
		"another tag":      {append([]byte{3, 64}, bare...), false},
		"trailing":         {append(append([]byte{4, 64}, bare...), 0), false},
		"twice":            {append([]byte{4, 66, 4, 64}, bare...), false},
		"short":            {bare[1:], false},
		"long":             {append([]byte{0}, bare...), false},
		"empty":            {nil, false},
		"an octet too few": {append([]byte{4, 63}, bare[1:]...), false},
	} {
		got, ok := signatureOctets(key, tc.value)
		if ok != tc.ok || ok && !bytes.Equal(got, bare) {
			t.Errorf("%s: %x %v", name, got, ok)
		}
	}
	for size, want := range map[int]bool{132: true, 130: true, 131: false, 133: false, 134: false, 139: false, 0: false} {
		if _, ok := signatureOctets(pki.PublicKeyInfo{Key: &international.PublicKey}, make([]byte, size)); ok != want {
			t.Errorf("ECDSA of %d bytes: %v", size, ok)
		}
	}
}

// TestShortenedECDSA: EU DSS writes r and s of P-521 in 65 bytes each when they fit.
func TestShortenedECDSA(t *testing.T) {
	t.Parallel()
	key, err := ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	info := pki.PublicKeyInfo{Key: &key.PublicKey}
	algorithm := pki.AlgorithmIdentifier{OID: oidECDSASHA512}
	digest := sha512.Sum512([]byte("list"))
	for range 200 { // one in four is short
		der, err := ecdsa.SignASN1(rand.Reader, key, digest[:])
		if err != nil {
			t.Fatal(err)
		}
		var value struct{ R, S *big.Int }
		if _, err := asn1.Unmarshal(der, &value); err != nil {
			t.Fatal(err)
		}
		if value.R.BitLen() > 8*65 || value.S.BitLen() > 8*65 {
			continue
		}
		short := append(value.R.FillBytes(make([]byte, 65)), value.S.FillBytes(make([]byte, 65))...)
		octets, ok := signatureOctets(info, short)
		if !ok || info.CheckSignature(algorithm, "", []byte("list"), octets) != nil {
			t.Fatal("a shortened value does not verify")
		}
		return
	}
	t.Fatal("no signature was short")
}
