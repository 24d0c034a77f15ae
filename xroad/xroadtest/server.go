package xroadtest

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dovidka/dovidka/xroad"
)

// Server is a security server. It is safe for concurrent use.
type Server struct {
	URL string // for consumers to send messages to

	config   Config
	started  time.Time
	signer   func() (*tls.Certificate, error) // of the containers; made when the first is asked for
	archive  archive
	identity atomic.Pointer[tls.Certificate]
	clients  map[xroad.ServiceID]*http.Client // towards providers
	server   *http.Server
	done     chan struct{} // closed when the server has ended, with served
	served   error

	active sync.WaitGroup // requests in work; added to under mu, while not closed

	mu       sync.Mutex
	closed   bool                          // guarded by mu
	choose   func() (Fault, time.Duration) // guarded by mu
	fault    Fault                         // guarded by mu
	queue    []Fault                       // guarded by mu
	delay    time.Duration                 // guarded by mu
	requests int                           // guarded by mu
}

// New starts a security server. End it with Close.
func New(config Config) (*Server, error) {
	if err := config.check(); err != nil {
		return nil, fmt.Errorf("new security server: %w", err)
	}
	listener := config.Listener
	if listener == nil {
		var err error
		if listener, err = new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0"); err != nil {
			return nil, fmt.Errorf("new security server: %w", err)
		}
	}
	s := &Server{
		URL: "http://" + listener.Addr().String() + "/", config: config, done: make(chan struct{}),
		clients: map[xroad.ServiceID]*http.Client{}, started: time.Now(),
		signer: sync.OnceValues(func() (*tls.Certificate, error) { return NewIdentity("stand-in security server") }),
	}
	s.identity.Store(config.Identity)
	if config.Identity != nil {
		s.URL = "https://" + listener.Addr().String() + "/"
		listener = tls.NewListener(listener, s.serverTLS())
	}
	for i := range config.Services {
		service := &config.Services[i]
		s.clients[service.ID] = &http.Client{
			Transport: &http.Transport{
				TLSClientConfig: s.clientTLS(service), DisableCompression: true, MaxIdleConnsPerHost: 64,
				DialContext: (&net.Dialer{Timeout: 30 * time.Second}).DialContext,
			},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		}
	}
	s.server = &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		defer close(s.done)
		s.served = s.server.Serve(listener)
	}()
	return s, nil
}

// Close cuts all connections and returns when all work has ended: nothing is observed after it.
func (s *Server) Close() error {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	err := s.server.Close()
	<-s.done
	s.active.Wait()
	if !errors.Is(s.served, http.ErrServerClosed) {
		err = errors.Join(err, s.served)
	}
	for _, client := range s.clients {
		client.CloseIdleConnections()
	}
	return err
}

// ServeHTTP answers, or does not. It is what the server serves, for tests without a network too, where a connection
// that is cut is a panic with [http.ErrAbortHandler].
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	fault, delay, open := s.next()
	if !open {
		panic(http.ErrAbortHandler)
	}
	defer s.active.Done()
	if r.Method == http.MethodGet && r.URL.Path == "/wsdl" {
		s.describe(w, r, fault)
		return
	}
	if page := s.page(r); page != nil {
		s.show(w, r, page, fault)
		return
	}
	exchange := Exchange{Fault: fault}
	if s.config.Dialect == UXP {
		exchange.TransactionID = newUUID()
	}
	defer func() {
		if s.config.Observe != nil {
			s.config.Observe(exchange)
		}
	}()
	treat := s.exchange
	if path, ok := s.config.restPath(r); ok {
		treat = func(r *http.Request, e *Exchange) *answer { return s.exchangeREST(r, path, e) }
	}
	a := treat(r, &exchange)
	if !wait(r.Context(), delay) {
		panic(http.ErrAbortHandler)
	}
	if a == nil {
		panic(http.ErrAbortHandler)
	}
	exchange.Status, exchange.Code = a.status, a.code
	a.transaction = exchange.TransactionID
	s.send(w, r, a, fault)
}

// wait reports whether the asker is still there after a time.
func wait(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// newUUID returns a random UUID (RFC 9562, clause 5.4).
func newUUID() string {
	var id [16]byte
	_, _ = rand.Read(id[:]) // never fails
	id[6], id[8] = id[6]&0x0F|0x40, id[8]&0x3F|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:])
}
