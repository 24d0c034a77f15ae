package main

import (
	"context"
	"errors"
	"fmt"

	"crypto/ed25519"

	"github.com/dovidka/dovidka/internal/ledger"
	ledgersql "github.com/dovidka/dovidka/internal/ledger/sqlstore"
	"github.com/dovidka/dovidka/internal/platform/database"
)

type ledgerCommand struct {
	Verify ledgerVerifyCommand `cmd:"" help:"Prove that the log is what the ledger wrote, or name the first broken entry."`
}

type ledgerVerifyCommand struct {
	Config string `required:"" type:"existingfile" help:"Configuration file that names the ledger's database and key."`
}

// Run reads the whole log. Exit code 1 means that it was tampered with.
func (c *ledgerVerifyCommand) Run(ctx context.Context, s *streams) (err error) {
	cfg, err := loadConfig(c.Config)
	if err != nil {
		return err
	}
	keys, err := readLedgerKeys(cfg.Ledger)
	if err != nil {
		return err
	}
	db, err := database.Open(ctx, database.Config{URL: cfg.Databases.Ledger})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	key, _ := keys.grant.Public().(ed25519.PublicKey)
	report, err := ledger.Verify(ctx, ledgersql.New(db), key, nil)
	var broken *ledger.Break
	switch {
	case errors.As(err, &broken):
		return &exitError{exitRefused, fmt.Errorf("BROKEN: %w; %d entries before it are sound", broken, report.Entries)}
	case err != nil:
		return err
	}
	_, err = fmt.Fprintf(s.out, "The ledger is sound: %d entries, last hash %s\n", report.Entries, report.LastHash)
	return err
}
