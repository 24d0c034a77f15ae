-- +goose Up
-- Whom the message's header named, which a later message must name too.
ALTER TABLE cases ADD COLUMN subject_id TEXT NOT NULL DEFAULT '';
