-- +goose Up
-- What people were told of, in both languages as it was said then.
CREATE TABLE notices (
  id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  account TEXT COLLATE "C" NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  subject TEXT COLLATE "C" NOT NULL,
  cause TEXT COLLATE "C" NOT NULL,
  link TEXT COLLATE "C" NOT NULL,
  texts JSONB NOT NULL,
  at TIMESTAMPTZ NOT NULL,
  read_at TIMESTAMPTZ,
  UNIQUE (account, cause)
);
CREATE INDEX notices_account ON notices (account, at, id);
CREATE INDEX notices_unread ON notices (account) WHERE read_at IS NULL;

-- What left the house, or should: never the text, the address only masked.
CREATE TABLE deliveries (
  id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  cause TEXT COLLATE "C" NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  account TEXT COLLATE "C" NOT NULL,
  channel TEXT COLLATE "C" NOT NULL CHECK (channel IN ('email')),
  state TEXT COLLATE "C" NOT NULL CHECK (state IN ('waiting', 'sent', 'failed', 'dropped')),
  address TEXT COLLATE "C" NOT NULL,
  attempts BIGINT NOT NULL,
  error TEXT COLLATE "C" NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  done_at TIMESTAMPTZ,
  UNIQUE (cause, channel)
);
CREATE INDEX deliveries_state ON deliveries (state, created_at);

CREATE TABLE mail_choices (
  account TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  wanted BOOLEAN NOT NULL,
  lang TEXT COLLATE "C" NOT NULL CHECK (lang IN ('vi', 'en')),
  at TIMESTAMPTZ NOT NULL
);

-- One-time codes. The code itself is kept nowhere, see identity.
CREATE TABLE codes (
  id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  purpose TEXT COLLATE "C" NOT NULL CHECK (purpose IN ('confirm', 'recover')),
  account TEXT COLLATE "C" NOT NULL,
  handle TEXT COLLATE "C" NOT NULL,
  attempts BIGINT NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  until TIMESTAMPTZ NOT NULL,
  used_at TIMESTAMPTZ
);
CREATE INDEX codes_account ON codes (account, purpose);
CREATE INDEX codes_until ON codes (until);

-- Passwords that a clerk gave anew at the desk.
CREATE TABLE recoveries (
  id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  account TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
  clerk TEXT COLLATE "C" NOT NULL,
  acting_for TEXT COLLATE "C" NOT NULL,
  agency TEXT COLLATE "C" NOT NULL,
  proof TEXT COLLATE "C" NOT NULL,
  reason TEXT COLLATE "C" NOT NULL,
  at TIMESTAMPTZ NOT NULL
);
CREATE INDEX recoveries_account ON recoveries (account, at);

-- +goose Down
DROP TABLE recoveries;
DROP TABLE codes;
DROP TABLE mail_choices;
DROP TABLE deliveries;
DROP TABLE notices;
