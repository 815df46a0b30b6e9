-- +goose Up
CREATE TABLE dossier_fees (
  case_id TEXT COLLATE "C" NOT NULL REFERENCES dossiers (case_id),
  n BIGINT NOT NULL,
  at TIMESTAMPTZ NOT NULL,
  account TEXT COLLATE "C" NOT NULL,
  cause TEXT COLLATE "C" NOT NULL CHECK (cause IN ('accept', 'supply', 'determine')),
  lines JSONB NOT NULL,
  total BIGINT CHECK (total >= 0),
  PRIMARY KEY (case_id, n)
);

CREATE TABLE payments (
  id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  case_id TEXT COLLATE "C" NOT NULL,
  fee BIGINT NOT NULL,
  agency TEXT COLLATE "C" NOT NULL,
  holder TEXT COLLATE "C" NOT NULL,
  year BIGINT NOT NULL,
  number BIGINT NOT NULL,
  amount BIGINT NOT NULL CHECK (amount > 0),
  method TEXT COLLATE "C" NOT NULL CHECK (method IN ('cash', 'transfer')),
  payer TEXT COLLATE "C" NOT NULL,
  taken_at TIMESTAMPTZ NOT NULL,
  taken_on TEXT COLLATE "C" NOT NULL,
  taken_by TEXT COLLATE "C" NOT NULL,
  status TEXT COLLATE "C" NOT NULL CHECK (status IN ('paid', 'cancelled')),
  cancelled_at TIMESTAMPTZ,
  cancelled_by TEXT COLLATE "C" NOT NULL,
  reason TEXT COLLATE "C" NOT NULL,
  UNIQUE (agency, year, number),
  FOREIGN KEY (case_id, fee) REFERENCES dossier_fees (case_id, n)
);
CREATE UNIQUE INDEX payments_once ON payments (case_id, fee) WHERE status = 'paid';
CREATE INDEX payments_case ON payments (case_id, taken_at);
CREATE INDEX payments_day ON payments (taken_on, holder);

-- +goose Down
DROP TABLE payments;
DROP TABLE dossier_fees;
