-- +goose Up
-- Whom to tell that a case has ended. A row lives until that is done or given up.
CREATE TABLE notices (
    id         TEXT   NOT NULL PRIMARY KEY,
    case_id    TEXT   NOT NULL UNIQUE,
    recipient  TEXT   NOT NULL,
    created_at INTEGER NOT NULL,
    attempts   INTEGER NOT NULL,
    retry_at   INTEGER NOT NULL
) STRICT;
CREATE INDEX notices_due ON notices (retry_at);
CREATE INDEX notices_created ON notices (created_at);
