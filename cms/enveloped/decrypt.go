package enveloped

import (
	"errors"
	"fmt"

	"github.com/dovidka/dovidka/dstu/gost28147"
	"github.com/dovidka/dovidka/pki"
)

// DecryptOptions say who decrypts and what is accepted.
type DecryptOptions struct {
	// Key is the recipient's private key: an [AgreementKey] for DSTU 4145, a
	// crypto/ecdh.KeyExchanger or *ecdsa.PrivateKey for EC, a crypto.Decrypter for RSA.
	Key any
	// Certificate is that of the key, by which the container names its recipients.
	// Without it the key is tried on the first eight recipients of its kind.
	Certificate *pki.Certificate
	// SBox is the substitution block (DKE) of a DSTU key without a certificate; nil
	// means №1.
	SBox *gost28147.SBox
	// Originators are certificates of those who may have encrypted with a key of their
	// own, which the container then names and need not carry.
	Originators []*pki.Certificate
	// RequireIntegrity refuses ciphers which do not notice a change of the content: all
	// but AES-GCM.
	RequireIntegrity bool
	Limits           Limits
}

// Content is what a container held.
type Content struct {
	Data []byte
	// ContentType is that of the data, as the container names it: id-data as a rule,
	// even for signed containers.
	ContentType string
	// Cipher is the object identifier of the cipher.
	Cipher string
	// Integrity means that the data is what the originator encrypted. Who that was is
	// another question, which a signature inside answers.
	Integrity bool
	// Originator is the certificate that took part in the key agreement; nil when the
	// originator made a key for this container alone. Nothing in it is verified.
	Originator *pki.Certificate
}

// maxTrials bounds how many recipients a key without a certificate is tried on.
const maxTrials = 8

// Decrypt opens a container in DER or BER.
func Decrypt(container []byte, opts DecryptOptions) (*Content, error) {
	d := decryption{opts: opts}
	var err error
	if d.holder, err = newHolder(opts.Key); err != nil {
		return nil, err
	}
	if opts.Certificate != nil && !d.isOf(opts.Certificate.PublicKey.Key) {
		return nil, errors.New("enveloped: the private key is not that of the certificate")
	}
	if d.envelope, err = parse(container, opts.Limits.withDefaults()); err != nil {
		return nil, err
	}
	if err := d.readCipher(); err != nil {
		return nil, err
	}
	return d.run()
}

// decryption is the opening of one container with one key.
type decryption struct {
	holder
	opts DecryptOptions
	*envelope
	cipher contentCipher
	open   func(key []byte, s sealed) ([]byte, error)
}

// readCipher accepts the cipher by what is public of it.
func (d *decryption) readCipher() error {
	oid := d.algorithm.OID
	var err error
	if d.cipher, err = cipherByOID(oid); err != nil {
		return err
	}
	if d.cipher.authenticated != d.authenticated {
		return unsupported("content cipher", oid+" in this content type")
	}
	if d.opts.RequireIntegrity && !d.cipher.authenticated {
		return unsupported("content cipher", oid+", which protects no integrity")
	}
	d.open, err = d.cipher.reader(d.algorithm.Parameters)
	return err
}

// run tries the recipients that the key may be. What is wrong with the public part of
// one does not keep the others from being tried.
func (d *decryption) run() (*Content, error) {
	result := ErrNotForKey
	for trials := 0; len(d.recipients) > 0 && trials < maxTrials; {
		r := &d.recipients[0]
		d.recipients = d.recipients[1:]
		if !d.mayBe(r) {
			continue
		}
		trials++
		data, from, err := d.tryRecipient(r)
		if err == nil {
			return &Content{
				Data: data, ContentType: d.contentType, Cipher: d.algorithm.OID,
				Integrity: d.cipher.authenticated, Originator: from,
			}, nil
		}
		// A key that is tried without being named need not fit.
		if guessed := d.opts.Certificate == nil && errors.Is(err, ErrMalformed); !guessed && !errors.Is(result, ErrDecrypt) {
			result = err
		}
	}
	return nil, result
}

// mayBe reports whether a recipient is the key's as far as the container tells.
func (d *decryption) mayBe(r *recipientInfo) bool {
	if d.opts.Certificate != nil {
		return r.recipient.names(d.opts.Certificate)
	}
	if r.agreed != (d.rsa == nil) {
		return false
	}
	a, err := agreementByOID(r.algorithm.OID)
	return !r.agreed || err != nil || a.national == (d.dstu != nil)
}

func (d *decryption) tryRecipient(r *recipientInfo) ([]byte, *pki.Certificate, error) {
	var cek []byte
	var from *pki.Certificate
	var err error
	switch {
	case r.agreed && d.rsa == nil:
		cek, from, err = d.agreedKey(r)
	case !r.agreed && d.rsa != nil:
		cek, err = d.transportedKey(r)
	default:
		err = malformed("recipient's key is of another kind")
	}
	if err != nil {
		return nil, nil, err
	}
	defer clear(cek)
	if len(cek) != d.cipher.keySize {
		return nil, nil, ErrDecrypt
	}
	data, err := d.open(cek, d.sealed)
	return data, from, err
}

// agreedKey recovers the content key of a recipient of a key agreement.
func (d *decryption) agreedKey(r *recipientInfo) ([]byte, *pki.Certificate, error) {
	a, err := agreementByOID(r.algorithm.OID)
	if err != nil {
		return nil, nil, err
	}
	alg, w, err := wrapOf(r.algorithm)
	if err != nil {
		return nil, nil, err
	}
	// Mixtures of the two families exist nowhere.
	if a.national != (d.dstu != nil) || a.national != w.national || a.national != isNationalCipher(d.algorithm.OID) {
		return nil, nil, unsupported("combination of", r.algorithm.OID+", "+alg.OID+" and "+d.algorithm.OID)
	}
	from, err := d.findOriginator(&r.originator)
	if err != nil {
		return nil, nil, err
	}
	z, err := d.sharedValue(a, &r.originator, from)
	if err != nil {
		return nil, nil, err
	}
	defer clear(z)
	info, err := sharedInfo(alg, r.ukm, w.keySize)
	if err != nil {
		return nil, nil, err
	}
	kek := a.derive(z, info, w.keySize)
	defer clear(kek)
	cek, err := w.unwrap(kek, r.encryptedKey, d.sbox())
	return cek, from, err
}

func (d *decryption) sbox() *gost28147.SBox {
	if d.opts.Certificate != nil {
		return d.opts.Certificate.PublicKey.SBox
	}
	return d.opts.SBox
}

// wrapOf reads the wrap, which stands in the parameters of the agreement.
func wrapOf(agreement pki.AlgorithmIdentifier) (pki.AlgorithmIdentifier, keyWrap, error) {
	alg, ok := readAlgorithm(agreement.Parameters)
	if !ok {
		return alg, keyWrap{}, malformed("key wrap of a key agreement")
	}
	w, err := wrapByOID(alg.OID)
	return alg, w, err
}

// findOriginator finds the certificate that the originator is named by, or nil when the
// container has the key itself.
func (d *decryption) findOriginator(o *originator) (*pki.Certificate, error) {
	if o.point != nil {
		return nil, nil
	}
	for _, pool := range [][]*pki.Certificate{d.opts.Originators, d.certificates} {
		for _, c := range pool {
			if o.certificate.names(c) {
				return c, nil
			}
		}
	}
	return nil, ErrOriginatorUnknown
}

// sharedValue makes the key agreement with the originator's key. What is wrong with
// that key is public; errors of the private key's device are passed on.
func (d *decryption) sharedValue(a agreement, o *originator, from *pki.Certificate) ([]byte, error) {
	if d.dstu != nil {
		peer, err := o.dstuKey(from, d.dstu.PublicKey().Curve())
		if err != nil {
			return nil, err
		}
		return agreeDSTU(d.dstu, peer, a)
	}
	peer, err := o.ecKey(from, d.ec.Curve())
	if err != nil {
		return nil, err
	}
	z, err := d.ec.ECDH(peer)
	if err != nil {
		return nil, fmt.Errorf("enveloped: agree on a key: %w", err)
	}
	return z, nil
}

func agreeDSTU(key AgreementKey, peer dstuPublicKey, a agreement) ([]byte, error) {
	agree := key.ECDH
	if a.cofactor {
		agree = key.CofactorECDH
	}
	z, err := agree(peer)
	if err != nil {
		return nil, fmt.Errorf("enveloped: agree on a key: %w", err)
	}
	return z, nil
}
