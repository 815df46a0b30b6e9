-- +goose Up
-- Books of numbers that ended with their agency: the last number that was drawn.
CREATE TABLE closed_books (
  series TEXT COLLATE "C" NOT NULL,
  period TEXT COLLATE "C" NOT NULL,
  last BIGINT NOT NULL,
  reform TEXT COLLATE "C" NOT NULL,
  closed_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (series, period)
);

-- +goose Down
DROP TABLE closed_books;
