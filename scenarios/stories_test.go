package scenarios

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestStories tells what citizens and the systems that act for them live to
// see. Nothing here looks behind the doors. Before that of the bus stands a
// security server.
func TestStories(t *testing.T) {
	t.Parallel()
	s := sharedSystem(t)
	bus := startSecurityServer(t, s.SOAP, nil)
	runScripts(t, "stories", func(env *testscript.Env) {
		publish(env, s)
		env.Setenv("BUS", bus.URL)
	})
}

// TestOperations tells what an operator does with the binary. Each script has
// folders and processes of its own.
func TestOperations(t *testing.T) {
	t.Parallel()
	runScripts(t, "operations", func(*testscript.Env) {})
}

func runScripts(t *testing.T, dir string, setup func(*testscript.Env)) {
	scripts, err := filepath.Glob(filepath.Join(dir, "*.txtar"))
	if err != nil || len(scripts) < 5 {
		t.Fatalf("%d scripts in %s, %v", len(scripts), dir, err)
	}
	testscript.Run(t, testscript.Params{
		Files: scripts, Cmds: commands(), RequireExplicitExec: true, RequireUniqueNames: true,
		Setup: func(env *testscript.Env) error {
			t, ok := env.T().(testing.TB)
			if !ok {
				return errors.New("the script runs outside a test")
			}
			env.Values[stageKey{}] = &stage{t: t}
			setup(env)
			return nil
		},
	})
}

// sharedSystem returns the running system the environment names, or starts one.
func sharedSystem(t *testing.T) system {
	if path := os.Getenv(readyVariable); path != "" {
		s, err := readSystem(path)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	_, s := serve(t, makeDemo(t))
	return s
}

// setter is the environment of a script, before it runs or while it does.
type setter interface{ Setenv(key, value string) }

// publish tells a script where a system is.
func publish(env setter, s system) {
	folder := filepath.Dir(s.Config)
	for name, value := range map[string]string{
		"REST": s.REST, "SOAP": s.SOAP, "WSDL": s.WSDL, "METRICS": s.Metrics, "LIVEZ": s.Livez, "READYZ": s.Readyz,
		"CONFIG": s.Config, "AUTHORITY": s.Authority, "ISSUERS": s.Issuers,
		"LEDGER": filepath.Join(folder, "data", "ledger.db"), "REGISTRY": filepath.Join(folder, "data", "registry.db"), "SEAL": filepath.Join(folder, "seal"),
	} {
		env.Setenv(name, value)
	}
	for i, list := range s.CRLs {
		env.Setenv(fmt.Sprintf("CRL%d", i+1), list)
	}
	for _, c := range s.Citizens {
		name := strings.ToUpper(strings.ReplaceAll(c.Key, "-", "_"))
		env.Setenv(name+"_KEY", c.KeyFile)
		env.Setenv(name+"_PASSWORD", c.PasswordFile)
		env.Setenv(name+"_SUBJECT", c.SubjectFile)
	}
}
