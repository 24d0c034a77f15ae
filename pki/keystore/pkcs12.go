package keystore

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"fmt"
	"hash"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/dovidka/dovidka/dstu/gost34311"
	"github.com/dovidka/dovidka/dstu/kupyna"
	"github.com/dovidka/dovidka/pki"
	"github.com/dovidka/dovidka/pki/der"
)

// readPFX reads the content of a PFX after its version (RFC 7292, clause 4). The MAC is
// checked before anything inside is looked at.
func (o *opener) readPFX(body cryptobyte.String) error {
	content, err := readDataContent(&body)
	if err != nil {
		return err
	}
	if !body.Empty() {
		var mac cryptobyte.String
		if !body.ReadASN1(&mac, asn1.SEQUENCE) || !body.Empty() {
			return malformed("PKCS#12 MAC")
		}
		if err := o.checkMAC(mac, content); err != nil {
			return err
		}
	}
	safe, err := normalise(content)
	if err != nil {
		return err
	}
	s := cryptobyte.String(safe)
	var contents cryptobyte.String
	if !s.ReadASN1(&contents, asn1.SEQUENCE) {
		return malformed("PKCS#12 authenticated safe")
	}
	for !contents.Empty() {
		if err := o.entry(); err != nil {
			return err
		}
		if err := o.readSafe(&contents); err != nil {
			return err
		}
	}
	return nil
}

// readContentInfo reads the type and the [0] EXPLICIT content (RFC 2315, clause 7).
func readContentInfo(s *cryptobyte.String) (oid string, content cryptobyte.String, err error) {
	var info cryptobyte.String
	if !s.ReadASN1(&info, asn1.SEQUENCE) || !der.ReadOID(&info, &oid) ||
		!info.ReadASN1(&content, tagContext0.Constructed()) || !info.Empty() {
		return "", nil, malformed("PKCS#12 content")
	}
	return oid, content, nil
}

// readDataContent reads a ContentInfo which must hold plain data.
func readDataContent(s *cryptobyte.String) ([]byte, error) {
	oid, content, err := readContentInfo(s)
	if err != nil {
		return nil, err
	}
	if oid != oidData {
		// Integrity by a public key; no producer of key files was seen to use it.
		return nil, unsupported("PKCS#12 content", oid)
	}
	return readOctets(content)
}

func readOctets(s cryptobyte.String) ([]byte, error) {
	var octets cryptobyte.String
	if !s.ReadASN1(&octets, asn1.OCTET_STRING) || !s.Empty() {
		return nil, malformed("PKCS#12 content")
	}
	return octets, nil
}

// checkMAC checks the password and the integrity of content (RFC 7292, clause 4 and
// appendix B).
func (o *opener) checkMAC(mac cryptobyte.String, content []byte) error {
	var info, digest, salt cryptobyte.String
	var alg pki.AlgorithmIdentifier
	iterations := 1
	if !mac.ReadASN1(&info, asn1.SEQUENCE) ||
		!pki.ReadAlgorithmIdentifier(&info, &alg) ||
		!info.ReadASN1(&digest, asn1.OCTET_STRING) || !info.Empty() ||
		!mac.ReadASN1(&salt, asn1.OCTET_STRING) ||
		!mac.Empty() && !mac.ReadASN1Integer(&iterations) || !mac.Empty() {
		return malformed("PKCS#12 MAC")
	}
	newHash, err := macHash(alg.OID)
	if err != nil {
		return err
	}
	for _, password := range textPasswords(o.password) {
		if err := o.spend(iterations); err != nil {
			return err
		}
		key := pfxMACKey(newHash, password, salt, iterations)
		clear(password)
		sum, err := pfxMAC(alg.OID, newHash, key, content)
		clear(key)
		if err != nil {
			return err
		}
		if equal(sum, digest) {
			return nil
		}
	}
	return ErrPassword
}

func pfxMACKey(newHash func() hash.Hash, password, salt []byte, iterations int) []byte {
	return pkcs12KDF(newHash, kdfMAC, password, salt, iterations, newHash().Size())
}

// pfxMAC authenticates with HMAC; UAPKI takes the code of DSTU 7564 where it names
// Kupyna-256, but HMAC with its longer kin.
func pfxMAC(oid string, newHash func() hash.Hash, key, content []byte) ([]byte, error) {
	h := hmac.New(newHash, key)
	if oid == pki.OIDKupyna256 {
		var err error
		if h, err = kupyna.NewMAC256(key); err != nil {
			return nil, fmt.Errorf("authenticate: %w", err)
		}
	}
	h.Write(content)
	return h.Sum(nil), nil
}

func macHash(oid string) (func() hash.Hash, error) {
	switch oid {
	case pki.OIDSHA1:
		return sha1.New, nil
	case oidSHA224:
		return sha256.New224, nil
	case pki.OIDSHA256:
		return sha256.New, nil
	case pki.OIDSHA384:
		return sha512.New384, nil
	case pki.OIDSHA512:
		return sha512.New, nil
	case pki.OIDGOST34311:
		return gost34311.New, nil
	case pki.OIDKupyna256:
		return kupyna.New256, nil
	case pki.OIDKupyna384:
		return kupyna.New384, nil
	case pki.OIDKupyna512:
		return kupyna.New512, nil
	}
	return nil, unsupported("PKCS#12 MAC", oid)
}

// readSafe reads one part of the authenticated safe, plain or encrypted by password.
func (o *opener) readSafe(s *cryptobyte.String) error {
	oid, content, err := readContentInfo(s)
	if err != nil {
		return err
	}
	switch oid {
	case oidData:
		octets, err := readOctets(content)
		if err != nil {
			return err
		}
		return o.readSafeContents(octets, o.left.depth)
	case oidEncryptedData:
		plain, err := o.decryptContent(content)
		if err != nil {
			return err
		}
		defer clear(plain)
		return o.readSafeContents(plain, o.left.depth)
	}
	return unsupported("PKCS#12 content", oid)
}

// decryptContent decrypts an EncryptedData (RFC 2315, clause 13).
func (o *opener) decryptContent(s cryptobyte.String) ([]byte, error) {
	var body, info, ciphertext cryptobyte.String
	var version int
	var oid string
	var alg pki.AlgorithmIdentifier
	if !s.ReadASN1(&body, asn1.SEQUENCE) || !s.Empty() ||
		!body.ReadASN1Integer(&version) || !body.ReadASN1(&info, asn1.SEQUENCE) ||
		!der.ReadOID(&info, &oid) || !pki.ReadAlgorithmIdentifier(&info, &alg) ||
		!readImplicitOctets(&info, &ciphertext) || !info.Empty() {
		return nil, malformed("PKCS#12 encrypted content")
	}
	if oid != oidData {
		return nil, unsupported("PKCS#12 encrypted content", oid)
	}
	plain, err := o.decrypt(alg, ciphertext)
	if err != nil {
		return nil, fmt.Errorf("decrypt PKCS#12 content: %w", err)
	}
	if !isSequence(plain) {
		clear(plain)
		return nil, fmt.Errorf("decrypt PKCS#12 content: %w", ErrPassword)
	}
	return plain, nil
}

// readImplicitOctets reads [0] IMPLICIT OCTET STRING; in BER it may be constructed of
// segments, which nothing outside knows to be strings.
func readImplicitOctets(s, out *cryptobyte.String) bool {
	if s.PeekASN1Tag(tagContext0) {
		return s.ReadASN1(out, tagContext0)
	}
	var segments cryptobyte.String
	if !s.ReadASN1(&segments, tagContext0.Constructed()) {
		return false
	}
	var joined []byte
	for !segments.Empty() {
		var segment cryptobyte.String
		if !segments.ReadASN1(&segment, asn1.OCTET_STRING) {
			return false
		}
		joined = append(joined, segment...)
	}
	*out = joined
	return true
}

func (o *opener) readSafeContents(data []byte, depth int) error {
	if depth <= 0 {
		return fmt.Errorf("%w: nested safe contents", ErrLimit)
	}
	normal, err := normalise(data)
	if err != nil {
		return err
	}
	s := cryptobyte.String(normal)
	var bags cryptobyte.String
	if !s.ReadASN1(&bags, asn1.SEQUENCE) {
		return malformed("PKCS#12 safe contents")
	}
	for !bags.Empty() {
		if err := o.entry(); err != nil {
			return err
		}
		if err := o.readBag(&bags, depth); err != nil {
			return err
		}
	}
	return nil
}

// readBag reads a SafeBag (RFC 7292, clause 4.2).
func (o *opener) readBag(bags *cryptobyte.String, depth int) error {
	var bag, value, attributes cryptobyte.String
	var oid string
	if !bags.ReadASN1(&bag, asn1.SEQUENCE) || !der.ReadOID(&bag, &oid) ||
		!bag.ReadASN1(&value, tagContext0.Constructed()) ||
		!bag.ReadOptionalASN1(&attributes, nil, asn1.SET) || !bag.Empty() {
		return malformed("PKCS#12 bag")
	}
	named, err := readBagAttributes(attributes)
	if err != nil {
		return err
	}
	switch oid {
	case oidKeyBag:
		return o.addPrivateKeyInfo(value, &named)
	case oidShroudedKeyBag:
		return o.readEncryptedInfo(value, &named)
	case oidCertBag:
		return o.readCertBag(value, named.localKeyID)
	case oidSafeContentsBag:
		return o.readSafeContents(value, depth-1)
	case oidCRLBag, oidSecretBag:
		return nil // neither key nor certificate
	}
	return unsupported("PKCS#12 bag", oid)
}

// readBagAttributes reads the two attributes of RFC 7292, clause 4.2, passing over
// those which vendors add.
func readBagAttributes(set cryptobyte.String) (bagAttributes, error) {
	var out bagAttributes
	for !set.Empty() {
		var attribute, values, value cryptobyte.String
		var oid string
		if !set.ReadASN1(&attribute, asn1.SEQUENCE) || !der.ReadOID(&attribute, &oid) ||
			!attribute.ReadASN1(&values, asn1.SET) {
			return out, malformed("PKCS#12 attribute")
		}
		switch oid {
		case oidFriendlyName:
			name, ok := "", values.ReadASN1(&value, asn1.Tag(30)) // BMPString
			if ok {
				name, ok = decodeUTF16BE(value)
			}
			if !ok {
				return out, malformed("PKCS#12 friendly name")
			}
			out.friendlyName = name
		case oidLocalKeyID:
			if !values.ReadASN1(&value, asn1.OCTET_STRING) {
				return out, malformed("PKCS#12 key identifier")
			}
			out.localKeyID = value
		}
	}
	return out, nil
}

func (o *opener) readCertBag(value cryptobyte.String, localKeyID []byte) error {
	var body, content, cert cryptobyte.String
	var oid string
	if !value.ReadASN1(&body, asn1.SEQUENCE) || !der.ReadOID(&body, &oid) ||
		!body.ReadASN1(&content, tagContext0.Constructed()) || !body.Empty() {
		return malformed("PKCS#12 certificate bag")
	}
	if oid != oidX509Certificate {
		return nil // an SDSI certificate, which nobody issues
	}
	if !content.ReadASN1(&cert, asn1.OCTET_STRING) || !content.Empty() {
		return malformed("PKCS#12 certificate bag")
	}
	return o.addCertificate(cert, localKeyID)
}
