package cms

import (
	"bytes"
	"errors"
	"slices"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/dovidka/dovidka/dstu/dstu4145"
	"github.com/dovidka/dovidka/dstu/gost28147"
	"github.com/dovidka/dovidka/pki"
	"github.com/dovidka/dovidka/pki/der"
)

// signatureCore verifies what documents and time-stamp tokens have in common: the
// attributes, the digest of the content and the value of the signature.
type signatureCore struct {
	sd      *SignedData
	si      *SignerInfo
	content []byte
	pool    []*pki.Certificate
	more    *pki.Pool

	attrs       signedAttributes
	certificate *pki.Certificate
}

// signedAttributes are the attributes which verification needs.
type signedAttributes struct {
	contentType   string
	messageDigest []byte
	signingTime   time.Time
	essHashOID    string
	essHash       []byte
	essName       certificateReference // issuer and serial beside the hash
	contentStamps [][]byte
}

// verify makes the checks one after another and stops where the next would be
// without meaning.
func (c *signatureCore) verify(s *Signer) {
	if why := c.readAttributes(); why != ReasonNone {
		s.fail(CheckSignedAttributes, why)
		return
	}
	s.pass(CheckSignedAttributes, ReasonNone)
	s.SigningTime = c.attrs.signingTime
	c.chooseCertificate(s)
	c.checkAlgorithms(s)
	c.checkDigest(s)
	if c.certificate != nil {
		c.checkSignature(s)
	}
}

// readAttributes demands what CAdES-BES demands (ETSI TS 101 733, clause 4.3.1):
// exactly one content-type, message-digest and signing-certificate-v2, at most one
// signing-time, each with one value.
func (c *signatureCore) readAttributes() Reason {
	if c.si.rawSigned == nil {
		return ReasonNoSignedAttrs
	}
	seen := map[string]bool{}
	for _, a := range c.si.SignedAttributes {
		var read func(cryptobyte.String) bool
		switch a.OID {
		case oidAttrContentType:
			read = func(v cryptobyte.String) bool { return der.ReadOID(&v, &c.attrs.contentType) && v.Empty() }
		case oidAttrMessageDigest:
			read = func(v cryptobyte.String) bool {
				return v.ReadASN1Bytes(&c.attrs.messageDigest, asn1.OCTET_STRING) && v.Empty()
			}
		case oidAttrSigningTime:
			read = func(v cryptobyte.String) bool { return der.ReadTime(&v, &c.attrs.signingTime) && v.Empty() }
		case oidAttrSigningCertificateV2:
			read = c.readESS
		case oidAttrSigningCertificate:
			read = func(cryptobyte.String) bool { return true }
		case oidAttrContentTimeStamp:
			c.attrs.contentStamps = append(c.attrs.contentStamps, a.Values...)
			continue
		default:
			continue
		}
		if seen[a.OID] || len(a.Values) != 1 {
			return ReasonAttributeRepeated
		}
		seen[a.OID] = true
		if !read(a.Values[0]) {
			return ReasonAttributeInvalid
		}
	}
	switch {
	case !seen[oidAttrContentType], !seen[oidAttrMessageDigest]:
		return ReasonAttributeMissing
	case seen[oidAttrSigningCertificate] && seen[oidAttrSigningCertificateV2]:
		return ReasonAttributeRepeated
	case seen[oidAttrSigningCertificate]:
		return pki.ReasonAlgorithmRejected // version 1 is SHA-1
	case !seen[oidAttrSigningCertificateV2]:
		return ReasonNoESS
	case c.attrs.contentType != c.sd.ContentType:
		return ReasonContentType
	}
	return ReasonNone
}

// readESS reads SigningCertificateV2 (RFC 5035, clause 3): the first identifier is
// that of the signer's certificate.
func (c *signatureCore) readESS(v cryptobyte.String) bool {
	var body, list, first cryptobyte.String
	if !v.ReadASN1(&body, asn1.SEQUENCE) || !v.Empty() ||
		!body.ReadASN1(&list, asn1.SEQUENCE) || !list.ReadASN1(&first, asn1.SEQUENCE) {
		return false
	}
	c.attrs.essHashOID = pki.OIDSHA256
	if first.PeekASN1Tag(asn1.SEQUENCE) {
		var alg pki.AlgorithmIdentifier
		if !pki.ReadAlgorithmIdentifier(&first, &alg) {
			return false
		}
		c.attrs.essHashOID = alg.OID
	}
	return first.ReadASN1Bytes(&c.attrs.essHash, asn1.OCTET_STRING) && c.attrs.essName.readIssuerSerial(&first)
}

// chooseCertificate finds the certificate which both the signer's identifier and the
// signed hash name, so that a decoy with the same name and number is passed over.
func (c *signatureCore) chooseCertificate(s *Signer) {
	named := false
	more := c.more.Numbered(c.si.Issuer, c.si.SerialNumber)
	if c.si.SubjectKeyID != nil {
		more = c.more.WithKeyID(c.si.SubjectKeyID)
	}
	pool := c.pool
	if len(more) > 0 {
		pool = concat(pool, more)
	}
	for _, cert := range pool {
		if !c.si.identifies(cert) {
			continue
		}
		named = true
		ok, err := isDigest(c.attrs.essHash, c.attrs.essHashOID, cert.PublicKey, cert.Raw)
		if err != nil {
			s.fail(CheckSigningCertificate, pki.ReasonAlgorithmRejected)
			return
		}
		if ok && c.attrs.essName.names(cert) {
			c.certificate = cert
			s.pass(CheckSigningCertificate, ReasonNone)
			return
		}
	}
	switch {
	case named:
		s.fail(CheckSigningCertificate, ReasonESSMismatch)
	case c.isUnreadable():
		s.fail(CheckSigningCertificate, ReasonMalformed)
	default:
		s.unknown(CheckSigningCertificate, ReasonNoCertificate)
	}
}

// isUnreadable reports whether the signer's certificate is there and is none.
func (c *signatureCore) isUnreadable() bool {
	return slices.ContainsFunc(c.sd.unreadable, func(raw []byte) bool {
		ok, err := isDigest(c.attrs.essHash, c.attrs.essHashOID, pki.PublicKeyInfo{}, raw)
		return err == nil && ok
	})
}

// checkAlgorithms holds the digest against the list of the container (RFC 5652,
// clause 5.1); that it is the one inside the signature algorithm is checked with the
// signature.
func (c *signatureCore) checkAlgorithms(s *Signer) {
	if !slices.Contains(c.sd.DigestAlgorithms, c.si.DigestAlgorithm.OID) {
		s.fail(CheckAlgorithms, ReasonDigestUnlisted)
		return
	}
	s.pass(CheckAlgorithms, ReasonNone)
}

func (c *signatureCore) checkDigest(s *Signer) {
	var key pki.PublicKeyInfo
	if c.certificate != nil {
		key = c.certificate.PublicKey
	}
	ok, err := isDigest(c.attrs.messageDigest, c.si.DigestAlgorithm.OID, key, c.content)
	switch {
	case err != nil:
		s.fail(CheckMessageDigest, pki.ReasonAlgorithmRejected)
	case !ok:
		s.fail(CheckMessageDigest, ReasonDigestMismatch)
	default:
		s.pass(CheckMessageDigest, ReasonNone)
	}
}

// isDigest reports whether sum is the digest of data. A key with a substitution block
// of its own takes it for every GOST 34.311 hash of a signature; producers differ in
// whether the hashes beside the signature, of documents and certificates, are such. So
// №1 is tried as well, which is as hard to forge.
func isDigest(sum []byte, oid string, key pki.PublicKeyInfo, data []byte) (bool, error) {
	tries := []*gost28147.SBox{nil}
	if oid == pki.OIDGOST34311 && key.SBox != nil && !key.SBox.Equal(gost28147.DefaultSBox()) {
		tries = append(tries, key.SBox)
	}
	for _, sbox := range tries {
		h, err := pki.NewDigest(oid, sbox)
		if err != nil {
			return false, err
		}
		h.Write(data)
		if bytes.Equal(h.Sum(nil), sum) {
			return true, nil
		}
	}
	return false, nil
}

// checkSignature verifies the signature over the attributes as a DER SET OF and, for
// producers which sign them unsorted, over the bytes as they were sent (RFC 5652,
// clause 5.4).
func (c *signatureCore) checkSignature(s *Signer) {
	if c.certificate.KeyError() != nil {
		s.fail(CheckSignature, pki.ReasonKeyRejected)
		return
	}
	sorted, sent := asSet(sortedElements(c.si.rawSigned)), asSet(c.si.rawSigned)
	value := bareSignature(c.certificate.PublicKey, c.si.Signature)
	err := c.certificate.PublicKey.CheckSignature(c.si.SignatureAlgorithm, c.si.DigestAlgorithm.OID, sorted, value)
	remark := ReasonNone
	if !bytes.Equal(sorted, sent) {
		remark = ReasonAttributeOrder
		if errors.Is(err, pki.ErrSignature) {
			err = c.certificate.PublicKey.CheckSignature(c.si.SignatureAlgorithm, c.si.DigestAlgorithm.OID, sent, value)
		}
	}
	switch {
	case err == nil:
		s.pass(CheckSignature, remark)
	case errors.Is(err, pki.ErrAlgorithmMismatch):
		s.fail(CheckSignature, ReasonAlgorithmMismatch)
	case errors.Is(err, pki.ErrUnsupportedAlgorithm):
		s.fail(CheckSignature, pki.ReasonAlgorithmRejected)
	default:
		s.fail(CheckSignature, ReasonSignature)
	}
}

// bareSignature takes a DSTU signature out of the OCTET STRING in which one producer
// nests it. Only the exact length tells: r‖s may begin with any bytes.
func bareSignature(key pki.PublicKeyInfo, value []byte) []byte {
	k, ok := key.Key.(*dstu4145.PublicKey)
	if !ok || len(value) == k.Curve().SignatureSize() {
		return value
	}
	s := cryptobyte.String(value)
	var inner cryptobyte.String
	if s.ReadASN1(&inner, asn1.OCTET_STRING) && s.Empty() && len(inner) == k.Curve().SignatureSize() {
		return inner
	}
	return value
}

// asSet gives attributes the tag under which they are signed (RFC 5652, clause 5.4).
func asSet(content []byte) []byte {
	var b cryptobyte.Builder
	b.AddASN1(asn1.SET, func(b *cryptobyte.Builder) { b.AddBytes(content) })
	return b.BytesOrPanic()
}

// sortedElements puts the elements of a SET OF into DER order (X.690, clause 11.6).
func sortedElements(content []byte) []byte {
	s := cryptobyte.String(content)
	var elements [][]byte
	for !s.Empty() {
		var e cryptobyte.String
		var tag asn1.Tag
		if !s.ReadAnyASN1Element(&e, &tag) {
			return content // cannot happen: the attributes were read before
		}
		elements = append(elements, e)
	}
	slices.SortFunc(elements, bytes.Compare)
	return bytes.Join(elements, nil)
}
