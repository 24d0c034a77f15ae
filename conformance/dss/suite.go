package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"

	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/cms/asic"
)

// The forms and levels that are combined.
var (
	forms  = []string{"cades", "asice", "asics"}
	levels = []string{"B", "T", "LT", "LTA"}
)

// ourLevels are the names which package cms has for the baseline levels.
var ourLevels = map[string]cms.Level{"B": cms.LevelBES, "T": cms.LevelT, "LT": cms.LevelLT, "LTA": cms.LevelLTA}

// signature is one signature to make, and what became of it.
type signature struct {
	form, level string
	detached    bool
	signer      int
	documents   []asic.Document
	file        []byte
}

// draw draws a signature; the number sees to it that every form meets every level.
func draw(n int) *signature {
	s := &signature{
		form: forms[n%len(forms)], level: levels[n/len(forms)%len(levels)],
		detached: rand.IntN(2) == 0, signer: n % 5,
	}
	count := 1
	if s.form == "asice" {
		count += rand.IntN(4)
	}
	for i := range count {
		content := make([]byte, 1+rand.IntN(1<<(4+rand.IntN(12))))
		for j := range content {
			content[j] = byte(rand.Uint32())
		}
		name := fmt.Sprintf("документ %d-%d & (%d%%).bin", n, i, i)
		s.documents = append(s.documents, asic.Document{Name: name, Content: content})
	}
	return s
}

func (s *signature) String() string {
	kind := "attached"
	if s.detached {
		kind = "detached"
	}
	return fmt.Sprintf("%s %s %s, key %d, %d documents, the first of %d bytes", s.form, kind, s.level, s.signer, len(s.documents), len(s.documents[0].Content))
}

// isLong: a signature which proves itself gets no lists to be verified with.
func (s *signature) isLong() bool { return s.level == "LT" || s.level == "LTA" }

// suite runs the checks.
type suite struct {
	authority *authority
	them      *them
	folder    string
	tally     *tally
}

// put writes a file for the other side.
func (s *suite) put(name string, content []byte) error {
	return os.WriteFile(filepath.Join(s.folder, name), content, 0o600)
}

// askVerify lets the other side verify a file: its verdict and, for each signature, the level.
func (s *suite) askVerify(sig *signature, file, content []byte) (verdict string, found []string, err error) {
	if err := s.put("file", file); err != nil {
		return "", nil, err
	}
	detached, lists := "-", "lists"
	if sig.form == "cades" && sig.detached {
		detached = "content"
		if err := s.put(detached, content); err != nil {
			return "", nil, err
		}
	}
	if sig.isLong() {
		lists = "none"
	}
	words, err := s.them.ask("verify", "file", detached, lists)
	if err != nil {
		return "", nil, err
	}
	verdict = words[0]
	for i := 0; i+1 < len(words); i += 2 {
		if words[i] != "TOTAL_PASSED/null" {
			verdict = strings.Join(words, " ")
		}
		found = append(found, strings.TrimPrefix(words[i+1], "CAdES-BASELINE-"))
	}
	return verdict, found, nil
}

// weVerify verifies a file with our packages.
func (s *suite) weVerify(sig *signature, file, content []byte) (verdict string, found []cms.Level, err error) {
	opts := s.authority.options(!sig.isLong())
	if sig.form == "cades" {
		if sig.detached {
			opts.Content = content
		}
		r, err := cms.Verify(file, opts)
		if err != nil {
			return "", nil, err
		}
		return ourVerdict(r.Outcome), levelsOf(r), nil
	}
	r, err := asic.Verify(file, opts, asic.Limits{})
	if err != nil {
		return "", nil, err
	}
	for _, one := range r.Signatures {
		found = append(found, levelsOf(one.Result)...)
	}
	return ourVerdict(r.Outcome), found, nil
}

func ourVerdict(o cms.Outcome) string { return o.String() }

func levelsOf(r *cms.Result) []cms.Level {
	var out []cms.Level
	for _, s := range r.Signers {
		out = append(out, s.Level)
	}
	return out
}

// ours makes a signature and has it verified by both, whole and broken.
func (s *suite) ours(n int) error {
	sig := draw(n)
	signers := 1 + rand.IntN(2)
	if err := s.authority.sign(sig, signers); err != nil {
		return err
	}
	verdict, found, err := s.askVerify(sig, sig.file, sig.documents[0].Content)
	if err != nil {
		return err
	}
	s.tally.check("DSS verifies ours", verdict, "TOTAL_PASSED/null", sig.String())
	s.tally.check("DSS sees the level of ours", fmt.Sprint(found), fmt.Sprint(repeat(sig.level, signers)), sig.String())
	if verdict, _, err = s.weVerify(sig, sig.file, sig.documents[0].Content); err != nil {
		return err
	}
	s.tally.check("we verify ours", verdict, "valid", sig.String())
	if err := s.broken(sig, "ours"); err != nil || sig.level != "T" {
		return err
	}
	return s.extendedByThem(sig, signers)
}

// theirs has the other side make a signature and verifies it, whole and broken.
func (s *suite) theirs(n int) error {
	sig := draw(n)
	kind := "attached"
	if sig.detached {
		kind = "detached"
	}
	index := "new"
	if rand.IntN(2) == 0 {
		index = "old"
	}
	words := []string{"sign", "signed", sig.form, sig.level, kind, signerName(sig.signer) + ".key", signerName(sig.signer) + ".cer", index}
	for _, d := range sig.documents {
		if err := s.put(d.Name, d.Content); err != nil {
			return err
		}
		words = append(words, d.Name)
	}
	answer, err := s.them.ask(words...)
	if err != nil {
		return err
	}
	s.tally.check("DSS signs", strings.Join(answer, " "), "done", sig.String())
	if answer[0] != "done" {
		return nil
	}
	if sig.file, err = os.ReadFile(filepath.Join(s.folder, "signed")); err != nil {
		return err
	}
	verdict, found, err := s.weVerify(sig, sig.file, sig.documents[0].Content)
	if err != nil {
		return err
	}
	s.tally.check("we verify theirs", verdict, "valid", sig.String())
	s.tally.check("we see the level of theirs", fmt.Sprint(found), fmt.Sprint([]cms.Level{ourLevels[sig.level]}), sig.String())
	if err := s.broken(sig, "theirs"); err != nil || sig.level != "T" {
		return err
	}
	sig.level = "LTA"
	if err := s.authority.extend(sig); err != nil {
		return err
	}
	return s.bothVerify(sig, "theirs, extended by us", 1)
}

// extendedByThem has the other side extend a signature of ours to B-LTA.
func (s *suite) extendedByThem(sig *signature, signers int) error {
	if err := s.put("file", sig.file); err != nil {
		return err
	}
	content := "-"
	if sig.form == "cades" && sig.detached {
		content = "content"
		if err := s.put(content, sig.documents[0].Content); err != nil {
			return err
		}
	}
	answer, err := s.them.ask("extend", "extended", sig.form, "file", content)
	if err != nil {
		return err
	}
	s.tally.check("DSS extends ours", strings.Join(answer, " "), "done", sig.String())
	if answer[0] != "done" {
		return nil
	}
	sig.level = "LTA"
	if sig.file, err = os.ReadFile(filepath.Join(s.folder, "extended")); err != nil {
		return err
	}
	return s.bothVerify(sig, "ours, extended by DSS", signers)
}

func (s *suite) bothVerify(sig *signature, what string, signers int) error {
	verdict, found, err := s.askVerify(sig, sig.file, sig.documents[0].Content)
	if err != nil {
		return err
	}
	got := fmt.Sprint(verdict, found)
	s.tally.check("DSS verifies "+what, got, fmt.Sprint("TOTAL_PASSED/null", repeat(sig.level, signers)), sig.String())
	ours, levels, err := s.weVerify(sig, sig.file, sig.documents[0].Content)
	if err != nil {
		return err
	}
	want := make([]cms.Level, signers)
	for i := range want {
		want[i] = ourLevels[sig.level]
	}
	s.tally.check("we verify "+what, fmt.Sprint(ours, levels), fmt.Sprint("valid", want), sig.String())
	return nil
}

// broken flips a bit in one part of a signature that is signed or stamped; neither side
// may take it for good.
func (s *suite) broken(sig *signature, whose string) error {
	parts, err := breakable(sig)
	if err != nil {
		return err
	}
	p := parts[rand.IntN(len(parts))]
	what := whose + " with a bit flipped in the " + p.what
	verdict, _, err := s.askVerify(sig, p.file, p.content)
	if err != nil {
		return err
	}
	s.tally.check("DSS refuses "+what, fmt.Sprint(verdict == "TOTAL_PASSED/null"), "false", sig.String())
	if verdict, _, err = s.weVerify(sig, p.file, p.content); err != nil {
		return err
	}
	s.tally.check("we refuse "+what, fmt.Sprint(strings.HasPrefix(verdict, "invalid")), "true", sig.String()+": "+verdict)
	return nil
}

func repeat(level string, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = level
	}
	return out
}
