package scenarios

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// commandsDocument is what TestDocumented reads.
const commandsDocument = "../docs/commands.md"

var (
	shellBlock   = regexp.MustCompile("(?ms)^```sh( background)?\n(.*?)^```$")
	listen       = regexp.MustCompile(`(?m)^(\s+listen:) .*$`)
	helpCommand  = regexp.MustCompile(`(?m)^  ([a-z]+(?: [a-z]+)?)(?: |$)`)
	documentHead = regexp.MustCompile("(?m)^## `dovidka ([a-z ]+)`$")
)

// TestDocumented runs the examples of docs/commands.md from top to bottom, each block in
// a shell that ends at the first command that fails.
func TestDocumented(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Fatal("the examples use openssl: make test installs it where it may (Debian: apt-get install openssl)")
	}
	text, err := os.ReadFile(commandsDocument)
	if err != nil {
		t.Fatal(err)
	}
	d := newDesk(t)
	blocks := shellBlock.FindAllStringSubmatch(string(text), -1)
	if len(blocks) < 20 {
		t.Fatalf("only %d examples", len(blocks))
	}
	for _, block := range blocks {
		if block[1] != "" {
			d.start(t, block[2])
			continue
		}
		d.run(t, block[2])
	}
}

// desk is a folder with the binary at hand.
type desk struct {
	dir string
	env []string
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	path, err := filepath.Abs(binary())
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{dir: t.TempDir()}
	bin := filepath.Join(d.dir, "bin")
	if err := os.Mkdir(bin, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(path, filepath.Join(bin, "dovidka")); err != nil {
		t.Fatal(err)
	}
	d.env = append(os.Environ(), "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	return d
}

func (d *desk) run(t *testing.T, lines string) {
	t.Helper()
	shell := exec.CommandContext(t.Context(), "sh", "-euc", lines)
	shell.Dir, shell.Env = d.dir, d.env
	if out, err := shell.CombinedOutput(); err != nil {
		t.Fatalf("%s\n%v\n%s", lines, err, out)
	}
}

// start runs what serves until the test ends, and waits until it says that it does.
// Ports are taken that nobody else has.
func (d *desk) start(t *testing.T, lines string) {
	t.Helper()
	words := strings.Fields(lines)
	for i, word := range words {
		if word == "--config" {
			d.freePorts(t, words[i+1])
		}
	}
	if words[1] == "demo" {
		words = append(words, "--rest", "127.0.0.1:0", "--soap", "127.0.0.1:0", "--metrics", "127.0.0.1:0")
	}
	ready := ""
	for i, word := range words {
		if word == "--ready-file" {
			ready = filepath.Join(d.dir, words[i+1])
		}
	}
	cmd := exec.CommandContext(t.Context(), binary(), words[1:]...)
	cmd.Dir = d.dir
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = patience
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Wait() })
	for deadline := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		data, err := os.ReadFile(ready)
		var addresses struct{ REST, SOAP string }
		if err == nil && json.Unmarshal(data, &addresses) == nil && addresses.REST != "" {
			d.env = append(d.env, "REST="+addresses.REST, "SOAP="+addresses.SOAP)
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s: it does not get ready", lines)
		}
	}
}

func (d *desk) freePorts(t *testing.T, config string) {
	t.Helper()
	path := filepath.Join(d.dir, config)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !listen.Match(data) {
		t.Fatalf("%s says nowhere to listen", config)
	}
	if err := os.WriteFile(path, listen.ReplaceAll(data, []byte("$1 127.0.0.1:0")), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestEveryCommandIsDocumented, with an example that TestDocumented runs.
func TestEveryCommandIsDocumented(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(commandsDocument)
	if err != nil {
		t.Fatal(err)
	}
	documented := map[string]bool{}
	for _, head := range documentHead.FindAllStringSubmatch(string(text), -1) {
		documented[head[1]] = true
	}
	examples := ""
	for _, block := range shellBlock.FindAllStringSubmatch(string(text), -1) {
		examples += "\n" + block[2]
	}
	code, help, stderr := runCommand(t, binary(), "--help")
	if code != 0 {
		t.Fatalf("exit %d: %s", code, stderr)
	}
	_, list, _ := strings.Cut(string(help), "\nCommands:\n")
	found := helpCommand.FindAllStringSubmatch(list, -1)
	if len(found) < 15 {
		t.Fatalf("only %d commands: %s", len(found), help)
	}
	for _, command := range found {
		if !documented[command[1]] || !strings.Contains(examples, "\ndovidka "+command[1]) {
			t.Errorf("docs/commands.md says nothing of dovidka %s, or has no example", command[1])
		}
	}
}
