// Package api carries the contracts that are given out to callers as they lie
// in this folder.
package api

import _ "embed"

//go:embed openapi.yaml
var openAPI string

// OpenAPI returns the contract of the REST door: OpenAPI 3.1 in YAML.
func OpenAPI() []byte { return []byte(openAPI) }
