package sqlstore_test

import (
	"errors"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/dovidka/dovidka/internal/platform/database"
	"github.com/dovidka/dovidka/internal/platform/database/databasetest"
	"github.com/dovidka/dovidka/internal/registry/sqlstore"
	"github.com/dovidka/dovidka/internal/registry/storetest"
	"github.com/jackc/pgx/v5"
)

func TestMain(m *testing.M) { databasetest.Main(m) }

func TestContract(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		storetest.Run(t, func(t *testing.T) (storetest.Store, func()) {
			dir := t.TempDir()
			db := databasetest.Open(t, "sqlite:"+filepath.Join(dir, "registry.db"))
			return open(t, db), func() {
				// As when a volume is unmounted: the next connection finds no folder.
				db.Reader.SetMaxIdleConns(0)
				db.Writer.SetMaxIdleConns(0)
				if err := os.RemoveAll(dir); err != nil {
					t.Fatal(err)
				}
			}
		})
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		storetest.Run(t, func(t *testing.T) (storetest.Store, func()) {
			through, cut := proxy(t, databasetest.PostgresURL(t))
			return open(t, databasetest.Open(t, through)), cut
		})
	})
}

func open(t *testing.T, db *database.DB) *sqlstore.Store {
	t.Helper()
	s, err := sqlstore.New(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

// proxy puts a wire that can be cut between the test and the server: it returns
// the URL that leads through it.
func proxy(t *testing.T, server string) (through string, cut func()) {
	t.Helper()
	cfg, err := pgx.ParseConfig(server)
	if err != nil {
		t.Fatal("the server's URL cannot be read")
	}
	network, address := "tcp", net.JoinHostPort(cfg.Host, strconv.Itoa(int(cfg.Port)))
	if strings.HasPrefix(cfg.Host, "/") {
		network, address = "unix", filepath.Join(cfg.Host, ".s.PGSQL."+strconv.Itoa(int(cfg.Port)))
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{}
	go w.serve(listener, network, address)
	cut = sync.OnceFunc(func() { w.close(); listener.Close() })
	t.Cleanup(cut)

	u, err := url.Parse(server)
	if err != nil {
		t.Fatal("the server's URL cannot be read")
	}
	q := u.Query()
	q.Set("host", "127.0.0.1")
	q.Set("port", strconv.Itoa(listener.Addr().(*net.TCPAddr).Port))
	q.Set("sslmode", "disable")
	u.Host, u.RawQuery = "", q.Encode()
	return u.String(), cut
}

// wire is the connections that lead through a proxy.
type wire struct {
	mu    sync.Mutex // guards the fields below
	conns []net.Conn
	cut   bool
}

func (w *wire) serve(listener net.Listener, network, address string) {
	for {
		client, err := listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial(network, address)
		if err != nil || !w.keep(client, server) {
			client.Close()
			continue
		}
		go pipe(server, client)
		go pipe(client, server)
	}
}

func (w *wire) keep(conns ...net.Conn) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.conns = append(w.conns, conns...)
	return !w.cut
}

func (w *wire) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cut = true
	for _, c := range w.conns {
		c.Close()
	}
}

func pipe(to, from net.Conn) {
	if _, err := io.Copy(to, from); err == nil || errors.Is(err, net.ErrClosed) {
		to.Close()
	}
}
