package xroadtest_test

import (
	"encoding/json"
	"errors"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dovidka/dovidka/xroad/xroadtest"
)

// TestClientsOfOthers lets SOAP clients that others wrote read the decorated description and call through the server:
// an answer, a fault of the provider and one of the server.
func TestClientsOfOthers(t *testing.T) {
	t.Parallel()
	programs := map[string][]string{
		"zeep": {"/usr/bin/python3", "-c", "import zeep", "zeep_client.py"},
		"PHP":  {"php", "-r", `exit(extension_loaded("soap") ? 0 : 1);`, "php_client.php"},
	}
	for name, program := range programs {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := exec.CommandContext(t.Context(), program[0], program[1], program[2]).Run(); err != nil {
				t.Skipf("%s is not installed: conformance/soap/install.sh does that", name)
			}
			for _, dialect := range []xroadtest.Dialect{xroadtest.XRoad, xroadtest.UXP} {
				server := start(t, xroadtest.Config{Dialect: dialect}, provider(t))
				const query = "wsdl?xRoadInstance=SEVDEIR-TEST&memberClass=GOV&memberCode=42032422&subsystemCode=42_NHSU_prod&serviceCode=OpName_v1"
				call := func(name string) map[string]string {
					const user = `Їжак <&>"'`
					command := exec.CommandContext(t.Context(), program[0], filepath.Join("testdata", program[3]), server.URL+query, user, name)
					out, err := command.Output()
					var failed *exec.ExitError
					if errors.As(err, &failed) {
						t.Fatalf("%v: %s", err, failed.Stderr)
					}
					said := map[string]string{}
					if err := json.Unmarshal(out, &said); err != nil {
						t.Fatalf("%v in %q", err, out)
					}
					if said["code"] == "" && said["user"] != user {
						t.Errorf("user %q", said["user"])
					}
					return said
				}
				if said := call(`Ґанок <&>"'`); said["greeting"] != `Вітаю, Ґанок <&>"'` {
					t.Errorf("%v", said)
				}
				if said := call("fault"); !strings.HasSuffix(said["code"], "Server.Database") || said["text"] != "База даних недоступна." {
					t.Errorf("%v", said)
				}
				server.MisbehaveNext(xroadtest.Sound, xroadtest.AccessDenied) // after the description
				if said := call("x"); said["code"] != string(xroadtest.AccessDenied) || said["text"] == "" {
					t.Errorf("%v", said)
				}
			}
		})
	}
}
