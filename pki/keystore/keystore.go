package keystore

import (
	"bytes"
	"errors"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/dovidka/dovidka/pki"
	"github.com/dovidka/dovidka/pki/der"
)

// Format names the form of a container.
type Format string

// The forms which [Open] recognises.
const (
	FormatPFX            Format = "PKCS#12"
	FormatPKCS8          Format = "PKCS#8"
	FormatEncryptedPKCS8 Format = "encrypted PKCS#8"
	FormatPKCS1          Format = "PKCS#1"
	FormatSEC1           Format = "SEC 1"
	FormatIIT            Format = "Key-6.dat"
	FormatJKS            Format = "JKS"
	FormatPEM            Format = "PEM"
)

// Store is what a container held.
type Store struct {
	Format Format
	// Keys are in the order of the container. There is at least one.
	Keys []Key
	// Certificates are all certificates of the container in DER, in its order.
	Certificates [][]byte
}

// Open reads a container, recognised by its content. Containers without encryption
// ignore the password; for the others a wrong or missing one gives [ErrPassword].
//
// PKCS#12 takes passwords as text, so there the password must be in UTF-8; a password
// of other bytes is tried as one character a byte, which is what old software did. One
// in UTF-8 that does not open is tried in Windows-1251 as well, in which Ukrainian
// programs took passwords with Cyrillic letters.
//
// A container without a single private key is [ErrFormat].
func Open(container, password []byte) (*Store, error) {
	return open(container, password, defaultLimits())
}

// limits bound what a container may ask for.
type limits struct {
	size       int // bytes of the container
	depth      int // nesting of safe contents in safe contents
	entries    int // bags, JKS entries, PEM blocks and certificates together
	iterations int // of all key derivations together
}

func defaultLimits() limits {
	return limits{size: 4 << 20, depth: 4, entries: 256, iterations: 10_000_000}
}

// OpenJKS reads a Java key store whose keys may have another password than the store
// itself, and checks both: the digest of the store with the one, every key with the
// other. Open takes a password that does for both, or that of the keys.
func OpenJKS(container, storePassword, keyPassword []byte) (*Store, error) {
	if !isJKS(container) {
		return nil, malformed("not a JKS")
	}
	o := &opener{password: keyPassword, storePassword: append([]byte{}, storePassword...), left: defaultLimits()}
	defer clear(o.storePassword)
	return openWith(container, o)
}

func open(container, password []byte, l limits) (*Store, error) {
	o := &opener{password: password, left: l}
	store, err := openWith(container, o)
	if !errors.Is(err, ErrPassword) {
		return store, err
	}
	legacy := windows1251(password)
	if legacy == nil {
		return nil, err
	}
	defer clear(legacy)
	l.iterations = o.left.iterations
	return openWith(container, &opener{password: legacy, left: l})
}

func openWith(container []byte, o *opener) (*Store, error) {
	if len(container) > o.left.size {
		return nil, fmt.Errorf("%w: container of %d bytes", ErrLimit, len(container))
	}
	if err := o.read(container); err != nil {
		return nil, err
	}
	if len(o.store.Keys) == 0 {
		return nil, malformed("no private key")
	}
	o.store.attachCertificates(o.localKeyIDs)
	return &o.store, nil
}

// opener gathers the content of one container.
type opener struct {
	password []byte
	// storePassword is that of a JKS itself; nil when nobody named it.
	storePassword []byte
	left          limits
	store         Store
	// localKeyIDs has the identifier given to a certificate, by the index in
	// store.Certificates.
	localKeyIDs map[int][]byte
}

func (o *opener) read(container []byte) error {
	switch {
	case isJKS(container):
		o.store.Format = FormatJKS
		return o.readJKS(container)
	case bytes.Contains(container, []byte("-----BEGIN ")):
		o.store.Format = FormatPEM
		return o.readPEM(container)
	}
	format, err := o.readDER(container)
	o.store.Format = format
	return err
}

// readDER tells the ASN.1 forms apart by the first two members of the sequence.
func (o *opener) readDER(data []byte) (Format, error) {
	doc, err := normalise(data)
	if err != nil {
		return "", err
	}
	s := cryptobyte.String(doc)
	var body cryptobyte.String
	if !s.ReadASN1(&body, asn1.SEQUENCE) {
		return "", malformed("not a key container")
	}
	if body.PeekASN1Tag(asn1.SEQUENCE) {
		return o.readEncrypted(body)
	}
	var version int
	if !body.ReadASN1Integer(&version) {
		return "", malformed("not a key container")
	}
	switch {
	case version == 3 && body.PeekASN1Tag(asn1.SEQUENCE):
		return FormatPFX, o.readPFX(body)
	case body.PeekASN1Tag(asn1.SEQUENCE):
		return FormatPKCS8, o.addPrivateKeyInfo(doc, nil)
	case body.PeekASN1Tag(asn1.INTEGER):
		return FormatPKCS1, o.addPKCS1(doc)
	case body.PeekASN1Tag(asn1.OCTET_STRING):
		return FormatSEC1, o.addSEC1(doc)
	}
	return "", malformed("not a key container")
}

// readEncrypted reads the two forms which begin with an AlgorithmIdentifier and
// continue with an OCTET STRING.
func (o *opener) readEncrypted(body cryptobyte.String) (Format, error) {
	var alg pki.AlgorithmIdentifier
	var ciphertext cryptobyte.String
	if !pki.ReadAlgorithmIdentifier(&body, &alg) ||
		!body.ReadASN1(&ciphertext, asn1.OCTET_STRING) || !body.Empty() {
		return "", malformed("not a key container")
	}
	if alg.OID == oidIITContainer {
		return FormatIIT, o.readIIT(alg.Parameters, ciphertext)
	}
	return FormatEncryptedPKCS8, o.addEncryptedKey(alg, ciphertext, nil)
}

// entry counts one bag, block, entry or certificate.
func (o *opener) entry() error {
	if o.left.entries--; o.left.entries < 0 {
		return fmt.Errorf("%w: too many entries", ErrLimit)
	}
	return nil
}

// spend takes iterations of a key derivation out of what is left, so that a container
// cannot ask for minutes of work, neither at once nor in pieces.
func (o *opener) spend(iterations int) error {
	if iterations < 1 {
		return malformed("iteration count")
	}
	if iterations > o.left.iterations {
		return fmt.Errorf("%w: key derivation of %d iterations", ErrLimit, iterations)
	}
	o.left.iterations -= iterations
	return nil
}

// normalise checks the whole structure of data and turns BER, which some producers
// of PKCS#12 write, into DER.
func normalise(data []byte) ([]byte, error) {
	doc, err := der.Normalise(data, der.Limits{Elements: 10_000})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	return doc.DER, nil
}
