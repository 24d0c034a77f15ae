package dovidka_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/dovidka/dovidka"

// listed is what go list tells of a package.
type listed struct {
	ImportPath string
	Deps       []string
	Standard   bool
}

// listPackages returns all packages of the module, by path below it ("" is the
// root), with everything they depend on outside their tests.
func listPackages(t *testing.T) map[string]listed {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-deps", "-json=ImportPath,Deps,Standard", "./...")
	out, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Fatalf("go list: %s", exit.Stderr)
		}
		t.Fatal(err)
	}
	packages := map[string]listed{}
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		switch err := dec.Decode(&p); {
		case errors.Is(err, io.EOF):
			return packages
		case err != nil:
			t.Fatal(err)
		}
		packages[p.ImportPath] = p
	}
}

// services of style "never imports another service".
var services = []string{"gateway", "disclosure", "verifier", "registry", "ledger", "delivery"}

// TestArrows keeps the picture of docs/architecture.md true.
func TestArrows(t *testing.T) {
	t.Parallel()
	all := listPackages(t)
	checked := 0
	for path, p := range all {
		if path != module && !strings.HasPrefix(path, module+"/") {
			continue
		}
		checked++
		name := strings.TrimPrefix(strings.TrimPrefix(path, module), "/")
		for _, dep := range p.Deps {
			if problem := forbidden(name, dep, all[dep].Standard); problem != "" {
				t.Errorf("%s depends on %s: %s", path, dep, problem)
			}
		}
	}
	if checked < 15 {
		t.Errorf("only %d packages were checked", checked)
	}
}

// forbidden says why a package (named below the module) may not depend on
// another, or nothing.
func forbidden(name, dep string, standard bool) string {
	ours := dep == module || strings.HasPrefix(dep, module+"/")
	target := strings.TrimPrefix(strings.TrimPrefix(dep, module), "/")
	switch area := areaOf(name); {
	case standard || strings.HasPrefix(dep, "vendor/"):
		return ""
	case area == "": // the domain
		return "the domain imports the standard library only"
	case libraries[area] != nil:
		if !ours {
			if dep == "golang.org/x/crypto/cryptobyte" || strings.HasPrefix(dep, "golang.org/x/crypto/cryptobyte/") {
				return ""
			}
			return "a library imports the standard library and cryptobyte only"
		}
		if !slices.Contains(libraries[area], areaOf(target)) {
			return "a library imports only the libraries below it, and never the domain"
		}
	case area == "internal/platform":
		if ours && areaOf(target) != "internal/platform" && target != "" {
			return "the platform knows no service and no library"
		}
	case slices.ContainsFunc(services, func(s string) bool { return area == "internal/"+s }):
		for _, s := range services {
			if areaOf(target) == "internal/"+s && area != "internal/"+s {
				return "a service never imports another service"
			}
		}
	}
	return ""
}

// libraries lists, for each importable library, what it may stand on.
var libraries = map[string][]string{
	"dstu": {"dstu"}, "pki": {"pki", "dstu"}, "cms": {"cms", "pki", "dstu"}, "xroad": {"xroad"}, "fhir": {"fhir"},
}

// areaOf returns the folder that the rules speak of.
func areaOf(name string) string {
	parts := strings.SplitN(name, "/", 3)
	if parts[0] == "internal" && len(parts) > 1 {
		return parts[0] + "/" + parts[1]
	}
	return parts[0]
}

// TestArrowsCanFail makes sure that the rules above refuse something.
func TestArrowsCanFail(t *testing.T) {
	t.Parallel()
	for _, pair := range [][2]string{
		{"", "golang.org/x/sync/errgroup"},
		{"dstu/gf2m", module},
		{"pki", module + "/cms"},
		{"cms/asic", "github.com/google/uuid"},
		{"internal/registry", module + "/internal/ledger"},
		{"internal/registry/sqlstore", module + "/internal/ledger/sqlstore"},
		{"internal/gateway/diia", module + "/internal/disclosure"},
		{"internal/delivery", module + "/internal/disclosure"},
		{"internal/disclosure/sqlstore", module + "/internal/delivery"},
		{"internal/platform/health", module + "/internal/registry"},
	} {
		if forbidden(pair[0], pair[1], false) == "" {
			t.Errorf("%s may import %s", pair[0], pair[1])
		}
	}
	for _, pair := range [][2]string{
		{"internal/disclosure", module + "/cms"}, {"internal/ledger/sqlstore", module + "/internal/platform/database"},
		{"internal/gateway/diia", module + "/internal/gateway"}, {"internal/delivery/diia", module + "/xroad"}, {"cmd/dovidka", module + "/internal/ledger"},
	} {
		if problem := forbidden(pair[0], pair[1], false); problem != "" {
			t.Errorf("%s may not import %s: %s", pair[0], pair[1], problem)
		}
	}
}
