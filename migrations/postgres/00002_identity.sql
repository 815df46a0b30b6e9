-- +goose Up
-- People who sign in: persons who ask the state for something, and officials.
CREATE TABLE accounts (
  id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('person', 'official')),
  name TEXT COLLATE "C" NOT NULL,
  folded TEXT COLLATE "C" NOT NULL,
  citizen_digest TEXT COLLATE "C" UNIQUE,
  password_hash TEXT COLLATE "C" NOT NULL,
  password_at TIMESTAMPTZ NOT NULL,
  must_change BOOLEAN NOT NULL,
  password_until TIMESTAMPTZ,
  created_at TIMESTAMPTZ NOT NULL,
  created_by TEXT COLLATE "C" NOT NULL,
  closed_at TIMESTAMPTZ
);
CREATE INDEX accounts_folded ON accounts (folded, id);

-- What an account signs in with. Until it is confirmed, a phone or an e-mail
-- proves nothing, so several accounts may claim the same one.
CREATE TABLE handles (
  handle TEXT COLLATE "C" NOT NULL,
  account TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
  kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('phone', 'email', 'number')),
  created_at TIMESTAMPTZ NOT NULL,
  confirmed_at TIMESTAMPTZ,
  PRIMARY KEY (handle, account)
);
CREATE UNIQUE INDEX handles_confirmed ON handles (handle) WHERE confirmed_at IS NOT NULL;
CREATE INDEX handles_account ON handles (account);

CREATE TABLE sessions (
  id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  token_digest TEXT COLLATE "C" NOT NULL UNIQUE,
  account TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
  device TEXT COLLATE "C" NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  seen_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX sessions_account ON sessions (account, created_at);
CREATE INDEX sessions_seen ON sessions (seen_at);

-- Attempts by keyed digest: neither what was typed nor where from can be read back.
CREATE TABLE throttles (
  key TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  attempts BIGINT NOT NULL,
  last_at TIMESTAMPTZ NOT NULL,
  free_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX throttles_last ON throttles (last_at);

-- Days are inclusive; no last day means until it is ended.
CREATE TABLE assignments (
  id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  account TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
  role TEXT COLLATE "C" NOT NULL,
  agency TEXT COLLATE "C" NOT NULL,
  from_day TEXT COLLATE "C" NOT NULL,
  last_day TEXT COLLATE "C",
  created_at TIMESTAMPTZ NOT NULL,
  created_by TEXT COLLATE "C" NOT NULL,
  ended_at TIMESTAMPTZ,
  CHECK (last_day IS NULL OR last_day >= from_day)
);
CREATE INDEX assignments_account ON assignments (account);
CREATE INDEX assignments_agency ON assignments (agency, role);

CREATE TABLE absences (
  id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  account TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
  deputy TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
  from_day TEXT COLLATE "C" NOT NULL,
  last_day TEXT COLLATE "C" NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  created_by TEXT COLLATE "C" NOT NULL,
  cancelled_at TIMESTAMPTZ,
  CHECK (last_day >= from_day),
  CHECK (deputy <> account)
);
CREATE INDEX absences_account ON absences (account, from_day);
CREATE INDEX absences_deputy ON absences (deputy, from_day);

-- +goose Down
DROP TABLE absences;
DROP TABLE assignments;
DROP TABLE throttles;
DROP TABLE sessions;
DROP TABLE handles;
DROP TABLE accounts;
