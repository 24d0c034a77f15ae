package databasetest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// Main runs a package's tests with a PostgreSQL server beside them, and exits.
// Where no server can be started the tests still run, and those that call
// Postgres fail.
func Main(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	if os.Getenv(ServerVariable) != "" {
		return m.Run()
	}
	bin, err := serverPrograms()
	if err != nil {
		// Postgres says what to do, in the tests that need it.
		return m.Run()
	}
	c, err := startCluster(bin)
	if err != nil {
		fmt.Fprintln(os.Stderr, "databasetest:", err)
		return 1
	}
	os.Setenv(ServerVariable, c.url())
	code := m.Run()
	if err := c.stop(); err != nil {
		fmt.Fprintln(os.Stderr, "databasetest:", err)
		return 1
	}
	return code
}

// serverPrograms returns the folder of initdb and postgres: the one in PATH, or
// the newest of those that Debian keeps outside it.
func serverPrograms() (string, error) {
	if initdb, err := exec.LookPath("initdb"); err == nil {
		// postgres looks for its libraries from where the real file is.
		if initdb, err = filepath.EvalSymlinks(initdb); err != nil {
			return "", fmt.Errorf("find initdb: %w", err)
		}
		return filepath.Dir(initdb), nil
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return "", errors.New("PostgreSQL's server programs are not found")
	}
	newest := slices.MaxFunc(found, func(a, b string) int {
		// Of one length; "9.6" and older are long out of support.
		return strings.Compare(a, b)
	})
	return filepath.Dir(newest), nil
}

// cluster is a running server in a folder of its own, reached by a Unix socket.
type cluster struct {
	dir     string
	guard   *exec.Cmd
	release io.Closer // closing it stops the server
}

// guardScript starts the server and stops it when its input ends. That happens
// when the test process ends in whatever way, SIGKILL and time-outs included,
// so no server and no folder is left behind.
const guardScript = `trap '' INT TERM HUP
"$1/postgres" -D "$2/data" -k "$2" -c listen_addresses= -c fsync=off -c synchronous_commit=off \
  -c full_page_writes=off -c max_connections=200 -c shared_buffers=64MB -c autovacuum=off &
server=$!
read -r nothing
kill -INT "$server"
wait "$server"
rm -rf "$2"`

func startCluster(bin string) (*cluster, error) {
	dir, err := clusterDir()
	if err != nil {
		return nil, err
	}
	c := &cluster{dir: dir}
	if err := c.start(bin); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	if err := c.await(); err != nil {
		log, _ := os.ReadFile(filepath.Join(dir, "log"))
		return nil, errors.Join(fmt.Errorf("%w\n%s", err, log), c.stop())
	}
	return c, nil
}

// clusterDir makes the server's folder. A socket's path may have about a
// hundred bytes, which the temporary folders of some systems exceed.
func clusterDir() (string, error) {
	parent := os.TempDir()
	if len(parent) > 60 {
		parent = "/tmp"
	}
	dir, err := os.MkdirTemp(parent, "dovidka-pg-")
	if err != nil {
		return "", fmt.Errorf("make a folder for PostgreSQL: %w", err)
	}
	return dir, nil
}

func (c *cluster) start(bin string) error {
	owner, err := serverOwner()
	if err != nil {
		return err
	}
	if err := owner.give(c.dir); err != nil {
		return err
	}
	initdb := exec.Command(filepath.Join(bin, "initdb"), "--no-sync", "-A", "trust", "-U", "postgres", "-E", "UTF8",
		"--locale=C", "-D", filepath.Join(c.dir, "data"))
	initdb.Dir = c.dir
	owner.apply(initdb)
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}

	// A file and not a pipe: `go test` would wait for a pipe that the server
	// keeps open.
	log, err := os.Create(filepath.Join(c.dir, "log"))
	if err != nil {
		return fmt.Errorf("open PostgreSQL's log: %w", err)
	}
	defer log.Close()
	c.guard = exec.Command("/bin/sh", "-c", guardScript, "guard", bin, c.dir)
	c.guard.Dir = c.dir
	c.guard.Stdout, c.guard.Stderr = log, log
	owner.apply(c.guard)
	if c.release, err = c.guard.StdinPipe(); err != nil {
		return fmt.Errorf("start PostgreSQL: %w", err)
	}
	if err := c.guard.Start(); err != nil {
		return fmt.Errorf("start PostgreSQL: %w", err)
	}
	return nil
}

// await waits until the server answers.
func (c *cluster) await() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	db, err := sql.Open("pgx", c.url())
	if err != nil {
		return fmt.Errorf("reach PostgreSQL: %w", err)
	}
	defer db.Close()
	for {
		err := db.PingContext(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("PostgreSQL does not answer: %w", err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func (c *cluster) stop() error {
	// The guard's own exit status is the server's after a fast shutdown.
	err := errors.Join(c.release.Close(), c.guard.Wait())
	// The guard cannot remove the folder itself where it does not own the
	// parent.
	if err := errors.Join(err, os.RemoveAll(c.dir)); err != nil {
		return fmt.Errorf("stop PostgreSQL: %w", err)
	}
	return nil
}

func (c *cluster) url() string { return "postgres:///postgres?user=postgres&host=" + c.dir }
