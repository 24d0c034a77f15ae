// Package scenarios holds end-to-end tests of the real binary: stories told by
// scripts, the commands an operator uses, and what happens when the process is
// killed, told to stop, or looked at in its log. README.md lists them.
//
// The stories speak to the doors only, so they tell the same of one process and
// of many: DOVIDKA_READY_FILE names the ready file of a running demonstration,
// in the place of one that the tests start.
package scenarios
