// Package pki reads, judges and makes the certificates of the Ukrainian public key
// infrastructure: X.509 (RFC 5280) in the profile of order 1401-12, with keys of
// DSTU 4145, ECDSA and RSA.
//
// Most users call [ParseCertificate], [BuildChain] with pinned roots,
// [Certificate.Identity], and, for the status of a certificate, [CheckStatus].
// Signatures of documents are the business of package cms, which calls all of these
// in the right order; prefer it. Where trust comes from is the caller's choice: roots
// pinned by their bytes, of which package czo knows the national ones and those for
// tests, and the authorities of lists of trusted services, which package trustlist reads
// into [Services]. Certificates from anywhere else, such as the published bundles, belong
// into a [Pool], which lends no trust.
//
// Three habits run through the package. Parsing trusts nobody: every input has a
// bound and a malformed one is an error. Judging is apart from parsing: a parsed
// certificate may be worthless until a chain says otherwise. And personal data does
// not print itself: names and numbers hide from fmt, slog and encoders until someone
// calls Reveal.
package pki
