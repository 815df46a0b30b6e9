-- +goose Up
CREATE TABLE drafts (
  id TEXT NOT NULL PRIMARY KEY,
  account TEXT NOT NULL,
  channel TEXT NOT NULL,
  agency TEXT NOT NULL,
  procedure TEXT NOT NULL,
  procedure_version INTEGER NOT NULL,
  completes TEXT NOT NULL,
  answers TEXT NOT NULL CHECK (json_valid(answers)),
  revisions TEXT NOT NULL CHECK (json_valid(revisions)),
  version INTEGER NOT NULL,
  filed_as TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX drafts_account ON drafts (account, updated_at);
CREATE INDEX drafts_updated ON drafts (updated_at);

CREATE TABLE dossiers (
  case_id TEXT NOT NULL PRIMARY KEY REFERENCES cases (id),
  draft_id TEXT NOT NULL UNIQUE REFERENCES drafts (id),
  filing_number TEXT NOT NULL UNIQUE,
  code TEXT UNIQUE,
  secret TEXT NOT NULL,
  procedure TEXT NOT NULL,
  procedure_version INTEGER NOT NULL,
  applicant TEXT NOT NULL,
  name TEXT NOT NULL,
  phone TEXT NOT NULL,
  receive TEXT NOT NULL,
  filed_at INTEGER NOT NULL,
  limit_from INTEGER,
  limit_note TEXT NOT NULL,
  asked TEXT NOT NULL CHECK (asked IN ('', 'completion', 'supplement')),
  proposal TEXT NOT NULL CHECK (proposal IN ('', 'grant', 'refuse')),
  reason TEXT NOT NULL,
  result_number TEXT NOT NULL,
  result_book TEXT NOT NULL,
  result_on TEXT,
  collected_by TEXT NOT NULL
) STRICT;
CREATE INDEX dossiers_applicant ON dossiers (applicant, filed_at);

CREATE TABLE dossier_answers (
  case_id TEXT NOT NULL REFERENCES dossiers (case_id),
  seq INTEGER NOT NULL,
  at INTEGER NOT NULL,
  account TEXT NOT NULL,
  answers TEXT NOT NULL CHECK (json_valid(answers)),
  PRIMARY KEY (case_id, seq)
) STRICT;

CREATE TABLE dossier_requests (
  case_id TEXT NOT NULL PRIMARY KEY REFERENCES dossiers (case_id),
  kind TEXT NOT NULL CHECK (kind IN ('completion', 'supplement')),
  asked_at INTEGER NOT NULL,
  asked_by TEXT NOT NULL,
  defects TEXT NOT NULL CHECK (json_valid(defects)),
  answered_at INTEGER
) STRICT;

CREATE TABLE dossier_originals (
  case_id TEXT NOT NULL REFERENCES dossiers (case_id),
  paper TEXT NOT NULL,
  seen_at INTEGER NOT NULL,
  seen_by TEXT NOT NULL,
  PRIMARY KEY (case_id, paper)
) STRICT;

-- +goose Down
DROP TABLE dossier_originals;
DROP TABLE dossier_requests;
DROP TABLE dossier_answers;
DROP TABLE dossiers;
DROP TABLE drafts;
