package xmldsig

import (
	"bytes"
	"crypto/sha1" // names of pinned certificates only
	"crypto/subtle"
	"errors"
	"fmt"
	"time"

	"github.com/dovidka/dovidka/dstu/gost28147"
	"github.com/dovidka/dovidka/pki"
)

// Errors of verification.
var (
	// ErrUnsigned: the document has no signature at the place where it has to be.
	ErrUnsigned = errors.New("xmldsig: not signed")
	// ErrDigest: what was signed has been changed.
	ErrDigest = errors.New("xmldsig: digest differs")
	// ErrSigner: the certificate of the signer is neither in the signature nor at hand.
	ErrSigner = errors.New("xmldsig: certificate of the signer not found")
)

// Options are what a signature is verified with.
type Options struct {
	// Certificates are looked through for the signer's where the signature brings none.
	Certificates []*pki.Certificate
	// Pinned, if set, reports certificates that the caller pins by their bytes. One of them
	// may be named by its SHA-1, as old signatures do: what is pinned cannot be exchanged.
	Pinned func(*pki.Certificate) bool
	// Keys is the strength demanded of the key.
	Keys pki.KeyPolicy
}

// Signature is what a verified signature says.
type Signature struct {
	// Certificate verifies the signature and is the one it names. Nobody has said yet
	// that its holder is to be believed.
	Certificate *pki.Certificate
	// Others are the certificates that came along, trusted by nobody.
	Others []*pki.Certificate
	// SigningTime is what the signer claims; zero when nothing is.
	SigningTime time.Time
	// Method is the URI of the signature method.
	Method string
}

// VerifyEnveloped verifies the one signature of a document, which signs its root
// (ETSI TS 119 612, annex B): that it is the only one and a child of the root, that
// of its references one is to the root and one to its own signed properties, that
// all digests are right, that the certificate is the one in the signed properties,
// and that its key made the signature.
func VerifyEnveloped(d *Document, opts Options) (*Signature, error) {
	e, err := onlySignature(d.Root)
	if err != nil {
		return nil, err
	}
	s, err := readSignature(e)
	if err != nil {
		return nil, err
	}
	signer, others, err := s.chooseCertificate(opts)
	if err != nil {
		return nil, err
	}
	if err := opts.Keys.Check(signer.PublicKey); err != nil {
		return nil, fmt.Errorf("key of the signer: %w", err)
	}
	if err := s.checkReferences(d, signer.PublicKey); err != nil {
		return nil, err
	}
	if err := s.checkValue(signer.PublicKey); err != nil {
		return nil, err
	}
	return &Signature{Certificate: signer, Others: others, SigningTime: s.signingTime, Method: s.method}, nil
}

// onlySignature finds the signature; a second one anywhere, signed or not, is
// refused, as one could be taken for the other.
func onlySignature(root *Element) (*Element, error) {
	var found []*Element
	var look func(e *Element)
	look = func(e *Element) {
		if e.Is(namespaceDS, "Signature") {
			found = append(found, e)
		}
		for _, n := range e.Children {
			if n.Element != nil {
				look(n.Element)
			}
		}
	}
	look(root)
	switch {
	case len(found) == 0:
		return nil, ErrUnsigned
	case len(found) > 1:
		return nil, structure("more than one signature")
	case found[0].Parent != root || root == found[0]:
		return nil, structure("the signature is not a child of the root")
	}
	return found[0], nil
}

// chooseCertificate finds the certificate whose digest the signed properties state.
func (s *signature) chooseCertificate(opts Options) (signer *pki.Certificate, others []*pki.Certificate, err error) {
	var candidates []*pki.Certificate
	for _, raw := range s.certificates {
		c, err := pki.ParseCertificate(raw)
		if err != nil {
			return nil, nil, fmt.Errorf("certificate of the signature: %w", err)
		}
		candidates = append(candidates, c)
	}
	brought := len(candidates)
	for i, c := range append(candidates, opts.Certificates...) {
		is, err := s.names(c, opts.Pinned != nil && opts.Pinned(c))
		if err != nil {
			return nil, nil, fmt.Errorf("SigningCertificate: %w", err)
		}
		switch {
		case is && signer == nil:
			signer = c
		case i < brought:
			others = append(others, c)
		}
	}
	switch {
	case signer == nil:
		return nil, nil, ErrSigner
	case signer.KeyError() != nil:
		return nil, nil, fmt.Errorf("key of the signer: %w", signer.KeyError())
	}
	return signer, others, nil
}

// names reports whether all that the signed properties say of the signer's certificate
// is true of c.
func (s *signature) names(c *pki.Certificate, pinned bool) (bool, error) {
	for _, want := range s.signers {
		sum := sha1.Sum(c.Raw)
		got := sum[:]
		if want.method != methodSHA1 || !pinned {
			oid, err := digestOf(want.method)
			if err != nil {
				return false, err
			}
			if got, err = pki.Sum(oid, c.Raw); err != nil {
				return false, err
			}
		}
		if subtle.ConstantTimeCompare(got, want.value) != 1 {
			return false, nil
		}
	}
	return true, nil
}

// checkReferences demands a reference to the root and one to the signed properties;
// beside them there may be one to the key information of the same signature.
func (s *signature) checkReferences(d *Document, key pki.PublicKeyInfo) error {
	seen := map[*Element]bool{}
	for _, r := range s.references {
		target := d.Root
		if r.uri != "" {
			target = d.named(r.uri)
		}
		if target == nil || seen[target] {
			return structure("a reference to nothing, or a second one to the same")
		}
		seen[target] = true
		// Only the reference to the root leaves the signature out, and only that to the
		// signed properties has their type.
		if r.enveloped != (target == d.Root) || (r.kind == typeSignedProperties) != (target == s.properties) {
			return structure("a reference of the wrong type")
		}
		if target != d.Root && target != s.properties && target != s.keyInfo {
			return structure("a reference to something else")
		}
		if err := r.check(target, s.element, key); err != nil {
			return err
		}
	}
	if !seen[d.Root] || !seen[s.properties] {
		return structure("the root or the signed properties are not signed")
	}
	return nil
}

// named returns the element which a URI of the form #id names by its attribute Id.
func (d *Document) named(uri string) *Element {
	if len(uri) < 2 || uri[0] != '#' {
		return nil
	}
	e := d.ids[uri[1:]]
	if e == nil {
		return nil
	}
	if id, _ := e.Attribute("Id"); id != uri[1:] {
		return nil
	}
	return e
}

// check compares the digest. A GOST 34.311 digest may use the substitution block of
// the signer's key, as in CMS.
func (r reference) check(target, signature *Element, key pki.PublicKeyInfo) error {
	oid, err := digestOf(r.digest.method)
	if err != nil {
		return err
	}
	boxes := []*gost28147.SBox{nil}
	if oid == pki.OIDGOST34311 && key.SBox != nil && !key.SBox.Equal(gost28147.DefaultSBox()) {
		boxes = append(boxes, key.SBox)
	}
	for _, box := range boxes {
		h, err := pki.NewDigest(oid, box)
		if err != nil {
			return err
		}
		if err := r.canonicalization.WriteElement(h, target, signature); err != nil {
			return fmt.Errorf("digest: %w", err)
		}
		if subtle.ConstantTimeCompare(h.Sum(nil), r.digest.value) == 1 {
			return nil
		}
	}
	return fmt.Errorf("%w: of the reference %q", ErrDigest, r.uri)
}

// checkValue verifies the signature over SignedInfo.
func (s *signature) checkValue(key pki.PublicKeyInfo) error {
	algorithm, err := signatureAlgorithmOf(s.method)
	if err != nil {
		return err
	}
	value, ok := signatureOctets(key, s.value)
	if !ok {
		return fmt.Errorf("%w: length of the value", pki.ErrSignature)
	}
	var signed bytes.Buffer
	if err := s.canonicalization.WriteElement(&signed, s.signedInfo, nil); err != nil {
		return fmt.Errorf("canonicalise SignedInfo: %w", err)
	}
	return key.CheckSignature(algorithm, "", signed.Bytes(), value)
}
