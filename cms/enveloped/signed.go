package enveloped

import (
	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/pki/der"
)

// SignatureError means that what was encrypted is not validly signed: not at all, or by
// a signature that does not hold, or that could not be checked. What was decrypted may
// have been changed on its way, so do not use it.
type SignatureError struct {
	// Result tells what was found.
	Result *cms.Result
}

// Error names the verdict and the reason.
func (e *SignatureError) Error() string {
	return "enveloped: the content is not validly signed: " + string(e.Result.Verdict) + ", " + string(e.Result.Reason)
}

// DecryptSigned decrypts a container and verifies the signed one that must be inside,
// attached. The content of the result is the document. Who signed it, and whether that
// is whom the caller expects, is in the result too.
func DecryptSigned(container []byte, opts DecryptOptions, verify cms.VerifyOptions) (*cms.Result, error) {
	content, err := Decrypt(container, opts)
	if err != nil {
		return nil, err
	}
	signed, err := content.signedContainer()
	if err != nil {
		return nil, err
	}
	result, err := cms.Verify(signed, verify)
	if err != nil {
		return nil, err
	}
	if result.Verdict != cms.Valid {
		return nil, &SignatureError{result}
	}
	return result, nil
}

// signedContainer is the ContentInfo inside. Content of the type signedData lacks it, as
// its type stands outside, and by PKCS #7 lacks the header of the SEQUENCE as well.
func (c *Content) signedContainer() ([]byte, error) {
	if c.ContentType != oidSignedData {
		return c.Data, nil
	}
	return sequence(func(b *cryptobyte.Builder) {
		der.AddOID(b, oidSignedData)
		b.AddASN1(context(0), func(b *cryptobyte.Builder) {
			var body cryptobyte.String
			if s := cryptobyte.String(c.Data); s.ReadASN1(&body, asn1.SEQUENCE) && s.Empty() {
				b.AddBytes(c.Data)
				return
			}
			b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) { b.AddBytes(c.Data) })
		})
	})
}
