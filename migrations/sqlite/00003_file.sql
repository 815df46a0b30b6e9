-- +goose Up
CREATE TABLE files (
  id TEXT NOT NULL PRIMARY KEY,
  owner_kind TEXT NOT NULL,
  owner_id TEXT NOT NULL,
  slot TEXT NOT NULL,
  digest TEXT NOT NULL CHECK (length(digest) = 64),
  size INTEGER NOT NULL CHECK (size > 0),
  type TEXT NOT NULL,
  name TEXT NOT NULL,
  pages INTEGER NOT NULL,
  width INTEGER NOT NULL,
  height INTEGER NOT NULL,
  received_by TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  ended_at INTEGER
) STRICT;
CREATE INDEX files_owner ON files (owner_kind, owner_id, received_at, id);
CREATE INDEX files_digest ON files (digest, id);

CREATE TABLE file_refusals (
  day TEXT NOT NULL PRIMARY KEY,
  count INTEGER NOT NULL
) STRICT;

-- +goose Down
DROP TABLE file_refusals;
DROP TABLE files;
