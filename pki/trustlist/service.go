package trustlist

import (
	"bytes"
	"crypto/sha1"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/dovidka/dovidka/pki"
	"github.com/dovidka/dovidka/pki/xmldsig"
)

// Provider is a provider of trust services (clause 5.4).
type Provider struct {
	Names, TradeNames Texts
	Services          []Service
}

// Service is one service with its past (clauses 5.5 and 5.6).
type Service struct {
	// Entries are its statuses, the current one first, then ever older ones.
	Entries []Entry
	// Err says why the service is trusted at no time; nil when nothing is wrong with it.
	Err error
}

// Entry is a service's status from a time on, until the entry before it begins.
type Entry struct {
	Type     string // a URI
	Names    Texts
	Identity Identity
	Status   string // a URI
	From     time.Time
	// Information is what additional service information says: URIs.
	Information []string
}

// Identity is how a list names a service: by certificates of one key, and in the past
// perhaps only by the identifier of that key (clause 5.5.3).
type Identity struct {
	Certificates []*pki.Certificate
	KeyIDs       [][]byte
	Subject      string // as text
}

func readProviders(e *xmldsig.Element) ([]Provider, error) {
	list, ok := e.Elements()
	if !ok {
		return nil, malformed("TrustServiceProviderList")
	}
	if len(list) > maxProviders {
		return nil, fmt.Errorf("%w: providers", ErrLimit)
	}
	var out []Provider
	for _, one := range list {
		if !one.Is(namespace, "TrustServiceProvider") {
			return nil, malformed("TrustServiceProviderList")
		}
		p, err := readProvider(one)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

func readProvider(e *xmldsig.Element) (Provider, error) {
	f := fieldsOf(e)
	info, services := fieldsOf(f.must("TSPInformation")), f.must("TSPServices")
	p := Provider{Names: info.texts("TSPName", "Name"), TradeNames: info.texts("TSPTradeName", "Name")}
	if f.fail != nil || info.fail != nil {
		return p, errors.Join(f.fail, info.fail)
	}
	var fault error // of the provider, and so of everything it does
	if extensions := info.optional("TSPInformationExtensions"); extensions != nil {
		_, fault = readExtensions(extensions)
	}
	list, ok := services.Elements()
	if !ok {
		return p, malformed("TSPServices")
	}
	if len(list) > maxServices {
		return p, fmt.Errorf("%w: services of a provider", ErrLimit)
	}
	for _, one := range list {
		if !one.Is(namespace, "TSPService") {
			return p, malformed("TSPServices")
		}
		s := readService(one)
		s.Err = errors.Join(fault, s.Err)
		p.Services = append(p.Services, s)
	}
	return p, nil
}

// readService reads a service. Whatever is wrong concerns this service alone.
func readService(e *xmldsig.Element) Service {
	f := fieldsOf(e)
	var s Service
	add := func(e *xmldsig.Element) {
		entry, err := readEntry(e)
		s.Entries = append(s.Entries, entry)
		s.Err = errors.Join(s.Err, err)
	}
	add(f.must("ServiceInformation"))
	if history := f.optional("ServiceHistory"); history != nil {
		list, ok := history.Elements()
		if !ok || len(list) > maxHistory {
			f.wrong("ServiceHistory")
			list = nil
		}
		for _, one := range list {
			if !one.Is(namespace, "ServiceHistoryInstance") {
				f.wrong("ServiceHistory")
				break
			}
			add(one)
		}
	}
	s.Err = errors.Join(f.fail, s.Err)
	if s.Err == nil {
		s.Err = s.order()
	}
	return s
}

func readEntry(e *xmldsig.Element) (Entry, error) {
	f := fieldsOf(e)
	out := Entry{
		Type: f.text("ServiceTypeIdentifier"), Names: f.texts("ServiceName", "Name"),
		Status: f.text("ServiceStatus"), From: f.time("StatusStartingTime"),
	}
	identity := f.must("ServiceDigitalIdentity")
	var err error
	if out.Identity, err = readIdentity(identity); err != nil {
		return out, err
	}
	if extensions := f.optional("ServiceInformationExtensions"); extensions != nil {
		if out.Information, err = readExtensions(extensions); err != nil {
			return out, err
		}
	}
	return out, f.fail
}

// readIdentity reads DigitalIdentityListType.
func readIdentity(e *xmldsig.Element) (Identity, error) {
	var out Identity
	list, ok := e.Elements()
	if !ok || len(list) > maxIDs {
		return out, malformed(e.Local)
	}
	for _, id := range list {
		inner, ok := id.Elements()
		if !ok || len(inner) != 1 || !id.Is(namespace, "DigitalId") {
			return out, malformed(e.Local)
		}
		switch field := inner[0]; {
		case field.Is(namespace, "X509Certificate"):
			raw, err := readBinary(field)
			if err != nil {
				return out, err
			}
			c, err := pki.ParseCertificate(raw)
			if err != nil {
				return out, fmt.Errorf("service digital identity: %w", err)
			}
			out.Certificates = append(out.Certificates, c)
		case field.Is(namespace, "X509SKI"):
			raw, err := readBinary(field)
			if err != nil {
				return out, err
			}
			out.KeyIDs = append(out.KeyIDs, raw)
		case field.Is(namespace, "X509SubjectName"):
			out.Subject, _ = field.Text()
		}
	}
	return out, nil
}

// order puts the entries in order, and holds them against each other: a service is one
// key with one certificate at least, and its past is its own.
func (s *Service) order() error {
	current := s.Entries[0]
	slices.SortStableFunc(s.Entries, func(a, b Entry) int { return b.From.Compare(a.From) })
	switch key := current.Identity.Certificates; {
	case !s.Entries[0].From.Equal(current.From): // entries of one time keep their order: the first counts
		return malformed("history is newer than the current status")
	case len(key) == 0:
		return malformed("a service without a certificate")
	}
	for _, e := range s.Entries {
		if !e.Identity.isOf(current.Identity.Certificates[0]) {
			return malformed("the key of a service changes")
		}
	}
	return nil
}

// isOf reports whether an identity names the key of a certificate, and no other.
func (i Identity) isOf(c *pki.Certificate) bool {
	for _, own := range i.Certificates {
		if !bytes.Equal(own.RawKey, c.RawKey) {
			return false
		}
	}
	if len(i.Certificates) > 0 {
		return true
	}
	for _, id := range i.KeyIDs {
		if !bytes.Equal(id, c.SubjectKeyID) && !bytes.Equal(id, sha1KeyID(c)) {
			return false
		}
	}
	return true
}

// sha1KeyID is the identifier that lists give a key whose certificate has none (RFC
// 5280, clause 4.2.1.2, method 1). Nobody is trusted by it: it only tells that a past
// goes with a service in the same signed list.
func sha1KeyID(c *pki.Certificate) []byte {
	s := cryptobyte.String(c.RawKey)
	var body cryptobyte.String
	var bits []byte
	if !s.ReadASN1(&body, asn1.SEQUENCE) || !body.SkipASN1(asn1.SEQUENCE) || !body.ReadASN1BitStringAsBytes(&bits) {
		return nil
	}
	sum := sha1.Sum(bits)
	return sum[:]
}
