-- +goose Up
-- What people were told of, in both languages as it was said then.
CREATE TABLE notices (
  id TEXT NOT NULL PRIMARY KEY,
  account TEXT NOT NULL,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  cause TEXT NOT NULL,
  link TEXT NOT NULL,
  texts TEXT NOT NULL CHECK (json_valid(texts)),
  at INTEGER NOT NULL,
  read_at INTEGER,
  UNIQUE (account, cause)
) STRICT;
CREATE INDEX notices_account ON notices (account, at, id);
CREATE INDEX notices_unread ON notices (account) WHERE read_at IS NULL;

-- What left the house, or should: never the text, the address only masked.
CREATE TABLE deliveries (
  id TEXT NOT NULL PRIMARY KEY,
  cause TEXT NOT NULL,
  kind TEXT NOT NULL,
  account TEXT NOT NULL,
  channel TEXT NOT NULL CHECK (channel IN ('email')),
  state TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'failed', 'dropped')),
  address TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  error TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  done_at INTEGER,
  UNIQUE (cause, channel)
) STRICT;
CREATE INDEX deliveries_state ON deliveries (state, created_at);

CREATE TABLE mail_choices (
  account TEXT NOT NULL PRIMARY KEY,
  wanted INTEGER NOT NULL CHECK (wanted IN (0, 1)),
  lang TEXT NOT NULL CHECK (lang IN ('vi', 'en')),
  at INTEGER NOT NULL
) STRICT;

-- One-time codes. The code itself is kept nowhere, see identity.
CREATE TABLE codes (
  id TEXT NOT NULL PRIMARY KEY,
  purpose TEXT NOT NULL CHECK (purpose IN ('confirm', 'recover')),
  account TEXT NOT NULL,
  handle TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  until INTEGER NOT NULL,
  used_at INTEGER
) STRICT;
CREATE INDEX codes_account ON codes (account, purpose);
CREATE INDEX codes_until ON codes (until);

-- Passwords that a clerk gave anew at the desk.
CREATE TABLE recoveries (
  id TEXT NOT NULL PRIMARY KEY,
  account TEXT NOT NULL REFERENCES accounts (id),
  clerk TEXT NOT NULL,
  acting_for TEXT NOT NULL,
  agency TEXT NOT NULL,
  proof TEXT NOT NULL,
  reason TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX recoveries_account ON recoveries (account, at);

-- +goose Down
DROP TABLE recoveries;
DROP TABLE codes;
DROP TABLE mail_choices;
DROP TABLE deliveries;
DROP TABLE notices;
