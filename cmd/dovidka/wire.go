package main

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/api"
	"github.com/dovidka/dovidka/cms/online"
	"github.com/dovidka/dovidka/internal/delivery"
	"github.com/dovidka/dovidka/internal/disclosure"
	disclosuresql "github.com/dovidka/dovidka/internal/disclosure/sqlstore"
	"github.com/dovidka/dovidka/internal/gateway"
	"github.com/dovidka/dovidka/internal/gateway/diia"
	"github.com/dovidka/dovidka/internal/gateway/trembita"
	"github.com/dovidka/dovidka/internal/ledger"
	ledgersql "github.com/dovidka/dovidka/internal/ledger/sqlstore"
	"github.com/dovidka/dovidka/internal/platform/database"
	"github.com/dovidka/dovidka/internal/platform/health"
	"github.com/dovidka/dovidka/internal/platform/httpserver"
	"github.com/dovidka/dovidka/internal/platform/telemetry"
	"github.com/dovidka/dovidka/internal/registry"
	registrysql "github.com/dovidka/dovidka/internal/registry/sqlstore"
	"github.com/dovidka/dovidka/internal/verifier"
	"github.com/dovidka/dovidka/xroad"
)

// app is the whole component in one process. This file is the only place that
// knows everybody: whether a neighbour is local or remote is decided here.
type app struct {
	log        *slog.Logger
	disclosure *disclosure.Service
	verifier   *verifier.Service
	online     *online.Client                                 // nil when nobody is asked
	bus        []interface{ Shutdown(context.Context) error } // the bus's handlers; none when the door is closed
	delivery   *delivery.Service                              // nil when nobody is notified, and so is the next
	outgoing   *xroad.Client                                  // calls others over the bus
	health     *health.Health
	tls        tlsMetrics

	rest, trembita, operations *httpserver.Server // the first two may be nil
	databases                  []*database.DB
}

// drainTime is how long what was accepted may take to finish at the end.
const drainTime = 20 * time.Second

// newApp opens the databases, wires the services and takes the ports. Requests
// wait until Run.
func newApp(ctx context.Context, cfg Config, log *slog.Logger) (_ *app, err error) {
	cfg.warn(log)
	a := &app{log: log}
	defer func() {
		if err != nil {
			err = errors.Join(err, a.stop(context.WithoutCancel(ctx)))
		}
	}()
	metrics := telemetry.NewRegistry()
	observed, err := telemetry.NewHTTP(telemetry.Config{Logger: log, Registry: metrics})
	if err != nil {
		return nil, err
	}
	checks, err := a.services(ctx, cfg, metrics)
	if err != nil {
		return nil, err
	}
	if a.tls, err = newTLSMetrics(metrics); err != nil {
		return nil, err
	}
	if err := a.doors(ctx, cfg, observed); err != nil {
		return nil, err
	}
	a.health, err = health.New(health.Config{Checks: checks, Gatherer: metrics, Logger: log})
	if err != nil {
		return nil, err
	}
	a.operations, err = httpserver.Listen(ctx, httpserver.Config{
		Name: "operations", Address: cfg.Operations.Listen, Handler: a.health, Insecure: true, Logger: log,
	})
	return a, err
}

// services wires verifier, ledger, registry, disclosure and delivery, and returns
// what readiness asks them.
func (a *app) services(ctx context.Context, cfg Config, metrics prometheus.Registerer) ([]health.Check, error) {
	theLedger, err := a.ledger(ctx, cfg)
	if err != nil {
		return nil, err
	}
	theRegistry, registryDB, err := a.registry(ctx, cfg, theLedger.GrantKey())
	if err != nil {
		return nil, err
	}
	a.verifier, a.online, err = newVerifier(cfg.Verifier, cfg.Disclosure.ClockSkew.Std(), metrics, a.log)
	if err != nil {
		return nil, err
	}
	sealer, err := newSealer(cfg.Seal)
	if err != nil {
		return nil, err
	}
	disclosureDB, err := a.open(ctx, cfg.Databases.Disclosure)
	if err != nil {
		return nil, fmt.Errorf("disclosure: %w", err)
	}
	cases, err := disclosuresql.New(ctx, disclosureDB)
	if err != nil {
		return nil, fmt.Errorf("disclosure: %w", err)
	}
	observe, err := stepMetrics(metrics)
	if err != nil {
		return nil, err
	}
	d := cfg.Disclosure
	a.disclosure, err = disclosure.New(disclosure.Config{
		Store: cases, Verifier: a.verifier, Ledger: theLedger, Registry: theRegistry, Sealer: sealer, Compose: disclosure.Bundle,
		Audience: cfg.Name, ConsentText: d.ConsentText, ConsentVersion: d.ConsentVersion, WithdrawalText: d.WithdrawalText,
		StatementTTL: d.StatementTTL.Std(), Skew: d.ClockSkew.Std(), Budget: d.Budget.Std(), AnswerTTL: d.AnswerTTL.Std(),
		Retention: d.Retention.Std(), Concurrency: d.Concurrency, SoleOwner: disclosureDB.Dialect == database.SQLite,
		Notices: cfg.Delivery.Enabled,
		Logger:  a.log, Observe: observe,
	})
	if err != nil {
		return nil, err
	}
	checks := []health.Check{
		{Name: "ledger", Run: theLedger.Ready},
		{Name: "registry", Run: registryDB.Ping},
		{Name: "cases", Run: a.disclosure.Ready},
		{Name: "revocation", Run: a.verifier.Ready},
	}
	if a.online != nil {
		checks = append(checks, health.Check{Name: "responders", Run: respondersAnswer(a.online), Informative: true})
	}
	notices, err := a.notices(cfg.Delivery, cases.Outbox(), theLedger, metrics)
	return append(checks, notices...), err
}

// registry opens the registry, which opens to grants under the key.
func (a *app) registry(ctx context.Context, cfg Config, grants ed25519.PublicKey) (*registry.Service, *database.DB, error) {
	db, err := a.open(ctx, cfg.Databases.Registry)
	if err != nil {
		return nil, nil, fmt.Errorf("registry: %w", err)
	}
	store, err := registrysql.New(ctx, db)
	if err != nil {
		return nil, nil, fmt.Errorf("registry: %w", err)
	}
	service, err := registry.New(registry.Config{Store: store, GrantKey: grants})
	return service, db, err
}

// ledger opens the ledger with its keys and its database.
func (a *app) ledger(ctx context.Context, cfg Config) (*ledger.Service, error) {
	keys, err := readLedgerKeys(cfg.Ledger)
	if err != nil {
		return nil, err
	}
	db, err := a.open(ctx, cfg.Databases.Ledger)
	if err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	if err := ledgersql.Migrate(ctx, db); err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	return ledger.New(ledger.Config{
		Store: ledgersql.New(db), GrantKey: keys.grant, PseudonymKey: keys.pseudonym,
		ConsentTTL: cfg.Ledger.ConsentTTL.Std(), GrantTTL: cfg.Ledger.GrantTTL.Std(),
		Entitlements: cfg.Trembita.entitlements(),
	})
}

// doors opens the listeners of the configured doors.
func (a *app) doors(ctx context.Context, cfg Config, observed *telemetry.HTTP) error {
	if cfg.Diia.Listen != "" {
		limiter, err := gateway.NewLimiter(gateway.LimiterConfig{PerSecond: cfg.Diia.Rate.PerSecond, Burst: cfg.Diia.Rate.Burst})
		if err != nil {
			return fmt.Errorf("diia.rate: %w", err)
		}
		clients := make([]diia.Client, 0, len(cfg.Diia.Clients))
		for _, c := range cfg.Diia.Clients {
			clients = append(clients, diia.Client(c))
		}
		door, err := diia.New(diia.Config{
			Disclosure: a.disclosure, Clients: clients, InsecureClient: cfg.Diia.InsecureClient, Pinned: len(cfg.Diia.TLS.ClientCertificates) > 0, Limiter: limiter,
			ProcessCodes: cfg.Diia.ProcessCodes, Telemetry: observed, Contract: api.OpenAPI(),
			// The disclosure gives up first, so that its answer can still be sent.
			Limits: diia.Limits{ContainerBytes: int64(cfg.Diia.MaxBody), Budget: cfg.Disclosure.Budget.Std() + 2*time.Second},
		})
		if err != nil {
			return err
		}
		if a.rest, err = a.listen(ctx, "diia", cfg.Diia.listener(), door, nil); err != nil {
			return err
		}
	}
	if cfg.Trembita.Listen == "" {
		return nil
	}
	limiter, err := gateway.NewLimiter(gateway.LimiterConfig{PerSecond: cfg.Trembita.Rate.PerSecond, Burst: cfg.Trembita.Rate.Burst})
	if err != nil {
		return fmt.Errorf("trembita.rate: %w", err)
	}
	var clients []xroad.ClientID
	for _, path := range cfg.Trembita.Clients {
		client, err := xroad.ParseClientID(path)
		if err != nil {
			return fmt.Errorf("trembita.clients: %w", err)
		}
		clients = append(clients, client)
	}
	door := trembita.Config{
		Disclosure: a.disclosure, Clients: clients, Limiter: limiter, Address: cfg.Trembita.Address, OpenAPI: api.TrembitaREST(),
		Limits: xroad.Limits{Size: int64(cfg.Trembita.MaxBody)}, Timeout: 2 * cfg.Disclosure.Budget.Std(),
	}
	soap, err := trembita.New(door)
	if err != nil {
		return err
	}
	rest, err := trembita.NewREST(door)
	if err != nil {
		return err
	}
	a.bus = append(a.bus, soap, rest)
	handler := observed.Middleware(string(dovidka.ChannelTrembita), trembita.AnswerPanic, trembita.Split(rest, soap))
	a.trembita, err = a.listen(ctx, "trembita", cfg.Trembita.ListenConfig, handler, xroad.Guard)
	return err
}

func (a *app) open(ctx context.Context, url string) (*database.DB, error) {
	db, err := database.Open(ctx, database.Config{URL: url})
	if err != nil {
		return nil, err
	}
	a.databases = append(a.databases, db)
	return db, nil
}

// Run serves until ctx ends, then finishes what was accepted and closes.
func (a *app) Run(ctx context.Context) error {
	if err := a.disclosure.Recover(ctx); err != nil {
		return errors.Join(err, a.stop(context.WithoutCancel(ctx)))
	}
	group, running := errgroup.WithContext(ctx)
	group.Go(func() error { return a.disclosure.Run(running) })
	if a.delivery != nil {
		group.Go(func() error { return a.delivery.Run(running) })
	}
	for _, server := range []*httpserver.Server{a.rest, a.trembita, a.operations} {
		if server != nil {
			group.Go(func() error { return server.Run(running) })
		}
	}
	group.Go(func() error {
		<-running.Done()
		a.health.Drain()
		// Whoever still comes over an open connection gets a fault, not a cut.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
		defer cancel()
		var errs []error
		for _, handler := range a.bus {
			errs = append(errs, handler.Shutdown(ctx))
		}
		return errors.Join(errs...)
	})
	err := group.Wait()
	return errors.Join(err, a.close(context.WithoutCancel(ctx)))
}

// stop gives everything back of an app that is never run.
func (a *app) stop(ctx context.Context) error {
	var errs []error
	for _, server := range []*httpserver.Server{a.rest, a.trembita, a.operations} {
		if server != nil {
			errs = append(errs, server.Close())
		}
	}
	return errors.Join(append(errs, a.close(ctx))...)
}

// close waits for the cases in work, then for the notices, and closes the
// databases.
func (a *app) close(ctx context.Context) error {
	var errs []error
	ctx, cancel := context.WithTimeout(ctx, drainTime)
	defer cancel()
	if a.disclosure != nil {
		errs = append(errs, a.disclosure.Close(ctx))
	}
	errs = append(errs, a.closeDelivery(ctx))
	if a.online != nil {
		errs = append(errs, a.online.Close())
	}
	for _, db := range a.databases {
		errs = append(errs, db.Close())
	}
	a.databases = nil
	return errors.Join(errs...)
}

// stepMetrics measures the steps of the road.
func stepMetrics(metrics prometheus.Registerer) (func(disclosure.Step, time.Duration, error), error) {
	steps := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "dovidka_step_duration_seconds", Help: "Time a step of the road from request to answer took.",
		Buckets: prometheus.ExponentialBuckets(0.0001, 2.5, 12),
	}, []string{"step", "failed"})
	if err := metrics.Register(steps); err != nil {
		return nil, fmt.Errorf("register metrics: %w", err)
	}
	return func(step disclosure.Step, took time.Duration, err error) {
		failed := "false"
		if err != nil {
			failed = "true"
		}
		steps.WithLabelValues(string(step), failed).Observe(took.Seconds())
	}, nil
}
