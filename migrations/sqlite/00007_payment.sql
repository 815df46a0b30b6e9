-- +goose Up
CREATE TABLE dossier_fees (
  case_id TEXT NOT NULL REFERENCES dossiers (case_id),
  n INTEGER NOT NULL,
  at INTEGER NOT NULL,
  account TEXT NOT NULL,
  cause TEXT NOT NULL CHECK (cause IN ('accept', 'supply', 'determine')),
  lines TEXT NOT NULL CHECK (json_valid(lines)),
  total INTEGER CHECK (total >= 0),
  PRIMARY KEY (case_id, n)
) STRICT;

CREATE TABLE payments (
  id TEXT NOT NULL PRIMARY KEY,
  case_id TEXT NOT NULL,
  fee INTEGER NOT NULL,
  agency TEXT NOT NULL,
  holder TEXT NOT NULL,
  year INTEGER NOT NULL,
  number INTEGER NOT NULL,
  amount INTEGER NOT NULL CHECK (amount > 0),
  method TEXT NOT NULL CHECK (method IN ('cash', 'transfer')),
  payer TEXT NOT NULL,
  taken_at INTEGER NOT NULL,
  taken_on TEXT NOT NULL,
  taken_by TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('paid', 'cancelled')),
  cancelled_at INTEGER,
  cancelled_by TEXT NOT NULL,
  reason TEXT NOT NULL,
  UNIQUE (agency, year, number),
  FOREIGN KEY (case_id, fee) REFERENCES dossier_fees (case_id, n)
) STRICT;
CREATE UNIQUE INDEX payments_once ON payments (case_id, fee) WHERE status = 'paid';
CREATE INDEX payments_case ON payments (case_id, taken_at);
CREATE INDEX payments_day ON payments (taken_on, holder);

-- +goose Down
DROP TABLE payments;
DROP TABLE dossier_fees;
