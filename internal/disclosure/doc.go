// Package disclosure decides and does: it takes a citizen's signed request
// through verification, permission, reading, composing, sealing and recording,
// and returns the sealed answer.
//
// It owns the requests (their statements, containers and answers, for as long
// as the retention says) and the seal. The doors call it; it calls the
// verifier, the ledger and the registry through the interfaces of this
// package. It never speaks HTTP or SOAP, and it has no way to read the registry
// without a grant or to release an answer that the ledger has not recorded.
//
// What it has accepted is durable before any work begins: after a crash every
// accepted request is finished by Run.
package disclosure
