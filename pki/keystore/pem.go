package keystore

import (
	"encoding/pem"
	"fmt"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/dovidka/dovidka/pki"
)

// readPEM reads the keys and certificates of a PEM file (RFC 7468). Blocks of other
// kinds, such as EC PARAMETERS, are passed over.
func (o *opener) readPEM(data []byte) error {
	for {
		block, rest := pem.Decode(data)
		if block == nil {
			return nil
		}
		data = rest
		if err := o.entry(); err != nil {
			return err
		}
		if err := o.readPEMBlock(block); err != nil {
			return fmt.Errorf("read PEM block: %w", err)
		}
	}
}

func (o *opener) readPEMBlock(block *pem.Block) error {
	isKey := strings.HasSuffix(block.Type, "PRIVATE KEY")
	if !isKey && block.Type != "CERTIFICATE" {
		return nil
	}
	// RFC 1421 encryption hashes the password once with MD5 and has no integrity.
	if _, encrypted := block.Headers["DEK-Info"]; encrypted {
		return unsupported("encryption", "of RFC 1421")
	}
	if isKey {
		defer clear(block.Bytes)
	}
	content, err := normalise(block.Bytes)
	if err != nil {
		return err
	}
	switch block.Type {
	case "CERTIFICATE":
		return o.addCertificate(content, nil)
	case "PRIVATE KEY":
		return o.addPrivateKeyInfo(content, nil)
	case "ENCRYPTED PRIVATE KEY":
		return o.readEncryptedInfo(content, nil)
	case "RSA PRIVATE KEY":
		return o.addPKCS1(content)
	case "EC PRIVATE KEY":
		return o.addSEC1(content)
	}
	return unsupported("PEM block", "of this kind of private key")
}

// readEncryptedInfo reads an EncryptedPrivateKeyInfo (RFC 5958, clause 3).
func (o *opener) readEncryptedInfo(data []byte, bag *bagAttributes) error {
	s := cryptobyte.String(data)
	var body, ciphertext cryptobyte.String
	var alg pki.AlgorithmIdentifier
	if !s.ReadASN1(&body, asn1.SEQUENCE) || !s.Empty() ||
		!pki.ReadAlgorithmIdentifier(&body, &alg) ||
		!body.ReadASN1(&ciphertext, asn1.OCTET_STRING) || !body.Empty() {
		return malformed("encrypted PKCS#8 private key")
	}
	return o.addEncryptedKey(alg, ciphertext, bag)
}
