// Package der reads ASN.1 from strangers with a bound on everything.
//
// Certificates, CRLs and signed attributes must be DER (ITU-T X.690, clause 10):
// [Check] walks a whole value once and proves that its lengths are definite and
// minimal and that its size, depth, number of elements, object identifiers and
// integers stay within [Limits]. Only then do the parsers of the packages above
// take it apart with golang.org/x/crypto/cryptobyte.
//
// CMS allows BER around the signed parts (RFC 5652, clause 2). [Normalise] turns
// such a container into DER and remembers what it was made from, so that a
// parser can demand, with [Document.Verbatim], that a part which somebody signed
// arrived in DER.
//
// The package is for the parsers of pki and cms; an application should not need it.
package der
