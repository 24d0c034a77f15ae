package enveloped

import (
	"crypto/ecdh"
	"crypto/ecdsa"
	"fmt"

	"golang.org/x/crypto/cryptobyte"

	"github.com/dovidka/dovidka/dstu/dstu4145"
	"github.com/dovidka/dovidka/pki"
)

// dstuPublicKey shortens the signatures of this package.
type dstuPublicKey = *dstu4145.PublicKey

// dstuKey is the originator's key on the curve of the recipient's: that of a certificate,
// or the one in the container, validated as every public key is.
func (o *originator) dstuKey(from *pki.Certificate, curve *dstu4145.Curve) (dstuPublicKey, error) {
	key, err := o.anyDSTUKey(from)
	if err != nil {
		return nil, err
	}
	if key.Curve() != curve {
		return nil, malformed("originator's key is on another curve")
	}
	return key, nil
}

func (o *originator) anyDSTUKey(from *pki.Certificate) (dstuPublicKey, error) {
	if from != nil {
		if key, ok := from.PublicKey.Key.(dstuPublicKey); ok {
			return key, nil
		}
		return nil, malformed("originator's certificate has a key of another kind")
	}
	spki, err := sequence(func(b *cryptobyte.Builder) {
		o.algorithm.Add(b)
		b.AddASN1BitString(o.point)
	})
	if err != nil {
		return nil, malformed("originator's key")
	}
	info, err := pki.ParsePublicKeyInfo(spki)
	if err != nil {
		return nil, fmt.Errorf("%w: originator's key: %w", ErrMalformed, err)
	}
	key, ok := info.Key.(dstuPublicKey)
	if !ok {
		return nil, malformed("originator's key is of another kind")
	}
	return key, nil
}

// ecKey is the originator's key on one of the NIST curves.
func (o *originator) ecKey(from *pki.Certificate, curve ecdh.Curve) (*ecdh.PublicKey, error) {
	if from != nil {
		if key, ok := from.PublicKey.Key.(*ecdsa.PublicKey); ok {
			if e, err := key.ECDH(); err == nil && e.Curve() == curve {
				return e, nil
			}
		}
		return nil, malformed("originator's certificate has a key of another kind")
	}
	if o.algorithm.OID != oidECPublicKey {
		return nil, malformed("originator's key is of another kind")
	}
	key, err := curve.NewPublicKey(o.point)
	if err != nil {
		return nil, malformed("originator's key is not on the recipient's curve")
	}
	return key, nil
}

// readAlgorithm reads an AlgorithmIdentifier that stands alone.
func readAlgorithm(raw []byte) (pki.AlgorithmIdentifier, bool) {
	var alg pki.AlgorithmIdentifier
	s := cryptobyte.String(raw)
	ok := pki.ReadAlgorithmIdentifier(&s, &alg) && s.Empty()
	return alg, ok
}
