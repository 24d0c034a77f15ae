-- +goose Up

-- The log. The body is what the hashes cover; the columns repeat what entries
-- are found by. "once" is the key of what may happen only once.
CREATE TABLE ledger_entries (
    seq         BIGINT PRIMARY KEY CHECK (seq > 0),
    recorded_at BIGINT NOT NULL, -- microseconds since 1970
    kind        TEXT NOT NULL,
    request_id  TEXT NOT NULL,
    subject     TEXT NOT NULL,   -- pseudonym
    requester   TEXT NOT NULL,   -- pseudonym
    recipient   TEXT NOT NULL,
    once        TEXT UNIQUE,
    body        BYTEA NOT NULL CHECK (length(body) <= 65536),
    prev_hash   BYTEA NOT NULL CHECK (length(prev_hash) = 32),
    hash        BYTEA NOT NULL CHECK (length(hash) = 32)
);

CREATE INDEX ledger_entries_request ON ledger_entries (request_id, kind);
CREATE INDEX ledger_entries_subject ON ledger_entries (subject, recipient, kind, requester);

-- One row: where the log ends. Whoever appends locks it first. Every append
-- writes it anew, so its page keeps room for the versions.
CREATE TABLE ledger_head (
    id        BIGINT PRIMARY KEY CHECK (id = 1),
    entries   BIGINT NOT NULL CHECK (entries >= 0),
    hash      BYTEA NOT NULL CHECK (length(hash) = 32),
    signature BYTEA NOT NULL
) WITH (fillfactor = 10);

INSERT INTO ledger_head (id, entries, hash, signature) VALUES (1, 0, decode(repeat('00', 32), 'hex'), ''::bytea);

-- The log only grows. Somebody who may change the schema can take these away;
-- then the chain and the signed head still tell.

-- +goose StatementBegin
CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: the ledger only grows', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
-- +goose StatementEnd

CREATE TRIGGER ledger_entries_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entries
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();

CREATE TRIGGER ledger_head_keep BEFORE DELETE OR TRUNCATE ON ledger_head
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();

CREATE TRIGGER ledger_head_forward BEFORE UPDATE ON ledger_head
    FOR EACH ROW WHEN (NEW.entries < OLD.entries) EXECUTE FUNCTION ledger_refuse();
