package scenarios

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Environment variables of the suite.
const (
	// binaryVariable names the binary under test. TestMain sets it when it has
	// built one, so no state is kept anywhere else.
	binaryVariable = "DOVIDKA_BINARY"
	// readyVariable names the ready file of a running system.
	readyVariable = "DOVIDKA_READY_FILE"
)

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	if os.Getenv(binaryVariable) == "" {
		dir, err := os.MkdirTemp("", "dovidka-scenarios-")
		if err != nil {
			fmt.Fprintln(os.Stderr, "scenarios:", err)
			return 1
		}
		defer os.RemoveAll(dir)
		path := filepath.Join(dir, "dovidka")
		// As the product is built, and so from the same cache.
		build := exec.Command("go", "build", "-trimpath", "-o", path, "../cmd/dovidka")
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := build.CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "scenarios: build the binary: %v\n%s", err, out)
			return 1
		}
		if err := os.Setenv(binaryVariable, path); err != nil {
			fmt.Fprintln(os.Stderr, "scenarios:", err)
			return 1
		}
	}
	return m.Run()
}

func binary() string { return os.Getenv(binaryVariable) }
