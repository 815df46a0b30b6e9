-- +goose Up
-- What happened to a record, once and for good: the facts that measures count. A
-- fact that was none is taken back by another row with n = -1.
CREATE TABLE facts (
  seq BIGINT NOT NULL PRIMARY KEY,
  record TEXT COLLATE "C" NOT NULL,
  fact TEXT COLLATE "C" NOT NULL,
  n BIGINT NOT NULL CHECK (n <> 0),
  month TEXT COLLATE "C" NOT NULL,
  unit TEXT COLLATE "C" NOT NULL,
  channel TEXT COLLATE "C" NOT NULL,
  subject TEXT COLLATE "C" NOT NULL,
  class TEXT COLLATE "C" NOT NULL,
  at TIMESTAMPTZ NOT NULL,
  UNIQUE (record, fact, n)
);
CREATE INDEX facts_month ON facts (month, seq);
CREATE INDEX facts_at ON facts (at);

-- +goose StatementBegin
CREATE FUNCTION facts_are_write_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'facts are write-once';
END $$;
-- +goose StatementEnd
CREATE TRIGGER facts_no_update BEFORE UPDATE ON facts FOR EACH STATEMENT EXECUTE FUNCTION facts_are_write_once();
CREATE TRIGGER facts_no_delete BEFORE DELETE ON facts FOR EACH STATEMENT EXECUTE FUNCTION facts_are_write_once();
CREATE TRIGGER facts_no_truncate BEFORE TRUNCATE ON facts FOR EACH STATEMENT EXECUTE FUNCTION facts_are_write_once();

-- How many facts there are by month and one axis: kept by increments.
CREATE TABLE tallies (
  month TEXT COLLATE "C" NOT NULL,
  fact TEXT COLLATE "C" NOT NULL,
  axis TEXT COLLATE "C" NOT NULL,
  key TEXT COLLATE "C" NOT NULL,
  class TEXT COLLATE "C" NOT NULL,
  n BIGINT NOT NULL,
  PRIMARY KEY (month, fact, axis, key, class)
);

-- How far the records that were there before facts were kept have been gone through.
CREATE TABLE tallying (
  source TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  upto TEXT COLLATE "C" NOT NULL,
  done BOOLEAN NOT NULL
);

-- A reading is of a month. None was sealed before, so nothing is lost that cannot
-- be counted again.
DROP TABLE readings;
CREATE TABLE readings (
  id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  measure TEXT COLLATE "C" NOT NULL,
  version BIGINT NOT NULL,
  month TEXT COLLATE "C" NOT NULL,
  as_of TIMESTAMPTZ NOT NULL,
  made_at TIMESTAMPTZ NOT NULL,
  numerator BIGINT NOT NULL CHECK (numerator >= 0),
  denominator BIGINT NOT NULL CHECK (denominator >= numerator),
  notes JSONB NOT NULL,
  content TEXT COLLATE "C" NOT NULL,
  facts_to BIGINT NOT NULL,
  journal_to BIGINT NOT NULL,
  corrects TEXT COLLATE "C" NOT NULL,
  digest TEXT COLLATE "C" NOT NULL,
  sealed BOOLEAN NOT NULL
);
CREATE UNIQUE INDEX readings_open ON readings (measure, month) WHERE NOT sealed;
CREATE INDEX readings_month ON readings (measure, month, made_at);
CREATE INDEX readings_made ON readings (made_at);

CREATE TRIGGER readings_no_update BEFORE UPDATE ON readings FOR EACH ROW WHEN (OLD.sealed) EXECUTE FUNCTION sealed_readings_stay();
CREATE TRIGGER readings_no_delete BEFORE DELETE ON readings FOR EACH ROW WHEN (OLD.sealed) EXECUTE FUNCTION sealed_readings_stay();
CREATE TRIGGER readings_no_truncate BEFORE TRUNCATE ON readings FOR EACH STATEMENT EXECUTE FUNCTION sealed_readings_stay();

-- +goose Down
DROP TABLE readings;
DROP TABLE tallying;
DROP TABLE tallies;
DROP TABLE facts;
DROP FUNCTION facts_are_write_once();
CREATE TABLE readings (
  id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  measure TEXT COLLATE "C" NOT NULL,
  unit TEXT COLLATE "C" NOT NULL,
  day TEXT COLLATE "C" NOT NULL,
  as_of TIMESTAMPTZ NOT NULL,
  numerator BIGINT NOT NULL CHECK (numerator >= 0),
  denominator BIGINT NOT NULL CHECK (denominator >= numerator),
  cells JSONB NOT NULL,
  notes JSONB NOT NULL,
  made_at TIMESTAMPTZ NOT NULL,
  sealed BOOLEAN NOT NULL
);
CREATE UNIQUE INDEX readings_open ON readings (measure, unit, day) WHERE NOT sealed;
CREATE INDEX readings_latest ON readings (measure, unit, as_of);
CREATE TRIGGER readings_no_update BEFORE UPDATE ON readings FOR EACH ROW WHEN (OLD.sealed) EXECUTE FUNCTION sealed_readings_stay();
CREATE TRIGGER readings_no_delete BEFORE DELETE ON readings FOR EACH ROW WHEN (OLD.sealed) EXECUTE FUNCTION sealed_readings_stay();
CREATE TRIGGER readings_no_truncate BEFORE TRUNCATE ON readings FOR EACH STATEMENT EXECUTE FUNCTION sealed_readings_stay();
