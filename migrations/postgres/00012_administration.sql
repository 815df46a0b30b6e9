-- +goose Up
-- What administrators did to officials' accounts, and why. The journal says who
-- did it; it holds nothing that was typed, so the reasons stand here.
CREATE TABLE official_acts (
  id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  account TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
  kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('added', 'role_given', 'role_ended', 'renamed', 'password', 'closed', 'reopened', 'absent', 'back')),
  role TEXT COLLATE "C" NOT NULL,
  agency TEXT COLLATE "C" NOT NULL,
  from_day TEXT COLLATE "C",
  last_day TEXT COLLATE "C",
  reason TEXT COLLATE "C" NOT NULL,
  by_account TEXT COLLATE "C" NOT NULL,
  acting_for TEXT COLLATE "C" NOT NULL,
  at TIMESTAMPTZ NOT NULL
);
CREATE INDEX official_acts_account ON official_acts (account, at);

-- +goose Down
DROP TABLE official_acts;
