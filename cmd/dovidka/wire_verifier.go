package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/cms/online"
	"github.com/dovidka/dovidka/internal/verifier"
	"github.com/dovidka/dovidka/pki"
)

// newVerifier reads the trust the configuration names, and makes the client that asks
// for statuses if one is wanted.
func newVerifier(cfg VerifierConfig, skew time.Duration, metrics prometheus.Registerer, log *slog.Logger) (*verifier.Service, *online.Client, error) {
	anchors, err := readCertificates(cfg.Anchors)
	if err != nil {
		return nil, nil, fmt.Errorf("verifier.anchors: %w", err)
	}
	intermediates, err := readCertificates(cfg.Intermediates)
	if err != nil {
		return nil, nil, fmt.Errorf("verifier.intermediates: %w", err)
	}
	services, err := openTrustLists(cfg, metrics, log)
	if err != nil {
		return nil, nil, err
	}
	figures := newVerifierMetrics(pki.NewCertificateCache(cfg.Certificates))
	c := verifier.Config{
		Anchors: anchors, TestRoots: cfg.TestRoots, Services: services, Intermediates: intermediates, Cache: figures.certificates,
		CRLs: verifier.CRLFiles(cfg.CRLs, crlInterval), Revocation: revocationPolicies[cfg.Revocation], ClockSkew: skew,
	}
	if cfg.Online.Enabled {
		o, err := cfg.Online.client()
		if err != nil {
			return nil, nil, err
		}
		o.Observe = figures.observe
		if figures.client, err = online.New(o); err != nil {
			return nil, nil, err
		}
		c.Statuses, c.Budget = figures.client, cfg.Online.Budget.Std()
	}
	service, err := verifier.New(c)
	if err == nil {
		err = figures.register(metrics)
	}
	if err != nil && figures.client != nil {
		err = errors.Join(err, figures.client.Close())
	}
	return service, figures.client, explainTestRoot(err)
}

// crlInterval is how often revocation lists are looked at for changes.
const crlInterval = 10 * time.Second

var revocationPolicies = map[string]cms.Revocation{
	revocationRequired:    cms.RevocationRequired,
	revocationIfAvailable: cms.RevocationIfAvailable,
	revocationOff:         cms.RevocationNotChecked,
}

// respondersAnswer reports services that are left alone because they failed. It makes
// nobody unready: whether requests go on without them is configured.
func respondersAnswer(client *online.Client) func(context.Context) error {
	return func(context.Context) error {
		var errs []error
		for _, s := range client.Stats().Paused {
			errs = append(errs, fmt.Errorf("%s of %s is left alone after failures", s.Kind, s.Host))
		}
		return errors.Join(errs...)
	}
}

// verifierMetrics are the figures of caches and exchanges. Labels name kinds, outcomes
// and hosts of authorities; nobody's certificate shows in them.
type verifierMetrics struct {
	certificates *pki.CertificateCache
	client       *online.Client // nil when nobody is asked

	exchanges *prometheus.HistogramVec
	hits      *prometheus.Desc
	misses    *prometheus.Desc
	evictions *prometheus.Desc
	entries   *prometheus.Desc
	bytes     *prometheus.Desc
	saved     *prometheus.Desc
	paused    *prometheus.Desc
}

func newVerifierMetrics(certificates *pki.CertificateCache) *verifierMetrics {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc("dovidka_verifier_"+name, help, labels, nil)
	}
	return &verifierMetrics{
		certificates: certificates,
		exchanges: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "dovidka_verifier_exchange_duration_seconds", Help: "Time an exchange with an authority's service took, by what was asked and how it ended.",
			Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
		}, []string{"kind", "outcome"}),
		hits:      desc("cache_hits_total", "Look-ups that a cache answered: a certificate not parsed and verified, an exchange not made again.", "cache"),
		misses:    desc("cache_misses_total", "Look-ups that a cache could not answer.", "cache"),
		evictions: desc("cache_evictions_total", "Entries given up for want of room.", "cache"),
		entries:   desc("cache_entries", "Entries kept now.", "cache"),
		bytes:     desc("cache_lists_bytes", "Estimated memory of the revocation lists kept now."),
		saved:     desc("cache_saved_seconds_total", "Time the exchanges took that were not made again.", "cache"),
		paused:    desc("responder_paused", "Services left alone now because they failed too often.", "kind", "host"),
	}
}

func (m *verifierMetrics) register(r prometheus.Registerer) error {
	for _, c := range []prometheus.Collector{m, m.exchanges} {
		if err := r.Register(c); err != nil {
			return fmt.Errorf("register verifier metrics: %w", err)
		}
	}
	return nil
}

func (m *verifierMetrics) observe(e online.Exchange) {
	m.exchanges.WithLabelValues(string(e.Kind), string(e.Outcome)).Observe(e.Took.Seconds())
}

// Describe implements prometheus.Collector.
func (m *verifierMetrics) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{m.hits, m.misses, m.evictions, m.entries, m.bytes, m.saved, m.paused} {
		out <- d
	}
}

// Collect implements prometheus.Collector.
func (m *verifierMetrics) Collect(out chan<- prometheus.Metric) {
	c := m.certificates.Stats()
	m.collectCache(out, "certificates", online.CacheStats{Hits: c.Hits, Misses: c.Misses, Evictions: c.Evictions, Entries: c.Entries})
	if m.client == nil {
		return
	}
	s := m.client.Stats()
	m.collectCache(out, "responses", s.Responses)
	m.collectCache(out, "lists", s.Lists)
	out <- prometheus.MustNewConstMetric(m.saved, prometheus.CounterValue, s.Responses.Saved.Seconds(), "responses")
	out <- prometheus.MustNewConstMetric(m.saved, prometheus.CounterValue, s.Lists.Saved.Seconds(), "lists")
	out <- prometheus.MustNewConstMetric(m.bytes, prometheus.GaugeValue, float64(s.Lists.Size))
	for _, p := range s.Paused {
		out <- prometheus.MustNewConstMetric(m.paused, prometheus.GaugeValue, 1, string(p.Kind), p.Host)
	}
}

func (m *verifierMetrics) collectCache(out chan<- prometheus.Metric, name string, s online.CacheStats) {
	out <- prometheus.MustNewConstMetric(m.hits, prometheus.CounterValue, float64(s.Hits), name)
	out <- prometheus.MustNewConstMetric(m.misses, prometheus.CounterValue, float64(s.Misses), name)
	out <- prometheus.MustNewConstMetric(m.evictions, prometheus.CounterValue, float64(s.Evictions), name)
	out <- prometheus.MustNewConstMetric(m.entries, prometheus.GaugeValue, float64(s.Entries), name)
}
