// Package cms reads, verifies and makes signed documents: CMS (RFC 5652) in the
// CAdES profile (ETSI TS 101 733) which Ukrainian qualified signatures have.
//
// Most users call [Verify] and look at [Result.MayAuthorise], or at the verdict of
// the result when a document and not a deed is in question, and [Sign] to make a
// signature. [Extend] makes one that proves itself for decades, and [AddSignature] puts
// another beside it. Roots, certificates and lists are read by package pki, private keys
// by package pki/keystore. Of the packages below this one, online asks the authorities'
// services, asic has containers of several documents, enveloped encrypts for the holders
// of certificates, and cmstest is an authority for tests. Who only has a public key and
// a digest does not need a container: see package dstu/dstu4145.
//
// Verify works in this order: limits and format; signed attributes; the certificate
// which the signer's identifier and the signed hash both name; algorithms; digest of
// the content; value of the signature; key usage; time-stamps, which give the trusted
// time; the chain to a pinned anchor at that time; the status of the certificate at
// that time; and only then who the holder is. Each step is a [Check] in the result,
// with a reason that stays the same from release to release. What is known to be
// wrong makes a container invalid; what could not be found out makes it
// indeterminate, which is no permission either.
//
// Verify works with what it is given. [VerifyContext] asks besides, through
// [VerifyOptions].Statuses, for statements about certificates whose chain is verified;
// the client of package online is one. Neither asks a clock: the time is always an option.
//
// # Long-term signatures
//
// A signature may bring along what it was verified with, and time-stamps over that:
// the levels T, C, X and X-Long, A, and LT and LTA (see [Level]). What it brings is as
// untrusted as what comes from elsewhere; the anchors decide. A time-stamp proves that
// what it is over existed at its time. So the earliest good one over the signature is
// the trusted time, at which the certificate has to be valid and not revoked, whatever
// happened to it since. An archive time-stamp proves the same of the time-stamps and
// statements which its index lists: a service's key stolen later does not spoil what was
// stamped before, and a list that has expired answers as it did while it was fresh.
// Several of them form a chain, each proved by the next.
//
// To make one, have [Sign] ask for a time-stamp, gather with [CollectLongTerm] what the
// services say, and put that in with [Extend].
//
// Archive time-stamps of version 3 are verified (ETSI EN 319 122-1, clause 5.5.3).
// Those of versions 1 and 2 are reported as [Skipped] and prove nothing.
package cms
