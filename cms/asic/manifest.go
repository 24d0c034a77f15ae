package asic

import (
	"bytes"
	"crypto"
	_ "crypto/sha256"
	_ "crypto/sha512"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"io"
	"net/url"
	"strings"
)

const (
	maxManifest   = 1 << 20
	maxReferences = 256
	maxXMLDepth   = 16
)

// manifest is an ASiCManifest (ETSI EN 319 162-1, annex A.4) as far as it matters.
type manifest struct {
	signature string
	documents []reference
}

type reference struct {
	name   string
	digest crypto.Hash
	value  []byte
}

type manifestXML struct {
	XMLName   xml.Name `xml:"http://uri.etsi.org/02918/v1.2.1# ASiCManifest"`
	Signature []struct {
		URI string `xml:"URI,attr"`
	} `xml:"http://uri.etsi.org/02918/v1.2.1# SigReference"`
	Documents []struct {
		URI    string `xml:"URI,attr"`
		Method []struct {
			Algorithm string `xml:"Algorithm,attr"`
		} `xml:"http://www.w3.org/2000/09/xmldsig# DigestMethod"`
		Value []string `xml:"http://www.w3.org/2000/09/xmldsig# DigestValue"`
	} `xml:"http://uri.etsi.org/02918/v1.2.1# DataObjectReference"`
}

const digestSHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"

var errManifest = errors.New("asic: malformed manifest")

func parseManifest(raw []byte) (manifest, error) {
	if len(raw) > maxManifest {
		return manifest{}, ErrLimit
	}
	if err := plainXML(raw); err != nil {
		return manifest{}, err
	}
	var x manifestXML
	if err := xml.Unmarshal(raw, &x); err != nil || len(x.Signature) != 1 ||
		len(x.Documents) == 0 || len(x.Documents) > maxReferences {
		return manifest{}, errManifest
	}
	var m manifest
	var ok bool
	if m.signature, ok = referredName(x.Signature[0].URI); !ok {
		return manifest{}, errManifest
	}
	for _, d := range x.Documents {
		if len(d.Method) != 1 || len(d.Value) != 1 {
			return manifest{}, errManifest
		}
		r := reference{digest: digestByURI(d.Method[0].Algorithm)}
		value, err := base64.StdEncoding.DecodeString(strings.TrimSpace(d.Value[0]))
		if r.name, ok = referredName(d.URI); !ok || err != nil || r.digest == 0 || len(value) != r.digest.Size() {
			return manifest{}, errManifest
		}
		r.value = value
		m.documents = append(m.documents, r)
	}
	return m, nil
}

// plainXML refuses a DOCTYPE, with which entities come, processing instructions
// other than the declaration, a second root, an attribute twice, and deep nesting.
func plainXML(raw []byte) error {
	d := xml.NewDecoder(bytes.NewReader(raw))
	depth, roots := 0, 0
	for {
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return errManifest
		}
		switch t := token.(type) {
		case xml.Directive:
			return errManifest
		case xml.ProcInst:
			if t.Target != "xml" {
				return errManifest
			}
		case xml.StartElement:
			if depth == 0 {
				roots++
			}
			if depth++; depth > maxXMLDepth || roots > 1 || repeats(t.Attr) {
				return errManifest
			}
		case xml.EndElement:
			depth--
		}
	}
}

// repeats reports whether two attributes have a name which encoding/xml takes for the
// same: it reads those of any namespace where none was asked for.
func repeats(attributes []xml.Attr) bool {
	seen := map[xml.Name]bool{}
	for _, a := range attributes {
		if a.Name.Space != "xmlns" {
			a.Name.Space = ""
		}
		if seen[a.Name] {
			return true
		}
		seen[a.Name] = true
	}
	return false
}

// referredName turns the percent-encoded relative reference of a manifest into a
// file name.
func referredName(uri string) (string, bool) {
	name, err := url.PathUnescape(uri)
	if err != nil || strings.ContainsAny(uri, "?#") {
		return "", false
	}
	name = strings.TrimPrefix(name, "./")
	return name, safeName(name)
}

func digestByURI(uri string) crypto.Hash {
	switch uri {
	case digestSHA256:
		return crypto.SHA256
	case "http://www.w3.org/2001/04/xmldsig-more#sha384":
		return crypto.SHA384
	case "http://www.w3.org/2001/04/xmlenc#sha512":
		return crypto.SHA512
	}
	return 0
}

func (r reference) matches(content []byte) bool {
	h := r.digest.New()
	h.Write(content)
	return bytes.Equal(h.Sum(nil), r.value)
}
