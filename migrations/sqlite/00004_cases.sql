-- +goose Up
CREATE TABLE cases (
  id TEXT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  definition TEXT NOT NULL,
  definition_version INTEGER NOT NULL,
  step TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('working', 'waiting', 'closed')),
  needs TEXT NOT NULL,
  agency TEXT NOT NULL,
  holder TEXT NOT NULL,
  assignee TEXT NOT NULL,
  place TEXT NOT NULL,
  due_at INTEGER,
  provisional INTEGER NOT NULL CHECK (provisional IN (0, 1)),
  number TEXT NOT NULL,
  title TEXT NOT NULL,
  folded TEXT NOT NULL,
  facet TEXT NOT NULL,
  channel TEXT NOT NULL,
  opened_at INTEGER NOT NULL,
  accepted_at INTEGER,
  first_due_at INTEGER,
  resolved_at INTEGER,
  on_time INTEGER CHECK (on_time IN (0, 1)),
  closed_at INTEGER,
  outcome TEXT NOT NULL,
  version INTEGER NOT NULL,
  simulated INTEGER NOT NULL CHECK (simulated IN (0, 1))
) STRICT;
CREATE INDEX cases_queue ON cases (state, holder, due_at);
CREATE INDEX cases_assignee ON cases (assignee, state, due_at);
CREATE INDEX cases_opened ON cases (kind, opened_at);
CREATE INDEX cases_resolved ON cases (kind, resolved_at);
CREATE INDEX cases_number ON cases (number);

CREATE TABLE case_events (
  case_id TEXT NOT NULL REFERENCES cases (id),
  seq INTEGER NOT NULL,
  at INTEGER NOT NULL,
  account TEXT NOT NULL,
  acting_for TEXT NOT NULL,
  act TEXT NOT NULL,
  from_step TEXT NOT NULL,
  to_step TEXT NOT NULL,
  agency TEXT NOT NULL,
  due_at INTEGER,
  data TEXT NOT NULL CHECK (json_valid(data)),
  PRIMARY KEY (case_id, seq)
) STRICT;

-- +goose StatementBegin
CREATE TRIGGER case_events_no_update BEFORE UPDATE ON case_events BEGIN SELECT RAISE(ABORT, 'the events of a case are append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER case_events_no_delete BEFORE DELETE ON case_events BEGIN SELECT RAISE(ABORT, 'the events of a case are append-only'); END;
-- +goose StatementEnd

-- +goose Down
DROP TABLE case_events;
DROP TABLE cases;
