package enveloped

import (
	"crypto"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/rsa"
	"errors"
	"fmt"

	"github.com/dovidka/dovidka/dstu/dstu4145"
)

// Errors of this package; test with errors.Is. All but [ErrDecrypt] speak of what
// everybody can see in the container.
var (
	// ErrDecrypt means that a key for which the container names itself does not open it:
	// the key is another, or the container was damaged. It never says more.
	ErrDecrypt = errors.New("enveloped: cannot be decrypted with this key")
	// ErrNotForKey means that the key is none of the recipients'.
	ErrNotForKey = errors.New("enveloped: not encrypted for this key")
	// ErrMalformed means that the bytes are no enveloped data, or broken ones.
	ErrMalformed = errors.New("enveloped: malformed container")
	// ErrUnsupported means an algorithm or form that is refused or not known here.
	ErrUnsupported = errors.New("enveloped: not supported")
	// ErrLimit means that the container or the content is larger than is granted.
	ErrLimit = errors.New("enveloped: limit exceeded")
	// ErrRecipient means that a certificate is not one to encrypt for.
	ErrRecipient = errors.New("enveloped: certificate is not for encryption")
	// ErrOriginatorUnknown means that the container names the originator's certificate,
	// which agrees on the key, and that nobody has it.
	ErrOriginatorUnknown = errors.New("enveloped: the originator's certificate is needed")
)

func malformed(what string) error { return fmt.Errorf("%w: %s", ErrMalformed, what) }

func unsupported(what, name string) error {
	return fmt.Errorf("%w: %s %s", ErrUnsupported, what, name)
}

// Limits bound the work for one container. Zero fields mean the defaults.
type Limits struct {
	Size       int // bytes of a container, read or written; 20 MiB
	Recipients int // 64
}

func (l Limits) withDefaults() Limits {
	if l.Size <= 0 {
		l.Size = 20 << 20
	}
	if l.Recipients <= 0 {
		l.Recipients = 64
	}
	return l
}

// AgreementKey is a private key that agrees on DSTU 4145 curves: a *dstu4145.PrivateKey,
// or one that never leaves its device. The methods return the x-coordinate of d·Q and of
// h·d·Q, ceil(m/8) bytes, most significant first; the caller clears them.
type AgreementKey interface {
	PublicKey() *dstu4145.PublicKey
	ECDH(peer *dstu4145.PublicKey) ([]byte, error)
	CofactorECDH(peer *dstu4145.PublicKey) ([]byte, error)
}

// holder is a private key of one of the three kinds, the others nil.
type holder struct {
	dstu AgreementKey
	ec   ecdh.KeyExchanger
	rsa  crypto.Decrypter
}

func newHolder(key any) (holder, error) {
	switch k := key.(type) {
	case AgreementKey:
		return holder{dstu: k}, nil
	case *ecdsa.PrivateKey:
		e, err := k.ECDH()
		if err != nil {
			return holder{}, unsupported("private key", "on this curve")
		}
		return holder{ec: e}, nil
	case ecdh.KeyExchanger:
		return holder{ec: k}, nil
	case crypto.Decrypter:
		if _, ok := k.Public().(*rsa.PublicKey); ok {
			return holder{rsa: k}, nil
		}
	}
	return holder{}, unsupported("private key", fmt.Sprintf("of type %T", key))
}

// isOf reports whether the public key of a certificate is that of the holder.
func (h holder) isOf(pub crypto.PublicKey) bool {
	switch k := pub.(type) {
	case *dstu4145.PublicKey:
		return h.dstu != nil && h.dstu.PublicKey().Equal(k)
	case *ecdsa.PublicKey:
		e, err := k.ECDH()
		return h.ec != nil && err == nil && h.ec.PublicKey().Equal(e)
	case *rsa.PublicKey:
		return h.rsa != nil && k.Equal(h.rsa.Public())
	}
	return false
}
