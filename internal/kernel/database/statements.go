package database

import (
	"container/list"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
)

// SQLite's driver compiles a statement each time it is run; under load that was
// a quarter of the server's time (docs/benchmarks.md). A connection here keeps
// the statements that it compiled, as PostgreSQL's driver does by itself.

const (
	keptStatements = 256
	longestKept    = 4 << 10 // bytes; longer ones are migrations, run once
)

// keeping opens SQLite connections that keep their statements.
type keeping struct {
	dsn    string
	driver driver.Driver
}

func openKeeping(dsn string) (*sql.DB, error) {
	plain, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, err
	}
	d := plain.Driver()
	if err := plain.Close(); err != nil { // it never connected
		return nil, err
	}
	return sql.OpenDB(keeping{dsn, d}), nil
}

// Driver is the driver below.
func (k keeping) Driver() driver.Driver { return k.driver }

// Connect opens a connection.
func (k keeping) Connect(context.Context) (driver.Conn, error) {
	c, err := k.driver.Open(k.dsn)
	if err != nil {
		return nil, err
	}
	full, ok := c.(sqliteConn)
	if !ok {
		return nil, errors.Join(fmt.Errorf("SQLite's connection %T lacks what a pool needs", c), c.Close())
	}
	return &keeper{sqliteConn: full, kept: map[string]*list.Element{}, recent: list.New()}, nil
}

// sqliteConn is what the driver's connection can do and the pool asks of it.
type sqliteConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

type sqliteStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// keeper is a connection with its statements, the last used first. The pool
// never uses a connection from two goroutines at once.
type keeper struct {
	sqliteConn
	kept   map[string]*list.Element
	recent *list.List // of *statement
}

// statement is compiled once and run many times, but not again while rows of it
// are still being read.
type statement struct {
	text string
	stmt sqliteStmt
	busy bool
	kept bool
}

// take gives the kept statement of a text, or compiles one.
func (k *keeper) take(ctx context.Context, text string) (*statement, error) {
	if e, ok := k.kept[text]; ok {
		if s, ok := e.Value.(*statement); ok && !s.busy {
			k.recent.MoveToFront(e)
			s.busy = true
			return s, nil
		}
	}
	compiled, err := k.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	full, ok := compiled.(sqliteStmt)
	if !ok {
		return nil, errors.Join(fmt.Errorf("SQLite's statement %T lacks what a pool needs", compiled), compiled.Close())
	}
	return &statement{text: text, stmt: full, busy: true}, nil
}

// give takes a statement back: it is kept, or ends.
func (k *keeper) give(s *statement) error {
	s.busy = false
	if s.kept {
		return nil
	}
	if _, taken := k.kept[s.text]; taken || len(s.text) > longestKept {
		return s.stmt.Close()
	}
	s.kept = true
	k.kept[s.text] = k.recent.PushFront(s)
	if k.recent.Len() <= keptStatements {
		return nil
	}
	for e := k.recent.Back(); e != nil; e = e.Prev() {
		if old, ok := e.Value.(*statement); ok && !old.busy {
			k.recent.Remove(e)
			delete(k.kept, old.text)
			return old.stmt.Close()
		}
	}
	return nil
}

// ExecContext runs a statement that gives no rows.
func (k *keeper) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	s, err := k.take(ctx, text)
	if err != nil {
		return nil, err
	}
	r, err := s.stmt.ExecContext(ctx, args)
	if ended := k.give(s); err == nil && ended != nil {
		return nil, ended
	}
	return r, err
}

// QueryContext runs a statement whose rows are read one by one; it is free
// again when they are closed.
func (k *keeper) QueryContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	s, err := k.take(ctx, text)
	if err != nil {
		return nil, err
	}
	r, err := s.stmt.QueryContext(ctx, args)
	if err != nil {
		return nil, errors.Join(err, k.give(s))
	}
	full, ok := r.(sqliteRows)
	if !ok {
		return nil, errors.Join(fmt.Errorf("SQLite's rows %T lack what a pool needs", r), r.Close(), k.give(s))
	}
	return &rowsOf{sqliteRows: full, done: func() error { return k.give(s) }}, nil
}

// Close ends the statements and the connection.
func (k *keeper) Close() error {
	var errs []error
	for e := k.recent.Front(); e != nil; e = e.Next() {
		if s, ok := e.Value.(*statement); ok {
			errs = append(errs, s.stmt.Close())
		}
	}
	k.kept, k.recent = map[string]*list.Element{}, list.New()
	return errors.Join(append(errs, k.sqliteConn.Close())...)
}

type sqliteRows interface {
	driver.Rows
	driver.RowsColumnTypeDatabaseTypeName
	driver.RowsColumnTypeLength
	driver.RowsColumnTypeNullable
	driver.RowsColumnTypePrecisionScale
	driver.RowsColumnTypeScanType
}

type rowsOf struct {
	sqliteRows
	done func() error
}

// Close gives the statement back.
func (r *rowsOf) Close() error {
	err := r.sqliteRows.Close()
	if done := r.done; done != nil {
		r.done = nil
		err = errors.Join(err, done())
	}
	return err
}
