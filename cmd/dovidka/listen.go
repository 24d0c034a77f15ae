package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/dovidka/dovidka/internal/platform/httpserver"
)

// listen opens the listener of a door.
func (a *app) listen(ctx context.Context, name string, cfg ListenConfig, handler http.Handler, prepare func(*http.Server, net.Listener) net.Listener) (*httpserver.Server, error) {
	c := httpserver.Config{
		Name: name, Address: cfg.Listen, Handler: handler, Insecure: cfg.Insecure, Logger: a.log, MaxConnections: cfg.MaxConnections,
		Prepare: prepare,
	}
	if !cfg.Insecure {
		c.TLS = &httpserver.TLS{
			CertFile: cfg.TLS.Certificate, KeyFile: cfg.TLS.Key, ClientCA: cfg.TLS.ClientCA,
			ClientFingerprints: cfg.TLS.ClientFingerprints, ClientCertificates: cfg.TLS.ClientCertificates,
			Observe: a.tls.observe(name),
		}
	}
	return httpserver.Listen(ctx, c)
}

// tlsMetrics tell until when the doors' certificates are good, so that somebody
// can be woken before a door closes by itself.
type tlsMetrics struct {
	expiry *prometheus.GaugeVec
	reads  *prometheus.CounterVec
}

func newTLSMetrics(metrics prometheus.Registerer) (tlsMetrics, error) {
	m := tlsMetrics{
		expiry: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "dovidka_tls_certificate_expiry_timestamp_seconds",
			Help: "When a door's own certificate (own), or one in its client_certificates (by its fingerprint), expires.",
		}, []string{"listener", "certificate"}),
		reads: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "dovidka_tls_reads_total", Help: "Changes of a door's certificate files that were taken over (failed=false) or could not be read.",
		}, []string{"listener", "failed"}),
	}
	if err := errors.Join(metrics.Register(m.expiry), metrics.Register(m.reads)); err != nil {
		return tlsMetrics{}, fmt.Errorf("register metrics: %w", err)
	}
	return m, nil
}

func (m tlsMetrics) observe(listener string) func(httpserver.Certificates, error) {
	return func(in httpserver.Certificates, err error) {
		if err != nil {
			m.reads.WithLabelValues(listener, "true").Inc()
			return
		}
		m.reads.WithLabelValues(listener, "false").Inc()
		m.expiry.DeletePartialMatch(prometheus.Labels{"listener": listener})
		set := func(certificate string, at time.Time) {
			m.expiry.WithLabelValues(listener, certificate).Set(float64(at.Unix()))
		}
		set("own", in.NotAfter)
		for fingerprint, notAfter := range in.Clients {
			set(fingerprint, notAfter)
		}
	}
}
