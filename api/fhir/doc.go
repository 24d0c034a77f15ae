// Package fhir holds the FHIR contract: the profiles in FSH (input), what they
// compile to (definitions), and examples that the tests replay. There is nothing
// to import.
package fhir
