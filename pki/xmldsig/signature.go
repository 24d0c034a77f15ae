package xmldsig

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"
)

// ErrStructure means that a signature is not built as it has to be.
var ErrStructure = errors.New("xmldsig: not a signature of the accepted kind")

func structure(what string) error { return fmt.Errorf("%w: %s", ErrStructure, what) }

// Namespaces of a signature.
const (
	namespaceDS    = "http://www.w3.org/2000/09/xmldsig#"
	namespaceXAdES = "http://uri.etsi.org/01903/v1.3.2#"
	namespaceExc   = "http://www.w3.org/2001/10/xml-exc-c14n#"
)

const (
	typeSignedProperties = "http://uri.etsi.org/01903#SignedProperties"
	algorithmEnveloped   = namespaceDS + "enveloped-signature"
)

// Bounds of a signature.
const (
	maxReferences   = 3 // the root, the signed properties, the key information
	maxCertificates = 16
	maxPrefixes     = 64 // of an InclusiveNamespaces PrefixList
	maxBinary       = 64 << 10
)

// signature is a ds:Signature taken apart; nothing in it has been verified.
type signature struct {
	element    *Element
	signedInfo *Element
	keyInfo    *Element // nil when absent
	properties *Element // xades:SignedProperties

	canonicalization Canonicalization
	method           string
	references       []reference
	value            []byte
	certificates     [][]byte // of the key information
	signers          []digestValue
	signingTime      time.Time
}

// reference is a ds:Reference.
type reference struct {
	uri, kind        string
	enveloped        bool
	canonicalization Canonicalization
	digest           digestValue
}

// digestValue is a digest and the URI of its method.
type digestValue struct {
	method string
	value  []byte
}

// sequence hands out the elements inside another in their order.
type sequence struct {
	rest []*Element
	ok   bool
}

func inside(e *Element) *sequence {
	list, ok := e.Elements()
	return &sequence{list, ok}
}

// optional takes the next element if it has the name.
func (s *sequence) optional(space, local string) *Element {
	if len(s.rest) == 0 || !s.rest[0].Is(space, local) {
		return nil
	}
	e := s.rest[0]
	s.rest = s.rest[1:]
	return e
}

// must takes the next element, which has to have the name; otherwise it hands out
// an empty one and spoils the sequence.
func (s *sequence) must(space, local string) *Element {
	if e := s.optional(space, local); e != nil {
		return e
	}
	s.ok = false
	return &Element{}
}

// end reports whether all was there and nothing is left.
func (s *sequence) end() bool { return s.ok && len(s.rest) == 0 }

// readSignature takes a ds:Signature apart (XML Signature 1.1, clause 4).
func readSignature(e *Element) (*signature, error) {
	s := &signature{element: e}
	parts := inside(e)
	s.signedInfo = parts.must(namespaceDS, "SignedInfo")
	value := parts.must(namespaceDS, "SignatureValue")
	s.keyInfo = parts.optional(namespaceDS, "KeyInfo")
	object := parts.must(namespaceDS, "Object")
	if !parts.end() {
		return nil, structure("Signature")
	}
	var err error
	if s.value, err = binary(value); err != nil {
		return nil, err
	}
	if err := s.readSignedInfo(); err != nil {
		return nil, err
	}
	if err := s.readKeyInfo(); err != nil {
		return nil, err
	}
	return s, s.readObject(object)
}

func (s *signature) readSignedInfo() error {
	parts := inside(s.signedInfo)
	c14n := parts.must(namespaceDS, "CanonicalizationMethod")
	method := parts.must(namespaceDS, "SignatureMethod")
	var err error
	if s.canonicalization, err = readCanonicalization(c14n); err != nil {
		return err
	}
	s.method, _ = method.Attribute("Algorithm")
	if list, ok := method.Elements(); !ok || len(list) > 0 {
		return structure("parameters of SignatureMethod")
	}
	for r := parts.optional(namespaceDS, "Reference"); r != nil; r = parts.optional(namespaceDS, "Reference") {
		if len(s.references) == maxReferences {
			return structure("too many references")
		}
		read, err := readReference(r)
		if err != nil {
			return err
		}
		s.references = append(s.references, read)
	}
	if !parts.end() {
		return structure("SignedInfo")
	}
	return nil
}

// readCanonicalization reads an element that names a canonicalisation.
func readCanonicalization(e *Element) (Canonicalization, error) {
	uri, _ := e.Attribute("Algorithm")
	m, known := canonicalizationOf(uri)
	if !known {
		return m, structure("a canonicalisation or transform that is not accepted")
	}
	parts := inside(e)
	if list := parts.optional(namespaceExc, "InclusiveNamespaces"); list != nil && m.Exclusive {
		prefixes, _ := list.Attribute("PrefixList")
		if m.Prefixes = strings.Fields(prefixes); len(m.Prefixes) > maxPrefixes {
			return m, structure("too many prefixes")
		}
	}
	if !parts.end() {
		return m, structure("parameters of a canonicalisation")
	}
	return m, nil
}

func readReference(e *Element) (reference, error) {
	var r reference
	var hasURI bool
	if r.uri, hasURI = e.Attribute("URI"); !hasURI {
		return r, structure("a reference without URI")
	}
	r.kind, _ = e.Attribute("Type")
	parts := inside(e)
	if transforms := parts.optional(namespaceDS, "Transforms"); transforms != nil {
		steps := inside(transforms)
		first := steps.must(namespaceDS, "Transform")
		if uri, _ := first.Attribute("Algorithm"); uri == algorithmEnveloped {
			r.enveloped = true
			if list, ok := first.Elements(); !ok || len(list) > 0 {
				return r, structure("parameters of a transform")
			}
			first = steps.optional(namespaceDS, "Transform")
		}
		if first != nil {
			var err error
			if r.canonicalization, err = readCanonicalization(first); err != nil {
				return r, err
			}
		}
		if !steps.end() {
			return r, structure("transforms")
		}
	}
	// What a URI names in its own document comes without comments (clause 4.4.3.3), so
	// that a canonicalisation which would keep them finds none.
	r.canonicalization.Comments = false
	var err error
	if r.digest, err = readDigest(parts); err != nil {
		return r, err
	}
	if !parts.end() {
		return r, structure("Reference")
	}
	return r, nil
}

// readDigest reads DigestMethod and DigestValue.
func readDigest(parts *sequence) (digestValue, error) {
	method := parts.must(namespaceDS, "DigestMethod")
	value, err := binary(parts.must(namespaceDS, "DigestValue"))
	if list, ok := method.Elements(); !ok || len(list) > 0 {
		return digestValue{}, structure("parameters of DigestMethod")
	}
	uri, _ := method.Attribute("Algorithm")
	return digestValue{uri, value}, err
}

// readKeyInfo collects certificates; nothing else in KeyInfo is looked at.
func (s *signature) readKeyInfo() error {
	if s.keyInfo == nil {
		return nil
	}
	list, _ := s.keyInfo.Elements()
	for _, data := range list {
		if !data.Is(namespaceDS, "X509Data") {
			continue
		}
		entries, _ := data.Elements()
		for _, e := range entries {
			if !e.Is(namespaceDS, "X509Certificate") {
				continue
			}
			raw, err := binary(e)
			if err != nil {
				return err
			}
			if len(s.certificates) == maxCertificates {
				return structure("too many certificates")
			}
			s.certificates = append(s.certificates, raw)
		}
	}
	return nil
}

// readObject reads the signed properties (ETSI EN 319 132-1, clauses 4.3 and 5.2).
func (s *signature) readObject(object *Element) error {
	parts := inside(object)
	qualifying := parts.must(namespaceXAdES, "QualifyingProperties")
	if !parts.end() {
		return structure("Object")
	}
	id, hasID := s.element.Attribute("Id")
	if target, _ := qualifying.Attribute("Target"); !hasID || target != "#"+id {
		return structure("QualifyingProperties of another signature")
	}
	parts = inside(qualifying)
	s.properties = parts.must(namespaceXAdES, "SignedProperties")
	parts.optional(namespaceXAdES, "UnsignedProperties")
	if !parts.end() {
		return structure("QualifyingProperties")
	}
	return s.readProperties(inside(s.properties).must(namespaceXAdES, "SignedSignatureProperties"))
}

func (s *signature) readProperties(e *Element) error {
	list, ok := e.Elements()
	if !ok {
		return structure("SignedSignatureProperties")
	}
	seen := map[string]bool{}
	for _, p := range list {
		if p.Space != namespaceXAdES {
			continue
		}
		if seen[p.Local] {
			return structure("a signed property given twice")
		}
		seen[p.Local] = true
		switch p.Local {
		case "SigningTime":
			text, _ := p.Text()
			var err error
			if s.signingTime, err = time.Parse(time.RFC3339, text); err != nil {
				return structure("SigningTime")
			}
		case "SigningCertificate", "SigningCertificateV2":
			// The first is that of the signer, the others are of its chain.
			cert := inside(inside(p).must(namespaceXAdES, "Cert")).must(namespaceXAdES, "CertDigest")
			parts := inside(cert)
			digest, err := readDigest(parts)
			if err != nil || !parts.end() {
				return structure("SigningCertificate")
			}
			s.signers = append(s.signers, digest)
		}
	}
	if len(s.signers) == 0 {
		return structure("no SigningCertificate")
	}
	return nil
}

// binary decodes base64 (XML Schema part 2, clause 3.2.16).
func binary(e *Element) ([]byte, error) {
	text, ok := e.Text()
	if !ok || len(text) > maxBinary*2 {
		return nil, structure("a value in base64")
	}
	text = strings.Map(func(r rune) rune {
		if strings.ContainsRune(whitespace, r) {
			return -1
		}
		return r
	}, text)
	out, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil || len(out) == 0 || len(out) > maxBinary {
		return nil, structure("a value in base64")
	}
	return out, nil
}
