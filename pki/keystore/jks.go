package keystore

import (
	"bytes"
	"crypto/sha1"
	"encoding/binary"
	"unicode/utf8"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/dovidka/dovidka/pki"
)

// The form has no published standard: big-endian fields, a magic number, version 2,
// the entries, and a SHA-1 digest over the password, a fixed phrase and all before.
const (
	jksMagic   = 0xfeedfeed
	jksVersion = 2
	jksKey     = 1
	jksTrusted = 2
	jksPhrase  = "Mighty Aphrodite"
)

func isJKS(container []byte) bool {
	return len(container) >= 4 && binary.BigEndian.Uint32(container) == jksMagic
}

// readJKS reads a Java key store. The store and its keys may have different passwords,
// and Open gets one. With the store's password the digest is right, and every key has
// to open with it too. With the keys' password the digest cannot be checked; the keys
// are accepted when all of them open, because each carries a check of its own and a
// certificate is tied to a key by its public key, not by the digest.
func (o *opener) readJKS(container []byte) error {
	if len(container) < 12+sha1.Size {
		return malformed("JKS")
	}
	data, digest := container[:len(container)-sha1.Size], container[len(container)-sha1.Size:]
	s := cryptobyte.String(data)
	var magic, version, count uint32
	if !s.ReadUint32(&magic) || !s.ReadUint32(&version) || !s.ReadUint32(&count) {
		return malformed("JKS")
	}
	if version != jksVersion {
		return unsupported("JKS version", "other than 2")
	}
	if o.storePassword != nil {
		store := jksPassword(o.storePassword)
		defer clear(store)
		if !equal(jksDigest(store, data), digest) {
			return ErrPassword
		}
	}
	password := jksPassword(o.password)
	defer clear(password)
	for range count {
		if err := o.entry(); err != nil {
			return err
		}
		if err := o.readJKSEntry(&s, password); err != nil {
			return err
		}
	}
	if !s.Empty() {
		return malformed("JKS: bytes after the last entry")
	}
	if len(o.store.Keys) == 0 && o.storePassword == nil && !equal(jksDigest(password, data), digest) {
		return ErrPassword
	}
	return nil
}

func jksDigest(password, data []byte) []byte {
	h := sha1.New()
	h.Write(password)
	h.Write([]byte(jksPhrase))
	h.Write(data)
	return h.Sum(nil)
}

// jksPassword gives the password as Java has it, in UTF-16.
func jksPassword(password []byte) []byte {
	if utf8.Valid(password) {
		return utf16BE(password)
	}
	out := make([]byte, 0, 2*len(password))
	for _, c := range password {
		out = append(out, 0, c)
	}
	return out
}

func (o *opener) readJKSEntry(s *cryptobyte.String, password []byte) error {
	var kind uint32
	var alias cryptobyte.String
	var created uint64
	if !s.ReadUint32(&kind) || !s.ReadUint16LengthPrefixed(&alias) || !s.ReadUint64(&created) {
		return malformed("JKS entry")
	}
	switch kind {
	case jksKey:
		return o.readJKSKey(s, string(alias), password)
	case jksTrusted:
		return o.readJKSCertificate(s)
	}
	return malformed("JKS entry of an unknown kind")
}

func (o *opener) readJKSKey(s *cryptobyte.String, alias string, password []byte) error {
	var protected cryptobyte.String
	var chain uint32
	if !readUint32Prefixed(s, &protected) || !s.ReadUint32(&chain) {
		return malformed("JKS key entry")
	}
	plain, err := openJKSKey(protected, password)
	if err != nil {
		return err
	}
	defer clear(plain)
	if err := o.addPrivateKeyInfo(plain, &bagAttributes{friendlyName: alias}); err != nil {
		return err
	}
	for range chain {
		if err := o.readJKSCertificate(s); err != nil {
			return err
		}
	}
	return nil
}

func (o *opener) readJKSCertificate(s *cryptobyte.String) error {
	var kind, cert cryptobyte.String
	if !s.ReadUint16LengthPrefixed(&kind) || !readUint32Prefixed(s, &cert) {
		return malformed("JKS certificate")
	}
	if string(kind) != "X.509" {
		return nil
	}
	return o.addCertificate(cert, nil)
}

func readUint32Prefixed(s, out *cryptobyte.String) bool {
	var size uint32
	return s.ReadUint32(&size) && uint64(size) <= uint64(len(*s)) && s.ReadBytes((*[]byte)(out), int(size))
}

// openJKSKey undoes the key protection of JKS: a stream of SHA-1 digests, each over the
// password and the digest before (the salt for the first), and a digest over the
// password and the plaintext to check it by.
func openJKSKey(protected, password []byte) ([]byte, error) {
	s := cryptobyte.String(protected)
	var body, data cryptobyte.String
	var alg pki.AlgorithmIdentifier
	if !s.ReadASN1(&body, asn1.SEQUENCE) || !s.Empty() ||
		!pki.ReadAlgorithmIdentifier(&body, &alg) ||
		!body.ReadASN1(&data, asn1.OCTET_STRING) || !body.Empty() {
		return nil, malformed("JKS key")
	}
	if alg.OID != oidJKSProtection {
		return nil, unsupported("JKS key protection", alg.OID)
	}
	if len(data) < 2*sha1.Size {
		return nil, malformed("JKS key")
	}
	salt, check := data[:sha1.Size], data[len(data)-sha1.Size:]
	plain := bytes.Clone(data[sha1.Size : len(data)-sha1.Size])
	h := sha1.New()
	stream := bytes.Clone(salt)
	defer clear(stream)
	for rest := plain; len(rest) > 0; rest = rest[min(sha1.Size, len(rest)):] {
		h.Reset()
		h.Write(password)
		h.Write(stream)
		stream = h.Sum(stream[:0])
		for i := range min(sha1.Size, len(rest)) {
			rest[i] ^= stream[i]
		}
	}
	h.Reset()
	h.Write(password)
	h.Write(plain)
	if !equal(h.Sum(nil), check) {
		clear(plain)
		return nil, ErrPassword
	}
	return plain, nil
}
