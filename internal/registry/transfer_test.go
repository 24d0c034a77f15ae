package registry_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/dovidka/dovidka/internal/platform/database"
	"github.com/dovidka/dovidka/internal/platform/database/databasetest"
	"github.com/dovidka/dovidka/internal/registry"
	"github.com/dovidka/dovidka/internal/registry/sqlstore"
	"github.com/google/go-cmp/cmp"
)

func exported(t *testing.T, s registry.ExportStore) string {
	t.Helper()
	var b bytes.Buffer
	n, err := registry.Export(t.Context(), s, &b)
	if err != nil {
		t.Fatal(err)
	}
	if int(n) != bytes.Count(b.Bytes(), []byte("\n")) {
		t.Errorf("%d rows in %d lines", n, bytes.Count(b.Bytes(), []byte("\n")))
	}
	return b.String()
}

func population(t *testing.T, persons int) string {
	t.Helper()
	var b bytes.Buffer
	if _, err := registry.WriteRows(t.Context(), &b, registry.Generate(registry.GenerateOptions{Seed: 7, Persons: persons})); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestTransfer brings a population into one engine, from there into the other
// and back: every export has the same bytes.
func TestTransfer(t *testing.T) {
	t.Parallel()
	lite, _ := open(t, databasetest.SQLite(t))
	pg, _ := open(t, databasetest.Postgres(t))
	source := population(t, 300)
	report, err := registry.Import(t.Context(), lite, strings.NewReader(source), registry.ImportOptions{Batch: 100})
	if err != nil {
		t.Fatal(err)
	}
	lines := int64(strings.Count(source, "\n"))
	if report.Rows != lines || report.Lines != lines || len(report.Errors) != 0 || report.ByKind[registry.KindPerson] < 300 {
		t.Errorf("report %+v of %d lines", report, lines)
	}
	first := exported(t, lite)
	sorted := func(s string) []string { return slices.Sorted(strings.Lines(s)) }
	if diff := cmp.Diff(sorted(source), sorted(first)); diff != "" {
		t.Fatalf("lines changed (-generated +exported):\n%.2000s", diff)
	}
	for range 2 { // importing twice is harmless
		if _, err := registry.Import(t.Context(), pg, strings.NewReader(first), registry.ImportOptions{}); err != nil {
			t.Fatal(err)
		}
		if exported(t, pg) != first {
			t.Error("the second engine's export differs")
		}
	}
	if _, err := registry.Import(t.Context(), lite, strings.NewReader(exported(t, pg)), registry.ImportOptions{Batch: 7}); err != nil {
		t.Fatal(err)
	}
	if exported(t, lite) != first {
		t.Error("the way there and back changed the export")
	}
}

// interrupted is a store whose batches fail after some.
type interrupted struct {
	*sqlstore.Store
	left int
}

func (s *interrupted) Put(ctx context.Context, rows []registry.Row, source string, reached registry.Checkpoint) error {
	if s.left == 0 {
		return registry.ErrUnavailable
	}
	s.left--
	return s.Store.Put(ctx, rows, source, reached)
}

func TestImportResumes(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		store, _ := open(t, db)
		source := population(t, 200)
		lines := int64(strings.Count(source, "\n"))
		options := registry.ImportOptions{Source: "people.ndjson", Batch: 50}
		for run := int64(0); ; run++ {
			s := &interrupted{store, 2}
			report, err := registry.Import(t.Context(), s, strings.NewReader(source), options)
			if report.Resumed != min(run*100, lines) || report.Rows != report.Lines-report.Resumed {
				t.Fatalf("run %d: %+v", run, report)
			}
			if err == nil {
				break
			}
			if !errors.Is(err, registry.ErrUnavailable) || run > lines {
				t.Fatal(err)
			}
		}
		whole := exported(t, store)
		report, err := registry.Import(t.Context(), store, strings.NewReader(source), options)
		if err != nil || report.Rows != 0 || report.Resumed != lines {
			t.Errorf("after the end: %+v, %v", report, err)
		}
		// More lines at the end are new; any change before is another source.
		if report, err = registry.Import(t.Context(), store, strings.NewReader(source+personLine), options); err != nil || report.Rows != 1 {
			t.Errorf("one more line: %+v, %v", report, err)
		}
		for name, changed := range map[string]string{"shorter": source[:len(source)/2], "changed": strings.Replace(source, "MALE", "MALE ", 1) + personLine} {
			if _, err := registry.Import(t.Context(), store, strings.NewReader(changed), options); !errors.Is(err, registry.ErrSourceChanged) {
				t.Errorf("%s source: %v", name, err)
			}
		}
		options.Restart = true
		if report, err = registry.Import(t.Context(), store, strings.NewReader(source), options); err != nil || report.Rows != lines {
			t.Errorf("from the start: %+v, %v", report, err)
		}
		if got := exported(t, store); !strings.Contains(got, personLine) || len(got) != len(whole)+len(personLine)+1 {
			t.Error("what was imported is not what is there")
		}
	})
}

func TestImportBadLines(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		store, _ := open(t, db)
		party := func(n int) string {
			return fmt.Sprintf(`{"type":"party","id":"00000000-0000-4000-8000-%012d","last_name":"А","first_name":"Б"}`+"\n", n)
		}
		long := `{"type":"party","last_name":"` + strings.Repeat("x", registry.MaxLine*2) + `"}` + "\n"
		source := party(1) + "\n" + party(2) + `{"type":"party"}` + "\n" + long + party(3) + "{\n" + party(4)

		report, err := registry.Import(t.Context(), store, strings.NewReader(source), registry.ImportOptions{Source: "s"})
		var bad *registry.LineError
		if !errors.Is(err, registry.ErrTooManyBadLines) || !errors.As(err, &bad) || bad.Line != 4 || report.Rows != 2 || report.Lines != 3 || report.Bad != 0 {
			t.Errorf("stop at the first: %+v, %v", report, err)
		}
		if strings.Count(exported(t, store), "\n") != 2 {
			t.Error("the lines before the bad one are not there alone")
		}
		// The line mended, the import goes on from there; the next bad ones are skipped.
		mended := strings.Replace(source, `{"type":"party"}`+"\n", party(5), 1)
		report, err = registry.Import(t.Context(), store, strings.NewReader(mended), registry.ImportOptions{Source: "s", MaxErrors: 2})
		if err != nil || report.Resumed != 3 || report.Rows != 3 || report.Lines != 8 || report.Bad != 2 {
			t.Errorf("after mending: %+v, %v", report, err)
		}
		if len(report.Errors) != 2 || report.Errors[0].Line != 5 || !errors.Is(report.Errors[0], registry.ErrLineTooLong) || report.Errors[1].Line != 7 {
			t.Errorf("bad lines: %v", report.Errors)
		}
		if strings.Count(exported(t, store), "\n") != 5 {
			t.Error("five lines are good")
		}
		// One bad line too many, in a batch with good ones.
		report, err = registry.Import(t.Context(), store, strings.NewReader(source), registry.ImportOptions{MaxErrors: 2})
		if !errors.Is(err, registry.ErrTooManyBadLines) || len(report.Errors) != 3 || report.Rows != 3 || report.Bad != 2 {
			t.Errorf("one too many: %+v, %v", report, err)
		}
	})
}

func TestImportProgress(t *testing.T) {
	t.Parallel()
	store, _ := open(t, databasetest.SQLite(t))
	clock := now
	var seen []registry.ImportProgress
	report, err := registry.Import(t.Context(), store, strings.NewReader(strings.Repeat(personLine+"\n", 25)), registry.ImportOptions{
		Batch: 10, Progress: func(p registry.ImportProgress) { seen = append(seen, p) },
		Now: func() time.Time { clock = clock.Add(time.Second); return clock },
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []registry.ImportProgress{
		{Lines: 10, Rows: 10, Elapsed: time.Second}, {Lines: 20, Rows: 20, Elapsed: 2 * time.Second}, {Lines: 25, Rows: 25, Elapsed: 3 * time.Second},
	}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Errorf("progress (-want +got):\n%s", diff)
	}
	if report.Rate() != 25.0/3 || (registry.ImportProgress{}).Rate() != 0 {
		t.Errorf("rate %v", report.Rate())
	}
}

func TestImportErrors(t *testing.T) {
	t.Parallel()
	store, _ := open(t, databasetest.SQLite(t))
	stop := errors.New("disk gone")
	source := io.MultiReader(strings.NewReader(personLine+"\n"), iotest.ErrReader(stop))
	report, err := registry.Import(t.Context(), store, source, registry.ImportOptions{})
	if !errors.Is(err, stop) || report.Rows != 1 {
		t.Errorf("a source that breaks: %+v, %v", report, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := registry.Import(ctx, store, strings.NewReader(personLine), registry.ImportOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if _, err := registry.Export(t.Context(), store, &brokenWriter{err: stop}); !errors.Is(err, stop) {
		t.Errorf("a full disk: %v", err)
	}
	if _, err := registry.WriteRows(ctx, io.Discard, registry.Generate(registry.GenerateOptions{Persons: 1})); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled generation: %v", err)
	}
}

type brokenWriter struct{ err error }

func (w *brokenWriter) Write([]byte) (int, error) { return 0, w.err }

// FuzzImport feeds lines to a real store: whatever ParseLine lets through must
// be storable, on the engine that is stricter about text.
func FuzzImport(f *testing.F) {
	for _, line := range goodLines() {
		f.Add([]byte(line))
	}
	store, _ := open(f, databasetest.Postgres(f))
	f.Fuzz(func(t *testing.T, line []byte) {
		row, err := registry.ParseLine(line)
		if err != nil {
			return
		}
		if err := store.Put(t.Context(), []registry.Row{row}, "", registry.Checkpoint{}); err != nil {
			t.Fatalf("a checked row cannot be stored: %v", err)
		}
		var got []byte
		err = store.Rows(t.Context(), func(r registry.Row) error {
			if r.Kind() == row.Kind() && r.Key() == row.Key() {
				got, err = registry.AppendLine(nil, r)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		want, err := registry.AppendLine(nil, row)
		if err != nil || !bytes.Equal(want, got) {
			t.Fatalf("the row came back changed: %v\n%s\n%s", err, want, got)
		}
	})
}
