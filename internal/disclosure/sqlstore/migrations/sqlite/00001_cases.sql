-- +goose Up
-- Moments are microseconds since 1970-01-01 UTC; 0 means none.
CREATE TABLE cases (
    id               TEXT    NOT NULL PRIMARY KEY,
    state            TEXT    NOT NULL,
    case_key         TEXT    NOT NULL UNIQUE,
    body_digest      BLOB    NOT NULL,
    channel          TEXT    NOT NULL,
    caller_name      TEXT    NOT NULL,
    message_id       TEXT    NOT NULL,
    transaction_id   TEXT    NOT NULL,
    service          TEXT    NOT NULL,
    user_id          TEXT    NOT NULL,
    purpose_id       TEXT    NOT NULL,
    statement        BLOB,
    nonce            TEXT    NOT NULL,
    created_at       INTEGER NOT NULL,
    expires_at       INTEGER NOT NULL,
    container        BLOB,
    content          BLOB,
    accepted_at      INTEGER NOT NULL,
    attempts         INTEGER NOT NULL,
    retry_at         INTEGER NOT NULL,
    code             TEXT    NOT NULL,
    reason           TEXT    NOT NULL,
    grant_id         TEXT    NOT NULL,
    record           BLOB,
    bundle           BLOB,
    signature        BLOB,
    sealed_at        INTEGER NOT NULL,
    receipt          BLOB,
    withdrawn        INTEGER NOT NULL,
    finished_at      INTEGER NOT NULL
) STRICT;
CREATE INDEX cases_due ON cases (retry_at) WHERE state = 'accepted';
CREATE INDEX cases_created ON cases (created_at);
-- Of the finished ones only those that still hold something are looked for.
CREATE INDEX cases_full ON cases (finished_at) WHERE bundle IS NOT NULL OR container IS NOT NULL;

CREATE TABLE nonces (
    nonce      TEXT    NOT NULL PRIMARY KEY,
    case_id    TEXT    NOT NULL,
    keep_until INTEGER NOT NULL
) STRICT;
CREATE INDEX nonces_dead ON nonces (keep_until);
