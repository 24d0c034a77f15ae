package dovidka

import "fmt"

// What a logger meets inside another struct it hands to encoding/json, which
// knows neither Format nor LogValue and writes bytes as base64. The types below
// have no JSON of their own (their wire forms are the types named …JSON), so
// there they show what they show in a log.

// MarshalText hides the request's content.
func (r Request) MarshalText() ([]byte, error) { return fmt.Append(nil, r), nil }

// MarshalText hides the requester.
func (r Requester) MarshalText() ([]byte, error) { return fmt.Append(nil, r), nil }

// MarshalText hides the statement's subject.
func (s Statement) MarshalText() ([]byte, error) { return fmt.Append(nil, s), nil }

// MarshalText hides the statement's bytes.
func (p Prepared) MarshalText() ([]byte, error) { return fmt.Append(nil, p), nil }

// MarshalText hides the record.
func (r Record) MarshalText() ([]byte, error) { return fmt.Append(nil, r), nil }

// MarshalText hides the patient.
func (p Patient) MarshalText() ([]byte, error) { return fmt.Append(nil, p), nil }

// MarshalText hides the declaration.
func (d Declaration) MarshalText() ([]byte, error) { return fmt.Append(nil, d), nil }

// MarshalText hides the human being.
func (p Party) MarshalText() ([]byte, error) { return fmt.Append(nil, p), nil }

// MarshalText hides the human being behind the post.
func (e Employee) MarshalText() ([]byte, error) { return fmt.Append(nil, e), nil }

// MarshalText hides the provider.
func (l LegalEntity) MarshalText() ([]byte, error) { return fmt.Append(nil, l), nil }

// MarshalText hides the sealed bytes.
func (s Sealed) MarshalText() ([]byte, error) { return fmt.Append(nil, s), nil }

// MarshalText hides the answer.
func (a Answer) MarshalText() ([]byte, error) { return fmt.Append(nil, a), nil }
