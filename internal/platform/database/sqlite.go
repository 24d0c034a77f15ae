package database

import (
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strconv"

	"modernc.org/sqlite"
)

func openSQLite(path string, cfg Config) (*DB, error) {
	if path == "" {
		return nil, errors.New("database URL sqlite: names no file")
	}
	// SQLite would create the file readable by everybody; the files beside it
	// (-wal, -shm) take over its mode.
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open SQLite file: %w", err)
	}
	if err := file.Close(); err != nil {
		return nil, fmt.Errorf("open SQLite file: %w", err)
	}

	writer := sql.OpenDB(cachingConnector{&sqlite.Driver{}, sqliteDSN(path, cfg, url.Values{
		// A transaction that begins by reading and then writes would fail with
		// "busy" when another wrote in between, without any waiting.
		"_txlock": {"immediate"},
		// What is deleted is overwritten: personal data must not outlive its time
		// in room that is free.
		"_pragma": {"journal_mode(wal)", "synchronous(full)", "secure_delete(on)"},
	})})
	// SQLite has one write lock. One connection queues the writers in
	// database/sql, in order and without polling.
	writer.SetMaxOpenConns(1)
	writer.SetConnMaxIdleTime(0)

	reader := sql.OpenDB(cachingConnector{&sqlite.Driver{}, sqliteDSN(path, cfg, url.Values{"_pragma": {"query_only(on)"}})})
	reader.SetMaxOpenConns(cfg.Connections)
	reader.SetMaxIdleConns(cfg.Connections)
	return &DB{Writer: writer, Reader: reader, Dialect: SQLite}, nil
}

// sqliteDSN makes a file: URI, which unlike a bare path may hold '?', '#' and
// '%' when they are escaped.
func sqliteDSN(path string, cfg Config, options url.Values) string {
	// busy_timeout comes first: switching to write-ahead logging needs a lock too.
	options["_pragma"] = append([]string{
		"busy_timeout(" + strconv.FormatInt(cfg.LockTimeout.Milliseconds(), 10) + ")", "foreign_keys(on)",
	}, options["_pragma"]...)
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + options.Encode()
}
