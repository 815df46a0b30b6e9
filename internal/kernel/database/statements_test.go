package database_test

import (
	"context"
	"fmt"
	"testing"

	"benso/internal/kernel/database"
	"benso/internal/kernel/database/databasetest"
)

// numbers reads 1 to n by a statement of one text, whatever n is.
func numbers(t *testing.T, q database.Querier, n int, each func(i int)) {
	t.Helper()
	rows, err := q.QueryContext(t.Context(), `WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < CAST($1 AS BIGINT)) SELECT i FROM r ORDER BY i`, n)
	if err != nil {
		t.Fatal(err)
	}
	want := 0
	for rows.Next() {
		var i int
		if err := rows.Scan(&i); err != nil {
			t.Fatal(err)
		}
		if want++; i != want {
			t.Fatalf("row %d says %d", want, i)
		}
		each(i)
	}
	if err := rows.Close(); err != nil || rows.Err() != nil {
		t.Fatal(err, rows.Err())
	}
	if want != n {
		t.Fatalf("%d rows instead of %d", want, n)
	}
}

func TestTheSameStatementIsReadAnewWhileItsRowsAreOpen(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		if db.Dialect() != database.SQLite {
			return // PostgreSQL's connection gives one answer at a time
		}
		err := db.Write(t.Context(), func(_ context.Context, tx *database.Tx) error {
			numbers(t, tx, 5, func(i int) {
				numbers(t, tx, i, func(int) {})
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestManyStatementsAndCutReadingsLeaveTheConnectionsUsable(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		for i := range 600 { // more than are kept
			var got int
			if err := db.Read().QueryRowContext(t.Context(), fmt.Sprintf(`SELECT CAST($1 AS BIGINT) + %d`, i), 1).Scan(&got); err != nil || got != i+1 {
				t.Fatal(got, err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			rows, err := db.Read().QueryContext(ctx, `SELECT 1 UNION ALL SELECT 2`)
			if err != nil {
				t.Fatal(err)
			}
			rows.Next()
			cancel() // the reader goes away in the middle
			_ = rows.Close()
			if err := rows.Err(); err != nil && ctx.Err() == nil {
				t.Fatal(err)
			}
		}
		if _, err := db.Read().QueryContext(t.Context(), `SELECT nothing FROM nowhere`); err == nil {
			t.Error("a statement that does not compile gave no error")
		}
		numbers(t, db.Read(), 3, func(int) {})
	})
}
