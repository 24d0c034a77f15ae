// Package api carries the contracts that are given out to callers as they lie
// in this folder.
package api

import _ "embed"

//go:embed openapi.yaml
var openAPI string

//go:embed trembita-rest.yaml
var trembitaREST string

// OpenAPI returns the contract of the REST door of the Diia portal: OpenAPI 3.1
// in YAML.
func OpenAPI() []byte { return []byte(openAPI) }

// TrembitaREST returns the contract of the bus in REST: OpenAPI 3.0, which
// security servers read, in YAML.
func TrembitaREST() []byte { return []byte(trembitaREST) }
