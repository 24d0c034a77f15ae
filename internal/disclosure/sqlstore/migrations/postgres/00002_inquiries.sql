-- +goose Up
-- What a body asks by law, in place of a signed statement.
ALTER TABLE cases ADD COLUMN inquiry BYTEA;
DROP INDEX cases_full;
CREATE INDEX cases_full ON cases (finished_at) WHERE bundle IS NOT NULL OR container IS NOT NULL OR inquiry IS NOT NULL;
