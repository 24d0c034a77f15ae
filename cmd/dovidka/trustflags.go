package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"github.com/dovidka/dovidka/pki"
	"github.com/dovidka/dovidka/pki/trustlist"
)

// trustListFlags name lists of trusted services at the command line.
type trustListFlags struct {
	TrustList       []string `sep:"none" type:"existingfile" help:"Lists of trusted services (ETSI TS 119 612, XML), whose authorities are trusted at the times at which they were granted."`
	TrustListSigner []string `sep:"none" type:"existingfile" help:"Certificates of which one must have signed each list (DER, PEM)."`
}

// maxTrustList bounds a list, in bytes.
const maxTrustList = 20 << 20

// services reads the lists. One that does not verify is an error; one past its next
// update at the time of verification is not used, with a warning, as what happened since
// is not in it.
func (f trustListFlags) services(ctx context.Context, warnings io.Writer, at time.Time) (*pki.Services, error) {
	if len(f.TrustList) == 0 {
		return nil, nil
	}
	if len(f.TrustListSigner) == 0 {
		return nil, errors.New("--trust-list: name with --trust-list-signer whose signature counts")
	}
	// A list of today tells of the past too: it need only be issued by now.
	opts := trustlist.Options{Time: time.Now()}
	if at.After(opts.Time) {
		opts.Time = at
	}
	for _, path := range f.TrustListSigner {
		signers, err := readCertificateFile(ctx, path)
		if err != nil {
			return nil, fmt.Errorf("--trust-list-signer: %w", err)
		}
		opts.Signers = append(opts.Signers, signers...)
	}
	var services []pki.Service
	for _, path := range f.TrustList {
		raw, err := readInput(ctx, path, maxTrustList)
		if err != nil {
			return nil, fmt.Errorf("--trust-list: %w", err)
		}
		list, err := trustlist.Read(raw, opts)
		if err != nil {
			return nil, fmt.Errorf("--trust-list: %s: %w", filepath.Base(path), err)
		}
		for _, fault := range list.Faults() {
			fmt.Fprintf(warnings, "dovidka: --trust-list: %s: a service of %s is not trusted: %v\n", filepath.Base(path), fault.Provider, fault.Err)
		}
		if list.Stale(at) {
			fmt.Fprintf(warnings, "dovidka: --trust-list: %s is not used: another list had to follow it by %s\n",
				filepath.Base(path), list.Scheme.NextUpdate.Format(time.DateOnly))
			continue
		}
		services = append(services, list.Services()...)
	}
	return pki.NewServices(services...), nil
}
