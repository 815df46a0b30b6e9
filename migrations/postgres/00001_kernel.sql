-- +goose Up
CREATE TABLE counters (
  series TEXT COLLATE "C" NOT NULL,
  period TEXT COLLATE "C" NOT NULL,
  last BIGINT NOT NULL,
  PRIMARY KEY (series, period)
);

CREATE TABLE idempotency (
  actor TEXT COLLATE "C" NOT NULL,
  route TEXT COLLATE "C" NOT NULL,
  key TEXT COLLATE "C" NOT NULL,
  input TEXT COLLATE "C" NOT NULL,
  result TEXT COLLATE "C" NOT NULL,
  at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (actor, route, key)
);
CREATE INDEX idempotency_at ON idempotency (at);

CREATE TABLE leases (
  duty TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  holder TEXT COLLATE "C" NOT NULL,
  until TIMESTAMPTZ NOT NULL
);

CREATE TABLE events (
  id TEXT COLLATE "C" NOT NULL,
  subscriber TEXT COLLATE "C" NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  subject TEXT COLLATE "C" NOT NULL,
  data JSONB NOT NULL,
  at TIMESTAMPTZ NOT NULL,
  attempts BIGINT NOT NULL,
  due_at TIMESTAMPTZ NOT NULL,
  error TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (id, subscriber)
);
CREATE INDEX events_due ON events (due_at, id);

CREATE TABLE journal (
  id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  at TIMESTAMPTZ NOT NULL,
  actor TEXT COLLATE "C" NOT NULL,
  acting_for TEXT COLLATE "C" NOT NULL,
  action TEXT COLLATE "C" NOT NULL,
  object_kind TEXT COLLATE "C" NOT NULL,
  object_id TEXT COLLATE "C" NOT NULL,
  path TEXT COLLATE "C" NOT NULL,
  ids TEXT COLLATE "C" NOT NULL,
  digest TEXT COLLATE "C" NOT NULL
);
CREATE INDEX journal_object ON journal (object_kind, object_id, at);
CREATE INDEX journal_actor ON journal (actor, at);

CREATE TABLE journal_waiting (
  id TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES journal (id),
  at TIMESTAMPTZ NOT NULL
);

CREATE TABLE journal_chain (
  seq BIGINT NOT NULL PRIMARY KEY,
  id TEXT COLLATE "C" NOT NULL UNIQUE REFERENCES journal (id),
  hash TEXT COLLATE "C" NOT NULL
);

-- +goose StatementBegin
CREATE FUNCTION journal_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the journal is append-only';
END $$;
-- +goose StatementEnd
CREATE TRIGGER journal_no_update BEFORE UPDATE ON journal FOR EACH STATEMENT EXECUTE FUNCTION journal_is_append_only();
CREATE TRIGGER journal_no_delete BEFORE DELETE ON journal FOR EACH STATEMENT EXECUTE FUNCTION journal_is_append_only();
CREATE TRIGGER journal_no_truncate BEFORE TRUNCATE ON journal FOR EACH STATEMENT EXECUTE FUNCTION journal_is_append_only();
CREATE TRIGGER journal_chain_no_update BEFORE UPDATE ON journal_chain FOR EACH STATEMENT EXECUTE FUNCTION journal_is_append_only();
CREATE TRIGGER journal_chain_no_delete BEFORE DELETE ON journal_chain FOR EACH STATEMENT EXECUTE FUNCTION journal_is_append_only();
CREATE TRIGGER journal_chain_no_truncate BEFORE TRUNCATE ON journal_chain FOR EACH STATEMENT EXECUTE FUNCTION journal_is_append_only();

CREATE TABLE pack_files (
  path TEXT COLLATE "C" NOT NULL,
  version BIGINT NOT NULL,
  origin TEXT COLLATE "C" NOT NULL CHECK (origin IN ('pack', 'administrator')),
  digest TEXT COLLATE "C" NOT NULL,
  body TEXT COLLATE "C" NOT NULL,
  at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (path, version)
);

-- +goose Down
DROP TABLE pack_files;
DROP TABLE journal_chain;
DROP TABLE journal_waiting;
DROP TABLE journal;
DROP FUNCTION journal_is_append_only();
DROP TABLE events;
DROP TABLE leases;
DROP TABLE idempotency;
DROP TABLE counters;
