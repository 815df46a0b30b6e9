-- +goose Up
CREATE TABLE counters (
  series TEXT NOT NULL,
  period TEXT NOT NULL,
  last INTEGER NOT NULL,
  PRIMARY KEY (series, period)
) STRICT;

CREATE TABLE idempotency (
  actor TEXT NOT NULL,
  route TEXT NOT NULL,
  key TEXT NOT NULL,
  input TEXT NOT NULL,
  result TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (actor, route, key)
) STRICT;
CREATE INDEX idempotency_at ON idempotency (at);

CREATE TABLE leases (
  duty TEXT NOT NULL PRIMARY KEY,
  holder TEXT NOT NULL,
  until INTEGER NOT NULL
) STRICT;

CREATE TABLE events (
  id TEXT NOT NULL,
  subscriber TEXT NOT NULL,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  data TEXT NOT NULL CHECK (json_valid(data)),
  at INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  error TEXT NOT NULL,
  PRIMARY KEY (id, subscriber)
) STRICT;
CREATE INDEX events_due ON events (due_at, id);

CREATE TABLE journal (
  id TEXT NOT NULL PRIMARY KEY,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  acting_for TEXT NOT NULL,
  action TEXT NOT NULL,
  object_kind TEXT NOT NULL,
  object_id TEXT NOT NULL,
  path TEXT NOT NULL,
  ids TEXT NOT NULL,
  digest TEXT NOT NULL
) STRICT;
CREATE INDEX journal_object ON journal (object_kind, object_id, at);
CREATE INDEX journal_actor ON journal (actor, at);

CREATE TABLE journal_waiting (
  id TEXT NOT NULL PRIMARY KEY REFERENCES journal (id),
  at INTEGER NOT NULL
) STRICT;

CREATE TABLE journal_chain (
  seq INTEGER NOT NULL PRIMARY KEY,
  id TEXT NOT NULL UNIQUE REFERENCES journal (id),
  hash TEXT NOT NULL
) STRICT;

-- +goose StatementBegin
CREATE TRIGGER journal_no_update BEFORE UPDATE ON journal BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER journal_no_delete BEFORE DELETE ON journal BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER journal_chain_no_update BEFORE UPDATE ON journal_chain BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER journal_chain_no_delete BEFORE DELETE ON journal_chain BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
-- +goose StatementEnd

CREATE TABLE pack_files (
  path TEXT NOT NULL,
  version INTEGER NOT NULL,
  origin TEXT NOT NULL CHECK (origin IN ('pack', 'administrator')),
  digest TEXT NOT NULL,
  body TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (path, version)
) STRICT;

-- +goose Down
DROP TABLE pack_files;
DROP TABLE journal_chain;
DROP TABLE journal_waiting;
DROP TABLE journal;
DROP TABLE events;
DROP TABLE leases;
DROP TABLE idempotency;
DROP TABLE counters;
