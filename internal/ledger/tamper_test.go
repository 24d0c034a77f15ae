package ledger_test

import (
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/ledger"
	"github.com/dovidka/dovidka/internal/ledger/ledgertest"
	"github.com/dovidka/dovidka/internal/platform/database"
	"github.com/dovidka/dovidka/internal/platform/database/databasetest"
)

// written returns a ledger whose log has every kind of entry and no triggers,
// as for an attacker who owns the database.
func written(t *testing.T, db *database.DB) *ledgertest.Ledger {
	t.Helper()
	c := newClock()
	l := ledgertest.On(t, db, c.Now)
	grant := permit(t, l, ask(t, c, parent).about(t, child))
	digest := sha256.Sum256([]byte("answer"))
	if _, err := l.Record(t.Context(), grant, digest); err != nil {
		t.Fatal(err)
	}
	if err := l.Release(t.Context(), grant.ID(), digest, fetching); err != nil {
		t.Fatal(err)
	}
	w := ask(t, c, parent).about(t, child).withdraw()
	if _, err := l.Withdraw(t.Context(), w.who, w.said, w.req); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := l.Refuse(t.Context(), dovidka.Refusal{Request: w.req, Fault: &dovidka.Fault{Code: dovidka.CodeSignatureInvalid}}); err != nil {
			t.Fatal(err)
		}
	}
	wantKinds(t, l, given, granted, disclosed, released, withdrawn, refused, refused)
	if db.Dialect == database.Postgres {
		databasetest.Exec(t, db, "ALTER TABLE ledger_entries DISABLE TRIGGER ALL", "ALTER TABLE ledger_head DISABLE TRIGGER ALL",
			"ALTER TABLE ledger_entries DROP CONSTRAINT ledger_entries_seq_check", "ALTER TABLE ledger_head DROP CONSTRAINT ledger_head_entries_check")
	} else {
		databasetest.Exec(t, db, "DROP TRIGGER ledger_entries_keep_content", "DROP TRIGGER ledger_entries_keep_rows",
			"DROP TRIGGER ledger_entries_keep_place", "DROP TRIGGER ledger_head_forward", "DROP TRIGGER ledger_head_keep",
			"PRAGMA ignore_check_constraints = on")
	}
	return l
}

// wantBreak checks that Verify names the entry and the problem.
func wantBreak(t *testing.T, l *ledgertest.Ledger, index int64, problem string) {
	t.Helper()
	report, err := ledger.Verify(t.Context(), l.Store, l.GrantKey(), nil)
	var b *ledger.Break
	if !errors.As(err, &b) || !errors.Is(err, ledger.ErrBroken) || b.Index != index || !strings.Contains(b.Problem, problem) {
		t.Errorf("got %v; entry %d, %q is expected", err, index, problem)
	} else if index > 0 && report.Entries != index-1 {
		t.Errorf("%d entries are proved before entry %d", report.Entries, index)
	}
}

const copyOfRow = "(seq, recorded_at, kind, request_id, subject, requester, recipient, once, body, prev_hash, hash) " +
	"SELECT %d, recorded_at, kind, request_id, subject, requester, recipient, NULL, body, prev_hash, hash FROM ledger_entries WHERE seq = %d"

func TestTampering(t *testing.T) {
	t.Parallel()
	// An octet string of 32 zeros in the words of either engine.
	zeros := map[database.Dialect]string{database.SQLite: "zeroblob(32)", database.Postgres: "decode(repeat('00', 32), 'hex')"}
	attacks := map[string]struct {
		statements []string
		index      int64
		problem    string
	}{
		"delete the first":         {[]string{"DELETE FROM ledger_entries WHERE seq = 1"}, 1, "is missing"},
		"delete in the middle":     {[]string{"DELETE FROM ledger_entries WHERE seq = 4"}, 4, "is missing"},
		"delete the last":          {[]string{"DELETE FROM ledger_entries WHERE seq = 7"}, 7, "is missing"},
		"delete everything":        {[]string{"DELETE FROM ledger_entries"}, 1, "is missing"},
		"delete and close the gap": {[]string{"DELETE FROM ledger_entries WHERE seq = 4", "UPDATE ledger_entries SET seq = seq - 1 WHERE seq = 5"}, 4, "does not follow entry 3"},
		"truncate, head as well": {[]string{
			"DELETE FROM ledger_entries WHERE seq > 5",
			"UPDATE ledger_head SET entries = 5, hash = (SELECT hash FROM ledger_entries WHERE seq = 5)",
		}, 0, "is not signed"},
		"truncate, count as well": {[]string{"DELETE FROM ledger_entries WHERE seq > 5", "UPDATE ledger_head SET entries = 5"}, 0, "another hash"},
		"count fewer":             {[]string{"UPDATE ledger_head SET entries = 5, hash = (SELECT hash FROM ledger_entries WHERE seq = 5)"}, 0, "is not signed"},
		"count more":              {[]string{"UPDATE ledger_head SET entries = 8"}, 8, "is missing"},
		"count negative":          {[]string{"UPDATE ledger_head SET entries = -1"}, 0, "fewer entries than none"},
		"start anew":              {[]string{"UPDATE ledger_head SET entries = 0, hash = ZEROS, signature = prev FROM (SELECT body AS prev FROM ledger_entries WHERE seq = 1) x"}, 0, "is not signed"},
		"start anew, no signature": {[]string{
			"UPDATE ledger_head SET entries = 0, hash = ZEROS, signature = substr(hash, 1, 0)",
		}, 1, "stands beyond"},
		"swap two": {[]string{
			"UPDATE ledger_entries SET seq = 100 WHERE seq = 3", "UPDATE ledger_entries SET seq = 3 WHERE seq = 4", "UPDATE ledger_entries SET seq = 4 WHERE seq = 100",
		}, 3, "does not follow entry 2"},
		"swap two contents": {[]string{
			"UPDATE ledger_entries SET body = (SELECT e.body FROM ledger_entries e WHERE e.seq = 13 - ledger_entries.seq) WHERE seq IN (6, 7)",
		}, 6, "its hash does not cover it"},
		"append":                    {[]string{"INSERT INTO ledger_entries " + fmt.Sprintf(copyOfRow, 8, 7)}, 8, "stands beyond"},
		"insert before":             {[]string{"INSERT INTO ledger_entries " + fmt.Sprintf(copyOfRow, 0, 1)}, 1, "preceded by a row numbered 0"},
		"insert far before":         {[]string{"INSERT INTO ledger_entries " + fmt.Sprintf(copyOfRow, -5, 1)}, 1, "preceded by a row numbered -5"},
		"insert, moving the others": {[]string{"UPDATE ledger_entries SET seq = 8 WHERE seq = 7", "INSERT INTO ledger_entries " + fmt.Sprintf(copyOfRow, 7, 6)}, 7, "does not follow entry 6"},
		"time":                      {[]string{"UPDATE ledger_entries SET recorded_at = recorded_at + 1 WHERE seq = 2"}, 2, "column at"},
		"kind":                      {[]string{"UPDATE ledger_entries SET kind = 'granted' WHERE seq = 6"}, 6, "column kind"},
		"request":                   {[]string{"UPDATE ledger_entries SET request_id = '' WHERE seq = 2"}, 2, "column request_id"},
		"subject":                   {[]string{"UPDATE ledger_entries SET subject = requester WHERE seq = 2"}, 2, "column subject"},
		"requester":                 {[]string{"UPDATE ledger_entries SET requester = subject WHERE seq = 2"}, 2, "column requester"},
		"recipient":                 {[]string{"UPDATE ledger_entries SET recipient = 'x' WHERE seq = 2"}, 2, "column recipient"},
		"key":                       {[]string{"UPDATE ledger_entries SET once = NULL WHERE seq = 5"}, 5, "column once"},
		"key of none":               {[]string{"UPDATE ledger_entries SET once = 'x' WHERE seq = 7"}, 7, "column once"},
		"body":                      {[]string{"UPDATE ledger_entries SET body = substr(body, 1, length(body) - 1) WHERE seq = 3"}, 3, "its hash does not cover it"},
		"empty body":                {[]string{"UPDATE ledger_entries SET body = substr(body, 1, 0) WHERE seq = 3"}, 3, "its hash does not cover it"},
		"hash":                      {[]string{"UPDATE ledger_entries SET hash = ZEROS WHERE seq = 3"}, 3, "its hash does not cover it"},
		"short hash":                {[]string{"UPDATE ledger_entries SET prev_hash = ZEROS WHERE seq = 3"}, 3, "does not follow entry 2"},
		"head's hash":               {[]string{"UPDATE ledger_head SET hash = ZEROS"}, 0, "another hash"},
		"head's signature":          {[]string{"UPDATE ledger_head SET signature = ZEROS"}, 0, "is not signed"},
	}
	if len(attacks) < 25 {
		t.Fatalf("only %d attacks", len(attacks))
	}
	for name, a := range attacks {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			databasetest.Each(t, func(t *testing.T, db *database.DB) {
				l := written(t, db)
				for _, s := range a.statements {
					databasetest.Exec(t, db, strings.ReplaceAll(s, "ZEROS", zeros[db.Dialect]))
				}
				wantBreak(t, l, a.index, a.problem)
			})
		})
	}
}

// forge is an attacker who knows the format of the log: it rewrites entry 3's
// body and every hash after it, and the head, but has no key.
func forge(t *testing.T, db *database.DB, l *ledgertest.Ledger, rewrite func(body string) string) {
	t.Helper()
	rows, err := l.Store.Entries(t.Context(), 2, 100)
	if err != nil {
		t.Fatal(err)
	}
	previous := rows[0].PreviousHash
	for i, row := range rows {
		body := string(row.Body)
		if i == 0 {
			body = rewrite(body)
		}
		hash := sha256.Sum256([]byte("dovidka ledger entry v1\x00" + string(previous) + body))
		_, err := db.Writer.ExecContext(t.Context(), "UPDATE ledger_entries SET body = $1, prev_hash = $2, hash = $3 WHERE seq = $4",
			[]byte(body), previous, hash[:], row.Index)
		if err != nil {
			t.Fatal(err)
		}
		previous = hash[:]
	}
	if _, err := db.Writer.ExecContext(t.Context(), "UPDATE ledger_head SET hash = $1", previous); err != nil {
		t.Fatal(err)
	}
}

func TestForgery(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		rewrite func(body string) string
		index   int64
		problem string
	}{
		"consistent":    {func(b string) string { return strings.Replace(b, `"channel":"trembita"`, `"channel":"diia"`, 1) }, 0, "is not signed"},
		"other index":   {func(b string) string { return strings.Replace(b, `"index":3`, `"index":4`, 1) }, 3, "column seq"},
		"other version": {func(b string) string { return strings.Replace(b, `"v":1`, `"v":2`, 1) }, 3, "version 2"},
		"not canonical": {func(b string) string { return strings.Replace(b, `"v":1,`, `"v":1, `, 1) }, 3, "canonical"},
		"other field":   {func(b string) string { return strings.Replace(b, `"v":1,`, `"v":1,"note":"",`, 1) }, 3, "cannot be read"},
		"not JSON":      {func(string) string { return "\x00" }, 3, "cannot be read"},
		"too long":      {func(b string) string { return b + strings.Repeat(" ", 1<<16) }, 3, "too long"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := databasetest.SQLite(t)
			l := written(t, db)
			forge(t, db, l, c.rewrite)
			wantBreak(t, l, c.index, c.problem)
		})
	}
}

// TestTamperingIsNotContinued checks that the ledger neither signs on top of a
// past that is not its own nor says that it is ready.
func TestTamperingIsNotContinued(t *testing.T) {
	t.Parallel()
	for name, statements := range map[string][]string{
		"truncated": {
			"DELETE FROM ledger_entries WHERE seq > 5",
			"UPDATE ledger_head SET entries = 5, hash = (SELECT hash FROM ledger_entries WHERE seq = 5)",
		},
		"emptied":   {"DELETE FROM ledger_entries", "UPDATE ledger_head SET entries = 0, hash = zeroblob(32), signature = x''"},
		"unsigned":  {"UPDATE ledger_head SET signature = x'00'"},
		"lengthier": {"UPDATE ledger_head SET entries = 8"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := databasetest.SQLite(t)
			l := written(t, db)
			databasetest.Exec(t, db, statements...)
			c := newClock()
			p := ask(t, c, stranger)
			for i, l := range []*ledgertest.Ledger{l, ledgertest.On(t, db, c.Now)} {
				if name == "emptied" && i == 1 {
					continue // a process that has not seen the log cannot know
				}
				_, err := l.Permit(t.Context(), p.who, p.said, p.req)
				if !errors.Is(err, ledger.ErrBroken) || dovidka.FaultOf(err).Code != dovidka.CodeInternal {
					t.Errorf("permit: %v", err)
				}
				if err := l.Ready(t.Context()); !errors.Is(err, ledger.ErrBroken) {
					t.Errorf("ready: %v", err)
				}
			}
		})
	}
}

// TestDamagedEntryDecidesNothing alters the entry that a decision reads.
func TestDamagedEntryDecidesNothing(t *testing.T) {
	t.Parallel()
	c := newClock()
	db := databasetest.SQLite(t)
	l := ledgertest.On(t, db, c.Now)
	p := ask(t, c, parent)
	grant := permit(t, l, p)
	digest := sha256.Sum256([]byte("answer"))
	databasetest.Exec(t, db, "DROP TRIGGER ledger_entries_keep_content", "UPDATE ledger_entries SET body = x'7b7d'")
	w := ask(t, c, parent).withdraw()
	_, err := l.Record(t.Context(), grant, digest)
	_, err2 := l.Permit(t.Context(), p.who, p.said, p.req)
	_, err3 := l.Withdraw(t.Context(), w.who, w.said, w.req)
	_, err4 := l.Events(t.Context(), 0, 10)
	for i, err := range []error{err, err2, err3, err4} {
		if !errors.Is(err, ledger.ErrBroken) {
			t.Errorf("%d: %v", i, err)
		}
	}
	databasetest.Exec(t, db, "DROP TRIGGER ledger_entries_keep_rows", "DELETE FROM ledger_entries WHERE seq = 1")
	wantBreak(t, l, 1, "is missing")
}

func TestReadySeesALostEnd(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		l := written(t, db)
		if err := l.Ready(t.Context()); err != nil {
			t.Fatal(err)
		}
		databasetest.Exec(t, db, "DELETE FROM ledger_entries WHERE seq = 7")
		if err := l.Ready(t.Context()); !errors.Is(err, ledger.ErrBroken) {
			t.Errorf("got %v", err)
		}
	})
}

// TestPutBack restores a whole earlier state, signature included. A process
// that has seen more refuses to go on from there; Verify cannot know, but its
// earlier report can tell.
func TestPutBack(t *testing.T) {
	t.Parallel()
	db := databasetest.SQLite(t)
	c := newClock()
	l := ledgertest.On(t, db, c.Now)
	permit(t, l, ask(t, c, parent))
	databasetest.Exec(t, db, "CREATE TABLE earlier AS SELECT entries, hash, signature FROM ledger_head")
	permit(t, l, ask(t, c, parent))
	known, err := ledger.Verify(t.Context(), l.Store, l.GrantKey(), nil)
	if err != nil {
		t.Fatal(err)
	}
	databasetest.Exec(t, db, "DROP TRIGGER ledger_entries_keep_rows", "DROP TRIGGER ledger_head_forward",
		"DELETE FROM ledger_entries WHERE seq > 2",
		"UPDATE ledger_head SET (entries, hash, signature) = (SELECT entries, hash, signature FROM earlier)")
	p := ask(t, c, parent)
	if _, err := l.Permit(t.Context(), p.who, p.said, p.req); !errors.Is(err, ledger.ErrBroken) {
		t.Errorf("permit: %v", err)
	}
	now, err := ledger.Verify(t.Context(), l.Store, l.GrantKey(), nil)
	if err != nil || now.Entries >= known.Entries || now.LastHash == known.LastHash {
		t.Errorf("verify: %+v after %+v, %v", now, known, err)
	}
}

func TestBreakReads(t *testing.T) {
	t.Parallel()
	for b, want := range map[ledger.Break]string{
		{Index: 17, Problem: "is missing"}:   "ledger: entry 17 is missing",
		{Index: 0, Problem: "is not signed"}: "ledger: the head is not signed",
	} {
		if got := b.Error(); got != want {
			t.Errorf("%q; %q is expected", got, want)
		}
	}
}

func TestVerify(t *testing.T) {
	t.Parallel()
	c := newClock()
	l := ledgertest.New(t, c.Now)
	report, err := ledger.Verify(t.Context(), l.Store, l.GrantKey(), nil)
	if err != nil || report.Entries != 0 {
		t.Errorf("an empty log: %+v, %v", report, err)
	}
	const entries = 1201 // three pages, the last one short
	for range entries {
		if err := l.Refuse(t.Context(), dovidka.Refusal{Fault: &dovidka.Fault{Code: dovidka.CodeMalformed}}); err != nil {
			t.Fatal(err)
		}
	}
	var progress []int64
	report, err = ledger.Verify(t.Context(), l.Store, l.GrantKey(), func(n int64) { progress = append(progress, n) })
	if err != nil || report.Entries != entries || fmt.Sprint(progress) != "[500 1000 1201]" {
		t.Errorf("%+v, progress %v, %v", report, progress, err)
	}
	last, err := l.Events(t.Context(), entries-1, 10)
	if err != nil || len(last) != 1 || last[0].Hash != report.LastHash {
		t.Errorf("the report's hash is not the last entry's: %v", err)
	}
	other, _, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	var b *ledger.Break
	if _, err := ledger.Verify(t.Context(), l.Store, other, nil); !errors.As(err, &b) || b.Index != 0 {
		t.Errorf("by another key: %v", err)
	}
	l.Store.FailNext(errors.New("gone"))
	if _, err := ledger.Verify(t.Context(), l.Store, l.GrantKey(), nil); err == nil || errors.Is(err, ledger.ErrBroken) {
		t.Errorf("a log that cannot be read: %v", err)
	}
}
