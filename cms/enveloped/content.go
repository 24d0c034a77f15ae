package enveloped

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/subtle"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/dovidka/dovidka/dstu/gost28147"
	"github.com/dovidka/dovidka/dstu/kalyna"
	"github.com/dovidka/dovidka/pki"
)

// sealed is encrypted content.
type sealed struct {
	algorithm  pki.AlgorithmIdentifier
	ciphertext []byte
	aad, mac   []byte // of authenticated ciphers only
}

// contentCipher encrypts content.
type contentCipher struct {
	keySize       int
	authenticated bool
	seal          func(key, plain []byte) (sealed, error)
	// reader reads the parameters, which are public, and returns what decrypts; that
	// fails with ErrDecrypt only.
	reader func(params []byte) (open func(key []byte, s sealed) ([]byte, error), err error)
}

// cipherByOID knows the ciphers of content. Others, such as Triple DES and RC2, are
// refused: with 64-bit blocks or short keys they do not protect a document.
func cipherByOID(oid string) (contentCipher, error) {
	switch oid {
	case oidGOST28147CFB:
		return contentCipher{keySize: gost28147.KeySize, seal: sealGOST, reader: readGOST}, nil
	case oidKalyna256CFB:
		return contentCipher{keySize: kalyna.KeySize256, seal: sealKalyna, reader: readKalyna}, nil
	case oidAES128CBC:
		return newCBC(oid, 16), nil
	case oidAES192CBC:
		return newCBC(oid, 24), nil
	case oidAES256CBC:
		return newCBC(oid, 32), nil
	case oidAES128GCM:
		return newGCM(oid, 16), nil
	case oidAES192GCM:
		return newGCM(oid, 24), nil
	case oidAES256GCM:
		return newGCM(oid, 32), nil
	}
	return contentCipher{}, unsupported("content cipher", oid)
}

func isNationalCipher(oid string) bool { return oid == oidGOST28147CFB || oid == oidKalyna256CFB }

func randomBytes(n int) []byte {
	out := make([]byte, n)
	_, _ = rand.Read(out) // never fails, by its documentation
	return out
}

// sealGOST writes the substitution block although №1 is the default: readers differ in
// what they take when there is none.
func sealGOST(key, plain []byte) (sealed, error) {
	sbox := gost28147.DefaultSBox()
	block, err := gost28147.NewCipher(key, sbox)
	if err != nil {
		return sealed{}, err
	}
	iv := randomBytes(gost28147.BlockSize)
	out := make([]byte, len(plain))
	gost28147.NewCFBEncrypter(block, iv).XORKeyStream(out, plain)
	params, err := sequence(func(b *cryptobyte.Builder) {
		b.AddASN1OctetString(iv)
		b.AddASN1OctetString(sbox.DKE())
	})
	return sealed{algorithm: pki.AlgorithmIdentifier{OID: oidGOST28147CFB, Parameters: params}, ciphertext: out}, err
}

// paddedIVSize is the length to which a library in use pads the vector; only the first
// eight bytes of it are used.
const paddedIVSize = 32

// readGOST reads SEQUENCE { iv OCTET STRING, dke OCTET STRING OPTIONAL }.
func readGOST(params []byte) (func([]byte, sealed) ([]byte, error), error) {
	s := cryptobyte.String(params)
	var body, iv, dke cryptobyte.String
	var hasDKE bool
	if !s.ReadASN1(&body, asn1.SEQUENCE) || !s.Empty() ||
		!body.ReadASN1(&iv, asn1.OCTET_STRING) || len(iv) != gost28147.BlockSize && len(iv) != paddedIVSize ||
		!body.ReadOptionalASN1(&dke, &hasDKE, asn1.OCTET_STRING) || !body.Empty() {
		return nil, malformed("GOST 28147 parameters")
	}
	sbox := gost28147.DefaultSBox()
	if hasDKE {
		var err error
		if sbox, err = gost28147.ParseDKE(dke); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrUnsupported, err)
		}
	}
	return func(key []byte, s sealed) ([]byte, error) {
		block, err := gost28147.NewCipher(key, sbox)
		if err != nil {
			return nil, ErrDecrypt
		}
		out := make([]byte, len(s.ciphertext))
		gost28147.NewCFBDecrypter(block, iv[:gost28147.BlockSize]).XORKeyStream(out, s.ciphertext)
		return out, nil
	}, nil
}

// sealKalyna is Kalyna-256 with a key of 256 bits in CFB mode, feedback of whole blocks.
func sealKalyna(key, plain []byte) (sealed, error) {
	iv := randomBytes(kalyna.BlockSize256)
	block, err := kalyna.NewCipher(kalyna.BlockSize256, key)
	if err != nil {
		return sealed{}, err
	}
	stream, err := kalyna.NewCFBEncrypter(block, iv, kalyna.BlockSize256)
	if err != nil {
		return sealed{}, err
	}
	out := make([]byte, len(plain))
	stream.CryptLast(out, plain)
	params, err := sequence(func(b *cryptobyte.Builder) { b.AddASN1OctetString(iv) })
	return sealed{algorithm: pki.AlgorithmIdentifier{OID: oidKalyna256CFB, Parameters: params}, ciphertext: out}, err
}

// readKalyna reads SEQUENCE { iv OCTET STRING }.
func readKalyna(params []byte) (func([]byte, sealed) ([]byte, error), error) {
	s := cryptobyte.String(params)
	var body, iv cryptobyte.String
	if !s.ReadASN1(&body, asn1.SEQUENCE) || !s.Empty() ||
		!body.ReadASN1(&iv, asn1.OCTET_STRING) || len(iv) != kalyna.BlockSize256 || !body.Empty() {
		return nil, malformed("Kalyna parameters")
	}
	return func(key []byte, s sealed) ([]byte, error) {
		block, err := kalyna.NewCipher(kalyna.BlockSize256, key)
		if err != nil {
			return nil, ErrDecrypt
		}
		stream, err := kalyna.NewCFBDecrypter(block, iv, kalyna.BlockSize256)
		if err != nil {
			return nil, ErrDecrypt
		}
		out := make([]byte, len(s.ciphertext))
		stream.CryptLast(out, s.ciphertext)
		return out, nil
	}, nil
}

// newCBC is AES in CBC mode with the padding of RFC 5652, clause 6.3.
func newCBC(oid string, keySize int) contentCipher {
	return contentCipher{
		keySize: keySize,
		seal: func(key, plain []byte) (sealed, error) {
			block, err := aes.NewCipher(key)
			if err != nil {
				return sealed{}, err
			}
			pad := aes.BlockSize - len(plain)%aes.BlockSize
			out := make([]byte, len(plain)+pad)
			copy(out, plain)
			for i := len(plain); i < len(out); i++ {
				out[i] = byte(pad)
			}
			iv := randomBytes(aes.BlockSize)
			cipher.NewCBCEncrypter(block, iv).CryptBlocks(out, out)
			params, err := octetString(iv)
			return sealed{algorithm: pki.AlgorithmIdentifier{OID: oid, Parameters: params}, ciphertext: out}, err
		},
		reader: func(params []byte) (func([]byte, sealed) ([]byte, error), error) {
			s := cryptobyte.String(params)
			var iv cryptobyte.String
			if !s.ReadASN1(&iv, asn1.OCTET_STRING) || !s.Empty() || len(iv) != aes.BlockSize {
				return nil, malformed("AES-CBC parameters")
			}
			return func(key []byte, s sealed) ([]byte, error) { return openCBC(key, iv, s.ciphertext) }, nil
		},
	}
}

// openCBC looks at every byte that may be padding, so that the time it takes does not
// tell how much of it was right.
func openCBC(key, iv, ciphertext []byte) ([]byte, error) {
	block, err := aes.NewCipher(key)
	if err != nil || len(ciphertext) == 0 || len(ciphertext)%aes.BlockSize != 0 {
		return nil, ErrDecrypt
	}
	out := make([]byte, len(ciphertext))
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(out, ciphertext)
	last := out[len(out)-aes.BlockSize:]
	pad := int(last[aes.BlockSize-1])
	good := subtle.ConstantTimeLessOrEq(1, pad) & subtle.ConstantTimeLessOrEq(pad, aes.BlockSize)
	for i, c := range last {
		inside := subtle.ConstantTimeLessOrEq(aes.BlockSize-i, pad)
		good &= subtle.ConstantTimeSelect(inside, subtle.ConstantTimeByteEq(c, byte(pad)), 1)
	}
	if good != 1 {
		clear(out)
		return nil, ErrDecrypt
	}
	return out[:len(out)-pad], nil
}

// Lengths of the nonce and of the tag (RFC 5084, clause 3.2).
const (
	gcmNonceSize  = 12
	gcmTagSize    = 16
	gcmTagMinimum = 12
)

// newGCM is AES-GCM, as AuthEnvelopedData has it.
func newGCM(oid string, keySize int) contentCipher {
	return contentCipher{
		keySize: keySize, authenticated: true,
		seal: func(key, plain []byte) (sealed, error) {
			aead, err := gcm(key, gcmTagSize)
			if err != nil {
				return sealed{}, err
			}
			nonce := randomBytes(gcmNonceSize)
			out := aead.Seal(nil, nonce, plain, nil)
			params, err := sequence(func(b *cryptobyte.Builder) {
				b.AddASN1OctetString(nonce)
				b.AddASN1Int64(gcmTagSize)
			})
			return sealed{
				algorithm:  pki.AlgorithmIdentifier{OID: oid, Parameters: params},
				ciphertext: out[:len(plain)], mac: out[len(plain):],
			}, err
		},
		reader: readGCM,
	}
}

func gcm(key []byte, tagSize int) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithTagSize(block, tagSize)
}

// readGCM reads SEQUENCE { nonce OCTET STRING, icvLen INTEGER DEFAULT 12 }.
func readGCM(params []byte) (func([]byte, sealed) ([]byte, error), error) {
	s := cryptobyte.String(params)
	var body, nonce cryptobyte.String
	tagSize := gcmTagMinimum
	if !s.ReadASN1(&body, asn1.SEQUENCE) || !s.Empty() ||
		!body.ReadASN1(&nonce, asn1.OCTET_STRING) || len(nonce) != gcmNonceSize ||
		!body.Empty() && !body.ReadASN1Integer(&tagSize) || !body.Empty() ||
		tagSize < gcmTagMinimum || tagSize > gcmTagSize {
		return nil, malformed("AES-GCM parameters")
	}
	return func(key []byte, s sealed) ([]byte, error) {
		aead, err := gcm(key, tagSize)
		if err != nil || len(s.mac) != tagSize {
			return nil, ErrDecrypt
		}
		whole := make([]byte, 0, len(s.ciphertext)+len(s.mac))
		whole = append(append(whole, s.ciphertext...), s.mac...)
		out, err := aead.Open(whole[:0], nonce, whole, s.aad)
		if err != nil {
			return nil, ErrDecrypt
		}
		return out, nil
	}, nil
}

func sequence(content func(*cryptobyte.Builder)) ([]byte, error) {
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, content)
	return b.Bytes()
}

func octetString(content []byte) ([]byte, error) {
	var b cryptobyte.Builder
	b.AddASN1OctetString(content)
	return b.Bytes()
}
