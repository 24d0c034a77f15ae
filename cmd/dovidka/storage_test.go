package main

import (
	"errors"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/gateway/trembita"
	"github.com/dovidka/dovidka/internal/platform/config"
	"github.com/dovidka/dovidka/internal/platform/database/databasetest"
	"github.com/dovidka/dovidka/internal/portal"
	"github.com/dovidka/dovidka/internal/registry"
)

// What a door may say while the storage fails: the same request may come again.
var (
	patientReasons = []dovidka.Code{
		dovidka.CodeStorageUnavailable, dovidka.CodeRegistryUnavailable, dovidka.CodeTimeout, dovidka.CodeBusy,
	}
	patientFaults = []string{
		"soap:Server.StorageUnavailable", "soap:Server.RegistryUnavailable", "soap:Server.Timeout", "soap:Server.Busy",
	}
)

// attempt is a request that was sent while the storage failed.
type attempt struct {
	id        dovidka.ID // of REST; its answer is fetched in the end
	container []byte
	message   []byte // of SOAP; it is sent again in the end
}

// try sends a request through each door and returns those that were not
// answered. Whatever a door says, it must be in its own protocol, and such that
// the request may come again.
func (w *world) try(citizen *portal.Citizen) (open []attempt) {
	w.t.Helper()
	prepared, err := w.prepare()
	if w.excused(err) {
		a := attempt{id: prepared.ID, container: w.sign(citizen, prepared.ToBeSigned.Content)}
		result, err := w.rest().Submit(w.t.Context(), a.id, a.container)
		if !w.excused(err) || result.Result == nil {
			open = append(open, a)
		}
	}
	content := w.statement()
	a := attempt{message: w.message(w.sign(citizen, content), content)}
	if code, _ := w.send(a.message); code != trembita.ResultOK {
		if !slices.Contains(patientFaults, code) {
			w.t.Errorf("SOAP: %s", code)
		}
		open = append(open, a)
	}
	return open
}

// excused reports that there is no error; one that does not ask to come again
// fails the test.
func (w *world) excused(err error) bool {
	w.t.Helper()
	var refusal *portal.Refusal
	if err != nil && (!errors.As(err, &refusal) || !slices.Contains(patientReasons, refusal.Reason) || refusal.HTTPStatus < 503 || refusal.Message == "") {
		w.t.Errorf("REST: %v", err)
	}
	return err == nil
}

// recovers sends again what was not answered; it must be answered now.
func (w *world) recovers(open []attempt) {
	w.t.Helper()
	for _, a := range open {
		if a.message != nil {
			w.until("a message of the bus", func() bool {
				code, _ := w.send(a.message)
				if code != trembita.ResultOK && !slices.Contains(patientFaults, code) {
					w.t.Fatalf("SOAP: %s", code)
				}
				return code == trembita.ResultOK
			})
			continue
		}
		w.until("request "+string(a.id), func() bool {
			_, err := w.rest().Submit(w.t.Context(), a.id, a.container)
			return w.excused(err)
		})
		w.finishes(a.id)
	}
}

// survivesFullDisk lets each database grow no more, one after the other.
func survivesFullDisk(t *testing.T, o *original) {
	w := o.start(t, nil)
	citizen := w.signer("ostap-ec")
	for _, db := range w.app.databases {
		// SQLite takes the present size for a smaller limit.
		databasetest.Exec(t, db, "PRAGMA max_page_count = 1")
		var open []attempt
		// What is free in the file is used up first.
		w.until("the disk to be full", func() bool {
			open = append(open, w.try(citizen)...)
			return len(open) > 0 || db == w.app.databases[1] // the registry is only read
		})
		for range 3 {
			open = append(open, w.try(citizen)...)
		}
		w.ledger()
		databasetest.Exec(t, db, "PRAGMA max_page_count = 1073741823")
		w.recovers(open)
		w.healthy()
	}
	w.ledger()
}

// survivesLostDatabase runs on PostgreSQL, and takes it away from one service
// after the other while requests are under way: once by cutting all
// connections, once by silence.
func survivesLostDatabase(t *testing.T, o *original) {
	server := databasetest.PostgresURL(t)
	var wires []*wire
	w := o.start(t, func(c *Config) {
		for _, database := range []*string{&c.Databases.Ledger, &c.Databases.Registry, &c.Databases.Disclosure} {
			x, url := newWire(t, server)
			wires = append(wires, x)
			*database = url
		}
		c.Disclosure.Budget = config.Duration(time.Second)
		importRows(t, server, registry.SampleRows())
	})
	citizen := w.signer("ostap-ec")
	w.healthy()
	for _, x := range wires {
		for _, c := range []struct {
			take  func()
			times int // each client tries; in silence each try takes long
		}{{x.cut, 4}, {x.stall, 1}} {
			var mu sync.Mutex // protects open
			var open []attempt
			var all sync.WaitGroup
			for n := range 4 {
				all.Go(func() {
					for range c.times {
						more := w.try(citizen)
						mu.Lock()
						open = append(open, more...)
						mu.Unlock()
					}
				})
				if n == 2 {
					c.take()
				}
			}
			all.Wait()
			x.mend()
			w.until("readiness", func() bool {
				resp, _ := w.call(http.MethodGet, w.at.Readyz, "text/plain", http.NoBody)
				return resp.StatusCode == http.StatusOK
			})
			w.recovers(open)
			w.healthy()
		}
	}
	w.ledger()
}

// wire carries bytes between a component and its PostgreSQL server, until it is
// told not to.
type wire struct {
	listener net.Listener
	network  string
	server   string

	mu    sync.Mutex // protects the rest
	state wireState
	moved *sync.Cond
	ends  map[net.Conn]bool
}

type wireState int

const (
	whole   wireState = iota
	broken            // connections are cut, new ones too
	stalled           // nothing gets through
)

// newWire returns a wire to the server, and the URL at its near end.
func newWire(t *testing.T, server string) (*wire, string) {
	t.Helper()
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	x := &wire{listener: listener, network: "tcp", server: u.Host, ends: map[net.Conn]bool{}}
	x.moved = sync.NewCond(&x.mu)
	query := u.Query()
	port := "5432"
	if query.Get("port") != "" {
		port = query.Get("port")
	}
	if dir := query.Get("host"); filepath.IsAbs(dir) {
		x.network, x.server = "unix", filepath.Join(dir, ".s.PGSQL."+port)
	} else if u.Port() == "" {
		x.server = net.JoinHostPort(u.Hostname(), port)
	}
	query.Del("host")
	query.Del("port")
	query.Set("sslmode", "disable")
	u.Host, u.RawQuery = listener.Addr().String(), query.Encode()
	var all sync.WaitGroup
	all.Go(func() { x.accept(&all) })
	t.Cleanup(func() {
		if err := listener.Close(); err != nil {
			t.Error(err)
		}
		x.cut()
		all.Wait()
	})
	return x, u.String()
}

func (x *wire) accept(all *sync.WaitGroup) {
	var dialer net.Dialer
	for {
		near, err := x.listener.Accept()
		if err != nil {
			return // closed by the clean-up
		}
		far, err := dialer.Dial(x.network, x.server)
		if err != nil {
			near.Close()
			continue
		}
		x.mu.Lock()
		ok := x.state != broken
		if ok {
			x.ends[near], x.ends[far] = true, true
		}
		x.mu.Unlock()
		if !ok {
			near.Close()
			far.Close()
			continue
		}
		all.Go(func() { x.carry(near, far) })
		all.Go(func() { x.carry(far, near) })
	}
}

// carry copies until either end closes.
func (x *wire) carry(from, to net.Conn) {
	defer from.Close()
	defer to.Close()
	buffer := make([]byte, 16<<10)
	for {
		n, err := from.Read(buffer)
		x.mu.Lock()
		for x.state == stalled {
			x.moved.Wait()
		}
		x.mu.Unlock()
		if _, werr := to.Write(buffer[:n]); werr != nil || err != nil {
			return
		}
	}
}

func (x *wire) set(state wireState) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.state = state
	x.moved.Broadcast()
	if state == broken {
		for end := range x.ends {
			end.Close()
		}
		clear(x.ends)
	}
}

func (x *wire) cut()   { x.set(broken) }
func (x *wire) stall() { x.set(stalled) }
func (x *wire) mend()  { x.set(whole) }
