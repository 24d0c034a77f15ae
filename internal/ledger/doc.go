// Package ledger keeps consents, issues grants, and writes the log of who was
// given what, and why somebody was not.
//
// It owns the log and the two keys that protect it: the signing key of grants
// and of the log's head, and the key of the pseudonyms. The disclosure and the
// delivery service are its callers. It never reads the registry and never holds a
// name, a number or a birth date: persons stand in the log as pseudonyms.
//
// Two rules hold by construction. A grant, without which the registry opens
// nothing, is made in the transaction that records it and the consent it rests
// on. And a receipt, without which no answer leaves, is an entry of the log.
//
// The log is a chain: every entry's hash covers the entry before it, and the
// head (how many entries there are and the last one's hash) is signed. [Verify]
// proves it from outside. What it cannot show is the log put back as a whole to
// an earlier moment, with the head signed at that moment; for this, compare with
// a receipt or with an earlier report, which both name an entry and its hash.
package ledger
