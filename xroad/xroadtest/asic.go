package xroadtest

import (
	"archive/zip"
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"encoding/asn1"
	"errors"
	"fmt"
	"hash/crc32"
	"slices"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"
)

const mimeASiCS = "application/vnd.etsi.asic-s+zip"

// container makes an ASiC-S container of a message, with a CAdES-BES signature of this server's own making (ETSI EN
// 319 162-1, clause 4.3). Real ones are signed by the organisation's seal, in Trembita with DSTU 4145, and time-stamped;
// X-Road's are ASiC-E with XAdES, with the attachments inside. This one has the form and proves nothing.
func (s *Server) container(message []byte) ([]byte, error) {
	identity, err := s.signer()
	if err != nil {
		return nil, err
	}
	signature, err := sign(message, identity)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	file := zip.NewWriter(&out)
	for _, entry := range []struct {
		name   string
		method uint16
		data   []byte
	}{
		{"mimetype", zip.Store, []byte(mimeASiCS)}, {"message.xml", zip.Deflate, message}, {"META-INF/signature.p7s", zip.Deflate, signature},
	} {
		// The first entry has neither extra field nor data descriptor, so that its content begins at byte 38.
		header := &zip.FileHeader{Name: entry.name, Method: entry.method}
		create := file.CreateHeader
		if entry.method == zip.Store {
			header.CRC32 = crc32.ChecksumIEEE(entry.data)
			header.CompressedSize64, header.UncompressedSize64 = uint64(len(entry.data)), uint64(len(entry.data))
			create = file.CreateRaw
		}
		w, err := create(header)
		if err != nil {
			return nil, fmt.Errorf("make container: %w", err)
		}
		if _, err := w.Write(entry.data); err != nil {
			return nil, fmt.Errorf("make container: %w", err)
		}
	}
	if err := file.Close(); err != nil {
		return nil, fmt.Errorf("make container: %w", err)
	}
	return out.Bytes(), nil
}

// Object identifiers of CMS (RFC 5652), ESS (RFC 5035) and ECDSA (RFC 5758).
func oid(arcs ...int) asn1.ObjectIdentifier { return arcs }

// sign makes a detached signature: CMS SignedData with the attributes of CAdES-BES.
func sign(content []byte, identity *tls.Certificate) ([]byte, error) {
	key, ok := identity.PrivateKey.(crypto.Signer)
	if !ok {
		return nil, errors.New("identity cannot sign")
	}
	hash, certificate := sha256.Sum256(content), sha256.Sum256(identity.Leaf.Raw)
	attributes := [][]byte{
		attribute(oid(1, 2, 840, 113549, 1, 9, 3), func(b *cryptobyte.Builder) { b.AddASN1ObjectIdentifier(oid(1, 2, 840, 113549, 1, 7, 1)) }),
		attribute(oid(1, 2, 840, 113549, 1, 9, 4), func(b *cryptobyte.Builder) { b.AddASN1OctetString(hash[:]) }),
		attribute(oid(1, 2, 840, 113549, 1, 9, 16, 2, 47), func(b *cryptobyte.Builder) { // signing-certificate-v2, SHA-256 by default
			b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
					b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) { b.AddASN1OctetString(certificate[:]) })
				})
			})
		}),
	}
	slices.SortFunc(attributes, bytes.Compare) // DER, a SET OF
	signed := slices.Concat(attributes...)
	var set cryptobyte.Builder
	set.AddASN1(tag.SET, func(b *cryptobyte.Builder) { b.AddBytes(signed) })
	digest := sha256.Sum256(set.BytesOrPanic())
	signature, err := key.Sign(rand.Reader, digest[:], crypto.SHA256)
	if err != nil {
		return nil, fmt.Errorf("sign message: %w", err)
	}
	var out cryptobyte.Builder
	out.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(oid(1, 2, 840, 113549, 1, 7, 2)) // id-signedData
		b.AddASN1(explicit(0), func(b *cryptobyte.Builder) {
			b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1Int64(1)
				b.AddASN1(tag.SET, addSHA256)
				b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) { b.AddASN1ObjectIdentifier(oid(1, 2, 840, 113549, 1, 7, 1)) })
				b.AddASN1(explicit(0), func(b *cryptobyte.Builder) { b.AddBytes(identity.Leaf.Raw) })
				b.AddASN1(tag.SET, func(b *cryptobyte.Builder) { addSigner(b, identity, signed, signature) })
			})
		})
	})
	return out.Bytes()
}

// addSigner adds SignerInfo (RFC 5652, clause 5.3).
func addSigner(b *cryptobyte.Builder, identity *tls.Certificate, signed, signature []byte) {
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1Int64(1)
		b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddBytes(identity.Leaf.RawIssuer)
			b.AddASN1BigInt(identity.Leaf.SerialNumber)
		})
		addSHA256(b)
		b.AddASN1(explicit(0), func(b *cryptobyte.Builder) { b.AddBytes(signed) })
		b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) { b.AddASN1ObjectIdentifier(oid(1, 2, 840, 10045, 4, 3, 2)) }) // ecdsa-with-SHA256
		b.AddASN1OctetString(signature)
	})
}

func addSHA256(b *cryptobyte.Builder) {
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) { b.AddASN1ObjectIdentifier(oid(2, 16, 840, 1, 101, 3, 4, 2, 1)) })
}

func explicit(number uint8) tag.Tag { return tag.Tag(number).ContextSpecific().Constructed() }

// attribute encodes an attribute with one value.
func attribute(name asn1.ObjectIdentifier, value func(*cryptobyte.Builder)) []byte {
	var b cryptobyte.Builder
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(name)
		b.AddASN1(tag.SET, value)
	})
	return b.BytesOrPanic()
}
