package scenarios

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/cms"
	ledgersql "github.com/dovidka/dovidka/internal/ledger/sqlstore"
	"github.com/dovidka/dovidka/internal/platform/database"
	"github.com/dovidka/dovidka/internal/portal"
	"github.com/dovidka/dovidka/pki"
)

// settle brings every request to its end with a running system and returns the
// first thing that is not as promised: what a client saw accepted is finished
// without its doing, what nobody can know of is finished or was never accepted,
// and what was answered is answered the same again.
func (l *load) settle(ctx context.Context, s system) error {
	transport := &http.Transport{MaxIdleConnsPerHost: 4}
	defer transport.CloseIdleConnections()
	d := l.doors(s, transport)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(4)
	for _, r := range l.all {
		group.Go(func() error {
			if r.messageID != "" && r.outcome != outcomeNone {
				if err := d.finished(ctx, r); err != nil {
					return fmt.Errorf("request %s, outcome %d: %w", r.id, r.outcome, err)
				}
			}
			if r.outcome == outcomeAnswered && r.messageID != "" {
				return nil
			}
			// Whatever became of it: sent once more, it must be answered.
			if err := d.send(ctx, r, l.citizens[0]); err != nil {
				return fmt.Errorf("request %s, outcome %d, once more: %w", r.id, r.outcome, err)
			}
			if r.outcome != outcomeAnswered {
				return fmt.Errorf("request %s has no answer", r.id)
			}
			return nil
		})
	}
	return group.Wait()
}

// finished waits until the system itself has finished a request of the REST
// door that it may have accepted.
func (d doors) finished(ctx context.Context, r *sent) error {
	for deadline := time.Now().Add(patience); ; {
		result, err := d.rest.Result(ctx, r.id)
		var refusal *portal.Refusal
		switch {
		case errors.As(err, &refusal):
			return fmt.Errorf("refused: %w", err)
		case err != nil:
			return err
		case result.Status == dovidka.StateDone:
			return r.take(result)
		case result.Status == dovidka.StateAwaiting && r.outcome == outcomeUnknown:
			return nil // it never was accepted
		case result.Status == dovidka.StateAwaiting:
			return errors.New("it was accepted and is forgotten")
		case time.Now().After(deadline):
			return fmt.Errorf("it stays %s", result.Status)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// recorded is an entry of the ledger as the audit reads it.
type recorded struct {
	Kind    dovidka.EventKind `json:"kind"`
	Request dovidka.ID        `json:"request"`
	Grant   dovidka.ID        `json:"grant"`
	Digest  string            `json:"digest"`
	Code    dovidka.Code      `json:"code"`

	Message     string `json:"message"`
	Transaction string `json:"transaction"`
	Notice      struct {
		ID      string                `json:"id"`
		Outcome dovidka.NoticeOutcome `json:"outcome"`
	} `json:"notice"`

	hash string
}

// readLedger reads the entries of a demonstration's ledger; the first is at 1.
func readLedger(t *testing.T, s system) []recorded {
	t.Helper()
	return readLedgerAt(t, "sqlite:"+filepath.Join(filepath.Dir(s.Config), "data", "ledger.db"))
}

func readLedgerAt(t *testing.T, url string) []recorded {
	t.Helper()
	db, err := database.Open(t.Context(), database.Config{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	out := []recorded{{}}
	for {
		rows, err := ledgersql.New(db).Entries(t.Context(), int64(len(out)-1), 1000)
		if err != nil {
			t.Fatal(err)
		}
		if len(rows) == 0 {
			return out
		}
		for _, row := range rows {
			e := recorded{hash: hex.EncodeToString(row.Hash)}
			if err := json.Unmarshal(row.Body, &e); err != nil || row.Index != int64(len(out)) {
				t.Fatalf("entry %d at place %d: %v", row.Index, len(out), err)
			}
			out = append(out, e)
		}
	}
}

// audit holds the ledger against what clients have in their hands.
func (l *load) audit(t *testing.T, entries []recorded) {
	t.Helper()
	grants := map[dovidka.ID]dovidka.ID{} // by request
	for i, e := range entries[1:] {
		switch e.Kind {
		case dovidka.EventGranted:
			if earlier, twice := grants[e.Request]; twice {
				t.Errorf("entry %d: request %s has the grants %s and %s", i+1, e.Request, earlier, e.Grant)
			}
			grants[e.Request] = e.Grant
		case dovidka.EventDisclosed, dovidka.EventReleased:
			if grants[e.Request] != e.Grant {
				t.Errorf("entry %d: request %s disclosed under grant %s, its own is %s", i+1, e.Request, e.Grant, grants[e.Request])
			}
		case dovidka.EventRefused:
			t.Errorf("entry %d: request %s was refused", i+1, e.Request)
		}
	}
	for _, r := range l.all {
		at := r.answer.receipt.Index
		if at < 1 || at >= int64(len(entries)) {
			t.Errorf("request %s: the ledger has no entry %d", r.id, at)
			continue
		}
		e, digest := entries[at], sha256.Sum256(r.answer.content)
		if e.hash != r.answer.receipt.Hash || e.Kind != dovidka.EventDisclosed || e.Request != r.id ||
			e.Grant != r.answer.receipt.GrantID || e.Digest != hex.EncodeToString(digest[:]) {
			t.Errorf("request %s: entry %d is not the one in the receipt", r.id, at)
		}
	}
}

// verifySeals verifies every answer's seal.
func (l *load) verifySeals(t *testing.T, s system) {
	t.Helper()
	opts := cms.VerifyOptions{Time: time.Now(), Anchors: certificates(t, s.Authority), Intermediates: certificates(t, s.Issuers)}
	for _, path := range s.CRLs {
		der, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		list, err := pki.ParseCRL(der)
		if err != nil {
			t.Fatal(err)
		}
		opts.CRLs = append(opts.CRLs, list)
	}
	var group errgroup.Group
	group.SetLimit(4)
	for _, r := range l.all {
		opts := opts
		opts.Content = r.answer.content
		group.Go(func() error {
			result, err := cms.Verify(r.answer.seal, opts)
			if err != nil {
				return err
			}
			if result.Verdict != cms.Valid {
				return fmt.Errorf("request %s: the seal is %s (%s)", r.id, result.Verdict, result.Reason)
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		t.Error(err)
	}
}

func certificates(t *testing.T, path string) []*pki.Certificate {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var out []*pki.Certificate
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		c, err := pki.ParseCertificate(block.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, c)
	}
	if len(out) == 0 {
		t.Fatalf("%s holds no certificate", filepath.Base(path))
	}
	return out
}
