-- +goose Up
CREATE TABLE case_consults (
  id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  case_id TEXT COLLATE "C" NOT NULL REFERENCES cases (id),
  holder TEXT COLLATE "C" NOT NULL,
  asked_at TIMESTAMPTZ NOT NULL,
  asked_by TEXT COLLATE "C" NOT NULL,
  asked_for TEXT COLLATE "C" NOT NULL,
  agency TEXT COLLATE "C" NOT NULL,
  asked_holder TEXT COLLATE "C" NOT NULL,
  question TEXT COLLATE "C" NOT NULL,
  due_at TIMESTAMPTZ NOT NULL,
  answered_at TIMESTAMPTZ,
  answered_by TEXT COLLATE "C" NOT NULL,
  answered_for TEXT COLLATE "C" NOT NULL,
  opinion TEXT COLLATE "C" NOT NULL CHECK (opinion IN ('', 'agree', 'disagree', 'other')),
  answer TEXT COLLATE "C" NOT NULL,
  withdrawn_at TIMESTAMPTZ
);
CREATE INDEX case_consults_asked ON case_consults (asked_holder, due_at);
CREATE INDEX case_consults_case ON case_consults (case_id, asked_at);

CREATE TABLE dossier_undone (
  case_id TEXT COLLATE "C" NOT NULL REFERENCES dossiers (case_id),
  seq BIGINT NOT NULL,
  at TIMESTAMPTZ NOT NULL,
  account TEXT COLLATE "C" NOT NULL,
  reason TEXT COLLATE "C" NOT NULL,
  code TEXT COLLATE "C" NOT NULL,
  accepted_at TIMESTAMPTZ NOT NULL,
  first_due_at TIMESTAMPTZ,
  due_at TIMESTAMPTZ,
  PRIMARY KEY (case_id, seq)
);

CREATE TABLE dossier_apologies (
  case_id TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES dossiers (case_id),
  at TIMESTAMPTZ NOT NULL,
  account TEXT COLLATE "C" NOT NULL,
  reason TEXT COLLATE "C" NOT NULL,
  was_due_at TIMESTAMPTZ NOT NULL,
  due_at TIMESTAMPTZ NOT NULL
);

ALTER TABLE dossiers ADD COLUMN refiled_as TEXT COLLATE "C" NOT NULL DEFAULT '';
CREATE INDEX dossiers_refiled ON dossiers (refiled_as) WHERE refiled_as <> '';
ALTER TABLE dossiers ADD COLUMN collected_as TEXT COLLATE "C" NOT NULL DEFAULT '' CHECK (collected_as IN ('', 'self', 'relative', 'authorised'));
ALTER TABLE dossiers ADD COLUMN collected_paper TEXT COLLATE "C" NOT NULL DEFAULT '' CHECK (collected_paper IN ('', 'citizen_card', 'vneid', 'passport', 'other'));
ALTER TABLE dossiers ADD COLUMN collected_right TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE dossier_originals ADD COLUMN kept BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE dossier_originals ADD COLUMN given_back_at TIMESTAMPTZ;
ALTER TABLE dossier_originals ADD COLUMN given_back_by TEXT COLLATE "C" NOT NULL DEFAULT '';
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
