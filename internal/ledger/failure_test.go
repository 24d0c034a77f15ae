package ledger_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/ledger"
	"github.com/dovidka/dovidka/internal/ledger/ledgertest"
	"github.com/dovidka/dovidka/internal/platform/database"
	"github.com/dovidka/dovidka/internal/platform/database/databasetest"
)

// TestTogether has replicas on one database serve many requests at once, some
// of them the same ones, while somebody verifies the log.
func TestTogether(t *testing.T) {
	t.Parallel()
	for name, newURL := range map[string]func(testing.TB) string{"sqlite": databasetest.SQLiteURL, "postgres": databasetest.PostgresURL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const replicas, goroutines, requests = 2, 3, 12
			url, c := newURL(t), newClock()
			petitions := make([]petition, requests)
			for i := range petitions {
				petitions[i] = ask(t, c, []string{parent, child, stranger}[i%3])
			}
			grants := make(chan dovidka.Grant, replicas*goroutines*requests)
			receipts := make(chan dovidka.Receipt, replicas*goroutines*requests)
			var wg sync.WaitGroup
			for range replicas {
				l := ledgertest.On(t, databasetest.Open(t, url), c.Now)
				for range goroutines {
					wg.Go(func() {
						for _, p := range petitions {
							g, err := l.Permit(t.Context(), p.who, p.said, p.req)
							if err != nil {
								t.Error(err)
								return
							}
							r, err := l.Record(t.Context(), g, sha256.Sum256([]byte(p.req.ID)))
							if err != nil {
								t.Error(err)
								return
							}
							grants <- g
							receipts <- r
						}
					})
				}
				wg.Go(func() {
					for range 10 {
						if _, err := ledger.Verify(t.Context(), l.Store, l.GrantKey(), nil); err != nil {
							t.Error(err)
						}
						for range 20 {
							if err := l.Ready(t.Context()); err != nil {
								t.Error(err)
							}
						}
					}
				})
			}
			wg.Wait()
			close(grants)
			close(receipts)
			ids, places := map[dovidka.ID]int{}, map[dovidka.Receipt]int{}
			for g := range grants {
				ids[g.ID()]++
			}
			for r := range receipts {
				places[r]++
			}
			if len(ids) != requests || len(places) != requests {
				t.Errorf("%d requests have %d grants and %d receipts", requests, len(ids), len(places))
			}
			l := ledgertest.On(t, databasetest.Open(t, url), c.Now)
			report, err := ledger.Verify(t.Context(), l.Store, l.GrantKey(), nil)
			if err != nil || report.Entries != 3*requests {
				t.Errorf("%+v, %v; %d entries are expected", report, err, 3*requests)
			}
		})
	}
}

// everyCall calls everything that appends, and returns the errors.
func everyCall(ctx context.Context, l *ledgertest.Ledger, p petition, grant dovidka.Grant, digest [32]byte) map[string]error {
	w := p.withdraw()
	w.req.ID += "-withdrawal"
	_, permitErr := l.Permit(ctx, p.who, p.said, p.req)
	_, recordErr := l.Record(ctx, grant, sha256.Sum256([]byte("another")))
	_, withdrawErr := l.Withdraw(ctx, w.who, w.said, w.req)
	return map[string]error{
		"permit": permitErr, "record": recordErr, "withdraw": withdrawErr,
		"release": l.Release(ctx, grant.ID(), digest, fetching),
		"refuse":  l.Refuse(ctx, dovidka.Refusal{Request: p.req, Fault: &dovidka.Fault{Code: dovidka.CodeMalformed}}),
	}
}

// begun returns a ledger with one disclosure, which everyCall goes on from.
func begun(t *testing.T, l *ledgertest.Ledger, c *clock) (dovidka.Grant, [32]byte) {
	t.Helper()
	digest := sha256.Sum256([]byte("answer"))
	grant := permit(t, l, ask(t, c, parent))
	if _, err := l.Record(t.Context(), grant, digest); err != nil {
		t.Fatal(err)
	}
	return grant, digest
}

func TestDiskFull(t *testing.T) {
	t.Parallel()
	db, c := databasetest.SQLite(t), newClock()
	l := ledgertest.On(t, db, c.Now)
	grant, digest := begun(t, l, c)
	// The file may not grow: SQLite raises the limit to the pages there are.
	databasetest.Exec(t, db, "PRAGMA max_page_count = 1")
	p := ask(t, c, parent)
	p.req.Caller.MessageID = strings.Repeat("m", 500)
	var full error
	for n := 0; full == nil && n < 100; n++ { // until the last free bytes are used
		p.req.ID = dovidka.ID(fmt.Sprint("request-", n))
		_, full = l.Permit(t.Context(), p.who, p.said, p.req)
	}
	wantCode(t, full, dovidka.CodeStorageUnavailable)
	before := len(events(t, l))
	for name, err := range everyCall(t.Context(), l, p, grant, digest) {
		if err != nil && dovidka.FaultOf(err).Code != dovidka.CodeStorageUnavailable {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := l.Permit(t.Context(), p.who, p.said, p.req); err == nil {
		t.Error("a grant was given that is not recorded")
	}
	if report, err := ledger.Verify(t.Context(), l.Store, l.GrantKey(), nil); err != nil || report.Entries < int64(before) {
		t.Errorf("the log after the disk was full: %+v, %v", report, err)
	}
	databasetest.Exec(t, db, "PRAGMA max_page_count = 100000")
	grant = permit(t, l, p)
	if _, err := l.Record(t.Context(), grant, digest); err != nil {
		t.Errorf("with room again: %v", err)
	}
}

// severed is a store whose database breaks the connection when a transaction
// has written everything and is about to commit.
type severed struct {
	ledger.Store
	sever func() error
}

func (s severed) Update(ctx context.Context, fn func(tx ledger.Tx) error) error {
	return s.Store.Update(ctx, func(tx ledger.Tx) error {
		return errors.Join(fn(tx), s.sever())
	})
}

func TestConnectionLost(t *testing.T) {
	t.Parallel()
	url, c := databasetest.PostgresURL(t), newClock()
	l := ledgertest.On(t, databasetest.Open(t, url), c.Now)
	grant, digest := begun(t, l, c)
	admin := databasetest.Open(t, url)
	healthy := l.Store.Store
	l.Store.Store = severed{healthy, func() error {
		_, err := admin.Writer.ExecContext(t.Context(),
			"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
		return err
	}}
	p := ask(t, c, parent)
	for name, err := range everyCall(t.Context(), l, p, grant, digest) {
		if f := dovidka.FaultOf(err); err == nil || f.Code != dovidka.CodeStorageUnavailable || !f.Code.Retryable() || !database.IsUnavailable(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
	l.Store.Store = healthy
	wantKinds(t, l, given, granted, disclosed)
	for name, err := range everyCall(t.Context(), l, p, grant, digest) {
		// The order of the calls makes the consent end before the release.
		if name != "release" && err != nil {
			t.Errorf("%s, with the database back: %v", name, err)
		}
	}
}

// TestStoreFails makes every operation fail once, on either engine.
func TestStoreFails(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		c := newClock()
		l := ledgertest.On(t, db, c.Now)
		grant, digest := begun(t, l, c)
		p := ask(t, c, parent)
		gone := errors.New("the store is gone")
		for name, call := range map[string]func() error{
			"permit":  func() error { _, err := l.Permit(t.Context(), p.who, p.said, p.req); return err },
			"record":  func() error { _, err := l.Record(t.Context(), grant, [32]byte{1}); return err },
			"release": func() error { return l.Release(t.Context(), grant.ID(), digest, fetching) },
			"ready":   func() error { return l.Ready(t.Context()) },
			"events":  func() error { _, err := l.Events(t.Context(), 0, 1); return err },
		} {
			l.Store.FailNext(gone)
			err := call()
			wantCode(t, err, dovidka.CodeStorageUnavailable)
			if !errors.Is(err, gone) {
				t.Errorf("%s: the cause is lost: %v", name, err)
			}
		}
		wantKinds(t, l, given, granted, disclosed)

		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		for name, err := range everyCall(ctx, l, p, grant, digest) {
			if err == nil || dovidka.FaultOf(err).Code != dovidka.CodeTimeout {
				t.Errorf("%s, cancelled: %v", name, err)
			}
		}
		wantKinds(t, l, given, granted, disclosed)
		if err := l.Ready(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// TestNoPersonalData fills a log by every call, and looks for the persons in
// the raw files, and in what the calls return.
func TestNoPersonalData(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ledger.db")
	c := newClock()
	db := databasetest.Open(t, "sqlite:"+path)
	l := ledgertest.On(t, db, c.Now)
	grant, digest := begun(t, l, c)
	p := ask(t, c, parent).about(t, child)
	var told []string
	for _, err := range everyCall(t.Context(), l, p, grant, digest) {
		told = append(told, fmt.Sprint(err))
	}
	unzr, err := dovidka.ParseUNZR("19870315-01234")
	if err != nil {
		t.Fatal(err)
	}
	p = ask(t, c, stranger)
	p.who.UNZR, p.who.Document = unzr, dovidka.ReadDocument(dovidka.DocumentNationalID, "987654321")
	p.who.RNOKPP, p.who.Content = dovidka.RNOKPP{}, []byte("signed by "+stranger)
	permit(t, l, p)
	p.who.UNZR, p.req.ID = dovidka.UNZR{}, "another"
	permit(t, l, p)
	p.said.Consent.Granted = false
	p.req.ID = "refused"
	_, err = l.Permit(t.Context(), p.who, p.said, p.req)
	told = append(told, fmt.Sprint(err), fmt.Sprintf("%+v", events(t, l)))

	raw := []byte(strings.Join(told, "\n"))
	files, err := filepath.Glob(path + "*")
	if err != nil || len(files) < 2 { // the file and its write-ahead log
		t.Fatalf("files %v, %v", files, err)
	}
	for _, f := range files {
		content, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		raw = append(raw, content...)
	}
	if !strings.Contains(string(raw), recipient) || !strings.Contains(string(raw), "purpose-17") {
		t.Fatal("the search does not find what is there")
	}
	for _, personal := range []string{
		parent, child, stranger, "Шевченко", "Тарас", "Катерина", "19870315", "987654321", "Петренко", "signed by",
	} {
		if strings.Contains(string(raw), personal) {
			t.Errorf("%q stands in the log", personal)
		}
	}
}

func BenchmarkPermit(b *testing.B) {
	for name, newDB := range map[string]func(testing.TB) *database.DB{"sqlite": databasetest.SQLite, "postgres": databasetest.Postgres} {
		b.Run(name, func(b *testing.B) {
			c := newClock()
			l := ledgertest.On(b, newDB(b), c.Now)
			template := ask(b, c, parent)
			var n int
			b.ReportAllocs()
			for b.Loop() {
				p := template
				n++
				p.req.ID = dovidka.ID(fmt.Sprint("request-", n))
				if g, err := l.Permit(b.Context(), p.who, p.said, p.req); err != nil || g.ID() == "" {
					b.Fatal(err)
				}
			}
			b.StopTimer()
			report, err := ledger.Verify(b.Context(), l.Store, l.GrantKey(), nil)
			if err != nil || report.Entries != int64(2*n) {
				b.Errorf("%d requests left %+v, %v", n, report, err)
			}
		})
	}
}

func BenchmarkVerify(b *testing.B) {
	c := newClock()
	l := ledgertest.New(b, c.Now)
	template := ask(b, c, parent)
	const requests = 1000
	for n := range requests {
		p := template
		p.req.ID = dovidka.ID(fmt.Sprint("request-", n))
		permit(b, l, p)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ledger.Verify(b.Context(), l.Store, l.GrantKey(), nil); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/(2*requests), "ns/entry")
}
