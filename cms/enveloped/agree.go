package enveloped

import (
	"bytes"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
	"hash"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/dovidka/dovidka/dstu/gost34311"
	"github.com/dovidka/dovidka/dstu/kupyna"
	"github.com/dovidka/dovidka/pki"
)

// agreement derives a key-encryption key from what both sides share.
type agreement struct {
	national bool
	cofactor bool // the cofactor of the NIST curves is 1, which makes both the same there
	newHash  func() hash.Hash
	// trim drops leading zero bytes of the shared value, as the scheme with GOST 34.311
	// does (order 2230-13).
	trim bool
}

// agreementByOID knows the key agreements. SHA-1 serves as a KDF in what OpenSSL makes
// by default; its collisions do no harm there. It is never written.
func agreementByOID(oid string) (agreement, error) {
	switch oid {
	case oidCofactorGOST, oidStandardGOST:
		return agreement{national: true, cofactor: oid == oidCofactorGOST, newHash: gost34311.New, trim: true}, nil
	case oidCofactorKupyna, oidStandardKupyna:
		return agreement{national: true, cofactor: oid == oidCofactorKupyna, newHash: kupyna.New256}, nil
	case oidStandardSHA1, oidCofactorSHA1:
		return agreement{newHash: sha1.New}, nil
	case oidStandardSHA224, oidCofactorSHA224:
		return agreement{newHash: sha256.New224}, nil
	case oidStandardSHA256, oidCofactorSHA256:
		return agreement{newHash: sha256.New}, nil
	case oidStandardSHA384, oidCofactorSHA384:
		return agreement{newHash: sha512.New384}, nil
	case oidStandardSHA512, oidCofactorSHA512:
		return agreement{newHash: sha512.New}, nil
	}
	return agreement{}, unsupported("key agreement", oid)
}

// derive makes the key-encryption key: the hash of shared value, counter and SharedInfo
// (RFC 5753, clause 7.2; order 2230-13, clause 5.6.3), as often as size asks for.
func (a agreement) derive(z, sharedInfo []byte, size int) []byte {
	if a.trim {
		z = bytes.TrimLeft(z, "\x00")
	}
	h := a.newHash()
	out := make([]byte, 0, size+h.Size())
	for counter := uint32(1); len(out) < size; counter++ {
		h.Reset()
		h.Write(z)
		h.Write(binary.BigEndian.AppendUint32(nil, counter))
		h.Write(sharedInfo)
		out = h.Sum(out)
	}
	clear(out[size:cap(out)])
	return out[:size]
}

// sharedInfo encodes what the key is for:
//
//	SharedInfo ::= SEQUENCE {
//	    keyInfo     AlgorithmIdentifier,
//	    entityUInfo [0] EXPLICIT OCTET STRING OPTIONAL,
//	    suppPubInfo [2] EXPLICIT OCTET STRING }  -- the length of the key in bits
func sharedInfo(wrap pki.AlgorithmIdentifier, ukm []byte, keySize int) ([]byte, error) {
	return sequence(func(b *cryptobyte.Builder) {
		wrap.Add(b)
		if ukm != nil {
			b.AddASN1(context(0), func(b *cryptobyte.Builder) { b.AddASN1OctetString(ukm) })
		}
		b.AddASN1(context(2), func(b *cryptobyte.Builder) {
			b.AddASN1OctetString(binary.BigEndian.AppendUint32(nil, uint32(8*keySize)))
		})
	})
}

// context is a constructed tag of the context-specific class.
func context(n uint8) asn1.Tag { return asn1.Tag(n).ContextSpecific().Constructed() }
