package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"strconv"
	"syscall"
	"time"

	"github.com/dovidka/dovidka/xroad"
)

// serveDoor answers the operation of the request until the standard input ends. It prints its address, and what the
// process has used at every line it is given: processor's time and resident memory.
func serveDoor(ctx context.Context, request []byte) error {
	message, err := xroad.ReadMessage(bytes.NewReader(request), "text/xml", xroad.Limits{})
	if err != nil {
		return err
	}
	handler, err := xroad.NewHandler(xroad.Config{Operations: []xroad.Operation{{
		Name: message.Header.Service.Service, Namespace: message.Body.Name.Space, Element: message.Body.Name.Local,
		Handle: func(context.Context, *xroad.Request) (any, error) { return nil, nil },
	}}})
	if err != nil {
		return err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second, IdleTimeout: time.Minute}
	go func() { _ = server.Serve(xroad.Guard(server, listener)) }()
	fmt.Println(listener.Addr())
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		used, err := usage()
		if err != nil {
			return err
		}
		debug.FreeOSMemory()
		resident, err := residentPages()
		if err != nil {
			return err
		}
		fmt.Println(used, resident*os.Getpagesize())
	}
	return nil
}

// residentPages returns how much memory the process has (proc_pid_statm(5)).
func residentPages() (int, error) {
	statm, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0, err
	}
	var size, resident int
	_, err = fmt.Sscan(string(statm), &size, &resident)
	return resident, err
}

// usage returns the processor's time that the process has had.
func usage() (time.Duration, error) {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return 0, err
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano()), nil
}

// caller is one connection to the door.
type caller struct {
	connection net.Conn
	reader     *bufio.Reader
	request    []byte
}

func newCaller(ctx context.Context, address string, request []byte) (*caller, error) {
	connection, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	head := fmt.Sprintf("POST / HTTP/1.1\r\nHost: %s\r\nContent-Type: text/xml; charset=UTF-8\r\nSOAPAction: \"\"\r\n"+
		"Accept-Encoding: \r\nUxp-Transaction-Id: 0f8d2c1e-7f1b-4d0e-9d57-61a0c3b7a001\r\nConnection: Keep-Alive\r\n"+
		"Content-Length: %d\r\n\r\n", address, len(request))
	return &caller{connection, bufio.NewReader(connection), append([]byte(head), request...)}, nil
}

// call sends the request and reads the answer, which must be a good one.
func (c *caller) call() error {
	if _, err := c.connection.Write(c.request); err != nil {
		return err
	}
	status, err := c.reader.ReadSlice('\n')
	if err != nil {
		return err
	}
	if !bytes.HasPrefix(status, []byte("HTTP/1.1 200 ")) {
		return fmt.Errorf("answer is %q", status)
	}
	length := -1
	for {
		line, err := c.reader.ReadSlice('\n')
		if err != nil {
			return err
		}
		if line = bytes.TrimSpace(line); len(line) == 0 {
			break
		}
		if value, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
			if length, err = strconv.Atoi(string(value)); err != nil {
				return err
			}
		}
	}
	if length <= 0 {
		return errors.New("answer without length")
	}
	_, err = c.reader.Discard(length)
	return err
}
