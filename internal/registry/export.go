package registry

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"iter"
)

// Export writes every row as NDJSON, kind by kind in the order of Kinds and by
// id within a kind, and returns the number of rows. Equal registries give equal
// bytes, whichever engine holds them.
func Export(ctx context.Context, store ExportStore, w io.Writer) (int64, error) {
	out := newLineWriter(w)
	if err := store.Rows(ctx, out.write); err != nil {
		return out.n, fmt.Errorf("export: %w", err)
	}
	return out.n, out.flush()
}

// WriteRows writes rows, such as those of Generate, as NDJSON and returns their
// number. It stops when the context ends.
func WriteRows(ctx context.Context, w io.Writer, rows iter.Seq[Row]) (int64, error) {
	out := newLineWriter(w)
	for row := range rows {
		if err := ctx.Err(); err != nil {
			return out.n, fmt.Errorf("write rows: %w", err)
		}
		if err := out.write(row); err != nil {
			return out.n, err
		}
	}
	return out.n, out.flush()
}

type lineWriter struct {
	w   *bufio.Writer
	buf []byte
	n   int64
}

func newLineWriter(w io.Writer) *lineWriter { return &lineWriter{w: bufio.NewWriterSize(w, 64<<10)} }

func (l *lineWriter) write(row Row) error {
	var err error
	if l.buf, err = AppendLine(l.buf[:0], row); err != nil {
		return err
	}
	if _, err := l.w.Write(l.buf); err != nil {
		return fmt.Errorf("write line %d: %w", l.n+1, err)
	}
	l.n++
	return nil
}

func (l *lineWriter) flush() error {
	if err := l.w.Flush(); err != nil {
		return fmt.Errorf("write lines: %w", err)
	}
	return nil
}
