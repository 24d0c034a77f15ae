package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// them is the running program of DSS: a line in, a line out.
type them struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Scanner
}

// start compiles the program into the authority's folder and runs it there.
func start(ctx context.Context, here string, a *authority) (*them, error) {
	jars := filepath.Join(here, "lib", "*")
	classes := filepath.Join(a.folder, "classes")
	compile := exec.CommandContext(ctx, "javac", "-cp", jars, "-d", classes, filepath.Join(here, "Dss.java")) //nolint:gosec // our own files
	if out, err := compile.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("compile Dss.java: %w\n%s", err, out)
	}
	t := &them{cmd: exec.CommandContext(ctx, "java", "-Xmx1g", "-cp", jars+":"+classes, "Dss", //nolint:gosec // our own files
		a.folder, strconv.FormatInt(a.stamped.Unix(), 10), strconv.FormatInt(a.stated.Unix(), 10))}
	t.cmd.Stderr = os.Stderr
	var err error
	if t.in, err = t.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := t.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	t.out = bufio.NewScanner(out)
	return t, t.cmd.Start()
}

// ask sends the words of a line and returns the words of the answer.
func (t *them) ask(words ...string) ([]string, error) {
	if _, err := io.WriteString(t.in, strings.Join(words, "\t")+"\n"); err != nil {
		return nil, fmt.Errorf("ask DSS: %w", err)
	}
	if !t.out.Scan() {
		return nil, fmt.Errorf("DSS ended: %w", t.out.Err())
	}
	return strings.Split(t.out.Text(), "\t"), nil
}

func (t *them) stop() {
	_ = t.in.Close()
	_ = t.cmd.Wait()
}
