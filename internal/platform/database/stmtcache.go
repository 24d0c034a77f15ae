package database

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"

	"modernc.org/sqlite"
)

// cachingConnector opens SQLite connections that keep the statements they have
// prepared. Stores write their SQL as constants, and parsing it costs SQLite as
// much as running it: without the cache a quarter of a request's processor time.
type cachingConnector struct {
	driver *sqlite.Driver
	dsn    string
}

// Connect implements driver.Connector.
func (c cachingConnector) Connect(context.Context) (driver.Conn, error) {
	inner, err := c.driver.Open(c.dsn)
	if err != nil {
		return nil, err
	}
	conn, ok := inner.(sqliteConn)
	if !ok {
		return nil, errors.Join(errors.New("the SQLite driver lacks an interface"), inner.Close())
	}
	return &cachingConn{sqliteConn: conn, idle: map[string]sqliteStmt{}}, nil
}

// Driver implements driver.Connector.
func (c cachingConnector) Driver() driver.Driver { return c.driver }

// sqliteConn and sqliteStmt are what the driver's types can do.
type sqliteConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

type sqliteStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// maxIdleStatements bounds the cache of one connection; a statement that finds
// it full is closed after use.
const maxIdleStatements = 100

// cachingConn keeps prepared statements by their text. database/sql uses a
// connection from one goroutine at a time, so nothing is locked. A statement in
// use is not in the cache: one whose rows are still being read may be needed a
// second time within a transaction.
type cachingConn struct {
	sqliteConn

	idle map[string]sqliteStmt
}

// ExecContext implements driver.ExecerContext.
func (c *cachingConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	stmt, err := c.take(ctx, query)
	if err != nil {
		return nil, err
	}
	result, err := stmt.ExecContext(ctx, args)
	return result, errors.Join(err, c.give(query, stmt, err == nil))
}

// QueryContext implements driver.QueryerContext.
func (c *cachingConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	stmt, err := c.take(ctx, query)
	if err != nil {
		return nil, err
	}
	rows, err := stmt.QueryContext(ctx, args)
	if err != nil {
		return nil, errors.Join(err, c.give(query, stmt, false))
	}
	return &cachedRows{Rows: rows, conn: c, query: query, stmt: stmt}, nil
}

// Close closes the statements and the connection.
func (c *cachingConn) Close() error {
	var errs []error
	for _, stmt := range c.idle {
		errs = append(errs, stmt.Close())
	}
	clear(c.idle)
	return errors.Join(append(errs, c.sqliteConn.Close())...)
}

func (c *cachingConn) take(ctx context.Context, query string) (sqliteStmt, error) {
	if stmt, ok := c.idle[query]; ok {
		delete(c.idle, query)
		return stmt, nil
	}
	prepared, err := c.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	stmt, ok := prepared.(sqliteStmt)
	if !ok {
		return nil, errors.Join(errors.New("the SQLite driver lacks an interface"), prepared.Close())
	}
	return stmt, nil
}

// give puts a statement back, or closes it: after an error its state is not
// worth relying on.
func (c *cachingConn) give(query string, stmt sqliteStmt, sound bool) error {
	if _, twin := c.idle[query]; !sound || twin || len(c.idle) >= maxIdleStatements {
		if err := stmt.Close(); err != nil && sound {
			return fmt.Errorf("close statement: %w", err)
		}
		return nil
	}
	c.idle[query] = stmt
	return nil
}

// cachedRows gives its statement back when it is closed.
type cachedRows struct {
	driver.Rows

	conn  *cachingConn
	query string
	stmt  sqliteStmt
}

// Close implements driver.Rows.
func (r *cachedRows) Close() error {
	if r.stmt == nil {
		return nil
	}
	stmt := r.stmt
	r.stmt = nil
	err := r.Rows.Close()
	return errors.Join(err, r.conn.give(r.query, stmt, err == nil))
}
