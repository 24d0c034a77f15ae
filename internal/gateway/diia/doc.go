// Package diia is the REST door: the Diia portal asks here what a citizen has
// to sign, brings the signature, and receives the answer as our JSON, as a FHIR
// Bundle, or as the seal over its bytes. The contract is api/openapi.yaml.
//
// The door bounds and decodes what strangers send, admits callers by their
// certificates, and words every refusal in one error object with a true HTTP
// status. Whoever the citizen is, only the signature tells: headers that name
// a person (session, authorization) are never read. It decides nothing about
// people and holds no store and no key.
package diia
