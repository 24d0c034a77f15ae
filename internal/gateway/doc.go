// Package gateway holds what the doors share: how often a client may come, and
// in which words a refusal reaches a citizen. The doors themselves, each with
// its protocol, are the packages below it.
//
// A door bounds, decodes and makes one dovidka.Request; it holds no store and
// no signing key.
package gateway
