-- +goose Up
-- What a case is found by, one row each: its folded words, and after them the
-- places above its holder, each behind the letter that folding leaves nowhere.
CREATE TABLE case_words (
  seq BIGINT NOT NULL PRIMARY KEY,
  case_id TEXT COLLATE "C" NOT NULL UNIQUE REFERENCES cases (id),
  words TEXT COLLATE "C" NOT NULL
);
CREATE SEQUENCE case_words_numbers;
CREATE INDEX case_words_fts ON case_words USING gin (to_tsvector('simple', words));

-- Every word by which any case is found, to correct slips by.
CREATE TABLE case_vocabulary (
  word TEXT COLLATE "C" NOT NULL PRIMARY KEY
);

-- +goose StatementBegin
CREATE FUNCTION cases_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO case_words (seq, case_id, words)
    VALUES (nextval('case_words_numbers'), NEW.id, NEW.folded || ' đ' || replace(replace(replace(replace(rtrim(NEW.holder, '/'), '-', 'y'), '.', 'z'), '_', 'w'), '/', ' đ'))
    ON CONFLICT (case_id) DO UPDATE SET words = excluded.words;
  -- In order, so that two who bring the same new words wait for each other in one
  -- direction only.
  INSERT INTO case_vocabulary (word)
    SELECT DISTINCT w COLLATE "C" FROM unnest(string_to_array(NEW.folded, ' ')) AS w WHERE length(w) BETWEEN 2 AND 20 AND w !~ '[0-9]' ORDER BY 1 ON CONFLICT (word) DO NOTHING;
  RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER cases_words_insert AFTER INSERT ON cases FOR EACH ROW EXECUTE FUNCTION cases_words();
CREATE TRIGGER cases_words_update AFTER UPDATE OF folded, holder ON cases FOR EACH ROW WHEN (OLD.folded <> NEW.folded OR OLD.holder <> NEW.holder) EXECUTE FUNCTION cases_words();

INSERT INTO case_words (seq, case_id, words)
  SELECT nextval('case_words_numbers'), id, folded || ' đ' || replace(replace(replace(replace(rtrim(holder, '/'), '-', 'y'), '.', 'z'), '_', 'w'), '/', ' đ') FROM cases;
INSERT INTO case_vocabulary (word)
  SELECT DISTINCT w COLLATE "C" FROM cases c, unnest(string_to_array(c.folded, ' ')) AS w WHERE length(w) BETWEEN 2 AND 20 AND w !~ '[0-9]';

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
  id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  account TEXT COLLATE "C" NOT NULL,
  agency TEXT COLLATE "C" NOT NULL,
  page TEXT COLLATE "C" NOT NULL,
  name TEXT COLLATE "C" NOT NULL,
  query TEXT COLLATE "C" NOT NULL,
  shared BOOLEAN NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  UNIQUE (account, page, name)
);
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
DROP TRIGGER cases_words_update ON cases;
DROP TRIGGER cases_words_insert ON cases;
DROP FUNCTION cases_words;
DROP TABLE case_vocabulary;
DROP TABLE case_words;
DROP SEQUENCE case_words_numbers;
