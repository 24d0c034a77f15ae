package diia

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"go.yaml.in/yaml/v3"

	"github.com/dovidka/dovidka/internal/platform/telemetry"
)

// contractAsJSON turns the OpenAPI document into JSON, for programs that read
// nothing else.
func contractAsJSON(document []byte) ([]byte, error) {
	var tree map[string]any
	if err := yaml.Unmarshal(document, &tree); err != nil {
		return nil, fmt.Errorf("read contract: %w", err)
	}
	if tree["openapi"] == nil {
		return nil, errors.New("read contract: not an OpenAPI document")
	}
	out, err := json.Marshal(tree)
	if err != nil {
		return nil, fmt.Errorf("write contract as JSON: %w", err)
	}
	return out, nil
}

// document gives out a text that is the same for everybody.
func document(contentType string, content []byte) handle {
	return func(w http.ResponseWriter, r *http.Request, _ call) error {
		telemetry.FromContext(r.Context()).Succeed("contract")
		write(w, http.StatusOK, contentType, content)
		return nil
	}
}
