// Package verifier answers one question: who signed this?
//
// It takes a signature container apart, verifies signature, chain, revocation
// and time (package cms does the work), and names the natural person. It holds
// no data and no key, and may be called by the disclosure only.
package verifier
