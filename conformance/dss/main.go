// Command dss lets EU DSS, the European Commission's library, verify what package cms
// and package cms/asic make, and verifies with these what DSS makes: CAdES at the
// levels B, T, LT and LTA, attached and detached, and ASiC-E and ASiC-S, by keys of
// ECDSA and RSA under an authority made for the occasion. What has a bit flipped both
// have to refuse.
//
// It prints what went wrong and the totals; the exit status is 1 if anything did.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"time"
)

func main() {
	cases := flag.Int("cases", 240, "signatures to make in each direction")
	here := flag.String("dir", "conformance/dss", "folder with what install.sh installed")
	samples := flag.String("samples", "", "keep signatures made by DSS in this folder, and do nothing else")
	flag.Parse()
	if err := run(context.Background(), *here, *cases, *samples); err != nil {
		fmt.Fprintln(os.Stderr, "dss:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, here string, cases int, samples string) error {
	folder, err := os.MkdirTemp("", "dss")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	a, err := newAuthority(folder, time.Now())
	if err != nil {
		return err
	}
	them, err := start(ctx, here, a)
	if err != nil {
		return err
	}
	defer them.stop()
	t := &tally{}
	suite := &suite{authority: a, them: them, folder: folder, tally: t}
	if samples != "" {
		return suite.samples(samples)
	}
	for i := range cases {
		if err := suite.ours(i); err != nil {
			return fmt.Errorf("signature %d of ours: %w", i, err)
		}
		if err := suite.theirs(i); err != nil {
			return fmt.Errorf("signature %d of theirs: %w", i, err)
		}
	}
	return t.finish()
}

// tally counts checks under a title.
type tally struct {
	titles         []string
	counts         map[string]int
	passed, failed int
}

// check counts one check; one that failed is printed.
func (t *tally) check(title, got, want, what string) {
	if t.counts == nil {
		t.counts = map[string]int{}
	}
	if t.counts[title] == 0 {
		t.titles = append(t.titles, title)
	}
	t.counts[title]++
	if got == want {
		t.passed++
		return
	}
	t.failed++
	fmt.Printf("FAIL  %s: %s: %s, want %s\n", title, what, got, want)
}

func (t *tally) finish() error {
	for _, title := range t.titles {
		fmt.Printf("ok    %s: %d\n", title, t.counts[title])
	}
	fmt.Printf("%d passed, %d failed\n", t.passed, t.failed)
	if t.failed > 0 || t.passed == 0 {
		return fmt.Errorf("%d of %d checks failed", t.failed, t.failed+t.passed)
	}
	return nil
}
