package main

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/platform/config"
)

// Config is the whole configuration file. deploy/dovidka.yaml explains every
// setting and is read by a test.
type Config struct {
	// Name is this component's name in the statements citizens sign.
	Name string `yaml:"name"`
	// Data is the folder of the embedded databases; relative to the file.
	Data string `yaml:"data"`

	Diia       DiiaConfig       `yaml:"diia"`
	Trembita   TrembitaConfig   `yaml:"trembita"`
	Operations OperationsConfig `yaml:"operations"`
	Databases  DatabasesConfig  `yaml:"databases"`
	Verifier   VerifierConfig   `yaml:"verifier"`
	Ledger     LedgerConfig     `yaml:"ledger"`
	Seal       SealConfig       `yaml:"seal"`
	Disclosure DisclosureConfig `yaml:"disclosure"`
	Delivery   DeliveryConfig   `yaml:"delivery"`
}

// ListenConfig is one listener: TLS, or plain HTTP when insecure is set.
type ListenConfig struct {
	Listen         string      `yaml:"listen"`
	Insecure       bool        `yaml:"insecure"`
	TLS            TLSConfig   `yaml:"tls"`
	MaxConnections int         `yaml:"max_connections"`
	MaxBody        config.Size `yaml:"max_body"`
}

// TLSConfig is the server's certificate and the clients it admits.
type TLSConfig struct {
	Certificate        string   `yaml:"certificate"`
	Key                string   `yaml:"key"`
	ClientCA           string   `yaml:"client_ca"`
	ClientCertificates []string `yaml:"client_certificates"`
	ClientFingerprints []string `yaml:"client_fingerprints"`
}

// asks reports whether clients are asked for certificates.
func (c TLSConfig) asks() bool {
	return c.ClientCA != "" || len(c.ClientCertificates) > 0 || len(c.ClientFingerprints) > 0
}

// DiiaConfig is the REST door.
type DiiaConfig struct {
	ListenConfig `yaml:",inline"`

	// Clients are admitted by certificate; an empty list admits nobody.
	Clients []ClientConfig `yaml:"clients"`
	// InsecureClient names whoever calls over plain HTTP.
	InsecureClient string                  `yaml:"insecure_client"`
	Rate           RateConfig              `yaml:"rate"`
	ProcessCodes   map[dovidka.Code]string `yaml:"process_codes"`
}

// listener returns the listener's settings. Clients known by their certificates
// must be asked for them: where nothing else says whose to accept, theirs are.
func (c DiiaConfig) listener() ListenConfig {
	out := c.ListenConfig
	if !out.TLS.asks() {
		for _, client := range c.Clients {
			out.TLS.ClientFingerprints = append(out.TLS.ClientFingerprints, client.Fingerprints...)
		}
	}
	return out
}

// ClientConfig is one client of the REST door.
type ClientConfig struct {
	Name         string   `yaml:"name"`
	Fingerprints []string `yaml:"fingerprints"`
	Subjects     []string `yaml:"subjects"`
}

// RateConfig bounds the requests of one client.
type RateConfig struct {
	PerSecond float64 `yaml:"per_second"`
	Burst     int     `yaml:"burst"`
}

// OperationsConfig is the listener of probes and metrics, and the log.
type OperationsConfig struct {
	Listen    string `yaml:"listen"`
	LogLevel  string `yaml:"log_level"`
	LogFormat string `yaml:"log_format"`
}

// DatabasesConfig names the databases; empty means a SQLite file in Data.
type DatabasesConfig struct {
	Registry   string `yaml:"registry"`
	Ledger     string `yaml:"ledger"`
	Disclosure string `yaml:"disclosure"`
}

// VerifierConfig says whom to believe.
type VerifierConfig struct {
	Anchors []string `yaml:"anchors"`
	// TestRoots admits roots that are for tests.
	TestRoots bool `yaml:"test_roots"`
	// TrustLists are lists of trusted services, beside the anchors or instead of them.
	TrustLists []TrustListConfig `yaml:"trust_lists"`
	// StaleTrustLists is refuse or accept.
	StaleTrustLists string   `yaml:"stale_trust_lists"`
	Intermediates   []string `yaml:"intermediates"`
	CRLs            []string `yaml:"crls"`
	// Revocation is required, if-available or off.
	Revocation string `yaml:"revocation"`
	// Certificates is the number kept between requests.
	Certificates int          `yaml:"certificates"`
	Online       OnlineConfig `yaml:"online"`
}

// LedgerConfig is the ledger's keys and times.
type LedgerConfig struct {
	// KeyFile holds the Ed25519 key that signs grants and the head of the log.
	KeyFile string `yaml:"key_file"`
	// PseudonymKeyFile holds the key of the pseudonyms.
	PseudonymKeyFile string          `yaml:"pseudonym_key_file"`
	ConsentTTL       config.Duration `yaml:"consent_ttl"`
	GrantTTL         config.Duration `yaml:"grant_ttl"`
}

// SealConfig is the key that seals answers.
type SealConfig struct {
	KeyFile      string `yaml:"key_file"`
	PasswordFile string `yaml:"password_file"`
}

// DisclosureConfig is the use case's times and texts.
type DisclosureConfig struct {
	StatementTTL   config.Duration `yaml:"statement_ttl"`
	ClockSkew      config.Duration `yaml:"clock_skew"`
	Budget         config.Duration `yaml:"budget"`
	AnswerTTL      config.Duration `yaml:"answer_ttl"`
	Retention      config.Duration `yaml:"retention"`
	Concurrency    int             `yaml:"concurrency"`
	ConsentVersion string          `yaml:"consent_version"`
	ConsentText    string          `yaml:"consent_text"`
	WithdrawalText string          `yaml:"withdrawal_text"`
}

// The texts citizens sign unless the configuration says otherwise.
const (
	consentVersion = "2026-11"
	consentText    = "Я надаю згоду на пошук відомостей про мої декларації про вибір лікаря, який надає первинну медичну допомогу " +
		"(або декларації особи, яку я представляю), в електронній системі охорони здоров'я та на передавання цих відомостей " +
		"зазначеному отримувачу для зазначеної мети. Мені відомо, що я можу відкликати цю згоду в будь-який час."
	withdrawalText = "Я відкликаю надану раніше згоду на передавання відомостей про декларації зазначеному отримувачу."
)

// defaultConfig is what holds for settings the file does not mention.
func defaultConfig() Config {
	return Config{
		Name: "dovidka",
		Data: "data",
		Diia: DiiaConfig{
			ListenConfig: ListenConfig{Listen: "127.0.0.1:8443", MaxConnections: 1024, MaxBody: 1 << 20},
			Rate:         RateConfig{PerSecond: 200, Burst: 400},
		},
		Trembita: TrembitaConfig{
			ListenConfig: ListenConfig{Listen: "127.0.0.1:8444", MaxConnections: 512, MaxBody: 1 << 20},
			Rate:         RateConfig{PerSecond: 200, Burst: 400},
		},
		Operations: OperationsConfig{Listen: "127.0.0.1:9090", LogLevel: "info", LogFormat: "json"},
		Verifier:   VerifierConfig{StaleTrustLists: staleRefuse, Revocation: revocationRequired, Certificates: 4096, Online: defaultOnline()},
		Ledger:     LedgerConfig{ConsentTTL: config.Duration(365 * 24 * time.Hour), GrantTTL: config.Duration(time.Minute)},
		Disclosure: DisclosureConfig{
			StatementTTL: config.Duration(180 * time.Second), ClockSkew: config.Duration(time.Minute), Budget: config.Duration(8 * time.Second),
			AnswerTTL: config.Duration(30 * time.Minute), Retention: config.Duration(72 * time.Hour), Concurrency: 64,
			ConsentVersion: consentVersion, ConsentText: consentText, WithdrawalText: withdrawalText,
		},
		Delivery: defaultDelivery(),
	}
}

// What the verifier does about revocation.
const (
	revocationRequired    = "required"
	revocationIfAvailable = "if-available"
	revocationOff         = "off"
)

// loadConfig reads a file; what is relative in it is relative to its folder.
func loadConfig(path string) (Config, error) {
	cfg := defaultConfig()
	if err := config.Load(path, &cfg); err != nil {
		return Config{}, err
	}
	cfg.resolve(filepath.Dir(path))
	if err := cfg.check(); err != nil {
		return Config{}, fmt.Errorf("%s: %w", filepath.Base(path), err)
	}
	return cfg, nil
}

func (c *Config) resolve(dir string) {
	at := func(path *string) {
		if *path != "" && !filepath.IsAbs(*path) {
			*path = filepath.Join(dir, *path)
		}
	}
	for _, path := range []*string{
		&c.Data, &c.Diia.TLS.Certificate, &c.Diia.TLS.Key, &c.Diia.TLS.ClientCA,
		&c.Trembita.TLS.Certificate, &c.Trembita.TLS.Key, &c.Trembita.TLS.ClientCA,
		&c.Ledger.KeyFile, &c.Ledger.PseudonymKeyFile, &c.Seal.KeyFile, &c.Seal.PasswordFile,
		&c.Delivery.TLS.Certificate, &c.Delivery.TLS.Key,
	} {
		at(path)
	}
	lists := [][]string{
		c.Verifier.Anchors, c.Verifier.Intermediates, c.Verifier.CRLs, c.Diia.TLS.ClientCertificates, c.Trembita.TLS.ClientCertificates,
		c.Delivery.TLS.Pins,
	}
	for i := range c.Verifier.TrustLists {
		list := &c.Verifier.TrustLists[i]
		at(&list.File)
		lists = append(lists, list.Signers, list.SignerRoots)
	}
	for _, list := range lists {
		for i := range list {
			at(&list[i])
		}
	}
	embedded := func(url *string, name string) {
		if *url == "" {
			*url = "sqlite:" + filepath.Join(c.Data, name+".db")
		}
	}
	embedded(&c.Databases.Registry, "registry")
	embedded(&c.Databases.Ledger, "ledger")
	embedded(&c.Databases.Disclosure, "disclosure")
}

// check refuses what cannot work, each fault with the key to set.
func (c *Config) check() error {
	var errs []error
	need := func(ok bool, text string) {
		if !ok {
			errs = append(errs, errors.New(text))
		}
	}
	need(c.Name != "", "name: is required")
	errs = append(errs, c.Verifier.checkTrust())
	_, policy := revocationPolicies[c.Verifier.Revocation]
	need(policy, "verifier.revocation: must be required, if-available or off")
	need(c.Verifier.Certificates > 0, "verifier.certificates: must be positive")
	errs = append(errs, c.Verifier.Online.check(c.Verifier.Revocation, c.Disclosure.Budget))
	need(c.Ledger.KeyFile != "" && c.Ledger.PseudonymKeyFile != "", "ledger: key_file and pseudonym_key_file are required")
	need(c.Ledger.GrantTTL > c.Disclosure.Budget, "ledger.grant_ttl: must be longer than disclosure.budget, or a slow registry answers to no grant")
	need(c.Seal.KeyFile != "" && c.Seal.PasswordFile != "", "seal: key_file and password_file are required")
	need(c.Diia.Listen != "" || c.Trembita.Listen != "", "diia.listen, trembita.listen: at least one door is required")
	for _, door := range []struct {
		key string
		ListenConfig
	}{{"diia", c.Diia.ListenConfig}, {"trembita", c.Trembita.ListenConfig}} {
		hasTLS := door.TLS.Certificate != "" && door.TLS.Key != ""
		need(door.Listen == "" || door.Insecure != hasTLS, door.key+": set either tls.certificate and tls.key, or insecure: true")
	}
	need(c.Diia.InsecureClient == "" || c.Diia.Insecure, "diia.insecure_client: goes with insecure: true only")
	for _, client := range c.Diia.Clients {
		need(len(client.Fingerprints) > 0 || c.Diia.TLS.ClientCA != "" || len(c.Diia.TLS.ClientCertificates) > 0,
			"diia.clients: subjects count with tls.client_ca or tls.client_certificates only; name fingerprints")
	}
	// What a message says of its client is true because the security server says it.
	need(c.Trembita.Listen == "" || c.Trembita.Insecure || c.Trembita.TLS.asks(),
		"trembita.tls: name the security server's certificate in client_certificates, or the door would believe whoever connects")
	errs = append(errs, c.Trembita.checkClients(), c.Delivery.check(c.Disclosure.AnswerTTL))
	known := map[dovidka.Code]bool{}
	for _, code := range dovidka.Codes() {
		known[code] = true
	}
	for code := range c.Diia.ProcessCodes {
		need(known[code], "diia.process_codes: an unknown reason")
	}
	return errors.Join(errs...)
}

// warn tells of settings that are legal but rarely meant.
func (c *Config) warn(log *slog.Logger) {
	c.Verifier.warnOfTrust(log)
	if c.Verifier.Revocation != revocationRequired {
		log.Warn("revocation need not be known: a revoked certificate may be accepted until it expires", "setting", "verifier.revocation")
	}
	c.Verifier.Online.warn(log)
	if c.Diia.Listen != "" && len(c.Diia.Clients) == 0 && c.Diia.InsecureClient == "" {
		log.Warn("the REST door admits nobody", "setting", "diia.clients")
	}
	if c.Trembita.Listen != "" && len(c.Trembita.Clients) == 0 {
		log.Warn("the SOAP door admits nobody", "setting", "trembita.clients")
	}
	if c.Diia.Listen != "" && c.Diia.Insecure || c.Trembita.Listen != "" && c.Trembita.Insecure {
		log.Warn("a door is open without TLS", "setting", "insecure")
	}
	c.Trembita.warnOfInquiries(log)
	c.Delivery.warn(log, c.Diia.Listen)
	for setting, path := range map[string]string{
		"ledger.key_file": c.Ledger.KeyFile, "ledger.pseudonym_key_file": c.Ledger.PseudonymKeyFile,
		"seal.key_file": c.Seal.KeyFile, "seal.password_file": c.Seal.PasswordFile, "delivery.tls.key": c.Delivery.TLS.Key,
	} {
		if info, err := os.Stat(path); err == nil && info.Mode().Perm()&0o077 != 0 {
			log.Warn("a secret can be read by others than its owner: chmod 600", "setting", setting)
		}
	}
}
