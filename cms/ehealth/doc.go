// Package ehealth says the result of a verification in the words of the service which
// checks signatures for Ukraine's eHealth system (digital_signature.api), so that the
// programs which ask that service can ask this code.
//
// [FromCMS] and [FromASiC] make an [Answer] out of a result. [Answer.Require] and
// [SameDRFO] are what the askers do with one. The names of fields and the messages are
// the predecessor's, its spelling included, because programs compare them; what it did
// not check (imprints of time-stamps, whole chains, revocation at the time of signing)
// is checked, and nobody's name is given before everything about the signature is good.
//
// Like certificates, an Answer does not print itself; [Answer.RevealJSON] does.
package ehealth
