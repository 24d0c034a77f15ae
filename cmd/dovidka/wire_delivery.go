package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/delivery"
	"github.com/dovidka/dovidka/internal/delivery/diia"
	"github.com/dovidka/dovidka/internal/platform/health"
	"github.com/dovidka/dovidka/xroad"
)

// deliveryGrace is what an exchange over the bus may take beyond what the
// security server allows the service.
const deliveryGrace = 10 * time.Second

// notices wires who takes notices out of the outbox to Diia, and returns what
// readiness asks; nothing where that is off.
func (a *app) notices(cfg DeliveryConfig, outbox delivery.Outbox, ledger delivery.Ledger, metrics prometheus.Registerer) ([]health.Check, error) {
	if !cfg.Enabled {
		return nil, nil
	}
	from, err := xroad.ParseClientID(cfg.Client)
	if err != nil {
		return nil, fmt.Errorf("delivery.client: %w", err)
	}
	service, err := xroad.ParseServiceID(cfg.Service)
	if err != nil {
		return nil, fmt.Errorf("delivery.service: %w", err)
	}
	if a.outgoing, err = a.newBus(cfg, from, service); err != nil {
		return nil, fmt.Errorf("delivery: %w", err)
	}
	messenger, err := diia.New(diia.Config{
		Client: a.outgoing, From: from, Service: service, PartnerID: cfg.PartnerID, TemplateID: cfg.TemplateID,
		UserID: dovidka.NewUserID(cfg.UserID), PurposeID: cfg.PurposeID, RequestParameter: cfg.RequestParameter,
	})
	if err != nil {
		return nil, fmt.Errorf("delivery: %w", err)
	}
	observe, err := noticeMetrics(metrics, outbox)
	if err != nil {
		return nil, err
	}
	a.delivery, err = delivery.New(delivery.Config{
		Outbox: outbox, Messenger: messenger, Ledger: ledger, MaxAge: cfg.MaxAge.Std(), Attempts: cfg.Attempts,
		Timeout: cfg.Timeout.Std() + 2*deliveryGrace, Concurrency: cfg.Concurrency, Logger: a.log, Observe: observe,
	})
	if err != nil {
		return nil, err
	}
	return []health.Check{{Name: "notices", Run: a.delivery.Ready, Informative: true}}, nil
}

// newBus makes the client of our security server. It repeats nothing: the
// delivery does, and records every message.
func (a *app) newBus(cfg DeliveryConfig, from xroad.ClientID, service xroad.ServiceID) (*xroad.Client, error) {
	bus := xroad.ClientConfig{
		Client: from, URL: cfg.SecurityServer, PlainHTTP: cfg.PlainHTTP,
		Targets: []xroad.Target{diia.Target(service, soapVersions()[cfg.SOAP], cfg.Action, cfg.Timeout.Std())},
		Limits:  xroad.Limits{Size: 256 << 10}, Grace: deliveryGrace, Attempts: 1, MaxConcurrent: cfg.Concurrency,
	}
	if cfg.TLS.Certificate != "" {
		bus.TLS = &xroad.ClientTLS{
			CertFile: cfg.TLS.Certificate, KeyFile: cfg.TLS.Key, PinFiles: cfg.TLS.Pins, Reloaded: func(err error) {
				if err != nil {
					a.log.Error("certificates of the security server cannot be read again", "setting", "delivery.tls", "error", err)
					return
				}
				a.log.Info("certificates of the security server were read again", "setting", "delivery.tls")
			},
		}
	}
	return xroad.NewClient(bus)
}

// closeDelivery waits for the exchanges in work until ctx ends.
func (a *app) closeDelivery(ctx context.Context) error {
	var errs []error
	if a.delivery != nil {
		errs = append(errs, a.delivery.Close(ctx))
	}
	if a.outgoing != nil {
		errs = append(errs, a.outgoing.Close())
	}
	return errors.Join(errs...)
}

// noticeMetrics measures attempts by how they ended, and counts who waits.
func noticeMetrics(metrics prometheus.Registerer, outbox delivery.Outbox) (func(delivery.Result, time.Duration), error) {
	attempts := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name:    "dovidka_notice_duration_seconds",
		Help:    "Time an attempt to notify a citizen took, by its result: delivered, rejected, failed, attention, unrecorded, given-up.",
		Buckets: []float64{.05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 90},
	}, []string{"result"})
	waiting := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "dovidka_notices_waiting", Help: "Citizens who are still to be notified.",
	}, func() float64 {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		count, _, err := outbox.Backlog(ctx)
		if err != nil {
			return math.NaN()
		}
		return float64(count)
	})
	if err := errors.Join(metrics.Register(attempts), metrics.Register(waiting)); err != nil {
		return nil, fmt.Errorf("register metrics: %w", err)
	}
	return func(result delivery.Result, took time.Duration) {
		attempts.WithLabelValues(string(result)).Observe(took.Seconds())
	}, nil
}
