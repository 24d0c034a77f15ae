// Command dstu4145 compares package dstu4145 with other implementations: random keys, curves and digests, signed here
// and verified there and the other way round, and the edge cases of package vectors. Each program gets all its questions
// at once, a line each, and answers with as many lines.
//
//	dstu4145 [-count 1000] [-seed 0] -bouncycastle COMMAND -jkurwa COMMAND
package main

import (
	"bytes"
	"context"
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
	suite, line string
	judge       func(answer string) error
}

// peer is another implementation and what it is to be asked.
type peer struct {
	name, command string
	questions     []question
}

func main() {
	count := flag.Int("count", 1000, "random cases of each kind")
	seed := flag.Uint64("seed", 0, "start of the random numbers; 0 takes the time")
	bouncyCastle := flag.String("bouncycastle", "", "command that answers with Bouncy Castle")
	jkurwa := flag.String("jkurwa", "", "command that answers with jkurwa")
	flag.Parse()
	if *seed == 0 {
		*seed = uint64(time.Now().UnixNano())
	}
	fmt.Printf("Questions from seed %d\n", *seed)
	if err := run(context.Background(), *bouncyCastle, *jkurwa, *count, *seed); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, bouncyCastle, jkurwa string, count int, seed uint64) error {
	random := source{rand.New(rand.NewPCG(seed, 4145))}
	edges, err := edgeQuestions()
	if err != nil {
		return err
	}
	there, err := bouncyCastleQuestions(random, count)
	if err != nil {
		return err
	}
	second, err := jkurwaQuestions(random, count)
	if err != nil {
		return err
	}
	passed, failed := 0, 0
	for _, p := range []peer{{"Bouncy Castle", bouncyCastle, append(there, edges...)}, {"jkurwa", jkurwa, second}} {
		answers, err := ask(ctx, strings.Fields(p.command), p.questions)
		if err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		good, bad := report(p, answers)
		passed, failed = passed+good, failed+bad
	}
	fmt.Printf("%d passed, %d failed\n", passed, failed)
	if failed > 0 || passed == 0 {
		return fmt.Errorf("there are differences")
	}
	return nil
}

// report judges the answers and prints a line for every suite, with the first few differences.
func report(p peer, answers []string) (passed, failed int) {
	var order []string
	good, bad := map[string]int{}, map[string]int{}
	for i, q := range p.questions {
		if good[q.suite]+bad[q.suite] == 0 {
			order = append(order, q.suite)
		}
		if err := q.judge(answers[i]); err != nil {
			if bad[q.suite] < 3 {
				fmt.Printf("%s\n  there: %s\n  %v\n", q.line, answers[i], err)
			}
			bad[q.suite]++
			failed++
			continue
		}
		good[q.suite]++
		passed++
	}
	for _, suite := range order {
		fmt.Printf("%-14s %-44s %5d of %d\n", p.name, suite, good[suite], good[suite]+bad[suite])
	}
	return passed, failed
}

func ask(ctx context.Context, command []string, questions []question) ([]string, error) {
	if len(command) == 0 {
		return nil, fmt.Errorf("name the command that answers")
	}
	var in strings.Builder
	for _, q := range questions {
		in.WriteString(q.line + "\n")
	}
	var out bytes.Buffer
	cmd := exec.CommandContext(ctx, command[0], command[1:]...) //nolint:gosec // whoever calls this says what to compare with
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(in.String()), &out, os.Stderr
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("run: %w", err)
	}
	answers := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	if len(answers) != len(questions) {
		return nil, fmt.Errorf("%d answers to %d questions", len(answers), len(questions))
	}
	return answers, nil
}
