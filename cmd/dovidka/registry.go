package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/dovidka/dovidka/internal/platform/database"
	"github.com/dovidka/dovidka/internal/registry"
	registrysql "github.com/dovidka/dovidka/internal/registry/sqlstore"
)

type registryCommand struct {
	Generate registryGenerateCommand `cmd:"" help:"Invent a population and write it as NDJSON."`
	Import   registryImportCommand   `cmd:"" help:"Import NDJSON; an interrupted import continues where it stopped."`
	Export   registryExportCommand   `cmd:"" help:"Write the registry as NDJSON."`
}

type registryGenerateCommand struct {
	Persons int    `required:"" help:"Size of the population."`
	Seed    uint64 `default:"1" help:"The same seed gives the same people."`
	Samples bool   `help:"Put the demo's sample citizens in front."`
	Out     string `type:"path" help:"File to write (default: standard output)."`
}

// Run writes the population.
func (c *registryGenerateCommand) Run(ctx context.Context, s *streams) error {
	if c.Persons < 0 {
		return &exitError{exitUsage, errors.New("--persons must not be negative")}
	}
	return toFile(c.Out, s.out, func(w io.Writer) error {
		if c.Samples {
			if _, err := registry.WriteRows(ctx, w, sampleRows); err != nil {
				return err
			}
		}
		_, err := registry.WriteRows(ctx, w, registry.Generate(registry.GenerateOptions{Seed: c.Seed, Persons: c.Persons}))
		return err
	})
}

func sampleRows(yield func(registry.Row) bool) {
	for _, row := range registry.SampleRows() {
		if !yield(row) {
			return
		}
	}
}

// databaseFlags name the registry's database.
type databaseFlags struct {
	Config   string `type:"existingfile" xor:"database" required:"" help:"Take the registry's database from this configuration file."`
	Database string `xor:"database" required:"" help:"The registry's database: sqlite:PATH or postgres://…"`
}

func (f databaseFlags) open(ctx context.Context) (*database.DB, *registrysql.Store, error) {
	url := f.Database
	if f.Config != "" {
		cfg, err := loadConfig(f.Config)
		if err != nil {
			return nil, nil, err
		}
		url = cfg.Databases.Registry
	}
	db, err := database.Open(ctx, database.Config{URL: url})
	if err != nil {
		return nil, nil, err
	}
	store, err := registrysql.New(ctx, db)
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	return db, store, nil
}

type registryImportCommand struct {
	databaseFlags

	File      string `arg:"" help:"NDJSON file, or - for standard input."`
	Restart   bool   `help:"Import from the first line again, though some of it is known."`
	MaxErrors int    `default:"0" help:"Bad lines to skip and report before giving up."`
}

// Run imports and reports progress and bad lines by number.
func (c *registryImportCommand) Run(ctx context.Context, s *streams) (err error) {
	db, store, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	in, source := io.Reader(os.Stdin), ""
	if c.File != "-" {
		f, err := os.Open(c.File)
		if err != nil {
			return fmt.Errorf("open import: %w", err)
		}
		defer f.Close()
		in, source = f, filepath.Base(c.File)
	}
	var shown time.Time
	report, err := registry.Import(ctx, store, in, registry.ImportOptions{
		Source: source, Restart: c.Restart, MaxErrors: c.MaxErrors,
		Progress: func(p registry.ImportProgress) {
			if time.Since(shown) > time.Second {
				shown = time.Now()
				fmt.Fprintf(s.err, "%d lines, %.0f rows/s\n", p.Lines, p.Rate())
			}
		},
	})
	for _, bad := range report.Errors {
		fmt.Fprintln(s.err, bad)
	}
	fmt.Fprintf(s.out, "%d lines: %d rows written, %d bad, %d known from before; %.0f rows/s\n",
		report.Lines, report.Rows, len(report.Errors), report.Resumed, report.Rate())
	return err
}

type registryExportCommand struct {
	databaseFlags

	Out string `type:"path" help:"File to write (default: standard output)."`
}

// Run exports in a stable order.
func (c *registryExportCommand) Run(ctx context.Context, s *streams) (err error) {
	db, store, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return toFile(c.Out, s.out, func(w io.Writer) error {
		_, err := registry.Export(ctx, store, w)
		return err
	})
}

// toFile runs write on a file that appears under its name only when it is
// complete, or on standard output.
func toFile(path string, stdout io.Writer, write func(io.Writer) error) error {
	if path == "" {
		return write(stdout)
	}
	f, err := os.OpenFile(path+".part", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("write: %w", err)
	}
	err = write(f)
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, os.Remove(path+".part"))
	}
	if err := os.Rename(path+".part", path); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	return nil
}

// fill puts the sample citizens and an invented population into a store.
func fill(ctx context.Context, store *registrysql.Store, o registry.GenerateOptions) error {
	lines, feed := io.Pipe()
	go func() {
		_, err := registry.WriteRows(ctx, feed, sampleRows)
		if err == nil {
			_, err = registry.WriteRows(ctx, feed, registry.Generate(o))
		}
		feed.CloseWithError(err)
	}()
	_, err := registry.Import(ctx, store, lines, registry.ImportOptions{})
	return errors.Join(err, lines.Close())
}
