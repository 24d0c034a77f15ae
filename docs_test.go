package dovidka_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	markdownLink = regexp.MustCompile(`\]\(([^)#\s]+)(#[^)\s]*)?\)`)
	// pathInCode is a path of ours in back quotes; patterns and folders too.
	pathInCode = regexp.MustCompile("`((?:api|cmd|cms|conformance|deploy|docs|dstu|fhir|internal|pki|scenarios|tools|xroad)/[A-Za-z0-9_./-]*)`")
)

// TestLinks follows every relative link of every document, and every path of
// ours that stands in code.
func TestLinks(t *testing.T) {
	t.Parallel()
	checked := 0
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && slices.Contains([]string{".git", "bin", "node_modules", "testdata"}, d.Name()):
			return filepath.SkipDir
		case filepath.Ext(path) != ".md":
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, link := range markdownLink.FindAllStringSubmatch(string(text), -1) {
			if strings.Contains(link[1], "://") || strings.HasPrefix(link[1], "mailto:") {
				continue
			}
			checked++
			if _, err := os.Stat(filepath.Join(filepath.Dir(path), link[1])); err != nil {
				t.Errorf("%s links to %s, which is not there", path, link[1])
			}
		}
		for _, name := range pathInCode.FindAllStringSubmatch(string(text), -1) {
			checked++
			_, fromRoot := os.Stat(name[1])
			_, fromHere := os.Stat(filepath.Join(filepath.Dir(path), name[1]))
			if fromRoot != nil && fromHere != nil {
				t.Errorf("%s speaks of %s, which is not there", path, name[1])
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if checked < 20 {
		t.Errorf("only %d links were found", checked)
	}
}
