package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/pem"
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/dovidka/dovidka/dstu/dstu4145"
	"github.com/dovidka/dovidka/pki"
	"github.com/dovidka/dovidka/pki/keystore"
)

// Families of keys.
const (
	familyDSTU = "dstu"
	familyEC   = "ec"
	familyRSA  = "rsa"
)

const (
	password      = "пароль 7"
	asciiPassword = "password 7"
	perCurve      = 6 // people with keys on one curve, who write to each other
)

// person has a key and a certificate, in every form that the others read: NAME.key (DER)
// and NAME.key.pem are PKCS#8 in the clear, NAME.p8 encrypted, NAME.p12 a container, and
// NAME.cer and NAME.pem the certificate.
type person struct {
	Name     string `json:"name"`
	Family   string `json:"family"`
	Curve    string `json:"curve"`
	Password string `json:"password"`

	key         crypto.Signer
	certificate *pki.Certificate
}

// newPeople makes the keys and writes them down.
func newPeople(folder *os.Root) ([]person, error) {
	var out []person
	add := func(family, curve string, key crypto.Signer, err error) error {
		if err != nil {
			return err
		}
		p := person{Name: fmt.Sprintf("%s-%s-%d", family, curve, len(out)), Family: family, Curve: curve, Password: asciiPassword, key: key}
		if len(out)%2 == 1 {
			p.Password = password
		}
		if err := p.write(folder); err != nil {
			return fmt.Errorf("%s: %w", p.Name, err)
		}
		out = append(out, p)
		return nil
	}
	for _, bits := range []int{257, 431, 233, 307, 367} {
		c, _ := dstu4145.CurveBySize(bits)
		for range perCurve {
			key, err := dstu4145.GenerateKey(c, nil)
			if err := add(familyDSTU, strconv.Itoa(bits), key, err); err != nil {
				return nil, err
			}
		}
	}
	for _, c := range []elliptic.Curve{elliptic.P256(), elliptic.P384(), elliptic.P521()} {
		for range perCurve {
			key, err := ecdsa.GenerateKey(c, rand.Reader)
			if err := add(familyEC, c.Params().Name, key, err); err != nil {
				return nil, err
			}
		}
	}
	for _, bits := range []int{2048, 3072} {
		for range 2 {
			key, err := rsa.GenerateKey(rand.Reader, bits)
			if err := add(familyRSA, strconv.Itoa(bits), key, err); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

func (p *person) write(folder *os.Root) error {
	if err := p.certify(); err != nil {
		return err
	}
	k := keystore.Key{Signer: p.key, FriendlyName: p.Name, Certificates: [][]byte{p.certificate.Raw}}
	plain, err := keystore.EncodePKCS8(k, nil, keystore.PKCS8Options{})
	if err != nil {
		return err
	}
	options := keystore.PKCS8Options{Iterations: 10_000} // what jkurwa takes, and quick enough for hundreds
	encrypted, err := keystore.EncodePKCS8(k, []byte(p.Password), options)
	if err != nil {
		return err
	}
	pfx, err := keystore.EncodePFX([]keystore.Key{k}, []byte(p.Password), keystore.PFXOptions{Iterations: options.Iterations})
	if err != nil {
		return err
	}
	for ending, data := range map[string][]byte{
		".key": plain, ".key.pem": pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: plain}),
		".p8": encrypted, ".p12": pfx,
		".cer": p.certificate.Raw, ".pem": pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: p.certificate.Raw}),
	} {
		if err := folder.WriteFile(p.Name+ending, data, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// certify makes a certificate for encryption that signs itself.
func (p *person) certify() error {
	raw, err := pki.MarshalPublicKeyInfo(p.key.Public())
	if err != nil {
		return err
	}
	info, err := pki.ParsePublicKeyInfo(raw)
	if err != nil {
		return err
	}
	from := time.Now().UTC().Truncate(time.Second).AddDate(0, 0, -1)
	t, err := pki.PersonTemplate(pki.Person{Surname: "Випробувальний", GivenName: p.Name, DRFO: "3000000014"}, info,
		pki.Validity{NotBefore: from, NotAfter: from.AddDate(1, 0, 0)})
	if err != nil {
		return err
	}
	t.KeyUsage = pki.KeyUsageKeyAgreement
	if p.Family == familyRSA {
		t.KeyUsage = pki.KeyUsageKeyEncipherment
	}
	p.certificate, err = pki.CreateCertificate(t, nil, p.key)
	return err
}

// load reads the key and the certificate back.
func (p *person) load(folder *os.Root) error {
	data, err := folder.ReadFile(p.Name + ".key")
	if err != nil {
		return err
	}
	store, err := keystore.Open(data, nil)
	if err != nil {
		return err
	}
	p.key = store.Keys[0].Signer
	if data, err = folder.ReadFile(p.Name + ".cer"); err != nil {
		return err
	}
	p.certificate, err = pki.ParseCertificate(data)
	return err
}
