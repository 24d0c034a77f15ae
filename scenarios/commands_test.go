package scenarios

import (
	"errors"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/dovidka/dovidka/internal/platform/database"
)

// stageKey is where a script finds its stage.
type stageKey struct{}

// stage is what a script has started of its own.
type stage struct {
	t       testing.TB
	made    system
	process *process
}

func stageOf(ts *testscript.TestScript) *stage {
	s, ok := ts.Value(stageKey{}).(*stage)
	if !ok {
		ts.Fatalf("the script has no stage")
	}
	return s
}

// commands are the words of the scripts; README.md explains them.
func commands() map[string]func(ts *testscript.TestScript, neg bool, args []string) {
	return map[string]func(ts *testscript.TestScript, neg bool, args []string){
		"dovidka": dovidkaCommand,
		"exits":   positive(exitsCommand),
		"ask":     askCommand,
		"http":    positive(httpCommand),
		"json":    positive(jsonCommand),
		"sign":    positive(signCommand),
		"mask":    positive(maskCommand),
		"edit":    positive(editCommand),
		"flip":    positive(flipCommand),
		"until":   positive(untilCommand),
		"line":    positive(lineCommand),
		"sql":     sqlCommand,
		"demo":    positive(demoCommand),
		"serve":   positive(serveCommand),
		"stop":    positive(stopCommand),
	}
}

// positive wraps a command that has no meaning when it is negated.
func positive(do func(ts *testscript.TestScript, args []string)) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		if neg {
			ts.Fatalf("the command cannot be negated")
		}
		do(ts, args)
	}
}

// exitCode runs the binary.
func exitCode(ts *testscript.TestScript, args []string) int {
	err := ts.Exec(binary(), args...)
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode()
	}
	ts.Check(err)
	return 0
}

// [!] dovidka ARGUMENTS...
func dovidkaCommand(ts *testscript.TestScript, neg bool, args []string) {
	if code := exitCode(ts, args); (code != 0) != neg {
		ts.Fatalf("exit code %d", code)
	}
}

// exits CODE ARGUMENTS...
func exitsCommand(ts *testscript.TestScript, args []string) {
	want(ts, len(args) > 1, "exits CODE ARGUMENTS...")
	if code := exitCode(ts, args[1:]); strconv.Itoa(code) != args[0] {
		ts.Fatalf("exit code %d", code)
	}
}

// [!] ask CITIZEN ARGUMENTS...: the citizen asks through the door. Negated, the
// door must refuse, in words and not by failing.
func askCommand(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, len(args) > 0, "ask CITIZEN ARGUMENTS...")
	url := ts.Getenv("REST")
	if i := slices.Index(args, "--door"); i >= 0 && i+1 < len(args) && args[i+1] == "soap" {
		url = ts.Getenv("SOAP")
	}
	key, password := keyFiles(ts, args[0])
	code := exitCode(ts, append([]string{"request", "--url", url, "--key", key, "--password-file", password}, args[1:]...))
	if expected := map[bool]int{false: 0, true: 1}[neg]; code != expected {
		ts.Fatalf("exit code %d", code)
	}
}

// line VARIABLE: takes the standard output, which is one line.
func lineCommand(ts *testscript.TestScript, args []string) {
	want(ts, len(args) == 1, "line VARIABLE")
	line, rest, _ := strings.Cut(ts.ReadFile("stdout"), "\n")
	want(ts, line != "" && rest == "", "line: there is more or less than one")
	ts.Setenv(args[0], line)
}

// keyFiles returns the files of a citizen's key and password.
func keyFiles(ts *testscript.TestScript, who string) (key, password string) {
	name := strings.ToUpper(strings.ReplaceAll(who, "-", "_"))
	key, password = ts.Getenv(name+"_KEY"), ts.Getenv(name+"_PASSWORD")
	if key == "" {
		ts.Fatalf("there is no citizen %q", who)
	}
	return key, password
}

var uuidPattern = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)

// mask FILE...: puts one id in the place of every UUID, so that two answers can
// be compared byte by byte.
func maskCommand(ts *testscript.TestScript, args []string) {
	want(ts, len(args) > 0, "mask FILE...")
	for _, file := range args {
		writeFile(ts, file, uuidPattern.ReplaceAll([]byte(ts.ReadFile(file)), []byte("ID")))
	}
}

// edit FILE PATTERN REPLACEMENT: replaces what a regular expression matches. No
// match is an error.
func editCommand(ts *testscript.TestScript, args []string) {
	want(ts, len(args) == 3, "edit FILE PATTERN REPLACEMENT")
	pattern, err := regexp.Compile("(?m)" + args[1])
	ts.Check(err)
	data := ts.ReadFile(args[0])
	if !pattern.MatchString(data) {
		ts.Fatalf("%s has nothing that matches", args[0])
	}
	writeFile(ts, args[0], []byte(pattern.ReplaceAllString(data, args[2])))
}

// flip FILE: flips one bit in the middle of a file.
func flipCommand(ts *testscript.TestScript, args []string) {
	want(ts, len(args) == 1, "flip FILE")
	data := []byte(ts.ReadFile(args[0]))
	want(ts, len(data) > 0, "flip FILE: the file is empty")
	data[len(data)/2] ^= 1
	writeFile(ts, args[0], data)
}

// until FILE PATH: waits until the moment in a JSON file has passed.
func untilCommand(ts *testscript.TestScript, args []string) {
	want(ts, len(args) == 2, "until FILE PATH")
	at, err := time.Parse(time.RFC3339Nano, text(ts, pick(ts, ts.ReadFile(args[0]), args[1])))
	ts.Check(err)
	wait := time.Until(at)
	if wait > patience {
		ts.Fatalf("%s is too far away", at)
	}
	time.Sleep(max(wait, 0) + time.Millisecond)
}

// [!] sql FILE STATEMENT...: does to a SQLite file what somebody with access to
// it can do. Negated, the first statement must be refused.
func sqlCommand(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, len(args) > 1, "sql FILE STATEMENT...")
	ctx := stageOf(ts).t.Context()
	db, err := database.Open(ctx, database.Config{URL: "sqlite:" + ts.MkAbs(args[0])})
	ts.Check(err)
	for _, statement := range args[1:] {
		if _, err = db.Writer.ExecContext(ctx, statement); err != nil {
			break
		}
	}
	ts.Check(db.Close())
	switch {
	case neg && err == nil:
		ts.Fatalf("the database took the statement")
	case !neg:
		ts.Check(err)
	}
}

// demo: makes a demonstration's folder of the script's own.
func demoCommand(ts *testscript.TestScript, args []string) {
	want(ts, len(args) == 0, "demo")
	s := stageOf(ts)
	s.made = makeDemo(s.t)
	publish(ts, s.made)
}

// serve [CONFIG]: starts the component in the folder that demo made, or with
// another configuration that trusts its authority.
func serveCommand(ts *testscript.TestScript, args []string) {
	s := stageOf(ts)
	want(ts, len(args) <= 1 && s.made.Config != "" && s.process == nil, "demo first, then serve [CONFIG], once until stop")
	made := s.made
	if len(args) == 1 {
		made.Config = ts.MkAbs(args[0])
	}
	var started system
	s.process, started = serve(s.t, made)
	publish(ts, started)
}

// stop: tells the component to end; it must do so in good order.
func stopCommand(ts *testscript.TestScript, args []string) {
	s := stageOf(ts)
	want(ts, len(args) == 0 && s.process != nil, "serve first, then stop")
	code, err := s.process.stop()
	ts.Check(err)
	if code != 0 {
		ts.Fatalf("exit code %d\n%s", code, s.process.logText())
	}
	s.process = nil
}

func want(ts *testscript.TestScript, ok bool, usage string) {
	if !ok {
		ts.Fatalf("usage: %s", usage)
	}
}

func writeFile(ts *testscript.TestScript, path string, data []byte) {
	ts.Check(os.WriteFile(ts.MkAbs(path), data, 0o600))
}
