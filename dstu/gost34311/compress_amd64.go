//go:build !purego

package gost34311

import "github.com/dovidka/dovidka/dstu/gost28147"

// assembly reports that [encryptFour] exists; it needs no more than every amd64 has.
const assembly = true

// encryptFour is [encryptParts] in assembly, in place.
//
//go:noescape
func encryptFour(t *gost28147.Table, values *[4]word256, parts *word256)
