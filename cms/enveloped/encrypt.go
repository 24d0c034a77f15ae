package enveloped

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/rsa"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/dovidka/dovidka/dstu/dstu4145"
	"github.com/dovidka/dovidka/pki"
	"github.com/dovidka/dovidka/pki/der"
)

// EncryptOptions say for whom and how.
type EncryptOptions struct {
	// Recipients are the certificates to encrypt for, each with a key usage that allows
	// it: keyAgreement, for RSA keyEncipherment. A container is either for DSTU 4145 keys or
	// for EC and RSA ones, as its scheme is. Whether they are genuine is for the
	// caller to have found out.
	Recipients []*pki.Certificate
	// Time is now: certificates that are not valid then are refused. It is required,
	// because this package asks no clock.
	Time time.Time
	// Scheme "" means the default for the keys: KalynaCofactor or AES256GCM.
	Scheme Scheme
	// Originator, if set, agrees on the key with a key of its own, of a national scheme,
	// instead of one made for this container; some programs decrypt nothing else.
	Originator *Originator
	Limits     Limits
}

// Originator encrypts with the key of a certificate, which recipients have to know.
type Originator struct {
	Key         AgreementKey
	Certificate *pki.Certificate
}

// Encrypt makes a container in DER. Content of any kind is taken as it is; sign it
// before.
func Encrypt(content []byte, opts EncryptOptions) ([]byte, error) {
	e, err := newEncryption(content, opts)
	if err != nil {
		return nil, err
	}
	defer clear(e.cek)
	out, err := e.run(content)
	if err != nil {
		return nil, fmt.Errorf("enveloped: %w", err)
	}
	if limit := opts.Limits.withDefaults().Size; len(out) > limit {
		return nil, fmt.Errorf("%w: container of %d bytes", ErrLimit, len(out))
	}
	return out, nil
}

// encryption is the making of one container.
type encryption struct {
	opts   EncryptOptions
	alg    algorithms
	cipher contentCipher
	cek    []byte
}

// newEncryption checks everything that can be refused.
func newEncryption(content []byte, opts EncryptOptions) (*encryption, error) {
	l := opts.Limits.withDefaults()
	switch {
	case len(opts.Recipients) == 0 || opts.Time.IsZero():
		return nil, errors.New("enveloped: no recipient or no time")
	case len(opts.Recipients) > l.Recipients:
		return nil, fmt.Errorf("%w: %d recipients", ErrLimit, len(opts.Recipients))
	case len(content) > l.Size:
		return nil, fmt.Errorf("%w: content of %d bytes", ErrLimit, len(content))
	}
	for _, c := range opts.Recipients {
		if err := CheckRecipient(c, opts.Time); err != nil {
			return nil, err
		}
	}
	alg, err := algorithmsFor(opts.Scheme, opts.Recipients[0].PublicKey.Key)
	if err != nil {
		return nil, err
	}
	for _, c := range opts.Recipients {
		if !alg.fits(c.PublicKey.Key) {
			return nil, fmt.Errorf("%w: %v has a key of another kind than scheme %s", ErrRecipient, c, alg.scheme)
		}
	}
	if err := opts.checkOriginator(alg); err != nil {
		return nil, err
	}
	e := &encryption{opts: opts, alg: alg}
	if e.cipher, err = cipherByOID(alg.content); err != nil {
		return nil, err
	}
	e.cek = randomBytes(e.cipher.keySize)
	return e, nil
}

// Bounds of the keys to encrypt for.
const (
	minFieldBits = 233
	minRSABits   = 2048
)

// CheckRecipient tells whether a certificate is one to encrypt for at a time: by its
// validity, its key and its key usage. It wraps [ErrRecipient] and says what is missing.
func CheckRecipient(c *pki.Certificate, at time.Time) error {
	refuse := func(why string) error { return fmt.Errorf("%w: %v %s", ErrRecipient, c, why) }
	if c == nil {
		return fmt.Errorf("%w: nil", ErrRecipient)
	}
	if err := c.KeyError(); err != nil {
		return fmt.Errorf("%w: %v: %w", ErrRecipient, c, err)
	}
	usage, name := pki.KeyUsageKeyAgreement, "keyAgreement"
	switch k := c.PublicKey.Key.(type) {
	case *dstu4145.PublicKey:
		if k.Curve().FieldBits() < minFieldBits || k.Curve().OptimalNormalBasis() || c.PublicKey.AlgorithmOID == pki.OIDDSTU4145BE {
			return refuse("has a key of a kind that only archives have, " + k.Curve().Name())
		}
	case *rsa.PublicKey:
		usage, name = pki.KeyUsageKeyEncipherment, "keyEncipherment"
		if k.N.BitLen() < minRSABits {
			return refuse(fmt.Sprintf("has an RSA key of %d bits", k.N.BitLen()))
		}
	}
	switch {
	case c.IsCA:
		return refuse("is that of an authority")
	case !c.HasKeyUsage || c.KeyUsage&usage == 0:
		return refuse("does not allow " + name)
	case !c.ValidAt(at):
		return refuse("is not valid at that time")
	}
	return nil
}

func (o *EncryptOptions) checkOriginator(alg algorithms) error {
	if o.Originator == nil {
		return nil
	}
	key, c := o.Originator.Key, o.Originator.Certificate
	if key == nil || c == nil || !alg.national {
		return errors.New("enveloped: an originator has a key and a certificate, and a national scheme")
	}
	if !(holder{dstu: key}).isOf(c.PublicKey.Key) {
		return errors.New("enveloped: the originator's key is not that of the certificate")
	}
	for _, r := range o.Recipients {
		if k, ok := r.PublicKey.Key.(dstuPublicKey); !ok || k.Curve() != key.PublicKey().Curve() {
			return fmt.Errorf("%w: %v is on another curve than the originator", ErrRecipient, r)
		}
	}
	return nil
}

func (e *encryption) run(content []byte) ([]byte, error) {
	recipients := make([][]byte, len(e.opts.Recipients))
	version := int64(0)
	for i, c := range e.opts.Recipients {
		var b cryptobyte.Builder
		var err error
		if key, ok := c.PublicKey.Key.(*rsa.PublicKey); ok {
			err = e.addTransported(&b, c, key)
		} else {
			version = 2 // RFC 5652, clause 6.1
			err = e.addAgreed(&b, c)
		}
		if err != nil {
			return nil, err
		}
		if recipients[i], err = b.Bytes(); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(recipients, bytes.Compare)
	s, err := e.cipher.seal(e.cek, content)
	if err != nil {
		return nil, err
	}
	kind := oidEnvelopedData
	if e.cipher.authenticated {
		kind, version = oidAuthEnvelopedData, 0
	}
	return marshal(kind, version, recipients, s)
}

func marshal(kind string, version int64, recipients [][]byte, s sealed) ([]byte, error) {
	return sequence(func(b *cryptobyte.Builder) {
		der.AddOID(b, kind)
		b.AddASN1(context(0), func(b *cryptobyte.Builder) {
			b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1Int64(version)
				b.AddASN1(asn1.SET, func(b *cryptobyte.Builder) { b.AddBytes(bytes.Join(recipients, nil)) })
				b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
					der.AddOID(b, oidData)
					s.algorithm.Add(b)
					b.AddASN1(asn1.Tag(0).ContextSpecific(), func(b *cryptobyte.Builder) { b.AddBytes(s.ciphertext) })
				})
				if s.mac != nil {
					b.AddASN1OctetString(s.mac)
				}
			})
		})
	})
}

// addAgreed appends a KeyAgreeRecipientInfo for one recipient.
func (e *encryption) addAgreed(b *cryptobyte.Builder, c *pki.Certificate) error {
	a, err := agreementByOID(e.alg.agreement)
	if err != nil {
		return err
	}
	w, err := wrapByOID(e.alg.wrap)
	if err != nil {
		return err
	}
	x, err := e.exchange(a, c)
	if err != nil {
		return err
	}
	defer clear(x.shared)
	wrapAlg := pki.AlgorithmIdentifier{OID: e.alg.wrap}
	if e.alg.national {
		wrapAlg.Parameters = derNull()
	}
	info, err := sharedInfo(wrapAlg, x.ukm, w.keySize)
	if err != nil {
		return err
	}
	kek := a.derive(x.shared, info, w.keySize)
	defer clear(kek)
	wrapped, err := w.wrap(kek, e.cek, c.PublicKey.SBox)
	if err != nil {
		return fmt.Errorf("wrap the key: %w", err)
	}
	agreementParams, err := marshalAlgorithm(wrapAlg)
	if err != nil {
		return err
	}
	b.AddASN1(context(1), func(b *cryptobyte.Builder) {
		b.AddASN1Int64(3)
		b.AddASN1(context(0), x.addOriginator)
		if x.ukm != nil {
			b.AddASN1(context(1), func(b *cryptobyte.Builder) { b.AddASN1OctetString(x.ukm) })
		}
		pki.AlgorithmIdentifier{OID: e.alg.agreement, Parameters: agreementParams}.Add(b)
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
				addIssuerAndSerial(b, c)
				b.AddASN1OctetString(wrapped)
			})
		})
	})
	return nil
}

// exchange is our side of a key agreement.
type exchange struct {
	shared        []byte
	ukm           []byte // nil with a key made for this container
	addOriginator func(*cryptobyte.Builder)
}

// ukmSize is what makes the key of two certificates another one for every container.
const ukmSize = 64

func (e *encryption) exchange(a agreement, c *pki.Certificate) (exchange, error) {
	switch peer := c.PublicKey.Key.(type) {
	case *dstu4145.PublicKey:
		if o := e.opts.Originator; o != nil {
			z, err := agreeDSTU(o.Key, peer, a)
			return exchange{z, randomBytes(ukmSize), func(b *cryptobyte.Builder) { addIssuerAndSerial(b, o.Certificate) }}, err
		}
		key, err := dstu4145.GenerateKey(peer.Curve(), nil)
		if err != nil {
			return exchange{}, err
		}
		defer key.Zero()
		point, err := octetString(key.PublicKey().Bytes())
		if err != nil {
			return exchange{}, err
		}
		z, err := agreeDSTU(key, peer, a)
		return exchange{z, nil, addOriginatorKey(keyAlgorithm(c), point)}, err
	case *ecdsa.PublicKey:
		remote, err := peer.ECDH()
		if err != nil {
			return exchange{}, err
		}
		key, err := remote.Curve().GenerateKey(nil)
		if err != nil {
			return exchange{}, err
		}
		z, err := key.ECDH(remote)
		alg := pki.AlgorithmIdentifier{OID: oidECPublicKey} // RFC 5753, clause 3.1.1
		return exchange{z, nil, addOriginatorKey(alg, key.PublicKey().Bytes())}, err
	}
	return exchange{}, fmt.Errorf("%w: %v", ErrRecipient, c)
}

// keyAlgorithm is that of the recipient's key with all its parameters, so that the
// originator's key is surely on the same curve.
func keyAlgorithm(c *pki.Certificate) pki.AlgorithmIdentifier {
	s := cryptobyte.String(c.RawKey)
	var body cryptobyte.String
	var alg pki.AlgorithmIdentifier
	if s.ReadASN1(&body, asn1.SEQUENCE) {
		pki.ReadAlgorithmIdentifier(&body, &alg)
	}
	return alg
}

func addOriginatorKey(alg pki.AlgorithmIdentifier, point []byte) func(*cryptobyte.Builder) {
	return func(b *cryptobyte.Builder) {
		b.AddASN1(context(1), func(b *cryptobyte.Builder) {
			alg.Add(b)
			b.AddASN1BitString(point)
		})
	}
}

func addIssuerAndSerial(b *cryptobyte.Builder, c *pki.Certificate) {
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddBytes(c.Issuer.Raw())
		b.AddASN1BigInt(c.SerialNumber)
	})
}

func marshalAlgorithm(alg pki.AlgorithmIdentifier) ([]byte, error) {
	var b cryptobyte.Builder
	alg.Add(&b)
	return b.Bytes()
}

func derNull() []byte { return []byte{0x05, 0x00} }
