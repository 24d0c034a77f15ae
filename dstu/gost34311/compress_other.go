//go:build purego || !amd64

package gost34311

import "github.com/dovidka/dovidka/dstu/gost28147"

// assembly is false: there is none for this processor, or it is left out.
const assembly = false

func encryptFour(_ *gost28147.Table, _ *[4]word256, _ *word256) {
	panic("gost34311: no assembly") // unreachable: assembly is false
}
