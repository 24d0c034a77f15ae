// Command symmetric compares the symmetric algorithms of package dstu with a program of others. It writes random
// questions to the command given as arguments, all at once, and holds the answers against its own.
//
//	symmetric [-cases 1000] [-seed 0] COMMAND ARGUMENT...
package main

import (
	"bytes"
	"context"
	"encoding/hex"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"time"
)

// question is one line to the other program.
type question struct {
	algorithm                    string
	bits                         int // of block or digest
	size                         int // of the authentication code in bytes
	key, iv, additional, message []byte
}

func (q question) String() string {
	return fmt.Sprintf("%s %d %d %x %x %x %x", q.algorithm, q.bits, q.size, q.key, q.iv, q.additional, q.message)
}

func main() {
	cases := flag.Int("cases", 1000, "questions for each algorithm and size")
	seed := flag.Uint64("seed", 0, "start of the random numbers; 0 takes the time")
	flag.Parse()
	if *seed == 0 {
		*seed = uint64(time.Now().UnixNano())
	}
	fmt.Printf("Questions from seed %d\n", *seed)
	if err := run(context.Background(), flag.Args(), *cases, *seed); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, command []string, cases int, seed uint64) error {
	if len(command) == 0 {
		return fmt.Errorf("name the command that answers")
	}
	random := rand.New(rand.NewPCG(seed, 7624))
	var questions []question
	for _, a := range algorithms() {
		for range cases {
			questions = append(questions, a.ask(random))
		}
	}
	answers, err := ask(ctx, command, questions)
	if err != nil {
		return err
	}
	passed, failed := 0, 0
	for _, a := range algorithms() {
		wrong := 0
		for range cases {
			q, answer := questions[0], answers[0]
			questions, answers = questions[1:], answers[1:]
			if want, known := a.answer(q), a.differs != nil && a.differs(q); answer != hex.EncodeToString(want) != known {
				if wrong == 0 {
					fmt.Printf("%s\n  here:  %x\n  there: %s\n", q, want, answer)
				}
				wrong++
			}
		}
		fmt.Printf("%-24s %d of %d\n", a.name, cases-wrong, cases)
		passed, failed = passed+cases-wrong, failed+wrong
	}
	fmt.Printf("%d passed, %d failed\n", passed, failed)
	if failed > 0 || passed == 0 {
		return fmt.Errorf("there are differences")
	}
	return nil
}

func ask(ctx context.Context, command []string, questions []question) ([]string, error) {
	var in strings.Builder
	for _, q := range questions {
		in.WriteString(q.String() + "\n")
	}
	var out bytes.Buffer
	cmd := exec.CommandContext(ctx, command[0], command[1:]...) //nolint:gosec // whoever calls this says what to compare with
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(in.String()), &out, os.Stderr
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("run %s: %w", command[0], err)
	}
	answers := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	if len(answers) != len(questions) {
		return nil, fmt.Errorf("%d answers to %d questions", len(answers), len(questions))
	}
	return answers, nil
}
