package httpserver

import (
	"container/list"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"
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

// place takes a place, or has one made. It is false when the listener was closed.
func (l *connections) place() bool {
	for {
		select {
		case l.places <- struct{}{}:
			return true
		default:
		}
		idled, soon := l.idled, (<-chan time.Time)(nil)
		if l.hangUp() {
			// The server is about to notice. Should it have a request of that
			// connection by now, another one has to go.
			idled, soon = nil, time.After(time.Second)
		}
		select {
		case l.places <- struct{}{}:
			return true
		case <-idled:
		case <-soon:
		case <-l.closed:
			return false
		}
	}
}

// hangUp ends the connection that has been idle longest, if one is. Its place is
// free when the server has let go of it, and not before: what it has in memory
// counts. If a request is on its way, it is as if it had crossed with our
// hanging up, which callers know of kept connections.
func (l *connections) hangUp() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	first := l.idle.Front()
	if first == nil {
		return false
	}
	c := first.Value.(*counted)
	l.remove(c)
	c.gone = true
	_ = c.Conn.Close() // the server hears of it when it reads
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
	if c.gone || c.resting != nil {
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
		c.gone, c.left = true, true
		l.remove(c)
		<-l.places
	}
}

// counted is a connection that has a place.
type counted struct {
	net.Conn
	among *connections

	resting *list.Element // among the idle; nil while a request is under way
	gone    bool          // it can no more be used
	left    bool          // it has no place any more
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
