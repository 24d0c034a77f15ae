package main

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"github.com/dovidka/dovidka/deploy"
	"github.com/dovidka/dovidka/internal/platform/config"
)

// keysOf lists the settings of a struct by their paths, from its yaml tags.
func keysOf(t *testing.T, kind reflect.Type, prefix string) []string {
	t.Helper()
	var out []string
	for i := range kind.NumField() {
		field := kind.Field(i)
		name, options, _ := strings.Cut(field.Tag.Get("yaml"), ",")
		element := field.Type
		if element.Kind() == reflect.Slice {
			element = element.Elem()
		}
		switch {
		case options == "inline":
			out = append(out, keysOf(t, element, prefix)...)
			continue
		case name == "":
			t.Errorf("%s%s has no yaml tag", prefix, field.Name)
		}
		out = append(out, prefix+name)
		if element.Kind() == reflect.Struct {
			out = append(out, keysOf(t, element, prefix+name+".")...)
		}
	}
	return out
}

// mentioned lists the paths of all keys in a document.
func mentioned(node *yaml.Node, prefix string) []string {
	var out []string
	switch node.Kind {
	case yaml.DocumentNode, yaml.SequenceNode:
		for _, child := range node.Content {
			out = append(out, mentioned(child, prefix)...)
		}
	case yaml.MappingNode:
		for i := 0; i+1 < len(node.Content); i += 2 {
			path := prefix + node.Content[i].Value
			out = append(out, path)
			out = append(out, mentioned(node.Content[i+1], path+".")...)
		}
	}
	return out
}

// TestSampleConfiguration holds the sample against the settings there are: it
// has each of them, with the default as its value where there is a default.
func TestSampleConfiguration(t *testing.T) {
	t.Parallel()
	var document yaml.Node
	if err := yaml.Unmarshal(deploy.SampleConfig(), &document); err != nil {
		t.Fatal(err)
	}
	keys, in := keysOf(t, reflect.TypeFor[Config](), ""), mentioned(&document, "")
	if len(keys) < 50 {
		t.Errorf("only %d settings were found", len(keys))
	}
	for _, key := range keys {
		if !slices.Contains(in, key) {
			t.Errorf("the sample does not mention %s", key)
		}
	}

	var sample Config // nothing set before: the file alone speaks
	if err := config.Decode("dovidka.yaml", deploy.SampleConfig(), &sample); err != nil {
		t.Fatal(err)
	}
	if err := sample.check(); err != nil {
		t.Errorf("the sample is refused: %v", err)
	}
	if got := sample.Diia.Clients; len(got) != 1 || got[0].Name == "" || len(got[0].Fingerprints) != 1 {
		t.Errorf("example clients: %+v", got)
	}
	if len(sample.Diia.ProcessCodes) == 0 || len(sample.Trembita.Clients) == 0 || len(sample.Trembita.Entitlements) == 0 || len(sample.Verifier.Anchors) == 0 || len(sample.Verifier.TrustLists) == 0 || sample.Seal.KeyFile == "" {
		t.Error("the sample lacks examples")
	}
	// What has no default stands in the sample as an example.
	sample.Diia.TLS.Certificate, sample.Diia.TLS.Key, sample.Diia.Clients, sample.Diia.ProcessCodes = "", "", nil, nil
	sample.Trembita.TLS.Certificate, sample.Trembita.TLS.Key, sample.Trembita.TLS.ClientCertificates, sample.Trembita.Clients = "", "", nil, nil
	sample.Verifier.TrustLists, sample.Trembita.Entitlements = nil, nil
	d := &sample.Delivery
	d.SecurityServer, d.TLS, d.Client, d.Service, d.UserID, d.PartnerID, d.TemplateID = "", DeliveryTLSConfig{}, "", "", "", "", ""
	sample.Verifier.Anchors, sample.Ledger.KeyFile, sample.Ledger.PseudonymKeyFile, sample.Seal = nil, "", "", SealConfig{}
	nothing := cmp.Transformer("nothing", func(list []string) []string {
		if len(list) == 0 {
			return nil
		}
		return list
	})
	if diff := cmp.Diff(defaultConfig(), sample, nothing); diff != "" {
		t.Errorf("the sample's values are not the defaults (-default +sample):\n%s", diff)
	}
}

// TestConfigurationFaults changes one thing of a good file; the error must name
// the key to set, and never a value.
func TestConfigurationFaults(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ old, changed, want string }{
		"unknown key":           {"statement_ttl: 180s", "statement_tll: 180s", "statement_tll: unknown key"},
		"unknown section":       {"seal:\n", "seals:\n", "seals: unknown key"},
		"key twice":             {"name: dovidka\n", "name: dovidka\nname: another\n", "name"},
		"no duration":           {"statement_ttl: 180s", "statement_ttl: soon", "statement_ttl"},
		"negative duration":     {"statement_ttl: 180s", "statement_ttl: -3s", "statement_ttl"},
		"no size":               {"max_body: 1MiB", "max_body: large", "max_body"},
		"no number":             {"concurrency: 64", "concurrency: many", "concurrency"},
		"no name":               {"name: dovidka\n", "name: \"\"\n", "name: is required"},
		"a list nobody signs":   {"signers: [trust/list-signer.cer]", "signers: []", "verifier.trust_lists"},
		"a list without a file": {"file: trust/TL-UA-DSTU.xml", "file: \"\"", "verifier.trust_lists"},
		"no fingerprint":        {"signer_fingerprints: []", "signer_fingerprints: [secret-value]", "verifier.trust_lists.signer_fingerprints"},
		"another stale policy":  {"stale_trust_lists: refuse", "stale_trust_lists: ignore", "verifier.stale_trust_lists"},
		"another policy":        {"revocation: required", "revocation: sometimes", "verifier.revocation"},
		"no certificates kept":  {"certificates: 4096", "certificates: 0", "verifier.certificates"},
		"another way when down": {"when_down: refuse\n", "when_down: perhaps\n", "verifier.online.when_down"},
		"a network by name":     {"networks: []", "networks: [internal]", "verifier.online.networks"},
		"a proxy with secrets":  {"proxy: \"\"", "proxy: http://user:secret-value@proxy:3128", "verifier.online.proxy"},
		"questions too long":    {"budget: 5s", "budget: 8s", "verifier.online.budget"},
		"no pause":              {"pause: 30s", "pause: 0s", "verifier.online.breaker"},
		"nothing kept":          {"responses: 16384", "responses: 0", "verifier.online.cache"},
		"no timeout":            {"list_timeout: 30s", "list_timeout: 0s", "verifier.online.timeout"},
		"no ledger key":         {"key_file: ledger.pem", "key_file: \"\"", "ledger: key_file"},
		"a grant too short":     {"grant_ttl: 1m", "grant_ttl: 8s", "ledger.grant_ttl"},
		"no seal":               {"key_file: seal.p12", "key_file: \"\"", "seal: key_file"},
		"TLS and insecure":      {"insecure: false\n  tls:\n    certificate: tls/server.crt #", "insecure: true\n  tls:\n    certificate: tls/server.crt #", "diia: set either"},
		"any security server":   {"client_certificates: [tls/security-server.crt]", "client_certificates: []", "trembita.tls: name"},
		"insecure client":       {"insecure_client: \"\"", "insecure_client: somebody", "diia.insecure_client"},
		"a client by its name":  {"fingerprints: [\"0000000000000000000000000000000000000000000000000000000000000000\"]\n      # Dist", "fingerprints: []\n      # Dist", "diia.clients"},
		"another reason":        {"consent-refused: \"64131018\"", "consent-refusal: \"64131018\"", "diia.process_codes"},
		"half a bus client":     {"- SEVDEIR-TEST/GOV/43395033/DIIA_cons", "- SEVDEIR-TEST/GOV", "trembita.clients"},
		"a stranger entitled":   {"- client: SEVDEIR-TEST/GOV/00000000/EXAMPLE_cons", "- client: SEVDEIR-TEST/GOV/43395033/OTHER_cons", "trembita.entitlements, 1: client"},
		"nobody entitled":       {"- client: SEVDEIR-TEST/GOV/00000000/EXAMPLE_cons", "- client: \"\"", "trembita.entitlements, 1: client"},
		"no purpose":            {"purpose_id: \"100500\"", "purpose_id: \"\"", "trembita.entitlements, 1: purpose_id"},
		"a purpose with spaces": {"purpose_id: \"100500\"", "purpose_id: \" secret-value\"", "trembita.entitlements, 1: purpose_id"},
		"no ground":             {"grounds: [\"Закон України № 2168-VIII, стаття 9\"]", "grounds: []", "trembita.entitlements, 1: grounds"},
		"an empty ground":       {"grounds: [\"Закон України № 2168-VIII, стаття 9\"]", "grounds: [\" \"]", "trembita.entitlements, 1: grounds"},
		"no scope":              {"scopes: [status]", "scopes: []", "trembita.entitlements, 1: scopes"},
		"another scope":         {"scopes: [status]", "scopes: [status, secret-value]", "trembita.entitlements, 1: scopes"},
		"an unknown right":      {"scopes: [status]", "scopes: [status]\n      expires: never", "expires: unknown key"},
		"entitled twice": {"    - client: SEVDEIR-TEST/GOV/00000000/EXAMPLE_cons\n",
			"    - {client: SEVDEIR-TEST/GOV/00000000/EXAMPLE_cons, purpose_id: \"100500\", grounds: [a], scopes: [status]}\n    - client: SEVDEIR-TEST/GOV/00000000/EXAMPLE_cons\n",
			"trembita.entitlements, 2: the client has"},
		"a list for a value":    {"name: dovidka\n", "name: [secret-value]\n", "name"},
		"a second document":     {"# Whom to believe.", "---\nname: secret-value\n", "more than one"},
		"not YAML":              {"name: dovidka\n", "name: \"secret-value\n", "not YAML"},
		"a value for a section": {"ledger:\n  #", "ledger: secret-value\nx:\n  #", "ledger"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := string(deploy.SampleConfig())
			if !strings.Contains(text, c.old) {
				t.Fatalf("the sample has no %q", c.old)
			}
			path := filepath.Join(t.TempDir(), "dovidka.yaml")
			if err := os.WriteFile(path, []byte(strings.Replace(text, c.old, c.changed, 1)), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := loadConfig(path)
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "dovidka.yaml") {
				t.Errorf("got %v; %q is expected", err, c.want)
			}
			if err != nil && strings.Contains(err.Error(), "secret-value") {
				t.Errorf("the error repeats a value: %v", err)
			}
		})
	}
}

// TestConfigurationPaths proves what is relative to the file.
func TestConfigurationPaths(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "dovidka.yaml")
	text := strings.Replace(string(deploy.SampleConfig()), "registry: \"\"", "registry: postgres://host/registry", 1)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, err := loadConfig(path)
	if err != nil {
		t.Fatal(err)
	}
	got := []string{
		cfg.Data, cfg.Verifier.Anchors[0], cfg.Seal.KeyFile, cfg.Diia.TLS.Certificate, cfg.Diia.TLS.ClientCA, cfg.Trembita.TLS.ClientCertificates[0],
		cfg.Databases.Registry, cfg.Databases.Ledger,
	}
	want := []string{
		filepath.Join(dir, "data"), filepath.Join(dir, "trust", "root.cer"), filepath.Join(dir, "seal.p12"),
		filepath.Join(dir, "tls", "server.crt"), "", filepath.Join(dir, "tls", "security-server.crt"), "postgres://host/registry", "sqlite:" + filepath.Join(dir, "data", "ledger.db"),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("paths (-want +got):\n%s", diff)
	}
}

// TestConfigurationWarnings names what is legal and rarely meant.
func TestConfigurationWarnings(t *testing.T) {
	t.Parallel()
	good := func() Config {
		c := defaultConfig()
		c.Diia.Clients, c.Trembita.Clients = []ClientConfig{{Name: "diia"}}, []string{demoClient}
		c.Trembita.TLS.ClientCA = "ca.pem"
		return c
	}
	secret := func(mode os.FileMode) string {
		path := filepath.Join(t.TempDir(), "secret")
		if err := errors.Join(os.WriteFile(path, []byte("x"), mode), os.Chmod(path, mode)); err != nil {
			t.Fatal(err)
		}
		return path
	}
	open, closed := secret(0o640), secret(0o600)
	for name, c := range map[string]struct {
		change func(*Config)
		want   string
	}{
		"nothing":                      {func(*Config) {}, ""},
		"a key for everybody":          {func(c *Config) { c.Seal.KeyFile = open }, "seal.key_file"},
		"a key for its owner":          {func(c *Config) { c.Ledger.KeyFile = closed }, ""},
		"revocation":                   {func(c *Config) { c.Verifier.Revocation = revocationOff }, "verifier.revocation"},
		"accepting revoked":            {func(c *Config) { c.Verifier.Online.Enabled, c.Verifier.Online.WhenDown = true, whenDownAccept }, "verifier.online.when_down"},
		"inner networks":               {func(c *Config) { c.Verifier.Online.Enabled, c.Verifier.Online.Networks = true, []string{"10.0.0.0/8"} }, "verifier.online.networks"},
		"nobody at REST":               {func(c *Config) { c.Diia.Clients = nil }, "diia.clients"},
		"nobody at SOAP":               {func(c *Config) { c.Trembita.Clients = nil }, "trembita.clients"},
		"no TLS":                       {func(c *Config) { c.Diia.Insecure = true }, "insecure"},
		"inquiries offered to anybody": {func(c *Config) { c.Trembita.Entitlements = []EntitlementConfig{{}} }, "inquiries by law"},
		"inquiries through a pinned server": {func(c *Config) {
			c.Trembita.Entitlements, c.Trembita.TLS.ClientFingerprints = []EntitlementConfig{{}}, []string{"00"}
		}, ""},
		"closed doors": {func(c *Config) { c.Diia = DiiaConfig{}; c.Trembita.Clients = []string{demoClient} }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := good()
			c.change(&cfg)
			var out bytes.Buffer
			cfg.warn(slog.New(slog.NewTextHandler(&out, nil)))
			if c.want == "" && out.Len() > 0 || !strings.Contains(out.String(), c.want) {
				t.Errorf("got %q, %q is expected", out.String(), c.want)
			}
		})
	}
}
