-- +goose Up

-- The log. The body is what the hashes cover; the columns repeat what entries
-- are found by. "once" is the key of what may happen only once.
CREATE TABLE ledger_entries (
    seq         INTEGER PRIMARY KEY CHECK (seq > 0),
    recorded_at INTEGER NOT NULL, -- microseconds since 1970
    kind        TEXT NOT NULL,
    request_id  TEXT NOT NULL,
    subject     TEXT NOT NULL,    -- pseudonym
    requester   TEXT NOT NULL,    -- pseudonym
    recipient   TEXT NOT NULL,
    once        TEXT UNIQUE,
    body        BLOB NOT NULL CHECK (length(body) <= 65536),
    prev_hash   BLOB NOT NULL CHECK (length(prev_hash) = 32),
    hash        BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;

CREATE INDEX ledger_entries_request ON ledger_entries (request_id, kind);
CREATE INDEX ledger_entries_subject ON ledger_entries (subject, recipient, kind, requester);

-- One row: where the log ends. Whoever appends locks it first.
CREATE TABLE ledger_head (
    id        INTEGER PRIMARY KEY CHECK (id = 1),
    entries   INTEGER NOT NULL CHECK (entries >= 0),
    hash      BLOB NOT NULL CHECK (length(hash) = 32),
    signature BLOB NOT NULL
) STRICT;

INSERT INTO ledger_head (id, entries, hash, signature) VALUES (1, 0, zeroblob(32), x'');

-- The log only grows. Somebody who may change the schema can take these away;
-- then the chain and the signed head still tell.

-- +goose StatementBegin
CREATE TRIGGER ledger_entries_keep_content BEFORE UPDATE ON ledger_entries
BEGIN
    SELECT RAISE(ABORT, 'entries of the ledger are never changed');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER ledger_entries_keep_rows BEFORE DELETE ON ledger_entries
BEGIN
    SELECT RAISE(ABORT, 'entries of the ledger are never deleted');
END;
-- +goose StatementEnd

-- INSERT OR REPLACE deletes without asking the trigger above.
-- +goose StatementBegin
CREATE TRIGGER ledger_entries_keep_place BEFORE INSERT ON ledger_entries
WHEN EXISTS (SELECT 1 FROM ledger_entries WHERE seq = NEW.seq OR once = NEW.once)
BEGIN
    SELECT RAISE(ABORT, 'entries of the ledger are never replaced');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER ledger_head_forward BEFORE UPDATE ON ledger_head
WHEN NEW.entries < OLD.entries
BEGIN
    SELECT RAISE(ABORT, 'the ledger never goes back');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER ledger_head_keep BEFORE DELETE ON ledger_head
BEGIN
    SELECT RAISE(ABORT, 'the head of the ledger is never deleted');
END;
-- +goose StatementEnd
