-- +goose Up
-- What happened to a record, once and for good: the facts that measures count. A
-- fact that was none is taken back by another row with n = -1.
CREATE TABLE facts (
  seq INTEGER NOT NULL PRIMARY KEY,
  record TEXT NOT NULL,
  fact TEXT NOT NULL,
  n INTEGER NOT NULL CHECK (n <> 0),
  month TEXT NOT NULL,
  unit TEXT NOT NULL,
  channel TEXT NOT NULL,
  subject TEXT NOT NULL,
  class TEXT NOT NULL,
  at INTEGER NOT NULL,
  UNIQUE (record, fact, n)
) STRICT;
CREATE INDEX facts_month ON facts (month, seq);
CREATE INDEX facts_at ON facts (at);

-- +goose StatementBegin
CREATE TRIGGER facts_no_update BEFORE UPDATE ON facts BEGIN SELECT RAISE(ABORT, 'facts are write-once'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER facts_no_delete BEFORE DELETE ON facts BEGIN SELECT RAISE(ABORT, 'facts are write-once'); END;
-- +goose StatementEnd

-- How many facts there are by month and one axis: kept by increments.
CREATE TABLE tallies (
  month TEXT NOT NULL,
  fact TEXT NOT NULL,
  axis TEXT NOT NULL,
  key TEXT NOT NULL,
  class TEXT NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (month, fact, axis, key, class)
) STRICT;

-- How far the records that were there before facts were kept have been gone through.
CREATE TABLE tallying (
  source TEXT NOT NULL PRIMARY KEY,
  upto TEXT NOT NULL,
  done INTEGER NOT NULL CHECK (done IN (0, 1))
) STRICT;

-- A reading is of a month. None was sealed before, so nothing is lost that cannot
-- be counted again.
DROP TABLE readings;
CREATE TABLE readings (
  id TEXT NOT NULL PRIMARY KEY,
  measure TEXT NOT NULL,
  version INTEGER NOT NULL,
  month TEXT NOT NULL,
  as_of INTEGER NOT NULL,
  made_at INTEGER NOT NULL,
  numerator INTEGER NOT NULL CHECK (numerator >= 0),
  denominator INTEGER NOT NULL CHECK (denominator >= numerator),
  notes TEXT NOT NULL CHECK (json_valid(notes)),
  content TEXT NOT NULL,
  facts_to INTEGER NOT NULL,
  journal_to INTEGER NOT NULL,
  corrects TEXT NOT NULL,
  digest TEXT NOT NULL,
  sealed INTEGER NOT NULL CHECK (sealed IN (0, 1))
) STRICT;
CREATE UNIQUE INDEX readings_open ON readings (measure, month) WHERE NOT sealed;
CREATE INDEX readings_month ON readings (measure, month, made_at);
CREATE INDEX readings_made ON readings (made_at);

-- +goose StatementBegin
CREATE TRIGGER readings_no_update BEFORE UPDATE ON readings WHEN OLD.sealed BEGIN SELECT RAISE(ABORT, 'a sealed reading never changes'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER readings_no_delete BEFORE DELETE ON readings WHEN OLD.sealed BEGIN SELECT RAISE(ABORT, 'a sealed reading never changes'); END;
-- +goose StatementEnd

-- +goose Down
DROP TABLE readings;
DROP TABLE tallying;
DROP TABLE tallies;
DROP TABLE facts;
CREATE TABLE readings (
  id TEXT NOT NULL PRIMARY KEY,
  measure TEXT NOT NULL,
  unit TEXT NOT NULL,
  day TEXT NOT NULL,
  as_of INTEGER NOT NULL,
  numerator INTEGER NOT NULL CHECK (numerator >= 0),
  denominator INTEGER NOT NULL CHECK (denominator >= numerator),
  cells TEXT NOT NULL CHECK (json_valid(cells)),
  notes TEXT NOT NULL CHECK (json_valid(notes)),
  made_at INTEGER NOT NULL,
  sealed INTEGER NOT NULL CHECK (sealed IN (0, 1))
) STRICT;
CREATE UNIQUE INDEX readings_open ON readings (measure, unit, day) WHERE NOT sealed;
CREATE INDEX readings_latest ON readings (measure, unit, as_of);
-- +goose StatementBegin
CREATE TRIGGER readings_no_update BEFORE UPDATE ON readings WHEN OLD.sealed BEGIN SELECT RAISE(ABORT, 'a sealed reading never changes'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER readings_no_delete BEFORE DELETE ON readings WHEN OLD.sealed BEGIN SELECT RAISE(ABORT, 'a sealed reading never changes'); END;
-- +goose StatementEnd
