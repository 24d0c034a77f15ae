package scenarios

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/dovidka/dovidka"
)

var (
	soakTime = flag.Duration("soak", 4*time.Second, "how long TestSoak asks; make soak sets it")
	soakSeed = flag.Uint64("soakseed", 1, "where TestSoak's chance begins")
	soakBase = flag.String("soakdatabase", "", "URL of an empty PostgreSQL database for TestSoak's ledger and cases; SQLite without it")
)

// TestSoak asks the door of the bus, in SOAP and in REST, through a security server that fails by chance
// and changes its certificate under way, from many sides in all its operations.
// Each call has one answer or one error of the kinds there are; the ledger
// agrees with what callers and security server saw; memory does not grow.
func TestSoak(t *testing.T) {
	t.Parallel()
	s := longLived(t)
	bus := newSoakBus(t, s)
	ledger := "sqlite:" + filepath.Join(filepath.Dir(s.Config), "data", "ledger.db")
	if *soakBase != "" {
		ledger = *soakBase
		reconfigure(t, s, func(c map[string]any) {
			c["databases"] = map[string]any{"ledger": ledger, "disclosure": ledger}
		})
	}
	p, started := serve(t, s)
	before := len(readLedgerAt(t, ledger)) // the demonstration's own
	bus.start(t, started.SOAP)
	c := newCrowd(t, started, bus)
	rest := measureProcess(t, started)

	const clients = 16
	bus.misbehave(*soakSeed)
	soak(t, c, clients, *soakTime/10, *soakSeed)
	warm := measureProcess(t, started)
	soakWith(t, c, clients, *soakTime*9/10, *soakSeed+1, bus.renew)
	after := measureProcess(t, started)

	bus.server.MisbehaveBy(nil)
	if err := c.settle(t.Context()); err != nil {
		t.Error(err)
	}
	if err := c.close(); err != nil {
		t.Error(err)
	}
	if err := bus.server.Close(); err != nil { // nothing is observed after it
		t.Error(err)
	}
	quiet := settledProcess(t, started, rest)
	if code, err := p.stop(); code != 0 || err != nil {
		t.Errorf("exit code %d, %v\n%s", code, err, p.logText())
	}
	verifyLedger(t, s)
	entries := readLedgerAt(t, ledger)
	(&soakAudit{report: t.Errorf, entries: entries, before: before, calls: c.calls, seen: bus.exchanges}).run()
	reportSoak(t, c, bus, entries[before:])
	t.Logf("resident memory, MiB: at rest %d, warm %d, after the load %d, at rest again %d; goroutines %d, %d, %d, %d",
		rest.resident>>20, warm.resident>>20, after.resident>>20, quiet.resident>>20, rest.goroutines, warm.goroutines, after.goroutines, quiet.goroutines)
	const allowed = 64 << 20
	if quiet.resident > warm.resident+allowed {
		t.Errorf("the memory grew from %d to %d bytes", warm.resident, quiet.resident)
	}
}

// soak asks for a time.
func soak(t *testing.T, c *crowd, clients int, d time.Duration, seed uint64) {
	t.Helper()
	soakWith(t, c, clients, d, seed, func(func(float64)) error { return nil })
}

// soakWith asks for a time in which something else happens.
func soakWith(t *testing.T, c *crowd, clients int, d time.Duration, seed uint64, meanwhile func(wait func(part float64)) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	var group errgroup.Group
	group.Go(func() error { return c.run(ctx, clients, seed) })
	group.Go(func() error {
		return meanwhile(func(part float64) {
			select {
			case <-ctx.Done():
			case <-time.After(time.Duration(part * float64(d))):
			}
		})
	})
	if err := group.Wait(); err != nil {
		t.Error(err)
	}
}

// measured is what a process tells of itself in its metrics.
type measured struct{ resident, goroutines int }

func measureProcess(t *testing.T, s system) measured {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.Metrics, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	found := map[string]float64{}
	lines := bufio.NewScanner(resp.Body)
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), " ")
		if number, err := strconv.ParseFloat(value, 64); err == nil {
			found[name] = number
		}
	}
	m := measured{int(found["process_resident_memory_bytes"]), int(found["go_goroutines"])}
	if lines.Err() != nil || m.resident == 0 || m.goroutines == 0 {
		t.Fatalf("the metrics do not tell: %v %+v", lines.Err(), m)
	}
	return m
}

// settledProcess waits until a process has as few goroutines as before.
func settledProcess(t *testing.T, s system, before measured) measured {
	t.Helper()
	const own = 5 // of the connection that asks, and of what the runtime began
	for deadline := time.Now().Add(patience); ; time.Sleep(100 * time.Millisecond) {
		m := measureProcess(t, s)
		if m.goroutines <= before.goroutines+own {
			return m
		}
		if time.Now().After(deadline) {
			t.Errorf("%d goroutines, %d before", m.goroutines, before.goroutines)
			return m
		}
	}
}

// reportSoak writes down what happened, and refuses a soak in which nothing did.
func reportSoak(t *testing.T, c *crowd, bus *soakBus, entries []recorded) {
	t.Helper()
	operations, outcomes, kinds := map[string]int{}, map[string]int{}, map[dovidka.EventKind]int{}
	sent, answered := 0, 0
	for _, asked := range c.calls {
		operations[asked.operation]++
		sent += len(asked.messages)
		if asked.final != "" {
			answered++
			outcomes[asked.outcome]++
		}
	}
	for _, e := range entries {
		kinds[e.Kind]++
	}
	t.Logf("%d calls, %d messages sent, %d requests at the security server, %d given to the door, %d calls answered",
		len(c.calls), sent, bus.requests, bus.forwarded, answered)
	t.Logf("calls by operation: %s", tally(operations))
	t.Logf("answers by outcome: %s", tally(outcomes))
	t.Logf("messages without an answer, by kind of error: %s", tally(c.failures))
	t.Logf("faults: %s", tally(bus.faults))
	t.Logf("%d entries of the ledger: %s", len(entries), tally(kinds))
	for _, operation := range append(allOperations(), restDeclarations, restStatus) {
		if operations[operation] == 0 {
			t.Errorf("%s was never asked", operation)
		}
	}
	if len(bus.faults) < 20 || answered < 50 || len(c.failures) < 3 {
		t.Error("that was no load, or nothing failed")
	}
}

// tally writes counts in the order of their names.
func tally[K ~string](counts map[K]int) string {
	var out []string
	for name, n := range counts {
		if name == "" {
			name = "none"
		}
		out = append(out, fmt.Sprintf("%s %d", name, n))
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}
