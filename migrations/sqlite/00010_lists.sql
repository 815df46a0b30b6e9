-- +goose Up
-- What a case is found by, one row each: its folded words, and after them the
-- places above its holder, each behind the letter that folding leaves nowhere. It
-- has a number of its own, because VACUUM may change the rowid of cases.
CREATE TABLE case_words (
  seq INTEGER NOT NULL PRIMARY KEY,
  case_id TEXT NOT NULL UNIQUE REFERENCES cases (id),
  words TEXT NOT NULL
) STRICT;
CREATE VIRTUAL TABLE case_words_fts USING fts5 (words, content = 'case_words', content_rowid = 'seq', tokenize = "unicode61 remove_diacritics 0", detail = 'none', prefix = '1 2 3');

-- Every word by which any case is found, to correct slips by.
CREATE TABLE case_vocabulary (
  word TEXT NOT NULL PRIMARY KEY
) STRICT;

-- +goose StatementBegin
CREATE TRIGGER cases_words_insert AFTER INSERT ON cases BEGIN
  INSERT INTO case_words (seq, case_id, words)
    SELECT coalesce(max(seq), 0) + 1, NEW.id, NEW.folded || ' đ' || replace(replace(replace(replace(rtrim(NEW.holder, '/'), '-', 'y'), '.', 'z'), '_', 'w'), '/', ' đ') FROM case_words;
  INSERT INTO case_words_fts (rowid, words) SELECT seq, words FROM case_words WHERE case_id = NEW.id;
  INSERT INTO case_vocabulary (word)
    SELECT DISTINCT value FROM json_each('["' || replace(NEW.folded, ' ', '","') || '"]') WHERE length(value) BETWEEN 2 AND 20 AND value NOT GLOB '*[0-9]*' ON CONFLICT (word) DO NOTHING;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER cases_words_update AFTER UPDATE OF folded, holder ON cases WHEN OLD.folded <> NEW.folded OR OLD.holder <> NEW.holder BEGIN
  INSERT INTO case_words_fts (case_words_fts, rowid, words) SELECT 'delete', seq, words FROM case_words WHERE case_id = NEW.id;
  UPDATE case_words SET words = NEW.folded || ' đ' || replace(replace(replace(replace(rtrim(NEW.holder, '/'), '-', 'y'), '.', 'z'), '_', 'w'), '/', ' đ') WHERE case_id = NEW.id;
  INSERT INTO case_words_fts (rowid, words) SELECT seq, words FROM case_words WHERE case_id = NEW.id;
  INSERT INTO case_vocabulary (word)
    SELECT DISTINCT value FROM json_each('["' || replace(NEW.folded, ' ', '","') || '"]') WHERE length(value) BETWEEN 2 AND 20 AND value NOT GLOB '*[0-9]*' ON CONFLICT (word) DO NOTHING;
END;
-- +goose StatementEnd

INSERT INTO case_words (seq, case_id, words)
  SELECT row_number() OVER (ORDER BY opened_at, id), id, folded || ' đ' || replace(replace(replace(replace(rtrim(holder, '/'), '-', 'y'), '.', 'z'), '_', 'w'), '/', ' đ') FROM cases;
INSERT INTO case_words_fts (case_words_fts) VALUES ('rebuild');
INSERT INTO case_vocabulary (word)
  SELECT DISTINCT j.value FROM cases c, json_each('["' || replace(c.folded, ' ', '","') || '"]') j WHERE length(j.value) BETWEEN 2 AND 20 AND j.value NOT GLOB '*[0-9]*';

-- The lists of officials: what is open, by what is due and by step; the register
-- by when dossiers came, were accepted and were resolved.
DROP INDEX cases_queue;
CREATE INDEX cases_open ON cases (holder, kind, step, needs, state, assignee, due_at) WHERE state <> 'closed';
CREATE INDEX cases_due ON cases (holder, due_at, opened_at, id) WHERE state <> 'closed';
CREATE INDEX cases_holder_opened ON cases (holder, opened_at, id);
CREATE INDEX cases_holder_accepted ON cases (holder, accepted_at);
CREATE INDEX cases_holder_resolved ON cases (holder, resolved_at);

-- Who filed before, by their phone.
CREATE INDEX dossiers_phone ON dossiers (phone);

-- Filters that an official keeps under a name.
CREATE TABLE saved_views (
  id TEXT NOT NULL PRIMARY KEY,
  account TEXT NOT NULL,
  agency TEXT NOT NULL,
  page TEXT NOT NULL,
  name TEXT NOT NULL,
  query TEXT NOT NULL,
  shared INTEGER NOT NULL CHECK (shared IN (0, 1)),
  created_at INTEGER NOT NULL,
  UNIQUE (account, page, name)
) STRICT;
CREATE INDEX saved_views_agency ON saved_views (agency, page);

-- +goose Down
DROP TABLE saved_views;
DROP INDEX dossiers_phone;
DROP INDEX cases_holder_resolved;
DROP INDEX cases_holder_accepted;
DROP INDEX cases_holder_opened;
DROP INDEX cases_due;
DROP INDEX cases_open;
CREATE INDEX cases_queue ON cases (state, holder, due_at);
DROP TRIGGER cases_words_update;
DROP TRIGGER cases_words_insert;
DROP TABLE case_vocabulary;
DROP TABLE case_words_fts;
DROP TABLE case_words;
