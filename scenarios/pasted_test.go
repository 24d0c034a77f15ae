package scenarios

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestPasted runs every line that the demonstration prints to try, in order, as
// somebody would who pastes them into a shell.
func TestPasted(t *testing.T) {
	t.Parallel()
	// What a line must lead to, by its title, and the exit code if not 0.
	wants := map[string]struct {
		output string
		code   int
	}{
		"Own declarations, over REST":                          {"Декларація 0001-20MH-K800: Діє", 0},
		"Who sealed that answer, and when":                     {"VALID", 0},
		"The same over SOAP":                                   {"Декларація 0001-20MH-K800: Діє", 0},
		"A mother for her child":                               {"Декларація 0001-7H8T-2A00: Діє", 0},
		"Consent refused":                                      {"consent-refused", 1},
		"What the REST door asks to sign":                      {`"status":"awaiting-signature"`, 0},
		"The SOAP door, by curl":                               {"resultCode>OK<", 0},
		"Prove the ledger":                                     {"The ledger is sound: ", 0},
		"A public body asks for declarations by law":           {"Декларація 0001-20MH-K800: Діє", 0},
		"A public body asks whether a declaration is in force": {"Декларація 0001-20MH-K800: Діє", 0},
		"A public body asks in REST, by curl":                  {`"inForce":true`, 0},
		"A public body asks now and fetches the answer later":  {"Декларація 0001-20MH-K800: Діє", 0},
		"A citizen's request now, and its answer later":        {"Декларація 0001-20MH-K800: Діє", 0},
		"Who sealed the first answer, asking the authority's services instead of lists": {"VALID", 0},
	}
	// A folder whose name a shell would not read as one word.
	dir := filepath.Join(t.TempDir(), "it's a demo")
	file := filepath.Join(t.TempDir(), "ready.json")
	p := startProcess(t, "demo", "--persons", "50", "--dir", dir, "--ready-file", file,
		"--rest", "127.0.0.1:0", "--soap", "127.0.0.1:0", "--metrics", "127.0.0.1:0")
	if _, err := p.await(file); err != nil {
		t.Fatal(err)
	}
	done := 0
	for _, try := range printedLines(t, p) {
		want, known := wants[try.title]
		if !known {
			t.Errorf("the demonstration prints %q, which is not tested", try.title)
			continue
		}
		done++
		shell := exec.CommandContext(t.Context(), "sh", "-c", try.line)
		out, err := shell.CombinedOutput()
		if code := shell.ProcessState.ExitCode(); code != want.code || !strings.Contains(string(out), want.output) {
			t.Errorf("%s\n%s\nexit code %d, %v\n%s", try.title, try.line, code, err, out)
		}
	}
	if done != len(wants) {
		t.Errorf("%d lines of %d were printed", done, len(wants))
	}
	if code, err := p.stop(); code != 0 || err != nil {
		t.Errorf("exit code %d, %v", code, err)
	}
}

// printed is a line to try, and what it is for.
type printed struct{ title, line string }

// printedLines waits until a demonstration has printed all, and returns the
// lines after those that begin with "# ".
func printedLines(t *testing.T, p *process) []printed {
	t.Helper()
	var text string
	for deadline := time.Now().Add(patience); !strings.Contains(text, "Ctrl-C ends"); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("the demonstration does not say how to end it:\n%s", text)
		}
		data, err := os.ReadFile(p.output.Name())
		if err != nil {
			t.Fatal(err)
		}
		text = string(data)
	}
	var out []printed
	lines := strings.Split(text, "\n")
	for i, line := range lines[:len(lines)-1] {
		if title, ok := strings.CutPrefix(line, "# "); ok {
			out = append(out, printed{title, lines[i+1]})
		}
	}
	return out
}
