package trustlist

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"github.com/dovidka/dovidka/pki"
	"github.com/dovidka/dovidka/pki/xmldsig"
)

// Errors of reading. Those of package xmldsig come through too.
var (
	// ErrMalformed: the document is not a list.
	ErrMalformed = errors.New("trustlist: malformed")
	// ErrLimit: the list has more of something than is allowed.
	ErrLimit = errors.New("trustlist: limit exceeded")
	// ErrSigner: the signature is good, and of somebody who is not pinned.
	ErrSigner = errors.New("trustlist: not signed by whom it has to be")
	// ErrExtension: a critical extension is not understood.
	ErrExtension = errors.New("trustlist: unknown critical extension")
)

func malformed(what string) error { return fmt.Errorf("%w: %s", ErrMalformed, what) }

// OIDTSLSigning is the extended key usage of who signs lists (ETSI TS 119 612, clause
// 5.7.1).
const OIDTSLSigning = "0.4.0.2231.3.0"

// Options say whose signature counts. Without a signer or a root nobody's does.
type Options struct {
	// Signers and Fingerprints (SHA-256 of the certificate) pin certificates.
	Signers      []*pki.Certificate
	Fingerprints [][sha256.Size]byte
	// Roots pin who issues certificates for signing lists; such a certificate then needs
	// the extended key usage for it. Intermediates are candidates from anywhere.
	Roots         []*pki.Certificate
	Intermediates []*pki.Certificate
	// Time is now; a list issued later is refused.
	Time time.Time
	// ClockSkew is forgiven; 0 means pki.DefaultClockSkew.
	ClockSkew time.Duration
	Keys      pki.KeyPolicy
	Limits    xmldsig.Limits
}

// List is a list whose signature has been verified.
type List struct {
	Scheme    Scheme
	Providers []Provider

	// Signer is the certificate that verified the list.
	Signer *pki.Certificate
	// SigningTime is what the signer claims.
	SigningTime time.Time
}

// Read verifies and reads a list.
func Read(raw []byte, opts Options) (*List, error) {
	if opts.Time.IsZero() {
		return nil, errors.New("read trust list: no time")
	}
	if opts.ClockSkew == 0 {
		opts.ClockSkew = pki.DefaultClockSkew
	}
	doc, err := xmldsig.Parse(raw, opts.Limits)
	if err != nil {
		return nil, fmt.Errorf("read trust list: %w", err)
	}
	if !doc.Root.Is(namespace, "TrustServiceStatusList") {
		return nil, malformed("the root is not a TrustServiceStatusList")
	}
	signature, err := xmldsig.VerifyEnveloped(doc, xmldsig.Options{Certificates: opts.Signers, Pinned: opts.pins, Keys: opts.Keys})
	if err != nil {
		return nil, fmt.Errorf("verify trust list: %w", err)
	}
	list, err := readList(doc.Root)
	if err != nil {
		return nil, err
	}
	list.Signer, list.SigningTime = signature.Certificate, signature.SigningTime
	if list.Scheme.IssueDate.After(opts.Time.Add(opts.ClockSkew)) {
		return nil, malformed("issued in the future")
	}
	if err := opts.admit(signature, list.Scheme.IssueDate); err != nil {
		return nil, err
	}
	return list, nil
}

// admit decides whether the signer may sign the list, going by its certificate at the
// time the list was issued.
func (o Options) admit(s *xmldsig.Signature, issued time.Time) error {
	c := s.Certificate
	if o.pins(c) {
		if !c.ValidAt(issued) {
			return fmt.Errorf("%w: the pinned certificate was not valid when the list was issued", ErrSigner)
		}
		return nil
	}
	if len(o.Roots) == 0 {
		return fmt.Errorf("%w: %v is not pinned", ErrSigner, c)
	}
	if !c.HasExtendedKeyUsage(OIDTSLSigning) {
		return fmt.Errorf("%w: %v is not for signing trust lists (extended key usage %s)", ErrSigner, c, OIDTSLSigning)
	}
	_, err := pki.BuildChain(c, pki.ChainOptions{
		Anchors: o.Roots, Intermediates: append(s.Others, o.Intermediates...), Time: issued, Keys: o.Keys,
	})
	if err != nil {
		return fmt.Errorf("%w: %w", ErrSigner, err)
	}
	return nil
}

func (o Options) pins(c *pki.Certificate) bool {
	for _, signer := range o.Signers {
		if signer.Equal(c) {
			return true
		}
	}
	for _, sum := range o.Fingerprints {
		if sum == c.Fingerprint() {
			return true
		}
	}
	return false
}

// readList reads the parts of a list (clause 5.1 and annex C).
func readList(root *xmldsig.Element) (*List, error) {
	parts, ok := root.Elements()
	if !ok {
		return nil, malformed("text in the list")
	}
	list := &List{}
	var scheme, providers *xmldsig.Element
	for _, e := range parts {
		switch {
		case e.Is(namespace, "SchemeInformation") && scheme == nil && providers == nil:
			scheme = e
		case e.Is(namespace, "TrustServiceProviderList") && scheme != nil && providers == nil:
			providers = e
		case e.Is(namespaceDS, "Signature"):
		default:
			return nil, malformed("parts of the list")
		}
	}
	if scheme == nil {
		return nil, malformed("no SchemeInformation")
	}
	var err error
	if list.Scheme, err = readScheme(scheme); err != nil {
		return nil, err
	}
	if providers != nil {
		list.Providers, err = readProviders(providers)
	}
	return list, err
}

// Stale reports whether a list is past its next update, by when its operator had to
// issue another one.
func (l *List) Stale(at time.Time) bool {
	return !l.Scheme.Closed() && at.After(l.Scheme.NextUpdate)
}
