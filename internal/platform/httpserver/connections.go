package httpserver

import (
	"container/list"
	"errors"
	"net"
	"net/http"
	"sync"
)

// connections bounds how many are open. When there is one too many, the one that has been idle longest is closed, so
// that whoever opens connections and says nothing keeps nobody else out. While all have a request under way, the rest
// wait in the kernel's queue, which has its own bound.
type connections struct {
	net.Listener
	places chan struct{} // holds one element per open connection
	idled  chan struct{} // tells that one has become idle
	closed chan struct{}
	once   sync.Once

	mu   sync.Mutex // protects what follows, and the elements' connections
	idle list.List  // of *counted, the longest idle first
}

func newConnections(listener net.Listener, most int) *connections {
	return &connections{
		Listener: listener, places: make(chan struct{}, most), idled: make(chan struct{}, 1), closed: make(chan struct{}),
	}
}

// Accept returns the next connection once there is a place for it.
func (l *connections) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	if !l.place() {
		return nil, errors.Join(net.ErrClosed, conn.Close())
	}
	c := &counted{Conn: conn, among: l}
	l.rest(c)
	return c, nil
}

// place takes a place, or makes one. It is false when the listener was closed.
func (l *connections) place() bool {
	for {
		select {
		case l.places <- struct{}{}:
			return true
		default:
		}
		if l.closeIdle() {
			continue
		}
		select {
		case l.places <- struct{}{}:
			return true
		case <-l.idled:
		case <-l.closed:
			return false
		}
	}
}

// closeIdle closes the connection that has been idle longest, if one is.
func (l *connections) closeIdle() bool {
	l.mu.Lock()
	first := l.idle.Front()
	l.mu.Unlock()
	if first == nil {
		return false
	}
	// It may have a request by now: then it ends as if the caller's request and
	// our closing had crossed on the wire, which callers know of kept connections.
	_ = first.Value.(*counted).Close()
	return true
}

// Close stops accepting.
func (l *connections) Close() error {
	l.once.Do(func() { close(l.closed) })
	return l.Listener.Close()
}

// watch is told by the server what becomes of a connection.
func (l *connections) watch(conn net.Conn, state http.ConnState) {
	c := ours(conn)
	if c == nil {
		return
	}
	switch state {
	case http.StateIdle:
		l.rest(c)
	case http.StateActive:
		l.work(c)
	case http.StateNew, http.StateHijacked, http.StateClosed: // it rests since Accept, and until Close
	}
}

// ours finds the connection beneath those that were put upon it.
func ours(conn net.Conn) *counted {
	for {
		if c, ok := conn.(*counted); ok {
			return c
		}
		upon, ok := conn.(interface{ NetConn() net.Conn })
		if !ok {
			return nil
		}
		conn = upon.NetConn()
	}
}

// rest makes a connection the last of those to be closed for others.
func (l *connections) rest(c *counted) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if c.left || c.resting != nil {
		return
	}
	c.resting = l.idle.PushBack(c)
	select {
	case l.idled <- struct{}{}:
	default:
	}
}

func (l *connections) work(c *counted) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.remove(c)
}

// remove is called with the mutex held.
func (l *connections) remove(c *counted) {
	if c.resting != nil {
		l.idle.Remove(c.resting)
		c.resting = nil
	}
}

// leave gives the place of a connection back, once.
func (l *connections) leave(c *counted) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !c.left {
		c.left = true
		l.remove(c)
		<-l.places
	}
}

// counted is a connection that has a place.
type counted struct {
	net.Conn
	among *connections

	resting *list.Element // among the idle; nil while a request is under way
	left    bool
}

// Close closes the connection and gives its place to another.
func (c *counted) Close() error {
	defer c.among.leave(c)
	return c.Conn.Close()
}

// CloseWrite says that nothing more will come. net/http does so before it closes on somebody who is still sending,
// lest the answer be lost.
func (c *counted) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}
