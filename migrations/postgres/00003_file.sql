-- +goose Up
CREATE TABLE files (
  id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  owner_kind TEXT COLLATE "C" NOT NULL,
  owner_id TEXT COLLATE "C" NOT NULL,
  slot TEXT COLLATE "C" NOT NULL,
  digest TEXT COLLATE "C" NOT NULL CHECK (length(digest) = 64),
  size BIGINT NOT NULL CHECK (size > 0),
  type TEXT COLLATE "C" NOT NULL,
  name TEXT COLLATE "C" NOT NULL,
  pages BIGINT NOT NULL,
  width BIGINT NOT NULL,
  height BIGINT NOT NULL,
  received_by TEXT COLLATE "C" NOT NULL,
  received_at TIMESTAMPTZ NOT NULL,
  ended_at TIMESTAMPTZ
);
CREATE INDEX files_owner ON files (owner_kind, owner_id, received_at, id);
CREATE INDEX files_digest ON files (digest, id);

CREATE TABLE file_refusals (
  day TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  count BIGINT NOT NULL
);

-- +goose Down
DROP TABLE file_refusals;
DROP TABLE files;
