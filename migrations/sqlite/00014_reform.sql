-- +goose Up
-- Books of numbers that ended with their agency: the last number that was drawn.
CREATE TABLE closed_books (
  series TEXT NOT NULL,
  period TEXT NOT NULL,
  last INTEGER NOT NULL,
  reform TEXT NOT NULL,
  closed_at INTEGER NOT NULL,
  PRIMARY KEY (series, period)
) STRICT;

-- +goose Down
DROP TABLE closed_books;
