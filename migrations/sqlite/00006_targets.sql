-- +goose Up
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

-- +goose Down
DROP TABLE readings;
