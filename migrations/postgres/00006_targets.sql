-- +goose Up
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

-- +goose StatementBegin
CREATE FUNCTION sealed_readings_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a sealed reading never changes';
END $$;
-- +goose StatementEnd
CREATE TRIGGER readings_no_update BEFORE UPDATE ON readings FOR EACH ROW WHEN (OLD.sealed) EXECUTE FUNCTION sealed_readings_stay();
CREATE TRIGGER readings_no_delete BEFORE DELETE ON readings FOR EACH ROW WHEN (OLD.sealed) EXECUTE FUNCTION sealed_readings_stay();
CREATE TRIGGER readings_no_truncate BEFORE TRUNCATE ON readings FOR EACH STATEMENT EXECUTE FUNCTION sealed_readings_stay();

-- +goose Down
DROP TABLE readings;
DROP FUNCTION sealed_readings_stay();
