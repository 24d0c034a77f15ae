package cmstest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/pki"
)

// ServeConfig says how services answer.
type ServeConfig struct {
	// Now is the clock of all services; time.Now when nil.
	Now func() time.Time
	// Listener, if set, is where they listen, else a free port of this machine.
	Listener net.Listener
	// OCSPLifetime is the time to nextUpdate; 0 leaves it out, as Ukrainian responders
	// do.
	OCSPLifetime time.Duration
}

// Services are what an authority offers over HTTP.
type Services struct {
	OCSP *Service
	TSP  *Service
	// CRL, Delta and RootCRL are the provider's lists and the root's.
	CRL, Delta, RootCRL *Service
	// Responder and Stamper are who signs for OCSP and TSP.
	Responder, Stamper *Identity

	authority *Authority
	cfg       ServeConfig
	server    *http.Server
	done      chan struct{} // closed when the server has ended, with served
	served    error

	mu       sync.Mutex
	others   map[string]*Identity // who signs when misbehaving; guarded by mu
	full     *pki.CRL             // guarded by mu
	rootFull *pki.CRL             // guarded by mu
}

const (
	typeOCSP = "application/ocsp-response"
	typeTSP  = "application/timestamp-reply"
	typeCRL  = "application/pkix-crl"
)

// Serve starts services of the authority. The provider's certificate is issued anew,
// with the same key, so that it says where the root's list is. End them with Close.
func (a *Authority) Serve(cfg ServeConfig) (*Services, error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Listener == nil {
		var err error
		if cfg.Listener, err = new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0"); err != nil {
			return nil, fmt.Errorf("serve authority: %w", err)
		}
	}
	s := &Services{authority: a, cfg: cfg, done: make(chan struct{}), others: map[string]*Identity{}}
	mux := http.NewServeMux()
	service := func(path, contentType string, answer func(*http.Request, Fault) ([]byte, error)) *Service {
		one := &Service{URL: "http://" + cfg.Listener.Addr().String() + path, contentType: contentType, answer: answer}
		mux.Handle(path, one)
		return one
	}
	s.OCSP, s.TSP = service("/ocsp", typeOCSP, s.answerOCSP), service("/tsp", typeTSP, s.answerTSP)
	s.CRL, s.Delta = service("/ca.crl", typeCRL, s.answerCRL), service("/ca-delta.crl", typeCRL, s.answerDelta)
	s.RootCRL = service("/root.crl", typeCRL, s.answerRootCRL)
	if err := s.publish(); err != nil {
		return nil, errors.Join(fmt.Errorf("serve authority: %w", err), cfg.Listener.Close())
	}
	s.server = &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		defer close(s.done)
		s.served = s.server.Serve(cfg.Listener)
	}()
	return s, nil
}

// Handler answers as the services do, for tests without a network.
func (s *Services) Handler() http.Handler { return s.server.Handler }

// Close ends the services and waits until they have ended.
func (s *Services) Close() error {
	err := s.server.Close()
	<-s.done
	if !errors.Is(s.served, http.ErrServerClosed) {
		err = errors.Join(err, s.served)
	}
	return err
}

// publish puts the addresses into what is issued from now on and makes the services'
// own certificates.
func (s *Services) publish() error {
	a := s.authority
	a.mu.Lock()
	a.urls = urls{ocsp: s.OCSP.URL, tsp: s.TSP.URL, crl: s.CRL.URL, delta: s.Delta.URL, rootCRL: s.RootCRL.URL}
	a.mu.Unlock()
	old := a.CA.Certificate
	c, err := pki.CreateCertificate(pki.Template{
		Subject: old.Subject, NotBefore: old.NotBefore, NotAfter: old.NotAfter, Key: old.PublicKey, IsCA: true, MaxPathLen: old.MaxPathLen,
		KeyUsage: old.KeyUsage, Policies: old.Policies, CRLURL: s.RootCRL.URL,
	}, a.Root.Certificate, a.Root.Key)
	if err != nil {
		return err
	}
	a.CA = &Identity{Key: a.CA.Key, Certificate: c}
	if s.Responder, err = a.OCSP(); err != nil {
		return err
	}
	s.Stamper, err = a.TSA()
	return err
}

// Options are options with which everything issued here verifies at a time once
// somebody asks the services about it.
func (s *Services) Options(now time.Time) cms.VerifyOptions {
	return cms.VerifyOptions{
		Anchors: []*pki.Certificate{s.authority.Root.Certificate}, Intermediates: []*pki.Certificate{s.authority.CA.Certificate}, Time: now,
	}
}

// RenewLists makes the full lists anew, as happens by itself when they run out.
func (s *Services) RenewLists() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.full, s.rootFull = nil, nil
}

// other makes, once, somebody who signs in a service's place.
func (s *Services) other(name string, sign func() (*Identity, error)) (*Identity, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if id := s.others[name]; id != nil {
		return id, nil
	}
	id, err := sign()
	if err == nil {
		s.others[name] = id
	}
	return id, err
}

// imitation is an authority with the same names and other keys.
func (s *Services) imitation(service func(*Authority) (*Identity, error)) func() (*Identity, error) {
	return func() (*Identity, error) {
		a, err := NewAuthority(s.authority.family, s.authority.validity.NotBefore.AddDate(0, 0, 1))
		if err != nil {
			return nil, err
		}
		return service(a)
	}
}

// at is what a service takes for now.
func (s *Services) at(fault Fault) time.Time {
	now := s.cfg.Now().UTC().Truncate(time.Second)
	switch fault {
	case Stale:
		return now.Add(-3 * time.Hour)
	case Future:
		return now.AddDate(0, 0, 1)
	}
	return now
}
