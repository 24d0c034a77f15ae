package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/dovidka/dovidka/internal/platform/database/databasetest"
)

func TestMain(m *testing.M) { databasetest.Main(m) }

// TestExitCodes runs command lines that need nothing running.
func TestExitCodes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		args           []string
		code           int
		stdout, stderr string // parts of them
	}{
		"nothing":              {nil, exitUsage, "", "dovidka:"},
		"unknown command":      {[]string{"nonsense"}, exitUsage, "", "nonsense"},
		"unknown flag":         {[]string{"demo", "--nonsense"}, exitUsage, "", "--nonsense"},
		"help":                 {[]string{"--help"}, 0, "demo", ""},
		"help of a command":    {[]string{"verify", "--help"}, 0, "--trust", ""},
		"version":              {[]string{"version"}, 0, "dovidka ", ""},
		"no configuration":     {[]string{"serve"}, exitUsage, "", "--config"},
		"no such file":         {[]string{"serve", "--config", "no-such-file"}, exitUsage, "", "no-such-file"},
		"no number":            {[]string{"registry", "generate", "--persons", "many"}, exitUsage, "", "persons"},
		"negative number":      {[]string{"registry", "generate", "--persons", "-1"}, exitUsage, "", "persons"},
		"a population of none": {[]string{"registry", "generate", "--persons", "0"}, 0, "", ""},
		"samples":              {[]string{"registry", "generate", "--persons", "0", "--samples"}, 0, `"type":"person"`, ""},
		"no database":          {[]string{"registry", "export"}, exitUsage, "", "--database"},
		"two databases":        {[]string{"registry", "export", "--database", "sqlite:x", "--config", "main_test.go"}, exitUsage, "", "can't be used together"},
		"another database":     {[]string{"registry", "export", "--database", "mysql:x"}, exitFailed, "", "sqlite"},
		"verify without trust": {[]string{"verify", "main_test.go"}, exitInvalid, "INVALID", ""},
		"trust in no root":     {[]string{"verify", "main_test.go", "--trust", "main_test.go"}, exitUsage, "", "--trust"},
		"another time":         {[]string{"verify", "main_test.go", "--trust", "main_test.go", "--at", "noon"}, exitUsage, "", "--at"},
		"another door":         {[]string{"request", "--door", "window"}, exitUsage, "", "--door"},
		"yes and no":           {[]string{"request", "--url", "x", "--key", "main_test.go", "--password-file", "main_test.go", "--refuse", "--withdraw"}, exitUsage, "", "can't be used together"},
		"a broken file":        {[]string{"serve", "--config", "main_test.go"}, exitFailed, "", "main_test.go"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var stdout, stderr bytes.Buffer
			code := run(t.Context(), c.args, &stdout, &stderr)
			if code != c.code || !strings.Contains(stdout.String(), c.stdout) || !strings.Contains(stderr.String(), c.stderr) {
				t.Errorf("exit code %d, output %q, errors %q", code, stdout.String(), stderr.String())
			}
			if strings.Contains(stderr.String(), "\n\ngoroutine") {
				t.Error("it panicked")
			}
		})
	}
}

// TestQuote proves that a shell reads a quoted path as one word.
func TestQuote(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"/tmp/demo": "/tmp/demo", "/tmp/a b": "'/tmp/a b'", "/tmp/it's": `'/tmp/it'\''s'`, "/tmp/$HOME": "'/tmp/$HOME'", "~/x": "'~/x'",
	} {
		if got := quote(in); got != want {
			t.Errorf("%s: %s", in, got)
		}
	}
}
