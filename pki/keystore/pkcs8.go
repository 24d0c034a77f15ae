package keystore

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	encodingasn1 "encoding/asn1"
	"fmt"
	"math/big"
	"math/bits"
	"slices"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/dovidka/dovidka/dstu/dstu4145"
	"github.com/dovidka/dovidka/pki"
	"github.com/dovidka/dovidka/pki/der"
)

// RSA keys below the minimum sign nothing that anybody accepts; the maximum bounds the
// time which checking a key takes.
const (
	minRSABits = 2048
	maxRSABits = 8192
)

// privateKeyInfo is PrivateKeyInfo of RFC 5208, clause 5, or OneAsymmetricKey of RFC 5958.
type privateKeyInfo struct {
	algorithm  pki.AlgorithmIdentifier
	privateKey []byte
	attributes cryptobyte.String
}

var (
	tagContext0 = asn1.Tag(0).ContextSpecific()
	tagContext1 = asn1.Tag(1).ContextSpecific()
)

func splitPrivateKeyInfo(data []byte) (privateKeyInfo, error) {
	var info privateKeyInfo
	s := cryptobyte.String(data)
	var body, key cryptobyte.String
	var version int
	if !s.ReadASN1(&body, asn1.SEQUENCE) || !s.Empty() ||
		!body.ReadASN1Integer(&version) || version < 0 || version > 1 ||
		!pki.ReadAlgorithmIdentifier(&body, &info.algorithm) ||
		!body.ReadASN1(&key, asn1.OCTET_STRING) ||
		!body.ReadOptionalASN1(&info.attributes, nil, tagContext0.Constructed()) ||
		!body.SkipOptionalASN1(tagContext1) || !body.Empty() {
		return info, malformed("PKCS#8 private key")
	}
	info.privateKey = key
	return info, nil
}

// bagAttributes are the attributes which PKCS#12 puts beside a key or a certificate.
type bagAttributes struct {
	friendlyName string
	localKeyID   []byte
}

// addPrivateKeyInfo adds the key in data and, for the containers of ІІТ, the second
// one in its attributes.
func (o *opener) addPrivateKeyInfo(data []byte, bag *bagAttributes) error {
	info, err := splitPrivateKeyInfo(data)
	if err != nil {
		return err
	}
	keys, err := parseKeys(info, data)
	if err != nil {
		return err
	}
	o.addKeys(keys, bag)
	return nil
}

func (o *opener) addKeys(keys []Key, bag *bagAttributes) {
	for _, k := range keys {
		if bag != nil {
			k.FriendlyName, k.LocalKeyID = bag.friendlyName, bytes.Clone(bag.localKeyID)
		}
		o.store.Keys = append(o.store.Keys, k)
	}
}

// addEncryptedKey adds the key of an EncryptedPrivateKeyInfo (RFC 5958, clause 3).
func (o *opener) addEncryptedKey(alg pki.AlgorithmIdentifier, ciphertext []byte, bag *bagAttributes) error {
	plain, err := o.decrypt(alg, ciphertext)
	if err != nil {
		return fmt.Errorf("decrypt private key: %w", err)
	}
	defer clear(plain)
	// A stream cipher without a MAC gives garbage for a wrong password; the shape of
	// PrivateKeyInfo is what tells.
	info, err := splitPrivateKeyInfo(plain)
	if err != nil {
		return fmt.Errorf("decrypt private key: %w", ErrPassword)
	}
	keys, err := parseKeys(info, plain)
	if err != nil {
		return err
	}
	o.addKeys(keys, bag)
	return nil
}

func parseKeys(info privateKeyInfo, data []byte) ([]Key, error) {
	if !isDSTU(info.algorithm.OID) {
		key, err := parseInternational(data)
		if err != nil {
			return nil, err
		}
		return []Key{{Signer: key}}, nil
	}
	first, err := parseDSTU(info)
	if err != nil {
		return nil, err
	}
	second, found, err := agreementKey(info.attributes)
	if err != nil || !found {
		return []Key{first}, err
	}
	first.Usage, second.Usage = UsageSignature, UsageAgreement
	return []Key{first, second}, nil
}

// isDSTU tells the key algorithms whose private key is an OCTET STRING with d,
// little-endian.
func isDSTU(oid string) bool {
	return oid == pki.OIDDSTU4145 || oid == pki.OIDDSTU4145ONB || isKupynaFamily(oid)
}

func isKupynaFamily(oid string) bool {
	return slices.Contains([]string{
		pki.OIDDSTU4145Kupyna256, pki.OIDDSTU4145Kupyna384, pki.OIDDSTU4145Kupyna512,
		// The same without the arc of the basis.
		"1.2.804.2.1.1.1.1.3.6.1", "1.2.804.2.1.1.1.1.3.6.2", "1.2.804.2.1.1.1.1.3.6.3",
	}, oid)
}

func parseDSTU(info privateKeyInfo) (Key, error) {
	curve, sbox, err := pki.ParseDSTUParameters(info.algorithm.Parameters)
	if err != nil {
		return Key{}, fmt.Errorf("%w: parameters of a DSTU 4145 key: %w", ErrFormat, err)
	}
	key, err := newDSTUKey(curve, info.privateKey)
	if err != nil {
		return Key{}, err
	}
	return Key{Signer: key, SBox: sbox, AlgorithmOID: info.algorithm.OID}, nil
}

// maxPrivateKeySize bounds the padding of a private key; m = 431 takes 54 bytes.
const maxPrivateKeySize = 128

// newDSTUKey makes a key of d, little-endian and padded with zeros to whatever length
// the producer of the container thought fit. Some software drew d from all numbers as
// long as a field element; the public key depends on d modulo n alone, so such a key
// is the reduced one.
func newDSTUKey(curve *dstu4145.Curve, d []byte) (*dstu4145.PrivateKey, error) {
	if len(d) == 0 || len(d) > maxPrivateKeySize {
		return nil, malformed("DSTU 4145 private key")
	}
	if key, err := dstu4145.NewPrivateKey(curve, d); err == nil {
		return key, nil
	}
	reduced := new(big.Int).SetBytes(reverse(d))
	reduced.Mod(reduced, curve.Order())
	defer clear(reduced.Bits())
	key, err := dstu4145.NewPrivateKey(curve, reverse(reduced.Bytes()))
	if err != nil {
		return nil, malformed("DSTU 4145 private key")
	}
	return key, nil
}

// parseInternational reads EC and RSA keys (RFC 5915, RFC 8017). The errors of the
// standard library are not passed on: they were not written with secrets in mind.
func parseInternational(data []byte) (crypto.Signer, error) {
	key, err := x509.ParsePKCS8PrivateKey(data)
	if err != nil {
		return nil, unsupportedOrBroken(data)
	}
	return checkInternational(key)
}

// unsupportedOrBroken explains why the standard library refused a private key.
func unsupportedOrBroken(data []byte) error {
	info, err := splitPrivateKeyInfo(data)
	if err != nil {
		return err
	}
	const ecPublicKey, rsaEncryption = "1.2.840.10045.2.1", "1.2.840.113549.1.1.1"
	if oid := info.algorithm.OID; oid != ecPublicKey && oid != rsaEncryption {
		return unsupported("private key", oid)
	}
	return malformed("EC or RSA private key")
}

func checkInternational(key any) (crypto.Signer, error) {
	switch k := key.(type) {
	case *ecdsa.PrivateKey:
		if k.Curve == elliptic.P224() {
			return nil, unsupported("curve", "P-224")
		}
		return k, nil
	case *rsa.PrivateKey:
		if n := k.N.BitLen(); n < minRSABits || n > maxRSABits {
			return nil, unsupported("RSA key", fmt.Sprintf("of %d bits", n))
		}
		return k, nil
	}
	return nil, unsupported("private key", fmt.Sprintf("of type %T", key))
}

func (o *opener) addPKCS1(data []byte) error {
	key, err := x509.ParsePKCS1PrivateKey(data)
	if err != nil {
		return malformed("PKCS#1 private key")
	}
	return o.addInternational(key)
}

func (o *opener) addSEC1(data []byte) error {
	key, err := x509.ParseECPrivateKey(data)
	if err != nil {
		return malformed("SEC 1 private key")
	}
	return o.addInternational(key)
}

func (o *opener) addInternational(key any) error {
	signer, err := checkInternational(key)
	if err != nil {
		return err
	}
	o.addKeys([]Key{{Signer: signer}}, nil)
	return nil
}

// agreementKey finds the second key of the containers of ІІТ, the one for key
// agreement: two attributes, one with the parameters and one with the key.
func agreementKey(attributes cryptobyte.String) (Key, bool, error) {
	var params cryptobyte.String
	var reversed encodingasn1.BitString
	for !attributes.Empty() {
		var attribute, values cryptobyte.String
		var oid string
		if !attributes.ReadASN1(&attribute, asn1.SEQUENCE) || !der.ReadOID(&attribute, &oid) ||
			!attribute.ReadASN1(&values, asn1.SET) {
			return Key{}, false, malformed("PKCS#8 attributes")
		}
		switch oid {
		case oidIITAgreementParams:
			params = values
		case oidIITAgreementKey:
			if !values.ReadASN1BitString(&reversed) {
				return Key{}, false, malformed("second private key")
			}
		}
	}
	if params == nil || reversed.BitLength == 0 {
		return Key{}, false, nil
	}
	standard, err := standardParameters(params)
	if err != nil {
		return Key{}, false, err
	}
	curve, sbox, err := pki.ParseDSTUParameters(standard)
	if err != nil {
		return Key{}, false, fmt.Errorf("%w: parameters of the second key: %w", ErrFormat, err)
	}
	// In the bit string the lowest bit of the key comes first.
	d := make([]byte, len(reversed.Bytes))
	defer clear(d)
	for i, c := range reversed.Bytes {
		d[i] = bits.Reverse8(c)
	}
	key, err := newDSTUKey(curve, d)
	if err != nil {
		return Key{}, false, err
	}
	return Key{Signer: key, SBox: sbox, AlgorithmOID: pki.OIDDSTU4145}, true, nil
}

// standardParameters rewrites the curve parameters of the attribute into those of a
// public key: there b and the base point are big-endian, and a second substitution
// block follows, for the cipher that wraps keys.
func standardParameters(attribute cryptobyte.String) ([]byte, error) {
	var params, curve, field, a, b, order, base, sbox cryptobyte.String
	if !attribute.ReadASN1(&params, asn1.SEQUENCE) ||
		!params.ReadASN1(&curve, asn1.SEQUENCE) ||
		!curve.ReadASN1Element(&field, asn1.SEQUENCE) ||
		!curve.ReadASN1Element(&a, asn1.INTEGER) ||
		!curve.ReadASN1(&b, asn1.OCTET_STRING) ||
		!curve.ReadASN1Element(&order, asn1.INTEGER) ||
		!curve.ReadASN1(&base, asn1.OCTET_STRING) || !curve.Empty() ||
		!params.ReadOptionalASN1(&sbox, nil, asn1.OCTET_STRING) {
		return nil, malformed("parameters of the second key")
	}
	var out cryptobyte.Builder
	out.AddASN1(asn1.SEQUENCE, func(out *cryptobyte.Builder) {
		out.AddASN1(asn1.SEQUENCE, func(out *cryptobyte.Builder) {
			out.AddBytes(field)
			out.AddBytes(a)
			out.AddASN1OctetString(reverse(b))
			out.AddBytes(order)
			out.AddASN1OctetString(reverse(base))
		})
		if len(sbox) > 0 {
			out.AddASN1OctetString(sbox)
		}
	})
	standard, err := out.Bytes()
	if err != nil {
		return nil, malformed("parameters of the second key")
	}
	return standard, nil
}

func reverse(p []byte) []byte {
	out := bytes.Clone(p)
	slices.Reverse(out)
	return out
}
