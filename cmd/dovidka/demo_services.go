package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/dovidka/dovidka/cms/cmstest"
	"github.com/dovidka/dovidka/pki"
)

// demoFamily is one of the two authorities of the demonstration, by the name of its
// files.
type demoFamily struct {
	name   string
	family cmstest.Family
}

func demoFamilies() []demoFamily {
	return []demoFamily{{"dstu4145", cmstest.DSTU}, {"ecdsa", cmstest.EC}}
}

// foundAuthority makes an authority whose certificates name services on a free port of
// this machine, and keeps its keys and that address, so that the services can be
// started again.
func (d *demoFolder) foundAuthority(f demoFamily, now time.Time) (*cmstest.Authority, error) {
	a, err := cmstest.NewAuthority(f.family, now)
	if err != nil {
		return nil, err
	}
	services, err := a.Serve(cmstest.ServeConfig{})
	if err != nil {
		return nil, err
	}
	if err := services.Close(); err != nil {
		return nil, fmt.Errorf("stop the authority's services: %w", err)
	}
	at, err := url.Parse(services.OCSP.URL)
	if err != nil {
		return nil, fmt.Errorf("address of the authority's services: %w", err)
	}
	_, err1 := d.writeKey(filepath.Join("trust", f.name+"-root"), a.Root, a.Root.Certificate)
	_, err2 := d.writeKey(filepath.Join("trust", f.name+"-ca"), a.CA, a.Root.Certificate)
	return a, errors.Join(err1, err2, writeNew(d.path("trust", f.name+".address"), []byte(at.Host+"\n")))
}

// serve starts OCSP, lists and time-stamps of both authorities where their
// certificates say. An address that somebody else has taken since is passed over with
// a word: the lists in files are enough for the demonstration.
func (d *demoFolder) serve(ctx context.Context, progress func(string)) (_ demoServices, err error) {
	var all demoServices
	defer func() {
		if err != nil {
			err = errors.Join(err, all.close())
		}
	}()
	for _, f := range demoFamilies() {
		address, err := os.ReadFile(d.path("trust", f.name+".address"))
		if errors.Is(err, os.ErrNotExist) {
			continue // a folder of an earlier version
		}
		if err != nil {
			return all, fmt.Errorf("start the authority's services: %w", err)
		}
		listener, err := new(net.ListenConfig).Listen(ctx, "tcp", strings.TrimSpace(string(address)))
		if err != nil {
			progress("The authority's services cannot listen at " + strings.TrimSpace(string(address)) + ", so its lists in files speak alone")
			continue
		}
		a, err := d.openAuthority(ctx, f)
		if err != nil {
			return all, errors.Join(err, listener.Close())
		}
		services, err := a.Serve(cmstest.ServeConfig{Listener: listener, OCSPLifetime: 10 * time.Minute})
		if err != nil {
			return all, err
		}
		all = append(all, services)
	}
	return all, nil
}

func (d *demoFolder) openAuthority(ctx context.Context, f demoFamily) (*cmstest.Authority, error) {
	identity := func(name string) (*cmstest.Identity, error) {
		path := d.path("trust", f.name+"-"+name)
		store, err := openStore(ctx, path+".p12", path+".password")
		if err != nil {
			return nil, err
		}
		for _, raw := range store.Certificates {
			if c, err := pki.ParseCertificate(raw); err == nil {
				if key := keyOf(store, c); key != nil {
					return &cmstest.Identity{Key: key.Signer, Certificate: c}, nil
				}
			}
		}
		return nil, fmt.Errorf("open authority: no certificate of its key in %s", filepath.Base(path+".p12"))
	}
	root, err := identity("root")
	if err != nil {
		return nil, err
	}
	ca, err := identity("ca")
	if err != nil {
		return nil, err
	}
	return cmstest.OpenAuthority(root, ca, time.Now())
}

// demoServices are what both authorities offer over HTTP.
type demoServices []*cmstest.Services

func (s demoServices) close() error {
	var errs []error
	for _, one := range s {
		errs = append(errs, one.Close())
	}
	return errors.Join(errs...)
}
