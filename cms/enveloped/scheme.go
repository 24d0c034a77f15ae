package enveloped

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"fmt"
	"strings"

	"github.com/dovidka/dovidka/dstu/dstu4145"
)

// Scheme names a set of algorithms to encrypt with.
type Scheme string

// The schemes of order 2230-13, for DSTU 4145 certificates: the cipher of the content
// and of the keys, and whether the key agreement multiplies by the cofactor.
const (
	KalynaCofactor Scheme = "kalyna-cofactor" // Kalyna-256-CFB, Kupyna: the default
	KalynaStandard Scheme = "kalyna-standard"
	GOSTCofactor   Scheme = "gost-cofactor" // GOST 28147-CFB, GOST 34.311: every library reads it
	GOSTStandard   Scheme = "gost-standard"
)

// The schemes for EC and RSA certificates: ECDH with the X9.63 KDF over SHA-256 and AES
// key wrap (RFC 5753), or RSA-OAEP with SHA-256. The CBC ones protect no integrity.
const (
	AES256GCM Scheme = "aes-256-gcm" // the default
	AES128GCM Scheme = "aes-128-gcm"
	AES256CBC Scheme = "aes-256-cbc"
	AES128CBC Scheme = "aes-128-cbc"
)

// algorithms are what a scheme consists of.
type algorithms struct {
	scheme    Scheme
	content   string
	agreement string
	wrap      string
	national  bool
}

func allSchemes() []algorithms {
	return []algorithms{
		{KalynaCofactor, oidKalyna256CFB, oidCofactorKupyna, oidKalynaWrap, true},
		{KalynaStandard, oidKalyna256CFB, oidStandardKupyna, oidKalynaWrap, true},
		{GOSTCofactor, oidGOST28147CFB, oidCofactorGOST, oidGOST28147Wrap, true},
		{GOSTStandard, oidGOST28147CFB, oidStandardGOST, oidGOST28147Wrap, true},
		{AES256GCM, oidAES256GCM, oidStandardSHA256, oidAES256Wrap, false},
		{AES128GCM, oidAES128GCM, oidStandardSHA256, oidAES128Wrap, false},
		{AES256CBC, oidAES256CBC, oidStandardSHA256, oidAES256Wrap, false},
		{AES128CBC, oidAES128CBC, oidStandardSHA256, oidAES128Wrap, false},
	}
}

// Schemes lists the schemes, the national ones first.
func Schemes() []Scheme {
	var out []Scheme
	for _, a := range allSchemes() {
		out = append(out, a.scheme)
	}
	return out
}

// ParseScheme returns the scheme of that name.
func ParseScheme(name string) (Scheme, error) {
	var names []string
	for _, s := range Schemes() {
		if string(s) == name {
			return s, nil
		}
		names = append(names, string(s))
	}
	return "", fmt.Errorf("%w: scheme %q; there are %s", ErrUnsupported, name, strings.Join(names, ", "))
}

// algorithmsFor resolves a scheme; "" is the default for keys like the one given.
func algorithmsFor(s Scheme, key crypto.PublicKey) (algorithms, error) {
	if s == "" {
		s = defaultScheme(key)
	}
	for _, a := range allSchemes() {
		if a.scheme == s {
			return a, nil
		}
	}
	return algorithms{}, unsupported("scheme", string(s))
}

func defaultScheme(key crypto.PublicKey) Scheme {
	if _, ok := key.(*dstu4145.PublicKey); ok {
		return KalynaCofactor
	}
	return AES256GCM
}

// fits reports whether keys of this kind can be recipients.
func (a algorithms) fits(key crypto.PublicKey) bool {
	switch key.(type) {
	case *dstu4145.PublicKey:
		return a.national
	case *ecdsa.PublicKey, *rsa.PublicKey:
		return !a.national
	}
	return false
}
