package registry

import (
	"context"
	"crypto/sha256"
)

// Checkpoint tells how far a source was imported.
type Checkpoint struct {
	// Lines is the number of its lines that were dealt with.
	Lines int64
	// Digest is the SHA-256 of those lines.
	Digest [sha256.Size]byte
}

// ImportStore is what Import needs of the data.
type ImportStore interface {
	// Checkpoint returns how far the source was imported; the zero Checkpoint
	// for one never seen.
	Checkpoint(ctx context.Context, source string) (Checkpoint, error)
	// Put writes the rows, each in place of the row of the same kind and id,
	// and moves the source's checkpoint, in one transaction: after an error
	// nothing of the batch is there. An empty source keeps no checkpoint.
	Put(ctx context.Context, rows []Row, source string, reached Checkpoint) error
}

// ExportStore is what Export needs of the data.
type ExportStore interface {
	// Rows passes every row to yield, kind by kind in the order of Kinds and
	// by id within a kind, all of one snapshot. It stops at yield's error.
	Rows(ctx context.Context, yield func(Row) error) error
}
