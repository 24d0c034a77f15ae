package scenarios

import (
	"context"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
	"time"
)

// TestCrash kills the process under load, a hundred times, at any moment from
// its start on, and starts it again. Nothing that a client saw accepted may be
// lost, no entry of the ledger may be missing or different, and no request may
// be granted twice.
func TestCrash(t *testing.T) {
	t.Parallel()
	crashes := 100
	if testing.Short() {
		crashes = 10
	}
	s := longLived(t)
	l, err := newLoad(s)
	if err != nil {
		t.Fatal(err)
	}
	var heads []head
	for n := range crashes {
		if n%10 == 9 {
			killStarting(t, s)
			continue
		}
		p, started := serve(t, s)
		heads = append(heads, verifyLedger(t, s))
		loaded := make(chan error, 1)
		ctx, cancel := context.WithCancel(t.Context())
		go func() { loaded <- l.run(ctx, started) }()
		time.Sleep(moment(n))
		p.kill()
		cancel()
		if err := <-loaded; err != nil {
			t.Fatalf("crash %d: %v\n%s", n, err, p.logText())
		}
	}
	p, started := serve(t, s)
	heads = append(heads, verifyLedger(t, s))
	t.Logf("%d requests, %d of them not answered yet", len(l.all), len(l.idle))
	if err := l.settle(t.Context(), started); err != nil {
		t.Errorf("%v\n%s", err, p.logText())
		return
	}
	if code, err := p.stop(); code != 0 || err != nil {
		t.Errorf("exit code %d, %v", code, err)
	}
	heads = append(heads, verifyLedger(t, s))
	entries := readLedger(t, s)
	for _, h := range heads {
		if h.entries >= len(entries) || h.entries > 0 && entries[h.entries].hash != h.hash {
			t.Errorf("after a restart the ledger had %d entries up to %s, and has them no more", h.entries, h.hash)
		}
	}
	l.audit(t, entries)
	l.verifySeals(t, s)
	if len(l.all) < crashes {
		t.Errorf("only %d requests in %d crashes: that was no load", len(l.all), crashes)
	}
}

// longLived makes a demonstration in which statements outlive the test, and
// which answers clients as often as they ask.
func longLived(t *testing.T) system {
	t.Helper()
	s := makeDemo(t)
	configure(t, s.Config, "statement_ttl: 3m0s", "statement_ttl: 30m")
	configure(t, s.Config, "per_second: 200", "per_second: 100000")
	return s
}

// moment is how long a process lives after it is ready. Now and then it is long
// enough for the process to finish what an earlier one left.
func moment(n int) time.Duration {
	if n%20 == 10 {
		return time.Second + rand.N(500*time.Millisecond)
	}
	return rand.N(300 * time.Millisecond)
}

// killStarting kills a process while it opens its databases and finishes what
// an earlier one left.
func killStarting(t *testing.T, s system) {
	t.Helper()
	p := startProcess(t, "serve", "--config", s.Config, "--ready-file", filepath.Join(t.TempDir(), "ready.json"))
	time.Sleep(rand.N(100 * time.Millisecond))
	p.kill()
}

// head is where the ledger ended at some time.
type head struct {
	entries int
	hash    string
}

var soundPattern = regexp.MustCompile(`^The ledger is sound: (\d+) entries, last hash ([0-9a-f]{64})`)

// verifyLedger proves the ledger as an operator does.
func verifyLedger(t *testing.T, s system) head {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), binary(), "ledger", "verify", "--config", s.Config).CombinedOutput()
	found := soundPattern.FindSubmatch(out)
	if err != nil || found == nil {
		t.Fatalf("ledger verify: %v\n%s", err, out)
	}
	n, err := strconv.Atoi(string(found[1]))
	if err != nil {
		t.Fatal(err)
	}
	return head{n, string(found[2])}
}
