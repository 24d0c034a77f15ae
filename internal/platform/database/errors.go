package database

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// IsUnique reports whether a statement failed because a row with the same key
// is there already.
func IsUnique(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code == "23505"
	}
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		switch lite.Code() {
		case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_ROWID:
			return true
		}
	}
	return false
}

// IsUnavailable reports whether the database could not do its work at the
// moment, whatever the statement: not reached, connection lost, shut down, disk
// full, read-only, or too busy. The same statement may succeed later.
func IsUnavailable(err error) bool {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return postgresUnavailable(pg.Code)
	}
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		switch lite.Code() & 0xff { // the primary result code
		case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY,
			sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_PROTOCOL:
			return true
		}
		return false
	}
	var connect *pgconn.ConnectError
	var network net.Error
	return errors.As(err, &connect) || errors.As(err, &network) || pgconn.SafeToRetry(err) ||
		errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

// postgresUnavailable sorts by SQLSTATE (PostgreSQL documentation, appendix A).
func postgresUnavailable(code string) bool {
	switch code {
	case "25006", // read_only_sql_transaction: a replica, or a disk that went read-only
		"25P03", // idle_in_transaction_session_timeout
		"40001", // serialization_failure, retried to no avail
		"40P01", // deadlock_detected, the same
		"55P03", // lock_not_available: lock_timeout
		"57014": // query_canceled: statement_timeout (a cancelled context has its own error)
		return true
	}
	for _, class := range []string{
		"08",  // connection exception
		"53",  // insufficient resources: disk full, too many connections
		"57P", // shutdown, crash, starting up
		"58",  // system error: I/O
	} {
		if strings.HasPrefix(code, class) {
			return true
		}
	}
	return false
}
