package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/dovidka/dovidka/cms/asic"
)

// samples has DSS make one long-term signature of each kind and keeps them in a folder,
// with the root that is enough to verify them: test data for package cms.
func (s *suite) samples(to string) error {
	if err := os.MkdirAll(to, 0o750); err != nil {
		return err
	}
	root := s.authority.Root.Certificate.Raw
	if err := os.WriteFile(filepath.Join(to, "root.cer"), root, 0o600); err != nil {
		return err
	}
	document := asic.Document{Name: "document.txt", Content: []byte("document\n")}
	if err := s.put(document.Name, document.Content); err != nil {
		return err
	}
	for name, words := range map[string]string{
		"t.p7s":            "cades T attached new",
		"lt.p7s":           "cades LT attached new",
		"lta.p7s":          "cades LTA attached new",
		"lta-detached.p7s": "cades LTA detached new",
		"lta-old.p7s":      "cades LTA attached old",
		"lta.asics":        "asics LTA detached new",
		"lt.asice":         "asice LT detached new",
		"lta.asice":        "asice LTA detached new",
	} {
		w := strings.Fields(words)
		answer, err := s.them.ask("sign", "signed", w[0], w[1], w[2], signerName(0)+".key", signerName(0)+".cer", w[3], document.Name)
		if err != nil {
			return err
		}
		if answer[0] != "done" {
			return fmt.Errorf("%s: %s", name, strings.Join(answer, " "))
		}
		signed, err := os.ReadFile(filepath.Join(s.folder, "signed"))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(to, name), signed, 0o600); err != nil { //nolint:gosec // names of our own
			return err
		}
	}
	return nil
}
