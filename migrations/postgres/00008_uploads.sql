-- +goose Up
-- Papers that are coming in pieces. The bytes lie in the folder of uploads; a row
-- that has ended tells a sender whose answer was lost what became of the paper.
CREATE TABLE uploads (
  id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  account TEXT COLLATE "C" NOT NULL,
  draft TEXT COLLATE "C" NOT NULL,
  field TEXT COLLATE "C" NOT NULL,
  name TEXT COLLATE "C" NOT NULL,
  size BIGINT NOT NULL CHECK (size > 0),
  begun_at TIMESTAMPTZ NOT NULL,
  outcome TEXT COLLATE "C" NOT NULL,
  file TEXT COLLATE "C" NOT NULL,
  fault TEXT COLLATE "C" NOT NULL,
  fault_args JSONB NOT NULL,
  revision BIGINT NOT NULL,
  ended_at TIMESTAMPTZ
);
CREATE INDEX uploads_account ON uploads (account, ended_at);
CREATE INDEX uploads_begun ON uploads (begun_at);

-- What may keep a paper from being read: codes, apart by spaces.
ALTER TABLE files ADD COLUMN doubts TEXT COLLATE "C" NOT NULL DEFAULT '';

-- How many papers a day were refused for a virus.
CREATE TABLE file_infections (
  day TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  count BIGINT NOT NULL
);

-- +goose Down
DROP TABLE file_infections;
ALTER TABLE files DROP COLUMN doubts;
DROP TABLE uploads;
