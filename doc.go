// Package dovidka is the domain of the component that gives a citizen, and the
// bodies entitled to it, declaration data from Ukraine's Electronic Healthcare
// System (ЕСОЗ).
//
// It knows what a declaration, a patient, a consent and a grant are and which
// rules hold between them, and nothing about how requests arrive or where data
// lies. It imports the standard library only.
//
// A request takes one road, and each step needs what the step before it made:
//
//	Request ──verify──▶ Requester ──permit──▶ Grant ──read──▶ Record ──compose, seal──▶ Answer
//
// Everything that identifies a person (numbers, names, birth dates) is kept in
// types that hide themselves from fmt, log/slog and encoding/json; the plain
// text is reached only through a method named Reveal.
package dovidka
