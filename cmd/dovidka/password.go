package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
)

// maxPassword bounds a password and the file it stands in, in bytes.
const maxPassword = 4 << 10

// passwordOrAsk returns the first line of a file or, without a file, asks at the
// terminal, where the answer does not show. Passwords never come as arguments: those
// are seen by everybody on the machine and stay in the shell's history.
func passwordOrAsk(ctx context.Context, path, prompt string) ([]byte, error) {
	if path != "" {
		return readPassword(path)
	}
	tty, err := openTerminal()
	if err != nil {
		return nil, fmt.Errorf("there is no terminal to ask for the password at (%w): name a --password-file", err)
	}
	defer tty.Close()
	return askHidden(ctx, tty, prompt)
}

// newPasswordOrAsk is passwordOrAsk for a password that is to be set: the terminal asks
// twice, and an empty one is refused.
func newPasswordOrAsk(ctx context.Context, path, prompt string) ([]byte, error) {
	password, err := passwordOrAsk(ctx, path, prompt)
	if err != nil {
		return nil, err
	}
	if len(password) == 0 {
		return nil, errors.New("an empty password protects nothing")
	}
	if path != "" {
		return password, nil
	}
	again, err := passwordOrAsk(ctx, "", "Once more: ")
	if err != nil {
		return nil, err
	}
	defer clear(again)
	if !bytes.Equal(password, again) {
		clear(password)
		return nil, errors.New("the two passwords differ")
	}
	return password, nil
}

// readPassword reads the first line of a file.
func readPassword(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read password: %w", err)
	}
	defer f.Close()
	return firstLine(f)
}

// firstLine reads up to the end of the first line, which it leaves out.
func firstLine(r io.Reader) ([]byte, error) {
	line := make([]byte, 0, maxPassword) // never grows, so that one overwriting is enough
	for len(line) < maxPassword {
		n, err := r.Read(line[len(line) : len(line)+1])
		line = line[:len(line)+n]
		if n == 1 && line[len(line)-1] == '\n' {
			return bytes.TrimSuffix(line[:len(line)-1], []byte("\r")), nil
		}
		if errors.Is(err, io.EOF) {
			return bytes.TrimSuffix(line, []byte("\r")), nil
		}
		if err != nil {
			clear(line)
			return nil, fmt.Errorf("read password: %w", err)
		}
	}
	clear(line)
	return nil, fmt.Errorf("read password: the line is longer than %d bytes", maxPassword)
}

// askHidden writes a prompt to a terminal and reads a line from it that it does not
// show. When ctx ends, so does the wait.
func askHidden(ctx context.Context, tty *os.File, prompt string) (_ []byte, err error) {
	restore, err := hideInput(tty)
	if err != nil {
		return nil, fmt.Errorf("hide the password: %w", err)
	}
	defer func() { err = errors.Join(err, restore()) }()
	if _, err := io.WriteString(tty, prompt); err != nil {
		return nil, fmt.Errorf("ask for the password: %w", err)
	}
	stop := context.AfterFunc(ctx, func() { interruptRead(tty) })
	defer stop()
	line, err := firstLine(tty)
	if ctx.Err() != nil {
		clear(line)
		return nil, fmt.Errorf("ask for the password: %w", context.Cause(ctx))
	}
	// The line's end was not shown either.
	_, _ = io.WriteString(tty, "\n")
	return line, err
}
