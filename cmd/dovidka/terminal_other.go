//go:build !(linux || darwin || freebsd || netbsd || openbsd)

package main

import (
	"errors"
	"os"
)

var errNoTerminal = errors.New("passwords are not asked for on this system")

func openTerminal() (*os.File, error)          { return nil, errNoTerminal }
func hideInput(*os.File) (func() error, error) { return nil, errNoTerminal }
func interruptRead(*os.File)                   {}
