package main

import (
	"bytes"
	"encoding/pem"
	"errors"

	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/pki"
)

// statements are what authorities state in one file.
type statements struct {
	format       string // for people
	certificates []*pki.Certificate
	crls         []*pki.CRL
	ocsps        []*pki.OCSPResponse
}

// maxShown bounds the certificates of one file; the widest bundle published has 771.
const maxShown = 5000

var errNoStatement = errors.New("neither certificates, nor a revocation list, nor an OCSP response")

// recognise reads what stands in a file: one structure in DER or base64, or any number
// of them in PEM.
func recognise(data []byte) (*statements, error) {
	out := &statements{}
	text := bytes.TrimPrefix(data, []byte(byteOrderMark))
	block, rest := pem.Decode(text)
	if block == nil || isBinary(data) {
		return out, out.add(unarmour(data))
	}
	for ; block != nil; block, rest = pem.Decode(rest) {
		if err := out.add(block.Bytes); err != nil {
			return out, err
		}
	}
	return out, nil
}

// add takes one structure of whatever kind.
func (s *statements) add(raw []byte) error {
	if c, err := pki.ParseCertificate(raw); err == nil {
		s.format = "certificate"
		s.certificates = append(s.certificates, c)
		return s.bound()
	}
	if l, err := pki.ParseCRL(raw); err == nil {
		s.format = "revocation list"
		s.crls = append(s.crls, l)
		return nil
	}
	r, err := pki.ParseOCSPResponse(raw)
	if errors.Is(err, pki.ErrOCSPRefused) {
		return err
	}
	if err != nil {
		r, err = pki.ParseBasicOCSPResponse(raw)
	}
	if err == nil {
		s.format = "OCSP response"
		s.ocsps = append(s.ocsps, r)
		return nil
	}
	sd, err := cms.Parse(raw, cms.Limits{Certificates: maxShown, Signers: 64})
	switch {
	case errors.Is(err, cms.ErrLimit):
		return err
	case err != nil:
		return errNoStatement
	case len(sd.Certificates)+len(sd.CRLs) == 0:
		return errors.New("a container without certificates")
	}
	s.format = "bundle"
	if len(sd.Signers) > 0 {
		s.format = "signed container"
	}
	s.certificates = append(s.certificates, sd.Certificates...)
	s.crls = append(s.crls, sd.CRLs...)
	return s.bound()
}

func (s *statements) bound() error {
	if len(s.certificates) > maxShown {
		return errors.New("more certificates than are read from one file")
	}
	return nil
}
