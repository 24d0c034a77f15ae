// Package registry keeps people and their declarations, as Ukraine's
// Electronic Healthcare System (ЕСОЗ) does, and opens one record to the holder
// of one grant.
//
// It owns persons with their documents, merges and confidant persons,
// declarations with their status history, and the doctors, divisions and
// providers they name. Only the disclosure service calls Service.Read, and only
// with a grant that the ledger signed: there is no other way to a record.
// Import, Export and Generate serve whoever operates the data.
//
// It never decides whether a disclosure is permitted, never logs or counts
// anything that identifies a person, and never changes what it was given: a
// declaration with an unknown status, an unresolvable doctor or an unforeseen
// number is carried through as it stands.
package registry
