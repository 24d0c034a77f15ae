package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/dovidka/dovidka/deploy"
	"github.com/dovidka/dovidka/internal/platform/telemetry"
)

type serveCommand struct {
	Config    string `required:"" type:"existingfile" help:"Configuration file (YAML); deploy/dovidka.yaml explains every setting."`
	ReadyFile string `type:"path" help:"Write the addresses there, as JSON, once everything listens."`
}

// Run serves until it is told to stop.
func (c *serveCommand) Run(ctx context.Context, s *streams) error {
	cfg, err := loadConfig(c.Config)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(cfg.Data, 0o700); err != nil {
		return fmt.Errorf("make data folder: %w", err)
	}
	log, err := telemetry.NewLogger(s.err, telemetry.LogConfig{Format: cfg.Operations.LogFormat, Level: cfg.Operations.LogLevel})
	if err != nil {
		return err
	}
	a, err := newApp(ctx, cfg, log)
	if err != nil {
		return err
	}
	log.Info("ready", "rest", a.restURL(), "soap", a.soapURL(), "operations", a.operations.URL())
	if c.ReadyFile != "" {
		if err := writeReadyFile(c.ReadyFile, a.addresses(cfg)); err != nil {
			return err
		}
	}
	return a.Run(ctx)
}

// addresses are where the doors are, for scripts.
type addresses struct {
	REST     string `json:"rest,omitempty"`
	SOAP     string `json:"soap,omitempty"`
	WSDL     string `json:"wsdl,omitempty"`
	Metrics  string `json:"metrics"`
	Livez    string `json:"livez"`
	Readyz   string `json:"readyz"`
	Audience string `json:"audience"`
}

func (a *app) restURL() string {
	if a.rest == nil {
		return ""
	}
	return a.rest.URL()
}

func (a *app) soapURL() string {
	if a.trembita == nil {
		return ""
	}
	return a.trembita.URL() + "/"
}

func (a *app) addresses(cfg Config) addresses {
	base := a.operations.URL()
	out := addresses{
		REST: a.restURL(), SOAP: a.soapURL(), Metrics: base + "/metrics", Livez: base + "/livez", Readyz: base + "/readyz", Audience: cfg.Name,
	}
	if out.SOAP != "" {
		out.WSDL = out.SOAP + "?wsdl"
	}
	return out
}

type initCommand struct {
	Folder string `arg:"" type:"path" help:"Folder to make."`
}

// Run makes the ledger's keys and the sample configuration.
func (c *initCommand) Run(s *streams) error {
	if err := os.MkdirAll(c.Folder, 0o700); err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	if err := createLedgerKeys(LedgerConfig{
		KeyFile: filepath.Join(c.Folder, "ledger.pem"), PseudonymKeyFile: filepath.Join(c.Folder, "pseudonym.key"),
	}); err != nil {
		return err
	}
	path := filepath.Join(c.Folder, "dovidka.yaml")
	if err := writeNew(path, deploy.SampleConfig()); err != nil {
		return err
	}
	_, err := fmt.Fprintf(s.out, "Set verifier.anchors, verifier.trust_lists, seal and the doors in %s, then: dovidka serve --config %s\n", path, path)
	return err
}
