package enveloped

import (
	"fmt"
	"math/big"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/dovidka/dovidka/pki"
)

// readRecipients reads key transport and key agreement; recipients with a password or
// with a key known beforehand are passed over.
func (e *envelope) readRecipients(s cryptobyte.String, l Limits) error {
	for n := 0; !s.Empty(); n++ {
		var body cryptobyte.String
		var tag asn1.Tag
		if !s.ReadAnyASN1(&body, &tag) {
			return malformed("recipient")
		}
		var err error
		switch tag {
		case asn1.SEQUENCE:
			err = e.readTransport(body)
		case context(1):
			err = e.readAgreement(body, l)
		case context(2), context(3), context(4):
		default:
			err = malformed("recipient of an unknown kind")
		}
		if err != nil {
			return err
		}
		if n == l.Recipients || len(e.recipients) > l.Recipients {
			return fmt.Errorf("%w: more than %d recipients", ErrLimit, l.Recipients)
		}
	}
	return nil
}

// readTransport reads KeyTransRecipientInfo (RFC 5652, clause 6.2.1).
func (e *envelope) readTransport(s cryptobyte.String) error {
	var r recipientInfo
	var version int
	if !s.ReadASN1Integer(&version) || !readCertificateID(&s, &r.recipient, asn1.Tag(0).ContextSpecific()) ||
		!pki.ReadAlgorithmIdentifier(&s, &r.algorithm) || !readEncryptedKey(&s, &r.encryptedKey) || !s.Empty() {
		return malformed("recipient of a transported key")
	}
	e.recipients = append(e.recipients, r)
	return nil
}

func readEncryptedKey(s *cryptobyte.String, out *[]byte) bool {
	return s.ReadASN1Bytes(out, asn1.OCTET_STRING) && len(*out) <= maxEncryptedKey
}

// readAgreement reads KeyAgreeRecipientInfo (RFC 5652, clause 6.2.2), which may be for
// several recipients.
func (e *envelope) readAgreement(s cryptobyte.String, l Limits) error {
	common := recipientInfo{agreed: true}
	var version int
	var from, ukm, keys cryptobyte.String
	var hasUKM bool
	if !s.ReadASN1Integer(&version) || !s.ReadASN1(&from, context(0)) || !common.originator.read(from) ||
		!s.ReadOptionalASN1(&ukm, &hasUKM, context(1)) ||
		!pki.ReadAlgorithmIdentifier(&s, &common.algorithm) ||
		!s.ReadASN1(&keys, asn1.SEQUENCE) || !s.Empty() {
		return malformed("recipient of an agreed key")
	}
	if hasUKM && (!ukm.ReadASN1Bytes(&common.ukm, asn1.OCTET_STRING) || !ukm.Empty() || len(common.ukm) > maxUKM) {
		return malformed("keying material of a recipient")
	}
	for !keys.Empty() {
		r := common
		var one cryptobyte.String
		if !keys.ReadASN1(&one, asn1.SEQUENCE) || !r.recipient.readAgreed(&one) ||
			!readEncryptedKey(&one, &r.encryptedKey) || !one.Empty() {
			return malformed("recipient of an agreed key")
		}
		if e.recipients = append(e.recipients, r); len(e.recipients) > l.Recipients {
			return fmt.Errorf("%w: more than %d recipients", ErrLimit, l.Recipients)
		}
	}
	return nil
}

// readCertificateID reads issuer and number, or a key identifier under a tag.
func readCertificateID(s *cryptobyte.String, id *certificateID, keyID asn1.Tag) bool {
	if s.PeekASN1Tag(keyID) {
		return s.ReadASN1Bytes(&id.keyID, keyID)
	}
	var body, issuer cryptobyte.String
	id.serial = new(big.Int)
	if !s.ReadASN1(&body, asn1.SEQUENCE) || !body.ReadASN1Element(&issuer, asn1.SEQUENCE) ||
		!body.ReadASN1Integer(id.serial) || !body.Empty() {
		return false
	}
	var err error
	id.issuer, err = pki.ParseName(issuer)
	return err == nil
}

// readAgreed reads KeyAgreeRecipientIdentifier: there the key identifier stands in a
// structure with a date and more, which nobody fills in.
func (id *certificateID) readAgreed(s *cryptobyte.String) bool {
	if !s.PeekASN1Tag(context(0)) {
		return readCertificateID(s, id, context(0))
	}
	var body cryptobyte.String
	return s.ReadASN1(&body, context(0)) && body.ReadASN1Bytes(&id.keyID, asn1.OCTET_STRING)
}

// read reads OriginatorIdentifierOrKey.
func (o *originator) read(s cryptobyte.String) bool {
	if !s.PeekASN1Tag(context(1)) {
		return readCertificateID(&s, &o.certificate, asn1.Tag(0).ContextSpecific()) && s.Empty()
	}
	var key cryptobyte.String
	return s.ReadASN1(&key, context(1)) && s.Empty() &&
		pki.ReadAlgorithmIdentifier(&key, &o.algorithm) && key.ReadASN1BitStringAsBytes(&o.point) && key.Empty() &&
		len(o.point) > 0
}
