package storetest

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/disclosure"
)

// Outbox is the other side of a store: the notices that its Finish keeps, for
// whoever passes them on.
type Outbox interface {
	Claim(ctx context.Context, now, until time.Time, limit int) ([]dovidka.Notice, error)
	Rest(ctx context.Context, id dovidka.ID, attempt int, until time.Time) (bool, error)
	Forget(ctx context.Context, id dovidka.ID, attempt int) (bool, error)
	Backlog(ctx context.Context) (count int, oldest time.Time, err error)
}

// RunOutbox holds a store and its outbox against the contract.
func RunOutbox(t *testing.T, open func(t *testing.T) (disclosure.Store, Outbox)) {
	for name, test := range map[string]func(*testing.T, disclosure.Store, Outbox){
		"finish keeps the notice":                   keepsNotice,
		"a case that is not finished has no notice": noNoticeWithoutEnd,
		"an end that is told twice is none":         noEndWithoutNotice,
		"claims of notices exclude each other":      noticeClaims,
		"one of many workers gets a notice":         noticeRace,
		"a lost claim of a notice moves nothing":    lostNotice,
		"the oldest notices come first":             noticeOrder,
		"what was passed on is forgotten":           forget,
		"purge wipes notices with their answers":    purgeNotices,
		"released claims of notices can be taken":   releasedNotices,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, o := open(t)
			test(t, s, o)
		})
	}
}

func recipient(t *testing.T) dovidka.RNOKPP {
	t.Helper()
	n, err := dovidka.ParseRNOKPP("3075751279")
	must(t, err)
	return n
}

// noticed finishes a case with a notice of the moment.
func noticed(t *testing.T, s disclosure.Store, at time.Time) dovidka.Notice {
	t.Helper()
	c := accepted(t, s, start)
	n := dovidka.Notice{ID: dovidka.ID(uuid.NewString()), RequestID: c.ID, Recipient: recipient(t), CreatedAt: at}
	must(t, s.Finish(t.Context(), c.ID, c.Attempts, disclosure.Outcome{GrantID: "g"}, at, &n))
	return n
}

func claim(t *testing.T, o Outbox, now time.Time, limit int) []dovidka.Notice {
	t.Helper()
	got, err := o.Claim(t.Context(), now, now.Add(time.Minute), limit)
	must(t, err)
	return got
}

var equateNotices = cmp.Comparer(func(a, b dovidka.RNOKPP) bool { return a == b })

func keepsNotice(t *testing.T, s disclosure.Store, o Outbox) {
	want := noticed(t, s, start)
	want.Attempts = 1
	if diff := cmp.Diff([]dovidka.Notice{want}, claim(t, o, start, 10), equateNotices); diff != "" {
		t.Errorf("claimed notices (-want +got):\n%s", diff)
	}
	if got := load(t, s, want.RequestID); got.State != dovidka.StateDone {
		t.Errorf("its case is %s", got.State)
	}
	if n, oldest, err := o.Backlog(t.Context()); err != nil || n != 1 || !oldest.Equal(start) {
		t.Errorf("backlog %d since %s, error %v", n, oldest, err)
	}
}

func noNoticeWithoutEnd(t *testing.T, s disclosure.Store, o Outbox) {
	c := accepted(t, s, start)
	n := dovidka.Notice{ID: "n", RequestID: c.ID, Recipient: recipient(t), CreatedAt: start}
	err := s.Finish(t.Context(), c.ID, c.Attempts+1, disclosure.Outcome{}, start, &n)
	if !errors.Is(err, disclosure.ErrCaseState) {
		t.Errorf("finish without the claim: %v, want ErrCaseState", err)
	}
	if got := claim(t, o, start, 10); len(got) > 0 {
		t.Error("there is a notice of an end that there is not")
	}
	if n, oldest, err := o.Backlog(t.Context()); err != nil || n != 0 || !oldest.IsZero() {
		t.Errorf("backlog %d since %s, error %v", n, oldest, err)
	}
}

func noEndWithoutNotice(t *testing.T, s disclosure.Store, o Outbox) {
	n, c := noticed(t, s, start), accepted(t, s, start)
	twice := dovidka.Notice{ID: n.ID, RequestID: c.ID, Recipient: n.Recipient, CreatedAt: start}
	if err := s.Finish(t.Context(), c.ID, c.Attempts, disclosure.Outcome{}, start, &twice); err == nil || errors.Is(err, disclosure.ErrCaseState) {
		t.Errorf("finish with a notice that is there already: %v", err)
	}
	if got := load(t, s, c.ID); got.State != dovidka.StateAccepted {
		t.Errorf("the case is %s without its notice", got.State)
	}
	if got := claim(t, o, start, 10); len(got) != 1 || got[0].RequestID != n.RequestID {
		t.Errorf("%d notices", len(got))
	}
}

func noticeClaims(t *testing.T, s disclosure.Store, o Outbox) {
	n := noticed(t, s, start)
	for _, step := range []struct {
		name string
		at   time.Duration
		want int // attempts; 0 for none
	}{
		{"at once", 0, 1}, {"while the first has it", 30 * time.Second, 0}, {"after that", time.Minute, 2},
	} {
		got := claim(t, o, start.Add(step.at), 10)
		if step.want == 0 && len(got) > 0 || step.want > 0 && (len(got) != 1 || got[0].Attempts != step.want) {
			t.Errorf("claim %s: %d notices", step.name, len(got))
		}
	}
	moved, err := o.Rest(t.Context(), n.ID, 2, start.Add(time.Hour))
	if err != nil || !moved {
		t.Fatalf("rest: %v, %v", moved, err)
	}
	if got := claim(t, o, start.Add(time.Hour-time.Second), 10); len(got) > 0 {
		t.Error("a notice that rests was claimed")
	}
	if got := claim(t, o, start.Add(time.Hour), 10); len(got) != 1 {
		t.Error("a notice that has rested was not claimed")
	}
}

func noticeRace(t *testing.T, s disclosure.Store, o Outbox) {
	const notices, workers = 60, 8
	want := map[dovidka.ID]int{}
	for range notices {
		want[noticed(t, s, start).ID] = 1
	}
	var wg sync.WaitGroup
	claimed, failures := make([][]dovidka.Notice, workers), make([]error, workers)
	for i := range workers {
		wg.Go(func() {
			for range notices {
				got, err := o.Claim(t.Context(), start, start.Add(time.Minute), 3)
				if err != nil {
					failures[i] = err
					return
				}
				claimed[i] = append(claimed[i], got...)
			}
		})
	}
	wg.Wait()
	must(t, errors.Join(failures...))
	got := map[dovidka.ID]int{}
	for _, list := range claimed {
		for _, n := range list {
			got[n.ID]++
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("how often each was claimed (-want +got):\n%s", diff)
	}
}

func lostNotice(t *testing.T, s disclosure.Store, o Outbox) {
	n := noticed(t, s, start)
	claim(t, o, start, 1)
	claim(t, o, start.Add(time.Hour), 1)
	rested, err := o.Rest(t.Context(), n.ID, 1, start)
	must(t, err)
	forgotten, err := o.Forget(t.Context(), n.ID, 1)
	must(t, err)
	gone, err := o.Forget(t.Context(), "none", 1)
	must(t, err)
	if rested || forgotten || gone {
		t.Errorf("without the claim: rest %v, forget %v; of none: %v", rested, forgotten, gone)
	}
	if got := claim(t, o, start.Add(2*time.Hour), 1); len(got) != 1 || got[0].Attempts != 3 {
		t.Error("the notice is not as its holder left it")
	}
}

func noticeOrder(t *testing.T, s disclosure.Store, o Outbox) {
	var want, got []dovidka.ID
	for i := range 5 {
		want = append(want, noticed(t, s, start.Add(-time.Duration(i)*time.Second)).ID)
	}
	slices.Reverse(want)
	for _, limit := range []int{2, 10} {
		for _, n := range claim(t, o, start, limit) {
			got = append(got, n.ID)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
}

func forget(t *testing.T, s disclosure.Store, o Outbox) {
	n := noticed(t, s, start)
	claim(t, o, start, 1)
	done, err := o.Forget(t.Context(), n.ID, 1)
	if err != nil || !done {
		t.Fatalf("forget: %v, %v", done, err)
	}
	if got := claim(t, o, start.Add(time.Hour), 1); len(got) > 0 {
		t.Error("a forgotten notice was claimed")
	}
}

func purgeNotices(t *testing.T, s disclosure.Store, o Outbox) {
	noticed(t, s, start)
	kept := noticed(t, s, start.Add(time.Minute))
	_, _, err := s.Purge(t.Context(), start.Add(time.Hour), start.Add(time.Minute), time.Time{})
	must(t, err)
	if got := claim(t, o, start.Add(time.Hour), 10); len(got) != 1 || got[0].ID != kept.ID {
		t.Errorf("%d notices are left", len(got))
	}
}

func releasedNotices(t *testing.T, s disclosure.Store, o Outbox) {
	noticed(t, s, start)
	claim(t, o, start, 1)
	must(t, s.ReleaseClaims(t.Context()))
	if got := claim(t, o, start, 1); len(got) != 1 || got[0].Attempts != 2 {
		t.Error("a released claim cannot be taken")
	}
}
