package keystore

import (
	"bytes"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/dovidka/dovidka/pki/der"
)

// PFXOptions say how [EncodePFX] writes.
type PFXOptions struct {
	// Iterations of PBKDF2 and of the derivation of the MAC key; zero has the meaning
	// of PKCS8Options.Iterations.
	Iterations int
}

// EncodePFX writes the keys and their certificates as PKCS#12 (RFC 7292). Each key
// stands encrypted in a bag of its own; the certificates are encrypted together, the
// first of every key tied to it by its LocalKeyID, or by Key.ID when that is empty.
//
// If one of the keys is a DSTU 4145 key the whole container is in the national form:
// PBES2 with HMAC-GOST34311 and GOST 28147-CFB, and a MAC by HMAC-GOST34311. Otherwise
// it is AES-256-CBC under HMAC-SHA-256 with a MAC by HMAC-SHA-256, which the usual
// tools read.
func EncodePFX(keys []Key, password []byte, opts PFXOptions) ([]byte, error) {
	out, err := encodePFX(keys, password, opts)
	if err != nil {
		return nil, fmt.Errorf("encode PKCS#12: %w", err)
	}
	return out, nil
}

func encodePFX(keys []Key, password []byte, opts PFXOptions) ([]byte, error) {
	if len(keys) == 0 {
		return nil, unsupported("container", "without a key")
	}
	national := false
	for _, k := range keys {
		national = national || isDSTUSigner(k)
	}
	p, err := newProtection(national, password, opts.Iterations)
	if err != nil {
		return nil, err
	}
	content, err := p.authenticatedSafe(keys)
	if err != nil {
		return nil, err
	}
	return sequence(func(b *cryptobyte.Builder) {
		b.AddASN1Int64(3)
		addDataContent(b, content)
		p.addMAC(b, content)
	})
}

// authenticatedSafe puts the certificates first and the keys second, like OpenSSL.
func (p *protection) authenticatedSafe(keys []Key) ([]byte, error) {
	ids := make([][]byte, len(keys))
	for i, k := range keys {
		ids[i] = k.LocalKeyID
		if len(ids[i]) == 0 {
			var err error
			if ids[i], err = k.ID(); err != nil {
				return nil, err
			}
		}
	}
	keyBags, err := p.keyBags(keys, ids)
	if err != nil {
		return nil, err
	}
	certBags, err := certificateBags(keys, ids)
	if err != nil {
		return nil, err
	}
	var contents cryptobyte.Builder
	if certBags != nil {
		if err := p.addEncryptedContent(&contents, certBags); err != nil {
			return nil, err
		}
	}
	addDataContent(&contents, keyBags)
	parts, err := contents.Bytes()
	if err != nil {
		return nil, err
	}
	return sequence(func(b *cryptobyte.Builder) { b.AddBytes(parts) })
}

func (p *protection) keyBags(keys []Key, ids [][]byte) ([]byte, error) {
	shrouded := make([][]byte, len(keys))
	for i, k := range keys {
		plain, err := marshalPrivateKey(k)
		if err != nil {
			return nil, err
		}
		var b cryptobyte.Builder
		err = p.addEncryptedKey(&b, plain)
		clear(plain)
		if err != nil {
			return nil, err
		}
		if shrouded[i], err = b.Bytes(); err != nil {
			return nil, err
		}
	}
	return sequence(func(b *cryptobyte.Builder) {
		for i, k := range keys {
			addBag(b, oidShroudedKeyBag, shrouded[i], k.FriendlyName, ids[i])
		}
	})
}

// certificateBags returns the safe contents with every certificate once, or nil when
// there is none.
func certificateBags(keys []Key, ids [][]byte) ([]byte, error) {
	var list certificateList
	for i, k := range keys {
		for n, cert := range k.Certificates {
			id := ids[i]
			if n > 0 {
				id = nil
			}
			list.add(cert, id)
		}
	}
	if len(list) == 0 {
		return nil, nil
	}
	bags := make([][]byte, len(list))
	for i, c := range list {
		bag, err := certificateBag(c.raw)
		if err != nil {
			return nil, err
		}
		bags[i] = bag
	}
	return sequence(func(b *cryptobyte.Builder) {
		for i, c := range list {
			addBag(b, oidCertBag, bags[i], "", c.id)
		}
	})
}

type certificateList []struct{ raw, id []byte }

// add keeps a certificate that two keys share once, with the identifier of the key
// whose own it is.
func (l *certificateList) add(raw, id []byte) {
	for i := range *l {
		if c := &(*l)[i]; bytes.Equal(c.raw, raw) {
			if c.id == nil {
				c.id = id
			}
			return
		}
	}
	*l = append(*l, struct{ raw, id []byte }{raw, id})
}

func certificateBag(raw []byte) ([]byte, error) {
	return sequence(func(b *cryptobyte.Builder) {
		der.AddOID(b, oidX509Certificate)
		b.AddASN1(tagContext0.Constructed(), func(b *cryptobyte.Builder) {
			b.AddASN1OctetString(raw)
		})
	})
}

// addBag appends a SafeBag whose value is already encoded.
func addBag(b *cryptobyte.Builder, oid string, value []byte, name string, id []byte) {
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		der.AddOID(b, oid)
		b.AddASN1(tagContext0.Constructed(), func(b *cryptobyte.Builder) { b.AddBytes(value) })
		if name == "" && len(id) == 0 {
			return
		}
		b.AddASN1(asn1.SET, func(b *cryptobyte.Builder) {
			if name != "" {
				addAttribute(b, oidFriendlyName, asn1.Tag(30), utf16BE([]byte(name))) // BMPString
			}
			if len(id) > 0 {
				addAttribute(b, oidLocalKeyID, asn1.OCTET_STRING, id)
			}
		})
	})
}

// addAttribute appends an attribute with one value.
func addAttribute(b *cryptobyte.Builder, oid string, tag asn1.Tag, value []byte) {
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		der.AddOID(b, oid)
		b.AddASN1(asn1.SET, func(b *cryptobyte.Builder) {
			b.AddASN1(tag, func(b *cryptobyte.Builder) { b.AddBytes(value) })
		})
	})
}

func addContentInfo(b *cryptobyte.Builder, oid string, content func(*cryptobyte.Builder)) {
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		der.AddOID(b, oid)
		b.AddASN1(tagContext0.Constructed(), content)
	})
}

func addDataContent(b *cryptobyte.Builder, data []byte) {
	addContentInfo(b, oidData, func(b *cryptobyte.Builder) { b.AddASN1OctetString(data) })
}
