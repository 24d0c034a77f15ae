// Package secret marks memory as secret for a run under valgrind's memcheck, which then reports every branch and every
// address that depends on it: to memcheck a secret is a value that was never initialised, and it follows such values bit
// by bit through all computations.
//
// It is for the tests that tools/constant-time.sh runs, built with the tag memcheck on amd64.
package secret
