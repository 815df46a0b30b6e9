-- +goose Up
-- Papers that are coming in pieces. The bytes lie in the folder of uploads; a row
-- that has ended tells a sender whose answer was lost what became of the paper.
CREATE TABLE uploads (
  id TEXT NOT NULL PRIMARY KEY,
  account TEXT NOT NULL,
  draft TEXT NOT NULL,
  field TEXT NOT NULL,
  name TEXT NOT NULL,
  size INTEGER NOT NULL CHECK (size > 0),
  begun_at INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  file TEXT NOT NULL,
  fault TEXT NOT NULL,
  fault_args TEXT NOT NULL CHECK (json_valid(fault_args)),
  revision INTEGER NOT NULL,
  ended_at INTEGER
) STRICT;
CREATE INDEX uploads_account ON uploads (account, ended_at);
CREATE INDEX uploads_begun ON uploads (begun_at);

-- What may keep a paper from being read: codes, apart by spaces.
ALTER TABLE files ADD COLUMN doubts TEXT NOT NULL DEFAULT '';

-- How many papers a day were refused for a virus.
CREATE TABLE file_infections (
  day TEXT NOT NULL PRIMARY KEY,
  count INTEGER NOT NULL
) STRICT;

-- +goose Down
DROP TABLE file_infections;
ALTER TABLE files DROP COLUMN doubts;
DROP TABLE uploads;
