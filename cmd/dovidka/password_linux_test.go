package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// newTerminal makes a terminal: what is typed goes into keyboard, and what the screen
// shows comes out of it.
func newTerminal(t *testing.T) (keyboard, tty *os.File) {
	t.Helper()
	keyboard, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip("there are no terminals here:", err)
	}
	t.Cleanup(func() { keyboard.Close() })
	var number int
	if err := control(keyboard, func(fd int) error {
		if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
			return err
		}
		number, err = unix.IoctlGetInt(fd, unix.TIOCGPTN)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	tty, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip("there are no terminals here:", err)
	}
	t.Cleanup(func() { tty.Close() })
	return keyboard, tty
}

func TestPasswordFromTheTerminal(t *testing.T) {
	t.Parallel()
	keyboard, tty := newTerminal(t)
	const prompt, typed = "Password: ", "пароль 1"
	screen := make(chan string)
	go func() {
		buf := make([]byte, len(prompt))
		_, err := io.ReadFull(keyboard, buf) // the prompt is the sign that nothing shows any more
		if err != nil {
			t.Error(err)
		}
		io.WriteString(keyboard, typed+"\r")
		rest := make([]byte, 2)
		io.ReadFull(keyboard, rest)
		screen <- string(buf) + string(rest)
	}()
	password, err := askHidden(t.Context(), tty, prompt)
	if err != nil || string(password) != typed {
		t.Fatalf("%q, %v", password, err)
	}
	if got := <-screen; got != prompt+"\r\n" {
		t.Errorf("the screen shows %q", got)
	}
	if !echoes(t, tty) {
		t.Error("the terminal shows nothing any more")
	}
}

func TestPasswordIsNotWaitedForAfterAnInterrupt(t *testing.T) {
	t.Parallel()
	keyboard, tty := newTerminal(t)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		_, _ = io.ReadFull(keyboard, make([]byte, 1))
		cancel()
	}()
	if _, err := askHidden(ctx, tty, "?"); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if !echoes(t, tty) {
		t.Error("the terminal shows nothing any more")
	}
}

func echoes(t *testing.T, tty *os.File) bool {
	t.Helper()
	var state *unix.Termios
	if err := control(tty, func(fd int) (err error) {
		state, err = unix.IoctlGetTermios(fd, getTermios)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return state.Lflag&unix.ECHO != 0
}

func TestPasswordFile(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ content, want, err string }{
		"a line":        {"secret\n", "secret", ""},
		"of Windows":    {"secret\r\n", "secret", ""},
		"without end":   {"secret", "secret", ""},
		"the first":     {"secret\nother\n", "secret", ""},
		"spaces stay":   {" secret \n", " secret ", ""},
		"nothing":       {"", "", ""},
		"as long as it": {strings.Repeat("x", maxPassword), "", "longer"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "password")
			if err := os.WriteFile(path, []byte(c.content), 0o600); err != nil {
				t.Fatal(err)
			}
			got, err := passwordOrAsk(t.Context(), path, "?")
			if string(got) != c.want || (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
	if _, err := newPasswordOrAsk(t.Context(), os.DevNull, "?"); err == nil {
		t.Error("an empty password was taken as a new one")
	}
}
