// Package cms reads, verifies and makes signed documents: CMS (RFC 5652) in the
// CAdES profile (ETSI TS 101 733) which Ukrainian qualified signatures have.
//
// Most users call [Verify] and look at [Result.MayAuthorise], or at the verdict of
// the result when a document and not a deed is in question, and [Sign] to make a
// signature.
//
// Verify works in this order: limits and format; signed attributes; the certificate
// which the signer's identifier and the signed hash both name; algorithms; digest of
// the content; value of the signature; key usage; time-stamps, which give the trusted
// time; the chain to a pinned anchor at that time; the status of the certificate at
// that time; and only then who the holder is. Each step is a [Check] in the result,
// with a reason that stays the same from release to release. What is known to be
// wrong makes a container invalid; what could not be found out makes it
// indeterminate, which is no permission either.
package cms
