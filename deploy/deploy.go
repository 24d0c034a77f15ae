// Package deploy carries what an operator starts from.
package deploy

import _ "embed"

//go:embed dovidka.yaml
var sampleConfig string

// SampleConfig returns the configuration file that explains every setting.
func SampleConfig() []byte { return []byte(sampleConfig) }
