//go:build linux || darwin || freebsd || netbsd || openbsd

package main

import (
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// openTerminal opens the terminal of the process, which is there even when standard
// input is a file.
func openTerminal() (*os.File, error) { return os.OpenFile("/dev/tty", os.O_RDWR, 0) }

// hideInput stops a terminal from showing what is typed, and returns what undoes it.
// Lines and the interrupt key stay what they were.
func hideInput(tty *os.File) (restore func() error, err error) {
	var before *unix.Termios
	if err := control(tty, func(fd int) (err error) {
		before, err = unix.IoctlGetTermios(fd, getTermios)
		return err
	}); err != nil {
		return nil, err
	}
	hidden := *before
	hidden.Lflag &^= unix.ECHO
	hidden.Lflag |= unix.ICANON | unix.ISIG
	hidden.Iflag |= unix.ICRNL
	set := func(state *unix.Termios) error {
		return control(tty, func(fd int) error { return unix.IoctlSetTermios(fd, setTermios, state) })
	}
	if err := set(&hidden); err != nil {
		return nil, err
	}
	return func() error { return set(before) }, nil
}

// control runs f with the descriptor, which stays in the runtime's poller so that a
// read can be interrupted.
func control(tty *os.File, f func(fd int) error) error {
	raw, err := tty.SyscallConn()
	if err != nil {
		return err
	}
	var inner error
	if err := raw.Control(func(fd uintptr) { inner = f(int(fd)) }); err != nil {
		return err
	}
	return inner
}

// interruptRead ends a read that waits.
func interruptRead(tty *os.File) { _ = tty.SetReadDeadline(time.Now()) }
