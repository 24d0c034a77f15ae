package main

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/internal/disclosure"
	"github.com/dovidka/dovidka/internal/portal"
	"github.com/dovidka/dovidka/pki"
)

// ledgerKeys are the two secrets of the ledger.
type ledgerKeys struct {
	grant     ed25519.PrivateKey
	pseudonym []byte
}

// readLedgerKeys reads an Ed25519 key (PKCS#8, PEM) and the pseudonym key (32
// bytes or more in hexadecimal).
func readLedgerKeys(cfg LedgerConfig) (ledgerKeys, error) {
	data, err := os.ReadFile(cfg.KeyFile)
	if err != nil {
		return ledgerKeys{}, fmt.Errorf("ledger.key_file: %w (make one with: dovidka init)", err)
	}
	block, _ := pem.Decode(data)
	if block == nil {
		return ledgerKeys{}, errors.New("ledger.key_file: a PEM file is expected")
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return ledgerKeys{}, errors.New("ledger.key_file: an Ed25519 key in PKCS#8 is expected")
	}
	grant, ok := parsed.(ed25519.PrivateKey)
	if !ok {
		return ledgerKeys{}, errors.New("ledger.key_file: an Ed25519 key is expected")
	}
	text, err := os.ReadFile(cfg.PseudonymKeyFile)
	if err != nil {
		return ledgerKeys{}, fmt.Errorf("ledger.pseudonym_key_file: %w (make one with: dovidka init)", err)
	}
	pseudonym, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(pseudonym) < 32 {
		return ledgerKeys{}, errors.New("ledger.pseudonym_key_file: at least 64 hexadecimal digits are expected")
	}
	return ledgerKeys{grant, pseudonym}, nil
}

// createLedgerKeys makes both secrets in a folder; it overwrites nothing.
func createLedgerKeys(cfg LedgerConfig) error {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return fmt.Errorf("make ledger key: %w", err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return fmt.Errorf("make ledger key: %w", err)
	}
	pseudonym := make([]byte, 32)
	if _, err := rand.Read(pseudonym); err != nil {
		return fmt.Errorf("make pseudonym key: %w", err)
	}
	if err := writeNew(cfg.KeyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})); err != nil {
		return err
	}
	return writeNew(cfg.PseudonymKeyFile, []byte(hex.EncodeToString(pseudonym)+"\n"))
}

// writeNew writes a file readable by its owner only, and refuses to replace one.
func writeNew(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("write: %w", err)
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("write %s: %w", filepath.Base(path), err)
	}
	return nil
}

// openCitizen reads a citizen's key.
func openCitizen(keyFile, passwordFile, certificateFile string) (*portal.Citizen, error) {
	container, err := os.ReadFile(keyFile)
	if err != nil {
		return nil, fmt.Errorf("read key: %w", err)
	}
	password, err := readPassword(passwordFile)
	if err != nil {
		return nil, err
	}
	var certificate []byte
	if certificateFile != "" {
		list, err := readCertificates([]string{certificateFile})
		if err != nil {
			return nil, err
		}
		certificate = list[0].Raw
	}
	return portal.OpenCitizen(container, password, certificate)
}

// newSealer opens the seal's key container.
func newSealer(cfg SealConfig) (*disclosure.Seal, error) {
	holder, err := openCitizen(cfg.KeyFile, cfg.PasswordFile, "")
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	seal, err := disclosure.NewSeal(holder.Key, holder.Certificate, nil)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	return seal, nil
}

// readCertificates reads files of certificates: DER, PEM (one or more) or a
// p7b bundle.
func readCertificates(paths []string) ([]*pki.Certificate, error) {
	var out []*pki.Certificate
	for _, path := range paths {
		list, err := readCertificateFile(context.Background(), path)
		if err != nil {
			return nil, err
		}
		out = append(out, list...)
	}
	return out, nil
}

func readCertificateFile(ctx context.Context, path string) ([]*pki.Certificate, error) {
	data, err := readInput(ctx, path, maxEvidence)
	if err != nil {
		return nil, fmt.Errorf("read certificate: %w", err)
	}
	list, err := parseCertificates(data)
	if err != nil {
		return nil, fmt.Errorf("read certificate %s: %w", filepath.Base(path), err)
	}
	return list, nil
}

func parseCertificates(data []byte) ([]*pki.Certificate, error) {
	data = bytes.TrimPrefix(data, []byte(byteOrderMark))
	if block, _ := pem.Decode(data); block == nil || isBinary(data) {
		data = unarmour(data)
		if c, err := pki.ParseCertificate(data); err == nil {
			return []*pki.Certificate{c}, nil
		}
		return cms.Certificates(data)
	}
	var out []*pki.Certificate
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		if block.Type == "PKCS7" || block.Type == "CMS" {
			list, err := cms.Certificates(block.Bytes)
			if err != nil {
				return nil, err
			}
			out = append(out, list...)
			continue
		}
		c, err := pki.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}
