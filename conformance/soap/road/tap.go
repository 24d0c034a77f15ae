package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/dovidka/dovidka/xroad/xroadtest"
)

// patience is how long the door may take to be reached, and how long connections
// may stay open after the end was asked for.
const patience = 5 * time.Second

// notes is what was seen.
type notes struct {
	mu        sync.Mutex
	exchanges []exchange // guarded by mu
	verdicts  []verdict  // guarded by mu
}

// exchange is a request and its answer as they were on the wire.
type exchange struct {
	Way      string
	Request  half
	Response half
}

// half is a request or an answer; bytes are in base64.
type half struct {
	Target string `json:",omitempty"` // as the request line has it
	Status int    `json:",omitempty"`
	Header http.Header
	Body   []byte
}

// verdict is what a security server thought of an exchange.
type verdict struct {
	Way, ID, TransactionID, Code, Error string
	Provider, Status                    int
}

func (n *notes) judged(way string, e xroadtest.Exchange) {
	v := verdict{Way: way, ID: e.ID, TransactionID: e.TransactionID, Code: e.Code, Provider: e.Provider, Status: e.Status}
	if e.Err != nil {
		v.Error = e.Err.Error()
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.verdicts = append(n.verdicts, v)
}

// read notes the messages among what went over a connection.
func (n *notes) read(way string, sent, received *bytes.Buffer) error {
	requests, responses := bufio.NewReader(sent), bufio.NewReader(received)
	for {
		if _, err := requests.Peek(1); errors.Is(err, io.EOF) {
			return nil // nothing more was asked
		}
		request, err := http.ReadRequest(requests)
		if err != nil {
			return fmt.Errorf("read request: %w", err)
		}
		e := exchange{Way: way, Request: half{Target: request.RequestURI, Header: request.Header}}
		if e.Request.Body, err = io.ReadAll(request.Body); err != nil {
			return fmt.Errorf("read request: %w", err)
		}
		response, err := http.ReadResponse(responses, request)
		for err == nil && response.StatusCode == http.StatusContinue {
			response, err = http.ReadResponse(responses, request)
		}
		if err != nil {
			return fmt.Errorf("read answer: %w", err)
		}
		e.Response = half{Status: response.StatusCode, Header: response.Header}
		e.Response.Body, err = io.ReadAll(response.Body)
		if err := response.Body.Close(); err != nil {
			return err
		}
		if err != nil {
			return fmt.Errorf("read answer: %w", err)
		}
		if request.Method != http.MethodPost {
			continue
		}
		n.mu.Lock()
		n.exchanges = append(n.exchanges, e)
		n.mu.Unlock()
	}
}

// tap passes connections on, byte by byte.
type tap struct {
	way, target string
	notes       *notes
	listener    net.Listener
	work        sync.WaitGroup

	mu    sync.Mutex
	conns []net.Conn // guarded by mu
}

func newTap(way, target string, notes *notes) (*tap, error) {
	listener, err := listen()
	if err != nil {
		return nil, err
	}
	t := &tap{way: way, target: target, notes: notes, listener: listener}
	t.work.Go(func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return // closed
			}
			t.work.Go(func() {
				if err := t.pass(near); err != nil {
					fmt.Fprintf(os.Stderr, "road: %s: %v\n", way, err)
				}
			})
		}
	})
	return t, nil
}

// close returns when everything has been noted.
func (t *tap) close() {
	_ = t.listener.Close()
	t.mu.Lock()
	for _, c := range t.conns {
		_ = c.SetDeadline(time.Now().Add(patience))
	}
	t.mu.Unlock()
	t.work.Wait()
}

// pass carries a connection to its end.
func (t *tap) pass(near net.Conn) error {
	defer func() { _ = near.Close() }()
	far, err := (&net.Dialer{Timeout: patience}).DialContext(context.Background(), "tcp", t.target)
	if err != nil {
		return err
	}
	defer func() { _ = far.Close() }()
	t.mu.Lock()
	t.conns = append(t.conns, near, far)
	t.mu.Unlock()
	var sent, received bytes.Buffer
	var both sync.WaitGroup
	carry := func(to, from net.Conn, copied *bytes.Buffer) {
		// That the other end has gone is how connections end.
		_, _ = io.Copy(to, io.TeeReader(from, copied))
		if half, ok := to.(*net.TCPConn); ok {
			_ = half.CloseWrite()
		}
	}
	both.Go(func() { carry(far, near, &sent) })
	both.Go(func() { carry(near, far, &received) })
	both.Wait()
	return t.notes.read(t.way, &sent, &received)
}
