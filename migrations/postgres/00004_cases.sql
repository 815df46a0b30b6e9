-- +goose Up
CREATE TABLE cases (
  id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  kind TEXT COLLATE "C" NOT NULL,
  definition TEXT COLLATE "C" NOT NULL,
  definition_version BIGINT NOT NULL,
  step TEXT COLLATE "C" NOT NULL,
  state TEXT COLLATE "C" NOT NULL CHECK (state IN ('working', 'waiting', 'closed')),
  needs TEXT COLLATE "C" NOT NULL,
  agency TEXT COLLATE "C" NOT NULL,
  holder TEXT COLLATE "C" NOT NULL,
  assignee TEXT COLLATE "C" NOT NULL,
  place TEXT COLLATE "C" NOT NULL,
  due_at TIMESTAMPTZ,
  provisional BOOLEAN NOT NULL,
  number TEXT COLLATE "C" NOT NULL,
  title TEXT COLLATE "C" NOT NULL,
  folded TEXT COLLATE "C" NOT NULL,
  facet TEXT COLLATE "C" NOT NULL,
  channel TEXT COLLATE "C" NOT NULL,
  opened_at TIMESTAMPTZ NOT NULL,
  accepted_at TIMESTAMPTZ,
  first_due_at TIMESTAMPTZ,
  resolved_at TIMESTAMPTZ,
  on_time BOOLEAN,
  closed_at TIMESTAMPTZ,
  outcome TEXT COLLATE "C" NOT NULL,
  version BIGINT NOT NULL,
  simulated BOOLEAN NOT NULL
);
CREATE INDEX cases_queue ON cases (state, holder, due_at);
CREATE INDEX cases_assignee ON cases (assignee, state, due_at);
CREATE INDEX cases_opened ON cases (kind, opened_at);
CREATE INDEX cases_resolved ON cases (kind, resolved_at);
CREATE INDEX cases_number ON cases (number);

CREATE TABLE case_events (
  case_id TEXT COLLATE "C" NOT NULL REFERENCES cases (id),
  seq BIGINT NOT NULL,
  at TIMESTAMPTZ NOT NULL,
  account TEXT COLLATE "C" NOT NULL,
  acting_for TEXT COLLATE "C" NOT NULL,
  act TEXT COLLATE "C" NOT NULL,
  from_step TEXT COLLATE "C" NOT NULL,
  to_step TEXT COLLATE "C" NOT NULL,
  agency TEXT COLLATE "C" NOT NULL,
  due_at TIMESTAMPTZ,
  data JSONB NOT NULL,
  PRIMARY KEY (case_id, seq)
);

-- +goose StatementBegin
CREATE FUNCTION case_events_are_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the events of a case are append-only';
END $$;
-- +goose StatementEnd
CREATE TRIGGER case_events_no_update BEFORE UPDATE ON case_events FOR EACH STATEMENT EXECUTE FUNCTION case_events_are_append_only();
CREATE TRIGGER case_events_no_delete BEFORE DELETE ON case_events FOR EACH STATEMENT EXECUTE FUNCTION case_events_are_append_only();
CREATE TRIGGER case_events_no_truncate BEFORE TRUNCATE ON case_events FOR EACH STATEMENT EXECUTE FUNCTION case_events_are_append_only();

-- +goose Down
DROP TABLE case_events;
DROP FUNCTION case_events_are_append_only();
DROP TABLE cases;
