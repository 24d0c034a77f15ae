// Package httpserver runs an HTTP server as a listener to strangers must run:
// everything has a bound, TLS is the rule, and what was accepted is finished
// before the process ends. It knows nothing of what it serves.
package httpserver

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// Config says what to serve and where.
type Config struct {
	// Name tells this listener from others in logs.
	Name string
	// Address is host:port; port 0 takes a free one.
	Address string
	Handler http.Handler
	// TLS is required unless Insecure is set.
	TLS *TLS
	// Insecure serves plain HTTP: behind a proxy on the same machine, or to try
	// things out. It excludes TLS, so that neither is chosen by mistake.
	Insecure bool
	Logger   *slog.Logger
	// Prepare, when not nil, has the last word on the server: it may have it say in
	// a protocol of its own what net/http says by itself. It is called once and
	// returns the listener to serve from, which brings TLS with it.
	Prepare func(*http.Server, net.Listener) net.Listener

	// The bounds below have defaults when zero.

	ReadHeaderTimeout time.Duration // 5 s
	ReadTimeout       time.Duration // 15 s: header and body
	WriteTimeout      time.Duration // 30 s: from the header's end to the answer's
	IdleTimeout       time.Duration // 60 s between requests of a connection
	ShutdownTimeout   time.Duration // 20 s to finish what was accepted
	MaxHeaderBytes    int           // 32 KiB
	MaxConnections    int           // 1024; for one more, that which has been idle longest is closed
}

func (c *Config) complete() error {
	switch {
	case c.Handler == nil || c.Logger == nil:
		return errors.New("a handler and a logger are required")
	case c.Insecure && c.TLS != nil:
		return errors.New("TLS and insecure exclude each other")
	case !c.Insecure && c.TLS == nil:
		return errors.New("TLS is required; plain HTTP must be asked for by insecure")
	}
	fill(&c.ReadHeaderTimeout, 5*time.Second)
	fill(&c.ReadTimeout, 15*time.Second)
	fill(&c.WriteTimeout, 30*time.Second)
	fill(&c.IdleTimeout, 60*time.Second)
	fill(&c.ShutdownTimeout, 20*time.Second)
	fill(&c.MaxHeaderBytes, 32<<10)
	fill(&c.MaxConnections, 1024)
	return nil
}

func fill[T comparable](value *T, otherwise T) {
	var zero T
	if *value == zero {
		*value = otherwise
	}
}

// Server is a listener and what it serves.
type Server struct {
	name     string
	http     *http.Server
	listener net.Listener
	prepare  func(*http.Server, net.Listener) net.Listener
	secure   bool
	shutdown time.Duration
	logger   *slog.Logger
}

// Listen checks the configuration, reads the certificates and takes the port.
// Requests wait until Run.
func Listen(ctx context.Context, c Config) (*Server, error) {
	if err := c.complete(); err != nil {
		return nil, fmt.Errorf("listener %s: %w", c.Name, err)
	}
	logger := c.Logger.With(slog.String("listener", c.Name))
	var tlsConfig *tls.Config
	var connContext func(context.Context, net.Conn) context.Context
	if c.TLS != nil {
		keys, err := newKeyring(*c.TLS, logger)
		if err != nil {
			return nil, fmt.Errorf("listener %s: %w", c.Name, err)
		}
		tlsConfig = keys.config()
		if c.TLS.asks() {
			c.Handler, connContext = &guard{keys, c.Handler, logger}, remember
		}
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", c.Address)
	if err != nil {
		return nil, fmt.Errorf("listener %s: %w", c.Name, err)
	}
	open := newConnections(listener, c.MaxConnections)
	return &Server{
		name: c.Name, secure: c.TLS != nil, shutdown: c.ShutdownTimeout, logger: logger, listener: open, prepare: c.Prepare,
		http: &http.Server{
			Handler: c.Handler, TLSConfig: tlsConfig, ConnContext: connContext, ConnState: open.watch,
			ReadHeaderTimeout: c.ReadHeaderTimeout, ReadTimeout: c.ReadTimeout, WriteTimeout: c.WriteTimeout,
			IdleTimeout: c.IdleTimeout, MaxHeaderBytes: c.MaxHeaderBytes,
			// net/http says here what strangers do wrong on the wire; at debug
			// level, for they can do it as often as they please.
			ErrorLog: slog.NewLogLogger(logger.Handler(), slog.LevelDebug),
		},
	}, nil
}

// Addr returns the address that was taken.
func (s *Server) Addr() net.Addr { return s.listener.Addr() }

// URL returns the address with its scheme.
func (s *Server) URL() string {
	if s.secure {
		return "https://" + s.Addr().String()
	}
	return "http://" + s.Addr().String()
}

// Run serves until ctx ends. Then no new connection is accepted, and the
// requests under way are finished; those that outlast ShutdownTimeout are cut,
// which is an error. The end of ctx itself is not.
func (s *Server) Run(ctx context.Context) error {
	// Requests outlive ctx: they are to be finished, not cancelled.
	s.http.BaseContext = func(net.Listener) context.Context { return context.WithoutCancel(ctx) }
	served := make(chan error, 1)
	go func() { served <- s.serve() }()
	select {
	case err := <-served:
		return fmt.Errorf("serve %s: %w", s.name, err)
	case <-ctx.Done():
	}
	limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.shutdown)
	defer cancel()
	err := s.http.Shutdown(limit)
	if err != nil {
		err = errors.Join(fmt.Errorf("finish requests of %s: %w", s.name, err), s.http.Close())
	}
	if serveErr := <-served; !errors.Is(serveErr, http.ErrServerClosed) {
		err = errors.Join(err, fmt.Errorf("serve %s: %w", s.name, serveErr))
	}
	return err
}

func (s *Server) serve() error {
	switch {
	case s.prepare != nil:
		return s.http.Serve(s.prepare(s.http, s.listener))
	case s.secure:
		return s.http.ServeTLS(s.listener, "", "")
	default:
		return s.http.Serve(s.listener)
	}
}

// Close gives the port back of a Server that is never run.
func (s *Server) Close() error { return s.listener.Close() }
