package xroadtest

import (
	"crypto/sha256"
	"crypto/sha512"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"hash"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/dovidka/dovidka/xroad"
)

// Dialect is whose security server this is. It is another type than [xroad.Dialect] and has another zero value: name it
// in the configuration of both the server and the client.
type Dialect uint8

// The dialects.
const (
	// XRoad speaks SOAP 1.1 only, forwards in chunks and lets the provider's envelope stand, with requestHash put in.
	XRoad Dialect = iota
	// UXP speaks SOAP 1.1 and 1.2, forwards with Content-Length and a transaction id, and writes the header anew.
	UXP
)

// Service is a row of the table of services.
type Service struct {
	ID xroad.ServiceID

	// URL is where the provider is, or Handler answers in its place, in this process. In REST the rest of a caller's path is
	// appended to the address, which ends with what the paths of the provider's operations have before it. With https the
	// provider's certificate is one of Certificates, unless Unverified, which security servers call HTTPS NOAUTH.
	URL          string
	Handler      http.Handler
	Certificates []*x509.Certificate
	Unverified   bool
	// WSDL is the address of the provider's description; that of the service with ?wsdl if empty.
	WSDL string
	// REST says that the service is no SOAP. Calls of either kind are passed on in any case; the meta-services which list
	// the services of SOAP leave it out. OpenAPI is the address of its description, for getOpenAPI.
	REST    bool
	OpenAPI string

	// Clients may call the service; an empty list admits nobody.
	Clients  []xroad.ClientID
	Disabled bool
	Timeout  time.Duration // 60 s if zero, as on security servers
}

// Config is what a [Server] is made of.
type Config struct {
	Dialect  Dialect
	Services []Service

	// Listener, if set, is where the server listens, else a free port of this machine.
	Listener net.Listener
	// Identity, if set, makes the server speak TLS, and is shown to providers. Consumers show one of the certificates
	// given, exactly, unless AnyConsumer.
	Identity    *tls.Certificate
	Consumers   []*x509.Certificate
	AnyConsumer bool

	// BareErrors has the errors of REST come without the header field that marks them: it is not known that UXP has one.
	// Only UXP can.
	BareErrors bool
	// SnakeCase has the codes of faults spelled as the newest X-Road does: server.serverproxy.access_denied.
	SnakeCase bool
	// OverlookHeaders passes answers whose header differs from the request's, as one exchange over UXP was seen to do.
	// Only UXP, which writes the header anew, can.
	OverlookHeaders bool
	// RequestHash is the digest of requestHash: SHA-512 for X-Road. UXP's is GOST 34.311, which this package cannot
	// import; SHA-256 takes its place if none is given.
	RequestHash *Digest

	Limits xroad.Limits // of messages either way
	// Observe is called after every request, if not nil. Exchanges in parallel call it in parallel.
	Observe func(Exchange)
}

// Digest is a digest algorithm and the URI that names it in requestHash.
type Digest struct {
	URI string
	New func() hash.Hash
}

// Exchange is what became of a request.
type Exchange struct {
	ID            string // of the message; empty if it could not be read
	Client        xroad.ClientID
	Service       xroad.ServiceID
	TransactionID string // UXP only
	Fault         Fault  // with which the server misbehaved
	Forwarded     int    // how often the provider was asked
	Provider      int    // its status; 0 if it did not answer
	Status        int    // of the answer, before misbehaviour
	Code          string // of the fault that was answered, ours or the provider's; empty if none
	Err           error  // what was wrong, for faults made here
}

// check completes the configuration.
func (c *Config) check() error {
	if c.Dialect > UXP {
		return errors.New("unknown dialect")
	}
	if c.OverlookHeaders && c.Dialect != UXP {
		return errors.New("only UXP overlooks headers")
	}
	if c.BareErrors && c.Dialect != UXP {
		return errors.New("only UXP leaves errors unmarked")
	}
	if c.Identity != nil && len(c.Consumers) == 0 && !c.AnyConsumer {
		return errors.New("an identity, but no consumers' certificates: nobody could connect")
	}
	if c.RequestHash == nil {
		c.RequestHash = &Digest{"http://www.w3.org/2001/04/xmlenc#sha512", sha512.New}
		if c.Dialect == UXP {
			c.RequestHash = &Digest{"http://www.w3.org/2001/04/xmlenc#sha256", sha256.New}
		}
	}
	if c.Limits.Size <= 0 {
		c.Limits.Size = 10 << 20
	}
	seen := map[xroad.ServiceID]bool{}
	for _, service := range c.Services {
		if err := service.check(); err != nil {
			return fmt.Errorf("service %s: %w", service.ID, err)
		}
		if seen[service.ID] {
			return fmt.Errorf("service %s: given twice", service.ID)
		}
		seen[service.ID] = true
	}
	return nil
}

func (s *Service) check() error {
	if err := s.ID.Validate(); err != nil {
		return err
	}
	if (s.URL == "") == (s.Handler == nil) {
		return errors.New("either an address or a handler is needed")
	}
	if s.URL == "" {
		return nil
	}
	address, err := url.Parse(s.URL)
	switch {
	case err != nil:
		return errors.New("address cannot be read")
	case address.Scheme != "http" && address.Scheme != "https" || address.Host == "":
		return errors.New("address is neither http nor https")
	case address.Scheme == "https" && len(s.Certificates) == 0 && !s.Unverified:
		return errors.New("https, but no certificate of the provider")
	}
	return nil
}

// find returns the row of a service.
func (c *Config) find(id xroad.ServiceID) *Service {
	for i := range c.Services {
		if c.Services[i].ID == id {
			return &c.Services[i]
		}
	}
	return nil
}

// knows reports whether the table has a service of that member or subsystem.
func (c *Config) knows(provider xroad.ClientID) bool {
	for i := range c.Services {
		if c.Services[i].ID.Provider() == provider {
			return true
		}
	}
	return false
}

// spell writes a code as the configuration wants it.
func (c *Config) spell(code string) string {
	if !c.SnakeCase {
		return code
	}
	parts := strings.Split(code, ".")
	for i, part := range parts {
		if i == 0 || part == "ServerProxy" || part == "ClientProxy" {
			parts[i] = strings.ToLower(part)
			continue
		}
		parts[i] = snake(part)
	}
	return strings.Join(parts, ".")
}

// snake turns IOError into io_error.
func snake(name string) string {
	upper := func(i int) bool { return i < len(name) && 'A' <= name[i] && name[i] <= 'Z' }
	var out strings.Builder
	for i := range len(name) {
		if upper(i) && i > 0 && name[i-1] != '_' && (!upper(i-1) || i+1 < len(name) && !upper(i+1)) {
			out.WriteByte('_')
		}
		out.WriteString(strings.ToLower(name[i : i+1]))
	}
	return out.String()
}
