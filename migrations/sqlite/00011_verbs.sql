-- +goose Up
CREATE TABLE case_consults (
  id TEXT NOT NULL PRIMARY KEY,
  case_id TEXT NOT NULL REFERENCES cases (id),
  holder TEXT NOT NULL,
  asked_at INTEGER NOT NULL,
  asked_by TEXT NOT NULL,
  asked_for TEXT NOT NULL,
  agency TEXT NOT NULL,
  asked_holder TEXT NOT NULL,
  question TEXT NOT NULL,
  due_at INTEGER NOT NULL,
  answered_at INTEGER,
  answered_by TEXT NOT NULL,
  answered_for TEXT NOT NULL,
  opinion TEXT NOT NULL CHECK (opinion IN ('', 'agree', 'disagree', 'other')),
  answer TEXT NOT NULL,
  withdrawn_at INTEGER
) STRICT;
CREATE INDEX case_consults_asked ON case_consults (asked_holder, due_at);
CREATE INDEX case_consults_case ON case_consults (case_id, asked_at);

CREATE TABLE dossier_undone (
  case_id TEXT NOT NULL REFERENCES dossiers (case_id),
  seq INTEGER NOT NULL,
  at INTEGER NOT NULL,
  account TEXT NOT NULL,
  reason TEXT NOT NULL,
  code TEXT NOT NULL,
  accepted_at INTEGER NOT NULL,
  first_due_at INTEGER,
  due_at INTEGER,
  PRIMARY KEY (case_id, seq)
) STRICT;

CREATE TABLE dossier_apologies (
  case_id TEXT NOT NULL PRIMARY KEY REFERENCES dossiers (case_id),
  at INTEGER NOT NULL,
  account TEXT NOT NULL,
  reason TEXT NOT NULL,
  was_due_at INTEGER NOT NULL,
  due_at INTEGER NOT NULL
) STRICT;

ALTER TABLE dossiers ADD COLUMN refiled_as TEXT NOT NULL DEFAULT '';
CREATE INDEX dossiers_refiled ON dossiers (refiled_as) WHERE refiled_as <> '';
ALTER TABLE dossiers ADD COLUMN collected_as TEXT NOT NULL DEFAULT '' CHECK (collected_as IN ('', 'self', 'relative', 'authorised'));
ALTER TABLE dossiers ADD COLUMN collected_paper TEXT NOT NULL DEFAULT '' CHECK (collected_paper IN ('', 'citizen_card', 'vneid', 'passport', 'other'));
ALTER TABLE dossiers ADD COLUMN collected_right TEXT NOT NULL DEFAULT '';
ALTER TABLE dossier_originals ADD COLUMN kept INTEGER NOT NULL DEFAULT 0 CHECK (kept IN (0, 1));
ALTER TABLE dossier_originals ADD COLUMN given_back_at INTEGER;
ALTER TABLE dossier_originals ADD COLUMN given_back_by TEXT NOT NULL DEFAULT '';
UPDATE dossier_originals SET given_back_at = seen_at, given_back_by = seen_by;

-- +goose Down
ALTER TABLE dossier_originals DROP COLUMN given_back_by;
ALTER TABLE dossier_originals DROP COLUMN given_back_at;
ALTER TABLE dossier_originals DROP COLUMN kept;
ALTER TABLE dossiers DROP COLUMN collected_right;
ALTER TABLE dossiers DROP COLUMN collected_paper;
ALTER TABLE dossiers DROP COLUMN collected_as;
DROP INDEX dossiers_refiled;
ALTER TABLE dossiers DROP COLUMN refiled_as;
DROP TABLE dossier_apologies;
DROP TABLE dossier_undone;
DROP TABLE case_consults;
