-- +goose Up
CREATE TABLE drafts (
  id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  account TEXT COLLATE "C" NOT NULL,
  channel TEXT COLLATE "C" NOT NULL,
  agency TEXT COLLATE "C" NOT NULL,
  procedure TEXT COLLATE "C" NOT NULL,
  procedure_version BIGINT NOT NULL,
  completes TEXT COLLATE "C" NOT NULL,
  answers JSONB NOT NULL,
  revisions JSONB NOT NULL,
  version BIGINT NOT NULL,
  filed_as TEXT COLLATE "C" NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  updated_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX drafts_account ON drafts (account, updated_at);
CREATE INDEX drafts_updated ON drafts (updated_at);

CREATE TABLE dossiers (
  case_id TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES cases (id),
  draft_id TEXT COLLATE "C" NOT NULL UNIQUE REFERENCES drafts (id),
  filing_number TEXT COLLATE "C" NOT NULL UNIQUE,
  code TEXT COLLATE "C" UNIQUE,
  secret TEXT COLLATE "C" NOT NULL,
  procedure TEXT COLLATE "C" NOT NULL,
  procedure_version BIGINT NOT NULL,
  applicant TEXT COLLATE "C" NOT NULL,
  name TEXT COLLATE "C" NOT NULL,
  phone TEXT COLLATE "C" NOT NULL,
  receive TEXT COLLATE "C" NOT NULL,
  filed_at TIMESTAMPTZ NOT NULL,
  limit_from TIMESTAMPTZ,
  limit_note TEXT COLLATE "C" NOT NULL,
  asked TEXT COLLATE "C" NOT NULL CHECK (asked IN ('', 'completion', 'supplement')),
  proposal TEXT COLLATE "C" NOT NULL CHECK (proposal IN ('', 'grant', 'refuse')),
  reason TEXT COLLATE "C" NOT NULL,
  result_number TEXT COLLATE "C" NOT NULL,
  result_book TEXT COLLATE "C" NOT NULL,
  result_on TEXT COLLATE "C",
  collected_by TEXT COLLATE "C" NOT NULL
);
CREATE INDEX dossiers_applicant ON dossiers (applicant, filed_at);

CREATE TABLE dossier_answers (
  case_id TEXT COLLATE "C" NOT NULL REFERENCES dossiers (case_id),
  seq BIGINT NOT NULL,
  at TIMESTAMPTZ NOT NULL,
  account TEXT COLLATE "C" NOT NULL,
  answers JSONB NOT NULL,
  PRIMARY KEY (case_id, seq)
);

CREATE TABLE dossier_requests (
  case_id TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES dossiers (case_id),
  kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('completion', 'supplement')),
  asked_at TIMESTAMPTZ NOT NULL,
  asked_by TEXT COLLATE "C" NOT NULL,
  defects JSONB NOT NULL,
  answered_at TIMESTAMPTZ
);

CREATE TABLE dossier_originals (
  case_id TEXT COLLATE "C" NOT NULL REFERENCES dossiers (case_id),
  paper TEXT COLLATE "C" NOT NULL,
  seen_at TIMESTAMPTZ NOT NULL,
  seen_by TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (case_id, paper)
);

-- +goose Down
DROP TABLE dossier_originals;
DROP TABLE dossier_requests;
DROP TABLE dossier_answers;
DROP TABLE dossiers;
DROP TABLE drafts;
