package xroad

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// Guard makes a server keep to the statuses 200 and 500 where net/http answers by itself, before any handler is called:
// requests whose first line or header cannot be read or is too long, an unknown transfer coding, an Expect other than
// 100-continue, OPTIONS for "*". The caller gets a fault in their place, and the connection is closed. A request that had
// begun to arrive when the server shut down, or ran out of time for the header, gets one too.
//
// The server must have its Handler. Guard changes it, and returns the listener to call its Serve with; not ServeTLS,
// for connections from the listener have TLS if the server has a TLSConfig. There will be no HTTP/2, which security
// servers do not speak and whose errors are others.
//
// What remains: a connection is closed without an answer when nothing was asked on it, when TLS fails, and when the
// caller goes.
func Guard(server *http.Server, listener net.Listener) net.Listener {
	g := &guard{Listener: listener, server: server, tls: guardedTLS(server.TLSConfig)}
	handler, inContext, onState := server.Handler, server.ConnContext, server.ConnState
	server.DisableGeneralOptionsHandler = true
	server.Protocols = new(http.Protocols)
	server.Protocols.SetHTTP1(true)
	server.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
		if inContext != nil {
			ctx = inContext(ctx, c)
		}
		return context.WithValue(ctx, guardedKey{}, guardedOf(c))
	}
	server.ConnState = func(c net.Conn, state http.ConnState) {
		if state == http.StateIdle {
			guardedOf(c).phase.Store(phaseIdle)
		}
		if onState != nil {
			onState(c, state)
		}
	}
	server.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c, ok := r.Context().Value(guardedKey{}).(*guarded); ok {
			c.phase.Store(phaseHandled)
		}
		handler.ServeHTTP(w, r)
	})
	return g
}

type guardedKey struct{}

// guardedTLS offers HTTP/1.1 only, whichever configuration serves a connection.
func guardedTLS(config *tls.Config) *tls.Config {
	if config == nil {
		return nil
	}
	config = config.Clone()
	config.NextProtos = []string{"http/1.1"}
	if choose := config.GetConfigForClient; choose != nil {
		config.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
			chosen, err := choose(hello)
			if chosen == nil || err != nil {
				return nil, err
			}
			chosen = chosen.Clone()
			chosen.NextProtos = []string{"http/1.1"}
			return chosen, nil
		}
	}
	return config
}

// guard accepts connections.
type guard struct {
	net.Listener
	server *http.Server
	tls    *tls.Config
}

func (g *guard) Accept() (net.Conn, error) {
	connection, err := g.Listener.Accept()
	if err != nil {
		return nil, err
	}
	if g.tls == nil {
		return &guarded{Conn: connection}, nil
	}
	secure := tls.Server(connection, g.tls)
	return &guardedSecure{guarded{Conn: secure}, secure, g.server}, nil
}

// Phases of a connection.
const (
	phaseIdle    = iota // nothing of a request has come
	phaseBegun          // something of a request has come
	phaseHandled        // a handler has it: whatever is sent is the handler's
	phaseRefused        // the connection ends with our fault
)

// guarded is a connection. What is written to it while no handler has a request is net/http's own.
type guarded struct {
	net.Conn
	phase atomic.Int32
}

func guardedOf(c net.Conn) *guarded {
	switch c := c.(type) {
	case *guarded:
		return c
	case *guardedSecure:
		return &c.guarded
	}
	return nil
}

// Read notices that a request begins.
func (c *guarded) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 {
		c.phase.CompareAndSwap(phaseIdle, phaseBegun)
	}
	return n, err
}

// Write lets through what a handler has to say.
func (c *guarded) Write(p []byte) (int, error) {
	if c.phase.Load() == phaseHandled {
		return c.Conn.Write(p)
	}
	if c.phase.Swap(phaseRefused) != phaseRefused {
		c.refuse(&Fault{Code: CodeInvalidRequest, Text: "Запит HTTP не вдалося прочитати."})
		c.linger()
	}
	return len(p), nil
}

// Close answers first if a request had begun that no handler got.
func (c *guarded) Close() error {
	if !c.phase.CompareAndSwap(phaseBegun, phaseRefused) {
		return c.Conn.Close()
	}
	c.refuse(busy(SOAP11, nil, nil))
	go func() { // a server that closes all its connections does not wait for each
		c.linger()
		_ = c.Conn.Close()
	}()
	return nil
}

// refuse sends a fault, if anybody is there to take it.
func (c *guarded) refuse(fault *Fault) {
	const moment = 5 * time.Second // what is this short needs none, but the machine may be busy
	_ = c.SetDeadline(time.Now().Add(moment))
	body := fault.Marshal()
	_, _ = fmt.Fprintf(c.Conn, "HTTP/1.1 500 Internal Server Error\r\nContent-Type: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s",
		fault.Version.ContentType(), len(body), body)
	_ = c.CloseWrite()
}

// linger reads on for a moment: a connection that is closed with something unread may take the answer away with it.
func (c *guarded) linger() {
	const (
		most   = 256 << 10 // as much as net/http reads for this
		moment = 500 * time.Millisecond
	)
	_ = c.SetReadDeadline(time.Now().Add(moment))
	_, _ = io.CopyN(io.Discard, c.Conn, most)
}

// CloseWrite says that nothing more will come.
func (c *guarded) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

// NetConn returns the connection beneath.
func (c *guarded) NetConn() net.Conn { return c.Conn }

// guardedSecure is a guarded connection with TLS.
type guardedSecure struct {
	guarded
	secure *tls.Conn
	server *http.Server
}

// ConnectionState is what net/http asks for before it reads the first request. So here is the time for the handshake.
func (c *guardedSecure) ConnectionState() tls.ConnectionState {
	if err := c.handshake(); err != nil {
		c.phase.Store(phaseRefused) // there is nobody to talk to: reading fails from now on
		logf := log.Printf
		if c.server.ErrorLog != nil {
			logf = c.server.ErrorLog.Printf
		}
		logf("xroad: TLS handshake error from %s: %v", c.RemoteAddr(), err)
	}
	return c.secure.ConnectionState()
}

func (c *guardedSecure) handshake() error {
	limit := 10 * time.Second
	if header := c.server.ReadHeaderTimeout; header > 0 {
		limit = header
	}
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	return c.secure.HandshakeContext(ctx)
}
