package trustlist

import (
	"fmt"
	"strings"
	"time"

	"github.com/dovidka/dovidka/pki"
	"github.com/dovidka/dovidka/pki/xmldsig"
)

// Scheme tells of the list itself (clause 5.3).
type Scheme struct {
	Version        int // of the format: 5 or 6
	SequenceNumber int // higher in each issue
	Type           string
	Operator       Texts
	Name           Texts
	Territory      string // such as UA, or EU
	IssueDate      time.Time
	// NextUpdate is by when another list has to be issued; zero when this one was the last.
	NextUpdate time.Time
	Pointers   []Pointer
}

// Closed reports whether the scheme ended with this list.
func (s Scheme) Closed() bool { return s.NextUpdate.IsZero() }

// Pointer names another list (clause 5.3.13).
type Pointer struct {
	Location  string
	Territory string
	Type      string
	MIME      string
	// Certificates are those of its signers, as this list states them and as far as they
	// can be read.
	Certificates []*pki.Certificate
}

// The versions of the format which have the structure read here (clause 5.3.1).
const (
	oldestVersion = 5
	newestVersion = 6
)

func readScheme(e *xmldsig.Element) (Scheme, error) {
	f := fieldsOf(e)
	s := Scheme{
		Version: f.number("TSLVersionIdentifier"), SequenceNumber: f.number("TSLSequenceNumber"), Type: f.text("TSLType"),
		Operator: f.texts("SchemeOperatorName", "Name"), Name: f.texts("SchemeName", "Name"),
		IssueDate: f.time("ListIssueDateTime"),
	}
	if f.optional("SchemeTerritory") != nil {
		s.Territory = f.text("SchemeTerritory")
	}
	next := fieldsOf(f.must("NextUpdate"))
	if next.optional("dateTime") != nil {
		s.NextUpdate = next.time("dateTime")
	}
	switch {
	case f.fail != nil:
		return s, f.fail
	case next.fail != nil:
		return s, next.fail
	case s.Version < oldestVersion || s.Version > newestVersion:
		return s, malformed(fmt.Sprintf("version %d of the format", s.Version))
	case !s.Closed() && s.NextUpdate.Before(s.IssueDate):
		return s, malformed("next update before the issue")
	}
	if extensions := f.optional("SchemeExtensions"); extensions != nil {
		if _, err := readExtensions(extensions); err != nil {
			return s, err
		}
	}
	var err error
	if pointers := f.optional("PointersToOtherTSL"); pointers != nil {
		s.Pointers, err = readPointers(pointers)
	}
	return s, err
}

func readPointers(e *xmldsig.Element) ([]Pointer, error) {
	list, ok := e.Elements()
	if !ok {
		return nil, malformed("PointersToOtherTSL")
	}
	if len(list) > maxPointers {
		return nil, fmt.Errorf("%w: pointers", ErrLimit)
	}
	var out []Pointer
	for _, one := range list {
		if !one.Is(namespace, "OtherTSLPointer") {
			return nil, malformed("PointersToOtherTSL")
		}
		f := fieldsOf(one)
		p := Pointer{Location: f.text("TSLLocation")}
		if f.fail != nil {
			return nil, f.fail
		}
		if identities := f.optional("ServiceDigitalIdentities"); identities != nil {
			all, _ := identities.Elements()
			for _, identity := range all {
				// One that cannot be read is nobody's whom the other list may be signed by.
				if read, err := readIdentity(identity); err == nil {
					p.Certificates = append(p.Certificates, read.Certificates...)
				}
			}
		}
		if info := f.optional("AdditionalInformation"); info != nil {
			p.readInformation(info)
		}
		out = append(out, p)
	}
	return out, nil
}

// readInformation takes what it knows out of AdditionalInformation; the rest is for
// people.
func (p *Pointer) readInformation(e *xmldsig.Element) {
	list, _ := e.Elements()
	for _, other := range list {
		inner, _ := other.Elements()
		for _, field := range inner {
			text, _ := field.Text()
			switch {
			case field.Is(namespace, "SchemeTerritory"):
				p.Territory = text
			case field.Is(namespace, "TSLType"):
				p.Type = text
			case field.Is(namespaceTypes, "MimeType"):
				p.MIME = text
			}
		}
	}
}

// readExtensions holds extensions against those understood here and returns what the
// additional service information among them says (clauses 5.5.9 and 5.3.17).
func readExtensions(e *xmldsig.Element) (information []string, err error) {
	list, ok := e.Elements()
	if !ok {
		return nil, malformed(e.Local)
	}
	for _, extension := range list {
		if !extension.Is(namespace, "Extension") {
			return nil, malformed(e.Local)
		}
		// Without the attribute, which the schema demands, the worst is assumed.
		critical, _ := extension.Attribute("Critical")
		uncritical := critical == "false" || critical == "0"
		content, _ := extension.Elements()
		for _, c := range content {
			switch {
			case c.Is(namespace, "AdditionalServiceInformation"):
				f := fieldsOf(c)
				information = append(information, f.text("URI"))
				if f.fail != nil {
					return nil, f.fail
				}
			case c.Is(namespace, "ExpiredCertsRevocationInfo"), c.Is(namespaceTypes, "TakenOverBy"), qualifies(c), uncritical:
			default:
				return nil, fmt.Errorf("%w: %s", ErrExtension, c.Local)
			}
		}
		if len(content) == 0 && !uncritical {
			return nil, fmt.Errorf("%w: empty", ErrExtension)
		}
	}
	return information, nil
}

// qualifies reports whether an extension only says of which kind certificates are
// (clause 5.5.9.2), which is read from the certificates themselves here, and takes
// from none that it is qualified.
func qualifies(e *xmldsig.Element) bool {
	return e.Is(namespaceQual, "Qualifications") && !mentions(e, "NotQualified")
}

func mentions(e *xmldsig.Element, qualifier string) bool {
	for _, a := range e.Attributes {
		if strings.HasSuffix(a.Value, "/"+qualifier) {
			return true
		}
	}
	for _, n := range e.Children {
		if n.Element != nil && mentions(n.Element, qualifier) {
			return true
		}
	}
	return false
}
