// Package migrations holds the schema of both databases, as goose reads it.
//
// A file has the same name in sqlite and in postgres, and a guard test holds
// both schemas equal. A migration that has landed is never changed: another one
// follows it.
package migrations

import "embed"

// Files holds the folders sqlite and postgres.
//
//go:embed sqlite/*.sql postgres/*.sql
var Files embed.FS
