package httpserver

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"runtime"
	"testing"
)

// talker is somebody who calls over one connection.
type talker struct {
	t      *testing.T
	server *Server
	conn   net.Conn
	reader *bufio.Reader
}

func talk(t *testing.T, s *Server) *talker {
	t.Helper()
	conn, err := net.Dial("tcp", s.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return &talker{t, s, conn, bufio.NewReader(conn)}
}

func (c *talker) send(path string) {
	c.t.Helper()
	if _, err := io.WriteString(c.conn, "GET "+path+" HTTP/1.1\r\nHost: a\r\n\r\n"); err != nil {
		c.t.Error(err)
	}
}

func (c *talker) receive() {
	c.t.Helper()
	response, err := http.ReadResponse(c.reader, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, response.Body); err != nil || response.StatusCode != http.StatusOK {
		c.t.Errorf("%s, %v", response.Status, err)
	}
}

// get asks and is answered, and returns when the server knows that the connection is idle.
func (c *talker) get(path string) {
	c.t.Helper()
	c.send(path)
	c.receive()
	l := c.server.listener.(*connections)
	for idle := false; !idle; runtime.Gosched() {
		l.mu.Lock()
		idle = l.idle.Len() > 0 && l.idle.Back().Value.(*counted).RemoteAddr().String() == c.conn.LocalAddr().String()
		l.mu.Unlock()
	}
}

// hungUp waits until the server has closed the connection.
func (c *talker) hungUp() {
	c.t.Helper()
	if n, err := c.reader.Read(make([]byte, 1)); n > 0 || err == nil {
		c.t.Error("the server said something")
	}
}

// TestLongestIdleGoes opens more connections than there may be.
func TestLongestIdleGoes(t *testing.T) {
	t.Parallel()
	s, _ := start(t, Config{Handler: hello, Insecure: true, MaxConnections: 2})
	first, second := talk(t, s), talk(t, s)
	first.get("/")
	second.get("/")
	third := talk(t, s)
	third.get("/")
	first.hungUp()
	second.get("/") // now the third is the one that has been idle longest
	fourth := talk(t, s)
	fourth.get("/")
	third.hungUp()
	second.get("/")
	if n := len(s.listener.(*connections).places); n != 2 {
		t.Errorf("%d places taken, want 2", n)
	}
}

// TestSilentGo opens connections that never say anything.
func TestSilentGo(t *testing.T) {
	t.Parallel()
	s, _ := start(t, Config{Handler: hello, Insecure: true, MaxConnections: 2})
	for range 10 {
		talk(t, s)
	}
	talk(t, s).get("/")
}

// TestNewcomersWait opens one connection more while requests are under way on all others.
func TestNewcomersWait(t *testing.T) {
	t.Parallel()
	entered, release := make(chan struct{}), make(chan struct{})
	s, _ := start(t, Config{Insecure: true, MaxConnections: 2, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/long" {
			entered <- struct{}{}
			<-release
		}
		io.WriteString(w, "hello")
	})})
	var working []*talker
	for range 2 {
		c := talk(t, s)
		c.send("/long")
		<-entered
		working = append(working, c)
	}
	newcomer := talk(t, s)
	newcomer.send("/")
	close(release)
	for _, c := range working {
		c.receive()
	}
	newcomer.receive()
	if n := len(s.listener.(*connections).places); n != 2 {
		t.Errorf("%d places taken, want 2", n)
	}
}

// TestStopWhileSomebodyWaits stops a server that has no place for the next connection.
func TestStopWhileSomebodyWaits(t *testing.T) {
	t.Parallel()
	entered, release := make(chan struct{}), make(chan struct{})
	s, stop := start(t, Config{Insecure: true, MaxConnections: 1, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(entered)
		<-release
		io.WriteString(w, "hello")
	})})
	working := talk(t, s)
	working.send("/")
	<-entered
	waiting := talk(t, s)
	stopped := make(chan error, 1)
	go func() { stopped <- stop() }()
	waiting.hungUp()
	close(release)
	working.receive()
	if err := <-stopped; err != nil {
		t.Error(err)
	}
}
