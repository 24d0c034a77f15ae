// Package storetest is the contract of a ledger.Store as a test suite.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/ledger"
)

// Run runs the suite. Each call of empty makes an empty store; each call of what
// it returns opens that store as another process would.
func Run(t *testing.T, empty func(t *testing.T) (open func() ledger.Store)) {
	for name, test := range map[string]func(t *testing.T, open func() ledger.Store){
		"empty":                testEmpty,
		"reads what was added": testRoundTrip,
		"once":                 testOnce,
		"find":                 testFind,
		"many at once":         testMany,
		"error undoes":         testUndo,
		"taken place":          testTaken,
		"cancelled":            testCancelled,
		"never forks":          testConcurrency,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, empty(t))
		})
	}
}

// Row makes the n-th row of a log in which row n's hash is n and so on.
func Row(n int64) ledger.Row {
	return ledger.Row{
		Columns: ledger.Columns{
			Index: n, At: time.UnixMicro(1_790_000_000_123_456 + n).UTC(), Kind: dovidka.EventGranted,
			RequestID: dovidka.ID(fmt.Sprint("request-", n)), Subject: "subject", Requester: "requester",
			Recipient: "Отримувач", Once: fmt.Sprint("granted:request-", n),
		},
		Body: []byte{byte(n), 0, 0xff, '{'}, PreviousHash: hash(n - 1), Hash: hash(n),
	}
}

func hash(n int64) []byte {
	h := ledger.Empty().Hash
	h[0], h[1] = byte(n>>8), byte(n)
	return h
}

func headAt(n int64) ledger.Head {
	return ledger.Head{Count: n, Hash: hash(n), Signature: []byte{1, 2, byte(n)}}
}

// Append adds rows to the store, with a head that fits the last.
func Append(ctx context.Context, s ledger.Store, rows ...ledger.Row) error {
	return s.Update(ctx, func(tx ledger.Tx) error {
		return tx.Append(ctx, rows, headAt(rows[len(rows)-1].Index))
	})
}

func mustAppend(t *testing.T, s ledger.Store, rows ...ledger.Row) {
	t.Helper()
	if err := Append(t.Context(), s, rows...); err != nil {
		t.Fatal(err)
	}
}

// expect checks the head and all rows of the store.
func expect(t *testing.T, s ledger.Store, want ...ledger.Row) {
	t.Helper()
	head, last, err := s.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	wantHead := ledger.Empty()
	if len(want) > 0 {
		wantHead = headAt(want[len(want)-1].Index)
	}
	if head.Count != wantHead.Count || !slices.Equal(head.Hash, wantHead.Hash) || !slices.Equal(head.Signature, wantHead.Signature) || last != head.Count {
		t.Errorf("head is %+v, last entry %d; %+v is expected", head, last, wantHead)
	}
	rows, err := s.Entries(t.Context(), math.MinInt64, math.MaxInt32)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
}

func testEmpty(t *testing.T, open func() ledger.Store) {
	s := open()
	expect(t, s)
	err := s.Update(t.Context(), func(tx ledger.Tx) error {
		if h := tx.Head(); h.Count != 0 || !slices.Equal(h.Hash, ledger.Empty().Hash) || len(h.Signature) != 0 {
			t.Errorf("head in a transaction is %+v", h)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	expect(t, s)
}

func testRoundTrip(t *testing.T, open func() ledger.Store) {
	s := open()
	bare := Row(2)
	bare.Once, bare.Subject, bare.Requester, bare.Recipient, bare.RequestID = "", "", "", "", ""
	another := Row(3)
	another.Once = "" // two rows without a key do not meet
	mustAppend(t, s, Row(1), bare)
	mustAppend(t, s, another)
	expect(t, s, Row(1), bare, another)
	expect(t, open(), Row(1), bare, another)
	for after, want := range map[int64][]ledger.Row{0: {Row(1), bare}, 1: {bare, another}, 2: {another}, 3: nil} {
		rows, err := s.Entries(t.Context(), after, 2)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, rows); diff != "" {
			t.Errorf("two after %d (-want +got):\n%s", after, diff)
		}
	}
}

func testOnce(t *testing.T, open func() ledger.Store) {
	s := open()
	mustAppend(t, s, Row(1), Row(2))
	err := s.Update(t.Context(), func(tx ledger.Tx) error {
		row, err := tx.Once(t.Context(), Row(2).Once)
		if err != nil {
			return err
		}
		want := Row(2)
		if diff := cmp.Diff(&want, row); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
		for _, key := range []string{"granted:request-3", "", "granted:%"} {
			if row, err := tx.Once(t.Context(), key); err != nil || row != nil {
				t.Errorf("%q: %v, %v; nothing is expected", key, row, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func testFind(t *testing.T, open func() ledger.Store) {
	s := open()
	var rows []ledger.Row
	for n := range int64(6) {
		r := Row(n + 1)
		r.RequestID = []dovidka.ID{"a", "b"}[n%2]
		r.Subject = []dovidka.Pseudonym{"x", "y"}[n/3]
		r.Recipient = []string{"p", "q"}[n%2]
		r.Kind = []dovidka.EventKind{dovidka.EventGranted, dovidka.EventDisclosed, dovidka.EventReleased}[n%3]
		r.Requester = []dovidka.Pseudonym{"u", "v", "w"}[n%3]
		rows = append(rows, r)
	}
	mustAppend(t, s, rows...)
	for _, c := range []struct {
		query ledger.Query
		want  []int64
	}{
		{ledger.Query{RequestID: "a"}, []int64{1, 3, 5}},
		{ledger.Query{Subject: "y"}, []int64{4, 5, 6}},
		{ledger.Query{Subject: "x", Recipient: "p"}, []int64{1, 3}},
		{ledger.Query{Subject: "x", Kinds: []dovidka.EventKind{dovidka.EventGranted, dovidka.EventReleased}}, []int64{1, 3}},
		{ledger.Query{RequestID: "b", Requesters: []dovidka.Pseudonym{"w", "u"}}, []int64{4, 6}},
		{ledger.Query{RequestID: "b", Subject: "y", Recipient: "q", Kinds: []dovidka.EventKind{dovidka.EventGranted}, Requesters: []dovidka.Pseudonym{"u"}}, []int64{4}},
		{ledger.Query{Subject: "'; DROP TABLE x; --"}, nil},
	} {
		err := s.Update(t.Context(), func(tx ledger.Tx) error {
			found, err := tx.Find(t.Context(), c.query)
			var got []int64
			for _, r := range found {
				got = append(got, r.Index)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%+v: %v; %v is expected", c.query, got, c.want)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
	err := s.Update(t.Context(), func(tx ledger.Tx) error {
		_, err := tx.Find(t.Context(), ledger.Query{Recipient: "p"})
		return err
	})
	if err == nil {
		t.Error("a query over the whole log was answered")
	}
}

func testMany(t *testing.T, open func() ledger.Store) {
	s := open()
	var rows []ledger.Row
	for n := range int64(333) {
		rows = append(rows, Row(n+1))
	}
	mustAppend(t, s, rows...)
	expect(t, s, rows...)
}

func testUndo(t *testing.T, open func() ledger.Store) {
	s := open()
	mustAppend(t, s, Row(1))
	stop := errors.New("stop")
	err := s.Update(t.Context(), func(tx ledger.Tx) error {
		if err := tx.Append(t.Context(), []ledger.Row{Row(2)}, headAt(2)); err != nil {
			t.Error(err)
		}
		return stop
	})
	if !errors.Is(err, stop) {
		t.Errorf("got %v", err)
	}
	func() {
		defer func() { _ = recover() }()
		_ = s.Update(t.Context(), func(tx ledger.Tx) error {
			_ = tx.Append(t.Context(), []ledger.Row{Row(2)}, headAt(2))
			panic("stop")
		})
	}()
	expect(t, s, Row(1))
	mustAppend(t, s, Row(2))
	expect(t, s, Row(1), Row(2))
}

func testTaken(t *testing.T, open func() ledger.Store) {
	s := open()
	mustAppend(t, s, Row(1), Row(2))
	sameKey := Row(3)
	sameKey.Once = Row(1).Once
	back := Row(0)
	for name, row := range map[string]ledger.Row{"same index": Row(2), "same key": sameKey, "index 0": back} {
		if err := Append(t.Context(), s, row); err == nil {
			t.Errorf("%s: was added", name)
		}
	}
	expect(t, s, Row(1), Row(2))
}

func testCancelled(t *testing.T, open func() ledger.Store) {
	s := open()
	ctx, cancel := context.WithCancel(t.Context())
	err := s.Update(ctx, func(tx ledger.Tx) error {
		err := tx.Append(ctx, []ledger.Row{Row(1)}, headAt(1))
		cancel()
		return err
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	expect(t, s)
}

// testConcurrency has several processes, each with several goroutines, append
// to what they find at the same time.
func testConcurrency(t *testing.T, open func() ledger.Store) {
	const processes, goroutines, each = 3, 3, 8
	var wg sync.WaitGroup
	for range processes {
		s := open()
		for range goroutines {
			wg.Go(func() {
				for range each {
					err := s.Update(t.Context(), func(tx ledger.Tx) error {
						n := tx.Head().Count + 1
						return tx.Append(t.Context(), []ledger.Row{Row(n)}, headAt(n))
					})
					if err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
	}
	wg.Wait()
	var want []ledger.Row
	for n := range int64(processes * goroutines * each) {
		want = append(want, Row(n+1))
	}
	expect(t, open(), want...)
}
