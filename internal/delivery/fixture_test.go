package delivery_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/delivery"
	"github.com/dovidka/dovidka/internal/disclosure"
	"github.com/dovidka/dovidka/internal/disclosure/sqlstore"
	"github.com/dovidka/dovidka/internal/ledger"
	"github.com/dovidka/dovidka/internal/ledger/ledgertest"
	"github.com/dovidka/dovidka/internal/platform/database/databasetest"
)

const number = "3075751279"

// fixture is the service between the real outbox and the real ledger.
type fixture struct {
	*delivery.Service
	store     *sqlstore.Store
	ledger    *ledgertest.Ledger
	messenger *messenger
	cfg       delivery.Config

	mu      sync.Mutex // protects everything below
	at      time.Time
	log     bytes.Buffer
	results []delivery.Result
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	store, err := sqlstore.New(t.Context(), databasetest.SQLite(t))
	if err != nil {
		t.Fatal(err)
	}
	f := &fixture{store: store, messenger: &messenger{}, at: time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)}
	f.ledger = ledgertest.New(t, f.now)
	f.cfg = delivery.Config{
		Outbox: store.Outbox(), Messenger: f.messenger, Ledger: f.ledger, Now: f.now, Logger: slog.New(slog.NewTextHandler(f, nil)),
		Observe: f.observe, MaxAge: 25 * time.Minute,
	}
	f.restart(t)
	t.Cleanup(func() {
		if text := f.log.String(); strings.Contains(text, number) || strings.Contains(text, "personal text") {
			t.Errorf("the log names the recipient:\n%s", text)
		}
	})
	return f
}

// restart makes a service by the configuration as it is now.
func (f *fixture) restart(t *testing.T) {
	t.Helper()
	var err error
	if f.Service, err = delivery.New(f.cfg); err != nil {
		t.Fatal(err)
	}
	s := f.Service
	t.Cleanup(func() {
		if err := s.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
}

func (f *fixture) now() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.at
}

func (f *fixture) add(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.at = f.at.Add(d)
}

// Write takes the log.
func (f *fixture) Write(p []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.log.Write(p)
}

func (f *fixture) observe(result delivery.Result, _ time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.results = append(f.results, result)
}

// took returns the results since the last call, and checks that each has a line.
func (f *fixture) took(t *testing.T) []delivery.Result {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	if lines := strings.Count(f.log.String(), "msg=notice"); lines != len(f.results) {
		t.Errorf("%d results and %d lines:\n%s", len(f.results), lines, f.log.String())
	}
	f.log.Reset()
	out := f.results
	f.results = nil
	return out
}

func wantResults(t *testing.T, f *fixture, want ...delivery.Result) {
	t.Helper()
	if got := f.took(t); !slices.Equal(got, want) {
		t.Errorf("results %v, want %v", got, want)
	}
}

// notice lets a case end that nobody waits for.
func (f *fixture) notice(t *testing.T) dovidka.Notice {
	t.Helper()
	recipient, err := dovidka.ParseRNOKPP(number)
	if err != nil {
		t.Fatal(err)
	}
	id := dovidka.ID(uuid.NewString())
	c := disclosure.Case{ID: id, Key: string(id), State: dovidka.StateAccepted, CreatedAt: f.now(), AcceptedAt: f.now()}
	if _, _, err := f.store.Open(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	n := dovidka.Notice{ID: dovidka.ID(uuid.NewString()), RequestID: id, Recipient: recipient, CreatedAt: f.now()}
	if err := f.store.Finish(t.Context(), id, 0, disclosure.Outcome{GrantID: "g"}, f.now(), &n); err != nil {
		t.Fatal(err)
	}
	return n
}

func (f *fixture) waiting(t *testing.T) int {
	t.Helper()
	n, _, err := f.store.Outbox().Backlog(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// recorded returns what the ledger tells of exchanges, after proving it.
func (f *fixture) recorded(t *testing.T) []dovidka.Event {
	t.Helper()
	if _, err := ledger.Verify(t.Context(), f.ledger.Store, f.ledger.GrantKey(), nil); err != nil {
		t.Error(err)
	}
	var all []dovidka.Event
	for {
		page, err := f.ledger.Events(t.Context(), int64(len(all)), ledger.MaxEvents)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			return all
		}
		all = append(all, page...)
	}
}

func outcomes(events []dovidka.Event) (out []dovidka.NoticeOutcome) {
	for _, e := range events {
		if e.Kind == dovidka.EventNotified {
			out = append(out, e.Notice.Outcome)
		}
	}
	return out
}

// messenger is obedient: it says what it is told to, and then that all is well.
type messenger struct {
	mu     sync.Mutex // protects everything below
	passed []dovidka.Notice
	next   []func() (dovidka.NoticeExchange, error)
	during func(context.Context)
}

func (m *messenger) Pass(ctx context.Context, n dovidka.Notice) (dovidka.NoticeExchange, error) {
	m.mu.Lock()
	m.passed = append(m.passed, n)
	exchange := dovidka.NoticeExchange{
		Client: "us", Provider: "they", Service: "they/NotificationCreate", MessageID: fmt.Sprintf("m-%d", len(m.passed)), Reference: "d",
	}
	answer := func() (dovidka.NoticeExchange, error) { return exchange, nil }
	if len(m.next) > 0 {
		answer, m.next = m.next[0], m.next[1:]
	}
	during := m.during
	m.mu.Unlock()
	if during != nil {
		during(ctx)
	}
	got, err := answer()
	if got.MessageID == "next" {
		got.MessageID = exchange.MessageID
	}
	return got, err
}

// says lets the next answers be errors after an exchange.
func (m *messenger) says(errs ...error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, err := range errs {
		m.next = append(m.next, func() (dovidka.NoticeExchange, error) { return dovidka.NoticeExchange{MessageID: "next"}, err })
	}
}

func (m *messenger) all() []dovidka.Notice {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.passed)
}
