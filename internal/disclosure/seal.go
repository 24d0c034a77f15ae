package disclosure

import (
	"context"
	"crypto"
	"fmt"
	"time"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/pki"
)

// Seal signs answers with the owner's seal: CAdES-BES, detached. The key may be
// any crypto.Signer, such as one that lives in a hardware module.
type Seal struct {
	key         crypto.Signer
	certificate *pki.Certificate
	now         func() time.Time
}

// NewSeal checks that the key is the certificate's by sealing a trial. A nil
// clock is time.Now.
func NewSeal(key crypto.Signer, certificate *pki.Certificate, now func() time.Time) (*Seal, error) {
	if now == nil {
		now = time.Now
	}
	s := &Seal{key: key, certificate: certificate, now: now}
	if !certificate.ValidAt(now()) {
		return nil, fmt.Errorf("the seal's certificate is valid from %s to %s only",
			certificate.NotBefore.Format(time.DateOnly), certificate.NotAfter.Format(time.DateOnly))
	}
	trial := []byte("trial")
	sealed, err := s.Seal(context.Background(), trial)
	if err != nil {
		return nil, err
	}
	// Its own certificate is anchor enough: the question is about the key.
	result, err := cms.Verify(sealed.Signature, cms.VerifyOptions{
		Content: trial, Anchors: []*pki.Certificate{certificate}, Time: now(), Revocation: cms.RevocationNotChecked,
	})
	if err != nil {
		return nil, fmt.Errorf("try the seal: %w", err)
	}
	for _, signer := range result.Signers {
		if check, _ := signer.Find(cms.CheckSignature); check.Status == cms.Passed {
			return s, nil
		}
	}
	return nil, fmt.Errorf("the seal's key does not belong to its certificate")
}

// Seal implements Sealer.
func (s *Seal) Seal(_ context.Context, content []byte) (dovidka.Sealed, error) {
	at := s.now().UTC().Truncate(time.Second)
	signature, err := cms.Sign(content, cms.SignOptions{Signer: s.key, Certificate: s.certificate, Detached: true, SigningTime: at})
	if err != nil {
		return dovidka.Sealed{}, fmt.Errorf("seal: %w", err)
	}
	return dovidka.Sealed{Bundle: content, Signature: signature, SealedAt: at}, nil
}
