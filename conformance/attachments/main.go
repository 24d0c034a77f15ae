// Command attachments exchanges multipart messages with programs written by others: Python's email package, the parts
// of zeep that read attachments and MTOM, SAAJ, and Metro, which is JAX-WS. SAAJ and Metro talk to package xroad over
// HTTP in both directions, directly and through the stand-in security servers of package xroadtest.
//
// It prints what went wrong and the totals; the exit status is 1 if anything did.
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

func main() {
	var s suite
	flag.StringVar(&s.classpath, "classpath", "", "of Attachments.java, Mime4j.java and what they need")
	flag.StringVar(&s.python, "python", "python3", "with lxml and zeep")
	flag.StringVar(&s.here, "dir", "conformance/attachments", "folder with mail.py")
	flag.IntVar(&s.cases, "cases", 100, "messages in each direction and place")
	flag.Uint64Var(&s.seed, "seed", rand.Uint64()>>1, "of the messages")
	flag.Parse()
	fmt.Printf("-seed %d\n", s.seed)
	if err := s.run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "attachments:", err)
		os.Exit(1)
	}
}

// suite is a run of all checks.
type suite struct {
	classpath, python, here string
	cases                   int
	seed                    uint64

	random         *rand.Rand
	passed, failed int
}

func (s *suite) run(ctx context.Context) error {
	s.random = rand.New(rand.NewPCG(s.seed, 0))
	folder, err := os.MkdirTemp("", "attachments")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	ours := filepath.Join(folder, "ours")
	if err := s.makeOurs(ctx, ours); err != nil {
		return err
	}
	them, stop, err := s.serve(ctx)
	if err != nil {
		return err
	}
	defer stop()
	for _, part := range []struct {
		title string
		run   func() error
	}{
		{"Python reads ours", func() error { return s.oursToPython(ctx, ours) }},
		{"Mime4j reads ours", func() error { return s.oursToMime4j(ctx, ours) }},
		{"Python writes", func() error { return s.pythonToOurs(ctx, folder) }},
		{"SAAJ calls", func() error { return s.callsOfSAAJ(ctx) }},
		{"SAAJ and Metro are called", func() error { return s.callsOfOurs(ctx, them) }},
	} {
		before := s.passed
		if err := part.run(); err != nil {
			return fmt.Errorf("%s: %w", part.title, err)
		}
		fmt.Printf("%-28s %d\n", part.title, s.passed-before)
	}
	fmt.Printf("%d passed, %d failed\n", s.passed, s.failed)
	if s.failed > 0 || s.passed == 0 {
		return errors.New("not everything is as it should be")
	}
	return nil
}

// check counts; what failed is printed.
func (s *suite) check(what string, err error) {
	if err == nil {
		s.passed++
		return
	}
	s.failed++
	fmt.Printf("FAIL  %s: %v\n", what, err)
}

// lines counts what a program says: a line for each case.
func (s *suite) lines(what string, want int, command *exec.Cmd) error {
	command.Stderr = os.Stderr
	out, err := command.Output()
	if err != nil {
		return fmt.Errorf("%s: %w", command.Path, err)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(lines) != want {
		return fmt.Errorf("%s: %d lines, want %d", what, len(lines), want)
	}
	for _, line := range lines {
		if line == "ok" {
			s.check(what, nil)
		} else {
			s.check(what, errors.New(line))
		}
	}
	return nil
}

// serve starts the providers of others and returns where they are.
func (s *suite) serve(ctx context.Context) (address string, stop func(), err error) {
	command := exec.CommandContext(ctx, "java", "-cp", s.classpath, "Attachments", "serve") //nolint:gosec // our own arguments
	command.Stderr = os.Stderr
	input, err := command.StdinPipe()
	if err != nil {
		return "", nil, err
	}
	output, err := command.StdoutPipe()
	if err != nil {
		return "", nil, err
	}
	if err := command.Start(); err != nil {
		return "", nil, err
	}
	stop = func() {
		_ = input.Close() // ends it
		_ = command.Wait()
	}
	line, err := bufio.NewReader(output).ReadString('\n')
	if err != nil {
		stop()
		return "", nil, fmt.Errorf("start SAAJ and Metro: %w", err)
	}
	port, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		stop()
		return "", nil, fmt.Errorf("start SAAJ and Metro: %w", err)
	}
	return fmt.Sprintf("http://127.0.0.1:%d", port), stop, nil
}
