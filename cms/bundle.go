package cms

import (
	"fmt"

	"github.com/dovidka/dovidka/pki"
)

// maxBundle bounds a bundle of certificates; the widest one published has 771.
const maxBundle = 5000

// Certificates reads a bundle: a container without signatures that carries
// certificates (RFC 5652, clause 5.1), the form in which authorities publish them
// (CACertificates.p7b). Take no trust from one: the widely used bundle has
// certificates of test authorities among those of real ones.
func Certificates(bundle []byte) ([]*pki.Certificate, error) {
	sd, err := Parse(bundle, Limits{Certificates: maxBundle})
	if err != nil {
		return nil, err
	}
	if len(sd.Signers) != 0 || len(sd.Certificates) == 0 {
		return nil, fmt.Errorf("read certificates: %w: no bundle", ErrMalformed)
	}
	return sd.Certificates, nil
}
