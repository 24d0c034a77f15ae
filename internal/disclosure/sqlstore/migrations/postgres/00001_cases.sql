-- +goose Up
-- Moments are microseconds since 1970-01-01 UTC; 0 means none.
CREATE TABLE cases (
    id               TEXT    NOT NULL PRIMARY KEY,
    state            TEXT    NOT NULL,
    case_key         TEXT    NOT NULL UNIQUE,
    body_digest      BYTEA    NOT NULL,
    channel          TEXT    NOT NULL,
    caller_name      TEXT    NOT NULL,
    message_id       TEXT    NOT NULL,
    transaction_id   TEXT    NOT NULL,
    service          TEXT    NOT NULL,
    user_id          TEXT    NOT NULL,
    purpose_id       TEXT    NOT NULL,
    statement        BYTEA,
    nonce            TEXT    NOT NULL,
    created_at       BIGINT NOT NULL,
    expires_at       BIGINT NOT NULL,
    container        BYTEA,
    content          BYTEA,
    accepted_at      BIGINT NOT NULL,
    attempts         BIGINT NOT NULL,
    retry_at         BIGINT NOT NULL,
    code             TEXT    NOT NULL,
    reason           TEXT    NOT NULL,
    grant_id         TEXT    NOT NULL,
    record           BYTEA,
    bundle           BYTEA,
    signature        BYTEA,
    sealed_at        BIGINT NOT NULL,
    receipt          BYTEA,
    withdrawn        BIGINT NOT NULL,
    finished_at      BIGINT NOT NULL
);
CREATE INDEX cases_due ON cases (retry_at) WHERE state = 'accepted';
CREATE INDEX cases_created ON cases (created_at);
-- Of the finished ones only those that still hold something are looked for.
CREATE INDEX cases_full ON cases (finished_at) WHERE bundle IS NOT NULL OR container IS NOT NULL;

CREATE TABLE nonces (
    nonce      TEXT    NOT NULL PRIMARY KEY,
    case_id    TEXT    NOT NULL,
    keep_until BIGINT NOT NULL
);
CREATE INDEX nonces_dead ON nonces (keep_until);
