package main

import (
	"bytes"
	"context"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/pki"
)

// Exit codes of verify.
const (
	exitInvalid       = 1
	exitIndeterminate = 2
)

type verifyCommand struct {
	File         string   `arg:"" type:"existingfile" help:"Signature container (CMS, DER or PEM)."`
	Content      string   `type:"existingfile" help:"What a detached signature signs."`
	Trust        []string `type:"existingfile" help:"Root certificates to trust (DER, PEM)."`
	Intermediate []string `type:"existingfile" help:"Certificates of authorities and their services, also bundles (p7b)."`
	CRL          []string `name:"crl" type:"existingfile" help:"Revocation lists."`
	OCSP         []string `name:"ocsp" type:"existingfile" help:"OCSP responses."`
	At           string   `help:"Time of verification, RFC 3339 (default: now)."`
	Offline      bool     `help:"Fetch nothing from the network (this version never does)."`
	NoRevocation bool     `help:"Do not ask whether certificates were revoked."`
	JSON         bool     `name:"json" help:"Print the result as JSON."`
}

// Run verifies. Exit code 0 means valid, 1 invalid, 2 indeterminate, 3 usage.
func (c *verifyCommand) Run(_ context.Context, s *streams) error {
	result, at, err := c.verify()
	if err != nil {
		return &exitError{exitUsage, err}
	}
	if c.JSON {
		err = printVerification(s.out, result)
	} else {
		err = showVerification(s.out, result, at)
	}
	if err != nil {
		return err
	}
	switch result.Verdict {
	case cms.Valid:
		return nil
	case cms.Indeterminate:
		return &exitError{exitIndeterminate, &quietError{}}
	default:
		return &exitError{exitInvalid, &quietError{}}
	}
}

func (c *verifyCommand) verify() (*cms.Result, time.Time, error) {
	if len(c.Trust) == 0 {
		return nil, time.Time{}, errors.New("--trust: name at least one root certificate")
	}
	opts := cms.VerifyOptions{Time: time.Now()}
	var err error
	if c.At != "" {
		if opts.Time, err = time.Parse(time.RFC3339, c.At); err != nil {
			return nil, time.Time{}, errors.New("--at: a time such as 2026-03-01T12:00:00Z is expected")
		}
	}
	if opts.Anchors, err = readCertificates(c.Trust); err != nil {
		return nil, time.Time{}, fmt.Errorf("--trust: %w", err)
	}
	if opts.Intermediates, err = readCertificates(c.Intermediate); err != nil {
		return nil, time.Time{}, fmt.Errorf("--intermediate: %w", err)
	}
	if opts.CRLs, err = readEach(c.CRL, pki.ParseCRL); err != nil {
		return nil, time.Time{}, fmt.Errorf("--crl: %w", err)
	}
	if opts.OCSPs, err = readEach(c.OCSP, pki.ParseOCSPResponse); err != nil {
		return nil, time.Time{}, fmt.Errorf("--ocsp: %w", err)
	}
	if c.NoRevocation {
		opts.Revocation = cms.RevocationNotChecked
	}
	container, err := readLimited(c.File)
	if err != nil {
		return nil, time.Time{}, err
	}
	if c.Content != "" {
		if opts.Content, err = readLimited(c.Content); err != nil {
			return nil, time.Time{}, err
		}
		if opts.Content == nil {
			opts.Content = []byte{}
		}
	}
	result, err := cms.Verify(unarmour(container), opts)
	return result, opts.Time, err
}

func readEach[T any](paths []string, parse func([]byte) (T, error)) ([]T, error) {
	var out []T
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("read: %w", err)
		}
		one, err := parse(unarmour(data))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", filepath.Base(path), err)
		}
		out = append(out, one)
	}
	return out, nil
}

// maxDocument bounds a file to verify, in bytes.
const maxDocument = 256 << 20

func readLimited(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxDocument+1))
	if err != nil {
		return nil, fmt.Errorf("read: %w", err)
	}
	if len(data) > maxDocument {
		return nil, fmt.Errorf("%s is larger than %d bytes", filepath.Base(path), maxDocument)
	}
	return data, nil
}

// unarmour returns the DER inside PEM, or what it was given.
func unarmour(data []byte) []byte {
	if !bytes.HasPrefix(bytes.TrimLeft(data, " \t\r\n"), []byte("-----BEGIN")) {
		return data
	}
	if block, _ := pem.Decode(data); block != nil {
		return block.Bytes
	}
	return data
}
