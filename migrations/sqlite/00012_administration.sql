-- +goose Up
-- What administrators did to officials' accounts, and why. The journal says who
-- did it; it holds nothing that was typed, so the reasons stand here.
CREATE TABLE official_acts (
  id TEXT NOT NULL PRIMARY KEY,
  account TEXT NOT NULL REFERENCES accounts (id),
  kind TEXT NOT NULL CHECK (kind IN ('added', 'role_given', 'role_ended', 'renamed', 'password', 'closed', 'reopened', 'absent', 'back')),
  role TEXT NOT NULL,
  agency TEXT NOT NULL,
  from_day TEXT,
  last_day TEXT,
  reason TEXT NOT NULL,
  by_account TEXT NOT NULL,
  acting_for TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX official_acts_account ON official_acts (account, at);

-- +goose Down
DROP TABLE official_acts;
