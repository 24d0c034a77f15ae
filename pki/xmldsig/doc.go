// Package xmldsig verifies enveloped XML signatures (W3C XML Signature Syntax and
// Processing 1.1) of the XAdES kind (ETSI EN 319 132-1), as lists of trusted
// services carry them. Package trustlist calls it; most users want that one.
//
// It is no general XML library. [Parse] reads a document strictly into a tree: UTF-8
// only, no document type, no entities but the five that XML knows, no processing
// instructions, bounds on everything. What [VerifyEnveloped] verifies is that very
// tree, so that nothing can be signed in one reading and used in another.
//
// The signature must be the only one of the document, a child of its root, and sign
// the root whole, save for itself. Of transforms there are only the removal of the
// signature and canonicalisation (Canonical XML 1.0 and Exclusive XML
// Canonicalization 1.0). Whether the signer is to be believed is the caller's
// question: [VerifyEnveloped] returns the certificate.
package xmldsig
