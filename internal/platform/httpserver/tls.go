package httpserver

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"sync"
	"time"
)

// TLS says with which certificate to serve and whose to accept. Without
// ClientCA, ClientFingerprints and ClientCertificates nobody is asked for a
// certificate. All files are read again when they change.
type TLS struct {
	CertFile string // PEM, with the intermediate certificates after it
	KeyFile  string // PEM
	// ClientCA is a PEM file of the authorities that issue clients'
	// certificates.
	ClientCA string
	// ClientFingerprints are the SHA-256 fingerprints (hexadecimal, colons
	// allowed) of the clients' certificates, ClientCertificates are PEM files of
	// nothing but such certificates, one or more in each. A client shows exactly
	// one of either: who issued it, and to what name, does not matter. With
	// ClientCA too, both must hold.
	ClientFingerprints []string
	ClientCertificates []string
	Now                func() time.Time // time.Now when nil
	// Observe, if set, is called when the files were read, and with an error
	// when they cannot be read again and those before stay in use.
	Observe func(Certificates, error)
}

// Certificates is what a listener has in use.
type Certificates struct {
	NotAfter time.Time            // of its own
	Clients  map[string]time.Time // NotAfter of those in ClientCertificates, by fingerprint
}

// keyring holds the certificates and reads their files again when they change,
// so that a renewed certificate needs no restart.
type keyring struct {
	source TLS
	fixed  pins // from ClientFingerprints
	logger *slog.Logger
	others *strangers

	mu       sync.Mutex // protects what follows
	files    []os.FileInfo
	looked   time.Time
	ready    *version
	reported string // the error that was told last
}

// version is what one version of the files comes to.
type version struct {
	config       *tls.Config
	certificates Certificates
	pins         pins           // nil: not asked for
	authorities  *x509.CertPool // nil: not asked for
	now          func() time.Time
}

func newKeyring(source TLS, logger *slog.Logger) (*keyring, error) {
	if source.Now == nil {
		source.Now = time.Now
	}
	if source.Observe == nil {
		source.Observe = func(Certificates, error) {}
	}
	k := &keyring{source: source, logger: logger, others: &strangers{logger: logger, now: source.Now}}
	var err error
	if k.fixed, err = parsePins(source.ClientFingerprints); err != nil {
		return nil, err
	}
	if k.files, err = k.look(); err != nil {
		return nil, err
	}
	k.looked = source.Now()
	if k.ready, err = k.load(); err != nil {
		return nil, err
	}
	k.tell(k.ready, nil)
	return k, nil
}

// asks reports whether clients are asked for certificates.
func (t *TLS) asks() bool {
	return t.ClientCA != "" || len(t.ClientFingerprints) > 0 || len(t.ClientCertificates) > 0
}

// config returns what the listener uses: it asks the keyring at each handshake.
func (k *keyring) config() *tls.Config {
	return &tls.Config{
		MinVersion:         tls.VersionTLS12,
		NextProtos:         []string{"h2", "http/1.1"},
		GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) { return k.current(0).config, nil },
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			return &k.current(0).config.Certificates[0], nil
		},
	}
}

// current returns the newest version that could be read, as far as anybody
// looked within the time given. While the files cannot be read, or do not fit
// each other because a renewal is under way, the one before stays in use.
func (k *keyring) current(within time.Duration) *version {
	ready, news, err := k.refresh(within)
	if news {
		k.tell(ready, err)
	}
	return ready
}

func (k *keyring) refresh(within time.Duration) (ready *version, news bool, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := k.source.Now()
	if age := now.Sub(k.looked); age >= 0 && age < within {
		return k.ready, false, nil
	}
	k.looked = now
	files, err := k.look()
	if err == nil && slices.EqualFunc(files, k.files, unchanged) {
		return k.ready, false, nil
	}
	var fresh *version
	if err == nil {
		fresh, err = k.load()
	}
	if err != nil {
		news := err.Error() != k.reported
		k.reported = err.Error()
		return k.ready, news, err
	}
	k.files, k.ready, k.reported = files, fresh, ""
	return fresh, true, nil
}

// tell lets operators know what is in use now, and for how long.
func (k *keyring) tell(in *version, err error) {
	k.source.Observe(in.certificates, err)
	if err != nil {
		k.logger.Warn("certificates cannot be read again; those before stay in use", slog.String("cause", err.Error()))
		return
	}
	k.logger.Info("certificates were read", slog.Time("not_after", in.certificates.NotAfter), slog.Int("client_certificates", len(in.certificates.Clients)))
	for fingerprint, notAfter := range in.certificates.Clients {
		if k.source.Now().After(notAfter) {
			k.logger.Warn("a client certificate has expired and is not admitted", slog.String("fingerprint", fingerprint), slog.Time("not_after", notAfter))
		}
	}
}

// unchanged tells one version of a file from another: written in place, or put
// in its place, even with the times of the one before.
func unchanged(a, b os.FileInfo) bool {
	return a.ModTime().Equal(b.ModTime()) && a.Size() == b.Size() && os.SameFile(a, b)
}

func (k *keyring) look() ([]os.FileInfo, error) {
	names := append([]string{k.source.CertFile, k.source.KeyFile}, k.source.ClientCertificates...)
	if k.source.ClientCA != "" {
		names = append(names, k.source.ClientCA)
	}
	out := make([]os.FileInfo, 0, len(names))
	for _, name := range names {
		info, err := os.Stat(name)
		if err != nil {
			return nil, fmt.Errorf("look at TLS files: %w", err)
		}
		out = append(out, info)
	}
	return out, nil
}

func (k *keyring) load() (*version, error) {
	pair, err := tls.LoadX509KeyPair(k.source.CertFile, k.source.KeyFile)
	if err != nil {
		return nil, fmt.Errorf("load TLS certificate: %w", err)
	}
	v := &version{now: k.source.Now, certificates: Certificates{NotAfter: pair.Leaf.NotAfter, Clients: map[string]time.Time{}}}
	v.config = &tls.Config{
		MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}, Time: k.source.Now,
		Certificates: []tls.Certificate{pair}, VerifyConnection: func(state tls.ConnectionState) error {
			err := v.pinned(state)
			if err != nil {
				k.others.tell(state, err)
			}
			return err
		},
	}
	if v.pins, err = k.fixed.with(k.source.ClientCertificates, v.certificates.Clients); err != nil {
		return nil, fmt.Errorf("load clients' certificates: %w", err)
	}
	switch {
	case k.source.ClientCA != "":
		pem, err := os.ReadFile(k.source.ClientCA)
		if err != nil {
			return nil, fmt.Errorf("load clients' authorities: %w", err)
		}
		v.authorities = x509.NewCertPool()
		if !v.authorities.AppendCertsFromPEM(pem) {
			return nil, errors.New("load clients' authorities: no certificate in the file")
		}
		v.config.ClientCAs, v.config.ClientAuth = v.authorities, tls.RequireAndVerifyClientCert
	case v.pins != nil:
		v.config.ClientAuth = tls.RequireAnyClientCert
	}
	// A resumed session would remember a client that was struck off meanwhile.
	v.config.SessionTicketsDisabled = v.config.ClientAuth != tls.NoClientCert
	return v, nil
}
