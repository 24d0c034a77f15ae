package registry

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"time"
)

// DefaultBatch is the number of lines Import commits at a time.
const DefaultBatch = 1000

// Errors of an import.
var (
	// ErrSourceChanged says that the lines of a source which were imported
	// before are not the same now, so there is no telling what is new.
	ErrSourceChanged = errors.New("source differs from what was imported under its name before")
	// ErrTooManyBadLines says that more lines were bad than ImportOptions.MaxErrors.
	ErrTooManyBadLines = errors.New("too many bad lines")
)

// ImportOptions tells how to import.
type ImportOptions struct {
	// Source names the source, such as the base name of a file. An import that
	// was interrupted continues after the last committed batch when it runs
	// again under the same name; one that was finished does nothing. Empty: no
	// checkpoint is kept.
	Source string
	// Restart imports a known source from its first line again.
	Restart bool
	// MaxErrors is the number of bad lines to skip and report. One more stops
	// the import; what came before it is committed. Zero stops at the first.
	MaxErrors int
	// Batch is the number of lines committed at a time; DefaultBatch when zero.
	Batch int
	// Progress is called after each batch; it may be nil.
	Progress func(ImportProgress)
	// Now is the clock of the rate; time.Now when nil.
	Now func() time.Time
}

// ImportProgress is how far an import has come.
type ImportProgress struct {
	// Lines dealt with so far, those skipped as known included.
	Lines int64
	// Rows written by this run.
	Rows int64
	// Bad lines skipped by this run.
	Bad int
	// Elapsed since this run began.
	Elapsed time.Duration
}

// Rate returns the rows written per second.
func (p ImportProgress) Rate() float64 {
	if p.Elapsed <= 0 {
		return 0
	}
	return float64(p.Rows) / p.Elapsed.Seconds()
}

// ImportReport is what an import did. It is meaningful after an error too: it
// tells what is committed.
type ImportReport struct {
	ImportProgress
	// Resumed is the number of lines an earlier run had committed.
	Resumed int64
	// Rows written by this run, by kind.
	ByKind map[Kind]int64
	// Errors are the bad lines, at most MaxErrors+1.
	Errors []*LineError
}

// LineError says what is wrong with a line, without repeating any of it.
type LineError struct {
	Line int64 // 1 for the first
	Err  error
}

// Error returns the line's number and what is wrong.
func (e *LineError) Error() string { return fmt.Sprintf("line %d: %v", e.Line, e.Err) }

// Unwrap returns what is wrong.
func (e *LineError) Unwrap() error { return e.Err }

// Import reads NDJSON (see ParseLine) and writes it in batches, each in one
// transaction together with the number of lines dealt with. Rows replace rows
// of the same kind and id, so importing twice is harmless. A bad line is
// written not at all; empty lines are passed over.
func Import(ctx context.Context, store ImportStore, r io.Reader, o ImportOptions) (ImportReport, error) {
	if o.Batch <= 0 {
		o.Batch = DefaultBatch
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	im := &importer{
		store: store, options: o, lines: newLineReader(r), started: o.Now(),
		report: ImportReport{ByKind: make(map[Kind]int64)},
	}
	err := im.run(ctx)
	return im.report, err
}

type importer struct {
	store   ImportStore
	options ImportOptions
	lines   *lineReader
	started time.Time
	report  ImportReport
}

func (im *importer) run(ctx context.Context) error {
	if im.options.Source != "" && !im.options.Restart {
		if err := im.resume(ctx); err != nil {
			return err
		}
	}
	for {
		more, err := im.batch(ctx)
		if err != nil || !more {
			return err
		}
	}
}

// resume passes over the lines an earlier run committed, and makes sure they
// are the same.
func (im *importer) resume(ctx context.Context) error {
	checkpoint, err := im.store.Checkpoint(ctx, im.options.Source)
	if err != nil {
		return fmt.Errorf("read checkpoint: %w", err)
	}
	for im.lines.n < checkpoint.Lines {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("resume import: %w", err)
		}
		if _, err := im.lines.next(); errors.Is(err, io.EOF) {
			return ErrSourceChanged
		} else if err != nil && !errors.Is(err, ErrLineTooLong) {
			return err
		}
	}
	if checkpoint.Lines > 0 && im.lines.reached() != checkpoint {
		return ErrSourceChanged
	}
	im.report.Resumed, im.report.Lines = checkpoint.Lines, checkpoint.Lines
	return nil
}

// batch reads and commits one batch, and reports whether there may be more.
func (im *importer) batch(ctx context.Context) (more bool, err error) {
	rows := make([]Row, 0, im.options.Batch)
	reached := im.lines.reached()
	before := reached.Lines
	var stop error
	for reached.Lines-before < int64(im.options.Batch) && stop == nil {
		line, err := im.lines.next()
		if err == nil && len(bytes.TrimSpace(line)) > 0 {
			var row Row
			if row, err = ParseLine(line); err == nil {
				rows = append(rows, row)
			} else {
				err = &LineError{Line: im.lines.n, Err: err}
			}
		} else if errors.Is(err, ErrLineTooLong) {
			err = &LineError{Line: im.lines.n, Err: err}
		}
		var bad *LineError
		if errors.As(err, &bad) {
			im.report.Errors = append(im.report.Errors, bad)
			if len(im.report.Errors) > im.options.MaxErrors {
				// The bad line is not behind us: a later run meets it again,
				// mended perhaps.
				stop = fmt.Errorf("%w: %w", ErrTooManyBadLines, bad)
				break
			}
			im.report.Bad++
			err = nil
		}
		if stop = err; stop == nil {
			reached = im.lines.reached()
		}
	}
	if err := im.commit(ctx, rows, reached, before); err != nil {
		return false, err
	}
	if errors.Is(stop, io.EOF) {
		return false, nil
	}
	return stop == nil, stop
}

func (im *importer) commit(ctx context.Context, rows []Row, reached Checkpoint, before int64) error {
	if reached.Lines == before {
		return nil
	}
	if err := im.store.Put(ctx, rows, im.options.Source, reached); err != nil {
		return fmt.Errorf("commit lines %d to %d: %w", before+1, reached.Lines, err)
	}
	im.report.Lines = reached.Lines
	im.report.Rows += int64(len(rows))
	for _, row := range rows {
		im.report.ByKind[row.Kind()]++
	}
	im.report.Elapsed = im.options.Now().Sub(im.started)
	if im.options.Progress != nil {
		im.options.Progress(im.report.ImportProgress)
	}
	return nil
}

// lineReader reads lines of bounded length and keeps their digest.
type lineReader struct {
	r      *bufio.Reader
	digest hash.Hash
	n      int64 // lines read
}

func newLineReader(r io.Reader) *lineReader {
	return &lineReader{r: bufio.NewReaderSize(r, MaxLine+2), digest: sha256.New()}
}

// next returns the next line without its end, valid until the next call. A
// line beyond MaxLine is passed over with ErrLineTooLong; io.EOF follows the last.
func (l *lineReader) next() ([]byte, error) {
	line, err := l.r.ReadSlice('\n')
	if len(line) == 0 && err != nil {
		if errors.Is(err, io.EOF) {
			return nil, io.EOF
		}
		return nil, fmt.Errorf("read line %d: %w", l.n+1, err)
	}
	l.n++
	long := errors.Is(err, bufio.ErrBufferFull)
	l.digest.Write(line)
	for errors.Is(err, bufio.ErrBufferFull) {
		var rest []byte
		rest, err = l.r.ReadSlice('\n')
		l.digest.Write(rest)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read line %d: %w", l.n, err)
	}
	line = bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
	if long || len(line) > MaxLine {
		return nil, ErrLineTooLong
	}
	return line, nil
}

// reached returns the checkpoint after the last line read.
func (l *lineReader) reached() Checkpoint {
	c := Checkpoint{Lines: l.n}
	l.digest.Sum(c.Digest[:0])
	return c
}
