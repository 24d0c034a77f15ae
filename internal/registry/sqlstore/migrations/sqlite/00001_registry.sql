-- +goose Up
-- The source keeps persons, declarations and providers in separate databases
-- with no keys between them, so references may dangle here as they do there.
-- Dates are days; times are microseconds since 1970 in UTC, the precision of
-- the source in a form that both engines compare and return alike. The checks
-- stand for the types that the other engine has.

CREATE TABLE persons (
    id                  TEXT PRIMARY KEY CHECK (length(id) = 36),
    last_name           TEXT NOT NULL,
    first_name          TEXT NOT NULL,
    second_name         TEXT NOT NULL,
    birth_date          TEXT NOT NULL CHECK (birth_date IS date(birth_date)),
    gender              TEXT NOT NULL,
    tax_id              TEXT,
    no_tax_id           INTEGER NOT NULL,
    invalid_tax_id      INTEGER NOT NULL,
    unzr                TEXT,
    death_date          TEXT CHECK (death_date IS date(death_date)),
    status              TEXT NOT NULL,
    is_active           INTEGER NOT NULL,
    verification_status TEXT NOT NULL,
    inserted_at         INTEGER,
    updated_at          INTEGER
) STRICT;
CREATE INDEX persons_tax_id ON persons (tax_id) WHERE tax_id IS NOT NULL;
CREATE INDEX persons_unzr ON persons (unzr) WHERE unzr IS NOT NULL;

-- lookup is number as dovidka.NormalizeDocumentNumber gives it.
CREATE TABLE person_documents (
    person_id       TEXT NOT NULL CHECK (length(person_id) = 36),
    position        INTEGER NOT NULL,
    type            TEXT NOT NULL,
    number          TEXT NOT NULL,
    lookup          TEXT NOT NULL,
    issued_at       TEXT CHECK (issued_at IS date(issued_at)),
    expiration_date TEXT CHECK (expiration_date IS date(expiration_date)),
    PRIMARY KEY (person_id, position)
) STRICT;
CREATE INDEX person_documents_lookup ON person_documents (lookup, type);

CREATE TABLE merged_pairs (
    id               TEXT PRIMARY KEY CHECK (length(id) = 36),
    master_person_id TEXT NOT NULL CHECK (length(master_person_id) = 36),
    merge_person_id  TEXT NOT NULL CHECK (length(merge_person_id) = 36),
    status           TEXT NOT NULL,
    inserted_at      INTEGER,
    updated_at       INTEGER
) STRICT;
CREATE INDEX merged_pairs_master ON merged_pairs (master_person_id);

CREATE TABLE confidant_relationships (
    id                  TEXT PRIMARY KEY CHECK (length(id) = 36),
    person_id           TEXT NOT NULL CHECK (length(person_id) = 36),
    confidant_person_id TEXT NOT NULL CHECK (length(confidant_person_id) = 36),
    relation_type       TEXT NOT NULL,
    is_active           INTEGER NOT NULL,
    active_to           TEXT CHECK (active_to IS date(active_to)),
    verification_status TEXT NOT NULL,
    inserted_at         INTEGER,
    updated_at          INTEGER
) STRICT;
CREATE INDEX confidant_relationships_person ON confidant_relationships (person_id, confidant_person_id);

CREATE TABLE parties (
    id          TEXT PRIMARY KEY CHECK (length(id) = 36),
    last_name   TEXT NOT NULL,
    first_name  TEXT NOT NULL,
    second_name TEXT NOT NULL,
    gender      TEXT NOT NULL,
    tax_id      TEXT NOT NULL,
    no_tax_id   INTEGER NOT NULL,
    updated_at  INTEGER
) STRICT;

-- phones, address and specialities are JSON as the rows of an import hold it:
-- they are shown, never searched.
CREATE TABLE legal_entities (
    id                TEXT PRIMARY KEY CHECK (length(id) = 36),
    name              TEXT NOT NULL,
    short_name        TEXT NOT NULL,
    public_name       TEXT NOT NULL,
    edrpou            TEXT NOT NULL,
    legal_entity_type TEXT NOT NULL,
    legal_form        TEXT NOT NULL,
    status            TEXT NOT NULL,
    phones            TEXT NOT NULL,
    email             TEXT NOT NULL,
    address           TEXT NOT NULL,
    updated_at        INTEGER
) STRICT;

CREATE TABLE divisions (
    id              TEXT PRIMARY KEY CHECK (length(id) = 36),
    legal_entity_id TEXT CHECK (length(legal_entity_id) = 36),
    name            TEXT NOT NULL,
    division_type   TEXT NOT NULL,
    status          TEXT NOT NULL,
    phones          TEXT NOT NULL,
    email           TEXT NOT NULL,
    address         TEXT NOT NULL,
    updated_at      INTEGER
) STRICT;

CREATE TABLE employees (
    id              TEXT PRIMARY KEY CHECK (length(id) = 36),
    party_id        TEXT CHECK (length(party_id) = 36),
    legal_entity_id TEXT CHECK (length(legal_entity_id) = 36),
    division_id     TEXT CHECK (length(division_id) = 36),
    position        TEXT NOT NULL,
    employee_type   TEXT NOT NULL,
    status          TEXT NOT NULL,
    start_date      TEXT CHECK (start_date IS date(start_date)),
    end_date        TEXT CHECK (end_date IS date(end_date)),
    specialities    TEXT NOT NULL,
    updated_at      INTEGER
) STRICT;

-- is_active stays true after termination: it is carried and never asked.
CREATE TABLE declarations (
    id                     TEXT PRIMARY KEY CHECK (length(id) = 36),
    declaration_number     TEXT NOT NULL,
    declaration_request_id TEXT CHECK (length(declaration_request_id) = 36),
    person_id              TEXT NOT NULL CHECK (length(person_id) = 36),
    employee_id            TEXT CHECK (length(employee_id) = 36),
    division_id            TEXT CHECK (length(division_id) = 36),
    legal_entity_id        TEXT CHECK (length(legal_entity_id) = 36),
    scope                  TEXT NOT NULL,
    start_date             TEXT NOT NULL CHECK (start_date IS date(start_date)),
    end_date               TEXT CHECK (end_date IS date(end_date)),
    signed_at              INTEGER,
    status                 TEXT NOT NULL,
    is_active              INTEGER NOT NULL,
    reason                 TEXT NOT NULL,
    reason_description     TEXT NOT NULL,
    overlimit              INTEGER,
    inserted_at            INTEGER,
    updated_at             INTEGER
) STRICT;
CREATE INDEX declarations_person ON declarations (person_id);

CREATE TABLE declaration_status_history (
    declaration_id TEXT NOT NULL CHECK (length(declaration_id) = 36),
    position       INTEGER NOT NULL,
    status         TEXT NOT NULL,
    inserted_at    INTEGER NOT NULL,
    PRIMARY KEY (declaration_id, position)
) STRICT;

-- How far each source was imported: lines committed, and the SHA-256 of them.
CREATE TABLE import_sources (
    name   TEXT PRIMARY KEY,
    lines  INTEGER NOT NULL,
    digest BLOB NOT NULL
) STRICT;
