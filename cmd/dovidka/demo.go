package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/dovidka/dovidka/internal/gateway/trembita"
	"github.com/dovidka/dovidka/internal/platform/telemetry"
)

// The addresses of the demonstration, where they are free, and its X-Road names.
const (
	usualREST    = "127.0.0.1:8443"
	usualSOAP    = "127.0.0.1:8444"
	usualMetrics = "127.0.0.1:9090"

	demoClient  = "SEVDEIR-TEST/GOV/43395033/DIIA_cons"
	demoService = "SEVDEIR-TEST/GOV/42032422/DOVIDKA_prod/GetDeclarations_v1"

	// The right of that client to inquire by law.
	demoPurpose = "100500"
	demoGround  = "Закон України № 2168-VIII, стаття 9"
)

type demoCommand struct {
	Dir       string `type:"path" help:"Folder to keep the demonstration in (default: a temporary one, removed at the end)."`
	Persons   int    `default:"10000" help:"Size of the invented population."`
	Seed      uint64 `default:"1" help:"Seed of the invented population."`
	Once      bool   `help:"Send one request through each door, print both answers, and end."`
	ReadyFile string `type:"path" help:"Write addresses and sample citizens there, as JSON, once everything listens."`
	REST      string `name:"rest" help:"Address of the REST door (default: 127.0.0.1:8443, or a free port)."`
	SOAP      string `name:"soap" help:"Address of the SOAP door (default: 127.0.0.1:8444, or a free port)."`
	Metrics   string `help:"Address of probes and metrics (default: 127.0.0.1:9090, or a free port)."`
	Log       bool   `help:"Show the log of requests."`
}

// Run prepares the folder, starts the component and shows what to try.
func (c *demoCommand) Run(ctx context.Context, s *streams) (err error) {
	dir := c.Dir
	if dir == "" {
		if dir, err = os.MkdirTemp("", "dovidka-demo-"); err != nil {
			return fmt.Errorf("make folder: %w", err)
		}
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	}
	c.REST, c.SOAP, c.Metrics = orFree(ctx, c.REST, usualREST), orFree(ctx, c.SOAP, usualSOAP), orFree(ctx, c.Metrics, usualMetrics)
	progress := func(text string) { fmt.Fprintln(s.err, text+" …") }
	folder, err := openDemo(ctx, dir, c, progress)
	if err != nil {
		return err
	}
	services, err := folder.serve(ctx, progress)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, services.close()) }()
	a, cfg, err := c.start(ctx, folder, s.err)
	if err != nil {
		return err
	}
	running, stop := context.WithCancel(ctx)
	defer stop()
	group, running := errgroup.WithContext(running)
	group.Go(func() error { return a.Run(running) })
	group.Go(func() error {
		if c.ReadyFile != "" {
			if err := writeReadyFile(c.ReadyFile, ready{
				addresses: a.addresses(cfg), Authority: folder.authority(), Issuers: folder.path("trust", "issuers.pem"), CRLs: cfg.Verifier.CRLs,
				Config: folder.config(), Citizens: folder.citizens,
			}); err != nil {
				return err
			}
		}
		if !c.Once {
			return showDemo(s.out, a.addresses(cfg), folder)
		}
		defer stop()
		return c.once(running, s.out, a.addresses(cfg), folder)
	})
	return group.Wait()
}

// start runs what serve runs, with the folder's configuration. Addresses of an
// earlier run give way to those of this one.
func (c *demoCommand) start(ctx context.Context, folder *demoFolder, logs io.Writer) (*app, Config, error) {
	cfg, err := loadConfig(folder.config())
	if err != nil {
		return nil, Config{}, err
	}
	cfg.Diia.Listen, cfg.Trembita.Listen, cfg.Operations.Listen = c.REST, c.SOAP, c.Metrics
	if !c.Log {
		logs = io.Discard
	}
	log, err := telemetry.NewLogger(logs, telemetry.LogConfig{Format: cfg.Operations.LogFormat, Level: cfg.Operations.LogLevel})
	if err != nil {
		return nil, Config{}, err
	}
	a, err := newApp(ctx, cfg, log)
	if err != nil {
		return nil, Config{}, err
	}
	if err := a.verifier.Ready(ctx); err != nil {
		return nil, Config{}, errors.Join(
			fmt.Errorf("the demonstration in %s is too old (%w): remove the folder and start again", folder.dir, err), a.stop(ctx))
	}
	return a, cfg, nil
}

// once sends a request of the first citizen through each door.
func (c *demoCommand) once(ctx context.Context, out io.Writer, at addresses, folder *demoFolder) error {
	citizen := folder.citizens[0]
	for _, door := range []struct{ name, url, title string }{
		{"rest", at.REST, "REST, as the Diia portal calls it"},
		{"soap", at.SOAP, "SOAP, as the Trembita bus calls it"},
	} {
		fmt.Fprintf(out, "\n=== %s ===\n\n", door.title)
		request := requestCommand{
			Door: door.name, URL: door.url, Key: citizen.KeyFile, PasswordFile: citizen.PasswordFile,
			Client: demoClient, Service: demoService, Audience: at.Audience, Format: "text",
		}
		if err := request.Run(ctx, out); err != nil {
			return fmt.Errorf("request through the %s door: %w", door.name, err)
		}
	}
	fmt.Fprintf(out, "\n=== Ledger ===\n\n")
	verify := ledgerVerifyCommand{Config: folder.config()}
	return verify.Run(ctx, &streams{out: out, err: io.Discard})
}

// demoInquiry is what a body asks about the citizen in REST.
func demoInquiry(c demoCitizen) string {
	surname, given, _ := strings.Cut(c.Name, " ")
	given, _, _ = strings.Cut(given, " ")
	return fmt.Sprintf(`{"legalGround":%q,"subject":{"rnokpp":%q,"lastName":%q,"firstName":%q}}`, demoGround, c.RNOKPP, surname, given)
}

// showDemo prints what to try; each line works when pasted.
func showDemo(out io.Writer, at addresses, folder *demoFolder) error {
	self := selfCommand()
	adult, parent, child := folder.find("ostap"), folder.find("solomiia"), folder.find("zoriana")
	var b strings.Builder
	fmt.Fprintf(&b, "\nDovidka is ready. Everybody and everything in it is invented.\n\n")
	fmt.Fprintf(&b, "  REST door   %s/api/v1/declaration-requests\n  SOAP door   %s\n  WSDL        %s\n  Metrics     %s\n  Folder      %s\n\n",
		at.REST, at.SOAP, at.WSDL, at.Metrics, folder.dir)
	fmt.Fprintf(&b, "Sample citizens (keys in %s):\n\n", folder.path("citizens"))
	for _, c := range folder.citizens {
		if c.Algorithm != "ecdsa" {
			fmt.Fprintf(&b, "  %-10s %-36s %s\n", c.Key, c.Name, c.Role)
		}
	}
	key := func(c demoCitizen) string {
		return fmt.Sprintf("--key %s --password-file %s", quote(c.KeyFile), quote(c.PasswordFile))
	}
	answers := quote(folder.path("answer"))
	bus := fmt.Sprintf("%s request --door soap --url %s", self, at.SOAP)
	byLaw := fmt.Sprintf("--purpose %s --ground %s --subject %s", demoPurpose, quote(demoGround), quote(adult.SubjectFile))
	fmt.Fprintf(&b, "\nTry, in another terminal (from the same folder):\n\n")
	for _, try := range []struct{ title, line string }{
		{"Own declarations, over REST", fmt.Sprintf("%s request --url %s %s --out %s", self, at.REST, key(adult), answers)},
		{"Who sealed that answer, and when", fmt.Sprintf("%s verify %s --content %s --trust %s --intermediate %s%s", self,
			quote(folder.path("answer", "answer.p7s")), quote(folder.path("answer", "answer.json")), quote(folder.authority()),
			quote(folder.path("trust", "issuers.pem")), folder.crlFlags())},
		{"The same over SOAP", fmt.Sprintf("%s request --door soap --url %s %s", self, at.SOAP, key(adult))},
		{"A mother for her child", fmt.Sprintf("%s request --url %s %s --subject %s", self, at.REST, key(parent), quote(child.SubjectFile))},
		{"Consent refused", fmt.Sprintf("%s request --url %s %s --refuse", self, at.REST, key(adult))},
		{"What the REST door asks to sign", fmt.Sprintf(`curl -sS %s/api/v1/declaration-requests -H 'Content-Type: application/json' -d '{"subject":{"relation":"self"},"consent":{"granted":true}}'`, at.REST)},
		{"The SOAP door, by curl", fmt.Sprintf("%s request --door soap --url %s %s --print | curl -sS %s -H 'Content-Type: text/xml; charset=utf-8' --data-binary @-",
			self, at.SOAP, key(adult), at.SOAP)},
		{"Who sealed the first answer, asking the authority's services instead of lists", fmt.Sprintf("%s verify %s --content %s --trust %s --intermediate %s", self,
			quote(folder.path("answer", "answer.p7s")), quote(folder.path("answer", "answer.json")), quote(folder.authority()),
			quote(folder.path("trust", "issuers.pem")))},
		{"A public body asks for declarations by law", fmt.Sprintf("%s --inquire declarations %s", bus, byLaw)},
		{"A public body asks whether a declaration is in force", fmt.Sprintf("%s --inquire status %s", bus, byLaw)},
		{"A public body asks in REST, by curl", fmt.Sprintf("curl -sS %s -H 'Uxp-Client: %s' -H 'Uxp-Purpose-Ids: %s' -H 'Content-Type: application/json' -d %s",
			strings.TrimSuffix(at.SOAP, "/")+trembita.RESTBase+"/declaration-status", demoClient, demoPurpose, quote(demoInquiry(adult)))},
		{"A public body asks now and fetches the answer later", fmt.Sprintf(`id=$(%s --inquire declarations %s --later) && %s --result "$id"`, bus, byLaw, bus)},
		{"A citizen's request now, and its answer later", fmt.Sprintf(`id=$(%s %s --later) && %s --result "$id"`, bus, key(adult), bus)},
		{"Prove the ledger", fmt.Sprintf("%s ledger verify --config %s", self, quote(folder.config()))},
	} {
		fmt.Fprintf(&b, "# %s\n%s\n\n", try.title, try.line)
	}
	fmt.Fprintf(&b, "Ctrl-C ends the demonstration.\n")
	_, err := io.WriteString(out, b.String())
	return err
}

func (d *demoFolder) find(key string) demoCitizen {
	for _, c := range d.citizens {
		if c.Key == key {
			return c
		}
	}
	return demoCitizen{}
}

func (d *demoFolder) crlFlags() string {
	lists, err := filepath.Glob(d.path("trust", "*.crl"))
	if err != nil {
		return ""
	}
	var b strings.Builder
	for _, list := range lists {
		b.WriteString(" --crl " + quote(list))
	}
	return b.String()
}

// ready is what --ready-file holds.
type ready struct {
	addresses
	Authority string        `json:"authority"` // file of its root certificates (PEM)
	Issuers   string        `json:"issuers"`   // file of its other certificates
	CRLs      []string      `json:"crls"`      // files of its revocation lists
	Config    string        `json:"config"`
	Citizens  []demoCitizen `json:"citizens"`
}

// writeReadyFile writes JSON so that whoever waits for the file never sees half
// of it.
func writeReadyFile(path string, content any) error {
	data, err := json.MarshalIndent(content, "", "  ")
	if err != nil {
		return fmt.Errorf("write ready file: %w", err)
	}
	if err := os.WriteFile(path+".part", data, 0o600); err != nil {
		return fmt.Errorf("write ready file: %w", err)
	}
	if err := os.Rename(path+".part", path); err != nil {
		return fmt.Errorf("write ready file: %w", err)
	}
	return nil
}

// orFree keeps an address that was given, else takes the usual one if it is
// free and any free port if not.
func orFree(ctx context.Context, given, usual string) string {
	if given != "" {
		return given
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", usual)
	if err != nil {
		return "127.0.0.1:0"
	}
	if err := l.Close(); err != nil {
		return "127.0.0.1:0"
	}
	return usual
}

// selfCommand is how to call this binary from a shell: with "go run" its file
// is gone once it ends, so the command is shown instead.
func selfCommand() string {
	self, err := os.Executable()
	if err != nil || strings.Contains(filepath.ToSlash(self), "/go-build") {
		return "go run ./cmd/dovidka"
	}
	return quote(self)
}

// quote makes a path one word of a shell.
func quote(path string) string {
	if strings.ContainsAny(path, " '\"$`\\*?&;()<>|#~") {
		return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
	}
	return path
}
