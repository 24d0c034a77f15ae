// Package czo knows the roots of the Ukrainian public key infrastructure: those of the
// central certification authority (ЦЗО), those of the certification centre of the
// National Bank, and those which only serve for tests.
//
// Knowing a root is not trusting it. Who trusts one pins it, by a copy whose fingerprint
// was compared with the authority's own publication; this package then tells whether
// what was pinned is what it was taken for. Above all, [IsTest] tells a test root: the
// widely used bundle of certificates has some among the real ones, and anybody can have
// a certificate in any name issued under them.
package czo
