-- +goose Up
-- The source keeps persons, declarations and providers in separate databases
-- with no keys between them, so references may dangle here as they do there.
-- Dates are days; times are microseconds since 1970 in UTC, the precision of
-- the source in a form that both engines compare and return alike.

CREATE TABLE persons (
    id                  uuid PRIMARY KEY,
    last_name           text NOT NULL,
    first_name          text NOT NULL,
    second_name         text NOT NULL,
    birth_date          date NOT NULL,
    gender              text NOT NULL,
    tax_id              text,
    no_tax_id           boolean NOT NULL,
    invalid_tax_id      boolean NOT NULL,
    unzr                text,
    death_date          date,
    status              text NOT NULL,
    is_active           boolean NOT NULL,
    verification_status text NOT NULL,
    inserted_at         bigint,
    updated_at          bigint
);
CREATE INDEX persons_tax_id ON persons (tax_id) WHERE tax_id IS NOT NULL;
CREATE INDEX persons_unzr ON persons (unzr) WHERE unzr IS NOT NULL;

-- lookup is number as dovidka.NormalizeDocumentNumber gives it.
CREATE TABLE person_documents (
    person_id       uuid NOT NULL,
    position        integer NOT NULL,
    type            text NOT NULL,
    number          text NOT NULL,
    lookup          text NOT NULL,
    issued_at       date,
    expiration_date date,
    PRIMARY KEY (person_id, position)
);
CREATE INDEX person_documents_lookup ON person_documents (lookup, type);

CREATE TABLE merged_pairs (
    id               uuid PRIMARY KEY,
    master_person_id uuid NOT NULL,
    merge_person_id  uuid NOT NULL,
    status           text NOT NULL,
    inserted_at      bigint,
    updated_at       bigint
);
CREATE INDEX merged_pairs_master ON merged_pairs (master_person_id);

CREATE TABLE confidant_relationships (
    id                  uuid PRIMARY KEY,
    person_id           uuid NOT NULL,
    confidant_person_id uuid NOT NULL,
    relation_type       text NOT NULL,
    is_active           boolean NOT NULL,
    active_to           date,
    verification_status text NOT NULL,
    inserted_at         bigint,
    updated_at          bigint
);
CREATE INDEX confidant_relationships_person ON confidant_relationships (person_id, confidant_person_id);

CREATE TABLE parties (
    id          uuid PRIMARY KEY,
    last_name   text NOT NULL,
    first_name  text NOT NULL,
    second_name text NOT NULL,
    gender      text NOT NULL,
    tax_id      text NOT NULL,
    no_tax_id   boolean NOT NULL,
    updated_at  bigint
);

-- phones, address and specialities are JSON as the rows of an import hold it:
-- they are shown, never searched.
CREATE TABLE legal_entities (
    id                uuid PRIMARY KEY,
    name              text NOT NULL,
    short_name        text NOT NULL,
    public_name       text NOT NULL,
    edrpou            text NOT NULL,
    legal_entity_type text NOT NULL,
    legal_form        text NOT NULL,
    status            text NOT NULL,
    phones            text NOT NULL,
    email             text NOT NULL,
    address           text NOT NULL,
    updated_at        bigint
);

CREATE TABLE divisions (
    id              uuid PRIMARY KEY,
    legal_entity_id uuid,
    name            text NOT NULL,
    division_type   text NOT NULL,
    status          text NOT NULL,
    phones          text NOT NULL,
    email           text NOT NULL,
    address         text NOT NULL,
    updated_at      bigint
);

CREATE TABLE employees (
    id              uuid PRIMARY KEY,
    party_id        uuid,
    legal_entity_id uuid,
    division_id     uuid,
    position        text NOT NULL,
    employee_type   text NOT NULL,
    status          text NOT NULL,
    start_date      date,
    end_date        date,
    specialities    text NOT NULL,
    updated_at      bigint
);

-- is_active stays true after termination: it is carried and never asked.
CREATE TABLE declarations (
    id                     uuid PRIMARY KEY,
    declaration_number     text NOT NULL,
    declaration_request_id uuid,
    person_id              uuid NOT NULL,
    employee_id            uuid,
    division_id            uuid,
    legal_entity_id        uuid,
    scope                  text NOT NULL,
    start_date             date NOT NULL,
    end_date               date,
    signed_at              bigint,
    status                 text NOT NULL,
    is_active              boolean NOT NULL,
    reason                 text NOT NULL,
    reason_description     text NOT NULL,
    overlimit              boolean,
    inserted_at            bigint,
    updated_at             bigint
);
CREATE INDEX declarations_person ON declarations (person_id);

CREATE TABLE declaration_status_history (
    declaration_id uuid NOT NULL,
    position       integer NOT NULL,
    status         text NOT NULL,
    inserted_at    bigint NOT NULL,
    PRIMARY KEY (declaration_id, position)
);

-- How far each source was imported: lines committed, and the SHA-256 of them.
CREATE TABLE import_sources (
    name   text PRIMARY KEY,
    lines  bigint NOT NULL,
    digest bytea NOT NULL
);
