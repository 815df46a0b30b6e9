-- +goose Up
-- People who sign in: persons who ask the state for something, and officials.
CREATE TABLE accounts (
  id TEXT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('person', 'official')),
  name TEXT NOT NULL,
  folded TEXT NOT NULL,
  citizen_digest TEXT UNIQUE,
  password_hash TEXT NOT NULL,
  password_at INTEGER NOT NULL,
  must_change INTEGER NOT NULL CHECK (must_change IN (0, 1)),
  password_until INTEGER,
  created_at INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  closed_at INTEGER
) STRICT;
CREATE INDEX accounts_folded ON accounts (folded, id);

-- What an account signs in with. Until it is confirmed, a phone or an e-mail
-- proves nothing, so several accounts may claim the same one.
CREATE TABLE handles (
  handle TEXT NOT NULL,
  account TEXT NOT NULL REFERENCES accounts (id),
  kind TEXT NOT NULL CHECK (kind IN ('phone', 'email', 'number')),
  created_at INTEGER NOT NULL,
  confirmed_at INTEGER,
  PRIMARY KEY (handle, account)
) STRICT;
CREATE UNIQUE INDEX handles_confirmed ON handles (handle) WHERE confirmed_at IS NOT NULL;
CREATE INDEX handles_account ON handles (account);

CREATE TABLE sessions (
  id TEXT NOT NULL PRIMARY KEY,
  token_digest TEXT NOT NULL UNIQUE,
  account TEXT NOT NULL REFERENCES accounts (id),
  device TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL
) STRICT;
CREATE INDEX sessions_account ON sessions (account, created_at);
CREATE INDEX sessions_seen ON sessions (seen_at);

-- Attempts by keyed digest: neither what was typed nor where from can be read back.
CREATE TABLE throttles (
  key TEXT NOT NULL PRIMARY KEY,
  attempts INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  free_at INTEGER NOT NULL
) STRICT;
CREATE INDEX throttles_last ON throttles (last_at);

-- Days are inclusive; no last day means until it is ended.
CREATE TABLE assignments (
  id TEXT NOT NULL PRIMARY KEY,
  account TEXT NOT NULL REFERENCES accounts (id),
  role TEXT NOT NULL,
  agency TEXT NOT NULL,
  from_day TEXT NOT NULL,
  last_day TEXT,
  created_at INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  ended_at INTEGER,
  CHECK (last_day IS NULL OR last_day >= from_day)
) STRICT;
CREATE INDEX assignments_account ON assignments (account);
CREATE INDEX assignments_agency ON assignments (agency, role);

CREATE TABLE absences (
  id TEXT NOT NULL PRIMARY KEY,
  account TEXT NOT NULL REFERENCES accounts (id),
  deputy TEXT NOT NULL REFERENCES accounts (id),
  from_day TEXT NOT NULL,
  last_day TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  cancelled_at INTEGER,
  CHECK (last_day >= from_day),
  CHECK (deputy <> account)
) STRICT;
CREATE INDEX absences_account ON absences (account, from_day);
CREATE INDEX absences_deputy ON absences (deputy, from_day);

-- +goose Down
DROP TABLE absences;
DROP TABLE assignments;
DROP TABLE throttles;
DROP TABLE sessions;
DROP TABLE handles;
DROP TABLE accounts;
