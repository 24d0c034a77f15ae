package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/dovidka/dovidka/internal/verifier"
	"github.com/dovidka/dovidka/pki"
	"github.com/dovidka/dovidka/pki/czo"
)

// TrustListConfig is a list of trusted services, and who has to have signed it.
type TrustListConfig struct {
	File string `yaml:"file"`
	// Signers are files with the certificates of signers, SignerFingerprints their
	// SHA-256, and SignerRoots files with roots that issue certificates for signing lists.
	Signers            []string `yaml:"signers"`
	SignerFingerprints []string `yaml:"signer_fingerprints"`
	SignerRoots        []string `yaml:"signer_roots"`
}

// What to do with a list past its next update.
const (
	staleRefuse = "refuse"
	staleAccept = "accept"
)

// trustListInterval is how often trust lists are looked at for changes.
const trustListInterval = 10 * time.Second

func (c VerifierConfig) checkTrust() error {
	var errs []error
	if len(c.Anchors) == 0 && len(c.TrustLists) == 0 {
		errs = append(errs, errors.New("verifier.anchors, verifier.trust_lists: at least one root certificate or trust list is required"))
	}
	if c.StaleTrustLists != staleRefuse && c.StaleTrustLists != staleAccept {
		errs = append(errs, errors.New("verifier.stale_trust_lists: must be refuse or accept"))
	}
	named := map[string]bool{}
	for _, list := range c.TrustLists {
		name := filepath.Base(list.File)
		if named[name] {
			errs = append(errs, fmt.Errorf("verifier.trust_lists: there are two files named %s, which logs and metrics could not tell apart", name))
		}
		named[name] = true
		if list.File == "" || len(list.Signers)+len(list.SignerFingerprints)+len(list.SignerRoots) == 0 {
			errs = append(errs, errors.New("verifier.trust_lists: each needs file and one of signers, signer_fingerprints, signer_roots"))
		}
		if _, err := parseFingerprints(list.SignerFingerprints); err != nil {
			errs = append(errs, fmt.Errorf("verifier.trust_lists.signer_fingerprints: %w", err))
		}
	}
	return errors.Join(errs...)
}

func (c VerifierConfig) warnOfTrust(log *slog.Logger) {
	if c.TestRoots {
		log.Warn("ROOTS FOR TESTS ARE ADMITTED: anybody can have a certificate in any name under them. Never in production", "setting", "verifier.test_roots")
	}
	if len(c.TrustLists) > 0 && c.StaleTrustLists == staleAccept {
		log.Warn("trust lists stay in use past their next update: a withdrawn authority may stay trusted", "setting", "verifier.stale_trust_lists")
	}
}

// parseFingerprints reads SHA-256 values in hexadecimal, as people write them.
func parseFingerprints(texts []string) ([][sha256.Size]byte, error) {
	var out [][sha256.Size]byte
	for _, text := range texts {
		raw, err := hex.DecodeString(strings.NewReplacer(":", "", " ", "").Replace(text))
		if err != nil || len(raw) != sha256.Size {
			return nil, errors.New("64 hexadecimal digits are expected")
		}
		out = append(out, [sha256.Size]byte(raw))
	}
	return out, nil
}

// openTrustLists reads the lists the configuration names, and shows their state in the
// metrics; without any it returns nil.
func openTrustLists(cfg VerifierConfig, metrics prometheus.Registerer, log *slog.Logger) (func() (*pki.Services, error), error) {
	if len(cfg.TrustLists) == 0 {
		return nil, nil
	}
	c := verifier.TrustListsConfig{
		Interval: trustListInterval, AcceptStale: cfg.StaleTrustLists == staleAccept, TestRoots: cfg.TestRoots, Logger: log,
	}
	for _, list := range cfg.TrustLists {
		file := verifier.TrustListFile{Path: list.File}
		var err error
		if file.Signers, err = readCertificates(list.Signers); err != nil {
			return nil, fmt.Errorf("verifier.trust_lists.signers: %w", err)
		}
		if file.Roots, err = readCertificates(list.SignerRoots); err != nil {
			return nil, fmt.Errorf("verifier.trust_lists.signer_roots: %w", err)
		}
		if file.Fingerprints, err = parseFingerprints(list.SignerFingerprints); err != nil {
			return nil, fmt.Errorf("verifier.trust_lists.signer_fingerprints: %w", err)
		}
		c.Lists = append(c.Lists, file)
	}
	lists, err := verifier.NewTrustLists(c)
	if err != nil {
		return nil, fmt.Errorf("verifier.trust_lists: %w", explainTestRoot(err))
	}
	if err := metrics.Register(newTrustListMetrics(lists)); err != nil {
		return nil, fmt.Errorf("register trust list metrics: %w", err)
	}
	return lists.Services, nil
}

// trustListMetrics tell of the lists in use, so that somebody is called before one is
// stale.
type trustListMetrics struct {
	lists                         *verifier.TrustLists
	sequence, nextUpdate, refused *prometheus.Desc
}

func newTrustListMetrics(lists *verifier.TrustLists) *trustListMetrics {
	desc := func(name, help string) *prometheus.Desc {
		return prometheus.NewDesc("dovidka_trust_list_"+name, help, []string{"file", "territory"}, nil)
	}
	return &trustListMetrics{
		lists:      lists,
		sequence:   desc("sequence_number", "Sequence number of the trust list in use."),
		nextUpdate: desc("next_update_timestamp_seconds", "By when another trust list has to follow the one in use."),
		refused:    desc("refused", "1 while the file holds a trust list that is not used."),
	}
}

// Describe implements prometheus.Collector.
func (m *trustListMetrics) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{m.sequence, m.nextUpdate, m.refused} {
		out <- d
	}
}

// Collect implements prometheus.Collector.
func (m *trustListMetrics) Collect(out chan<- prometheus.Metric) {
	for _, s := range m.lists.States() {
		gauge := func(d *prometheus.Desc, value float64) {
			out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, s.File, s.Territory)
		}
		gauge(m.sequence, float64(s.SequenceNumber))
		if !s.NextUpdate.IsZero() {
			gauge(m.nextUpdate, float64(s.NextUpdate.Unix()))
		}
		refused := 0.0
		if s.Refused {
			refused = 1
		}
		gauge(m.refused, refused)
	}
}

// explainTestRoot tells an operator what to do when a root for tests stops the start.
func explainTestRoot(err error) error {
	if !errors.Is(err, czo.ErrTest) {
		return err
	}
	return fmt.Errorf("%w; name a real one, or, to try things out, set verifier.test_roots: true", err)
}
