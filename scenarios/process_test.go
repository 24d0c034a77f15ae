package scenarios

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/portal"
	"github.com/dovidka/dovidka/internal/registry"
)

// patience bounds every wait for something that must happen; a machine under
// load may be slow.
const patience = time.Minute

// process is a running binary.
type process struct {
	cmd    *exec.Cmd
	output *os.File // standard output
	log    *os.File // standard error: where the log goes
	ended  chan struct{}
	err    error // of Wait, once ended is closed
}

// startProcess starts the binary. Whatever the test does, the process is gone
// and its log is searched for personal data when the test ends.
func startProcess(t testing.TB, args ...string) *process {
	t.Helper()
	dir := t.TempDir()
	p := &process{ended: make(chan struct{})}
	var err error
	if p.output, err = os.Create(filepath.Join(dir, "output")); err != nil {
		t.Fatal(err)
	}
	if p.log, err = os.Create(filepath.Join(dir, "log")); err != nil {
		t.Fatal(err)
	}
	// Not the test's context: it is cancelled before the clean-up, and the
	// process is to end by a signal of ours.
	p.cmd = exec.CommandContext(context.WithoutCancel(t.Context()), binary(), args...)
	p.cmd.Stdout, p.cmd.Stderr = p.output, p.log
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.ended)
	}()
	t.Cleanup(func() {
		p.kill()
		searchLog(t, p.log.Name())
		if err := errors.Join(p.output.Close(), p.log.Close()); err != nil {
			t.Error(err)
		}
	})
	return p
}

// kill ends the process at once, and returns when it has ended.
func (p *process) kill() {
	// It may have ended already, which is as good.
	_ = p.cmd.Process.Kill()
	<-p.ended
}

// stop tells the process to end and returns its exit code.
func (p *process) stop() (int, error) {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return 0, fmt.Errorf("tell the process to stop: %w", err)
	}
	select {
	case <-p.ended:
		return p.cmd.ProcessState.ExitCode(), nil
	case <-time.After(patience):
		return 0, errors.New("the process does not stop")
	}
}

// logText returns the end of what the process has logged so far.
func (p *process) logText() string {
	data, err := os.ReadFile(p.log.Name())
	if err != nil {
		return err.Error()
	}
	const enough = 4 << 10
	return string(data[max(0, len(data)-enough):])
}

// await waits for the ready file, and returns it.
func (p *process) await(path string) (system, error) {
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(2 * time.Millisecond) {
		s, err := readSystem(path)
		if err == nil || !errors.Is(err, os.ErrNotExist) {
			return s, err
		}
		select {
		case <-p.ended:
			return system{}, fmt.Errorf("the process ended before it was ready: %w\n%s", p.err, p.logText())
		default:
		}
	}
	return system{}, fmt.Errorf("the process does not get ready\n%s", p.logText())
}

// system is what a ready file tells.
type system struct {
	REST      string    `json:"rest"`
	SOAP      string    `json:"soap"`
	WSDL      string    `json:"wsdl"`
	Metrics   string    `json:"metrics"`
	Livez     string    `json:"livez"`
	Readyz    string    `json:"readyz"`
	Audience  string    `json:"audience"`
	Authority string    `json:"authority"`
	Issuers   string    `json:"issuers"`
	CRLs      []string  `json:"crls"`
	Config    string    `json:"config"`
	Citizens  []citizen `json:"citizens"`
}

// citizen is a sample citizen of a system.
type citizen struct {
	Key          string `json:"key"`
	KeyFile      string `json:"key_file"`
	PasswordFile string `json:"password_file"`
	SubjectFile  string `json:"subject_file"`
}

func readSystem(path string) (system, error) {
	var s system
	data, err := os.ReadFile(path)
	if err != nil {
		return s, fmt.Errorf("read ready file: %w", err)
	}
	if err := json.Unmarshal(data, &s); err != nil {
		return s, fmt.Errorf("read ready file: %w", err)
	}
	return s, nil
}

func (s system) find(key string) (citizen, error) {
	for _, c := range s.Citizens {
		if c.Key == key {
			return c, nil
		}
	}
	return citizen{}, fmt.Errorf("there is no citizen %q", key)
}

// signer opens a citizen's key.
func (s system) signer(key string) (*portal.Citizen, error) {
	c, err := s.find(key)
	if err != nil {
		return nil, err
	}
	container, err := os.ReadFile(c.KeyFile)
	if err != nil {
		return nil, fmt.Errorf("open key of %s: %w", key, err)
	}
	password, err := os.ReadFile(c.PasswordFile)
	if err != nil {
		return nil, fmt.Errorf("open key of %s: %w", key, err)
	}
	return portal.OpenCitizen(container, bytes.TrimSpace(password), nil)
}

// makeDemo makes a demonstration's folder and returns what its ready file said;
// nothing runs when it returns. The log of whoever serves it will be loud.
func makeDemo(t testing.TB) system {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "ready.json")
	once := startProcess(t, "demo", "--once", "--persons", "200", "--dir", filepath.Join(dir, "demo"), "--ready-file", file,
		"--rest", "127.0.0.1:0", "--soap", "127.0.0.1:0", "--metrics", "127.0.0.1:0")
	s, err := once.await(file)
	if err != nil {
		t.Fatal(err)
	}
	<-once.ended
	if once.err != nil {
		t.Fatalf("demo --once: %v\n%s", once.err, once.logText())
	}
	configure(t, s.Config, `log_level: info`, `log_level: debug`)
	return s
}

// configure changes a setting in a configuration file.
func configure(t testing.TB, path, old, changed string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(data), old) {
		t.Fatalf("%s has no %q", filepath.Base(path), old)
	}
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(string(data), old, changed)), 0o600); err != nil {
		t.Fatal(err)
	}
}

// serve starts the component with a demonstration's configuration. The system
// returned has the addresses of this start.
func serve(t testing.TB, s system) (*process, system) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "ready.json")
	p := startProcess(t, "serve", "--config", s.Config, "--ready-file", file)
	started, err := p.await(file)
	if err != nil {
		t.Fatal(err)
	}
	started.Authority, started.Issuers, started.CRLs = s.Authority, s.Issuers, s.CRLs
	started.Config, started.Citizens = s.Config, s.Citizens
	return p, started
}

// brokenRun tells that a program of ours broke down.
var brokenRun = regexp.MustCompile(`(?m)^panic:|^fatal error:|"outcome":"panic"|DATA RACE`)

// searchLog looks in a log for what may never be there: the sample citizens'
// numbers and names, and signs of a defect.
func searchLog(t testing.TB, path string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Error(err)
		return
	}
	log := strings.ToLower(string(data))
	for _, forbidden := range personalData() {
		if strings.Contains(log, strings.ToLower(forbidden)) {
			t.Errorf("the log repeats what is known of a sample citizen, such as %q", forbidden)
		}
	}
	if at := brokenRun.FindIndex(data); at != nil {
		t.Errorf("the log tells of a defect:\n%s", data[at[0]:min(len(data), at[0]+8<<10)])
	}
}

// personalData lists what identifies the sample citizens.
func personalData() []string {
	var out []string
	for _, s := range registry.Samples() {
		out = append(out, s.RNOKPP.Reveal(), s.UNZR.Reveal(), s.Name.Family, s.Name.Full(), s.BirthDate.Reveal(),
			dovidka.Romanize(dovidka.NormalizeName(s.Name.Family)))
	}
	return out
}

// TestPersonalData keeps the search from looking for nothing.
func TestPersonalData(t *testing.T) {
	t.Parallel()
	list := personalData()
	if len(list) < 30 {
		t.Errorf("only %d strings", len(list))
	}
	for _, s := range list {
		if len(s) < 5 {
			t.Errorf("%q is too short to be searched for", s)
		}
	}
}
