package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"time"

	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/cms/asic"
	"github.com/dovidka/dovidka/cms/ehealth"
	"github.com/dovidka/dovidka/pki"
)

// Exit codes of verify.
const (
	exitInvalid       = 1
	exitIndeterminate = 2
)

type verifyCommand struct {
	File    string   `arg:"" type:"existingfile" help:"Signed container: CMS or ASiC, plain, in PEM or in base64, told apart by content; - is the standard input."`
	Content string   `type:"existingfile" help:"What a detached signature signs."`
	Trust   []string `sep:"none" type:"existingfile" help:"Root certificates to trust (DER, PEM). Without any, and without a trust list, nobody is trusted: what the certificate claims is shown, and the verdict is indeterminate at best."`
	trustListFlags
	Intermediate []string `sep:"none" type:"existingfile" help:"Certificates of authorities and their services, also bundles (p7b)."`
	CRL          []string `name:"crl" sep:"none" type:"existingfile" help:"Revocation lists (DER, PEM)."`
	OCSP         []string `name:"ocsp" sep:"none" type:"existingfile" help:"OCSP responses (DER, PEM)."`
	At           string   `help:"Time of verification, RFC 3339 (default: now)."`
	Offline      bool     `help:"Ask nobody over the network. Otherwise those named in certificates that chain to whom is trusted are asked whether they were revoked, for five seconds at most, when the files given do not tell."`
	NoRevocation bool     `help:"Do not ask whether certificates were revoked."`
	JSON         bool     `name:"json" xor:"form" help:"Print the result as JSON."`
	EHealth      bool     `name:"ehealth" xor:"form" help:"Print the result as JSON in the names and messages of eHealth's signature service, with the document, which must be JSON. It takes one signature an envelope."`
}

// Run verifies. Exit code 0 means valid, 1 invalid, 2 indeterminate, 3 usage.
func (c *verifyCommand) Run(ctx context.Context, s *streams) error {
	v, err := c.verify(ctx, s.err)
	if err != nil {
		return &exitError{exitUsage, err}
	}
	switch {
	case c.EHealth:
		err = printAnswer(s.out, v)
	case c.JSON:
		err = printVerification(s.out, v)
	default:
		err = showVerification(s.out, v)
	}
	if err != nil {
		return err
	}
	switch v.Verdict {
	case cms.Valid:
		return nil
	case cms.Indeterminate:
		return &exitError{exitIndeterminate, &quietError{}}
	default:
		return &exitError{exitInvalid, &quietError{}}
	}
}

// verification is the result for a container of either format.
type verification struct {
	cms.Outcome
	format    string
	at        time.Time
	checks    []cms.Check
	documents []string // names of an ASiC container's
	layers    []*cms.Result
	now       *cms.Outcome                    // whether it may authorise something now; nil of ASiC
	answer    func() (*ehealth.Answer, error) // the result in eHealth's words
}

// verify judges the file; it warns of statements it could not use.
func (c *verifyCommand) verify(ctx context.Context, warnings io.Writer) (_ *verification, err error) {
	opts, err := c.options(ctx, warnings)
	if err != nil {
		return nil, err
	}
	// Of what is too large the beginning is enough to say so.
	container, err := readPrefix(ctx, c.File, maxContainer)
	if err != nil {
		return nil, err
	}
	container = unarmour(container)
	isASiC := asic.IsContainer(container)
	if c.Content != "" {
		if isASiC {
			return nil, errors.New("--content: an ASiC container has its documents inside")
		}
		if opts.Content, err = readInput(ctx, c.Content, maxContent); err != nil {
			return nil, fmt.Errorf("--content: %w", err)
		}
	}
	if !c.Offline {
		client, failed := newAsker()
		if failed != nil {
			return nil, failed
		}
		defer func() { err = errors.Join(err, client.Close()) }()
		opts.Statuses = client
	}
	ctx, cancel := context.WithTimeout(ctx, askBudget)
	defer cancel()
	if isASiC {
		return verifyASiC(ctx, container, opts)
	}
	result, err := cms.VerifyContext(ctx, container, opts)
	if err != nil {
		return nil, err
	}
	now := result.MayAuthorise()
	return &verification{
		Outcome: result.Outcome, format: "cms", at: opts.Time, checks: result.Checks, layers: result.Layers(), now: &now,
		answer: func() (*ehealth.Answer, error) { return ehealth.FromCMS(result) },
	}, nil
}

func verifyASiC(ctx context.Context, container []byte, opts cms.VerifyOptions) (*verification, error) {
	result, err := asic.VerifyContext(ctx, container, opts, asic.Limits{})
	if err != nil {
		return nil, err
	}
	v := &verification{
		Outcome: result.Outcome, format: "asic", at: opts.Time, checks: result.Checks,
		answer: func() (*ehealth.Answer, error) { return ehealth.FromASiC(result) },
	}
	for _, d := range result.Documents {
		v.documents = append(v.documents, d.Name)
	}
	for _, s := range result.Signatures {
		v.checks = append(v.checks, s.Result.Checks...)
		v.layers = append(v.layers, s.Result.Layers()...)
	}
	return v, nil
}

// options reads what to verify with. A root or trust list that cannot be read is an
// error: the caller chose it. Everything else is evidence from anywhere, and what of it cannot be
// read decides nothing.
func (c *verifyCommand) options(ctx context.Context, warnings io.Writer) (cms.VerifyOptions, error) {
	at, err := timeOrNow(c.At)
	if err != nil {
		return cms.VerifyOptions{}, err
	}
	opts := cms.VerifyOptions{Time: at}
	for _, path := range c.Trust {
		roots, err := readCertificateFile(ctx, path)
		if err != nil {
			return opts, fmt.Errorf("--trust: %w", err)
		}
		opts.Anchors = append(opts.Anchors, roots...)
	}
	if opts.Services, err = c.services(ctx, warnings, at); err != nil {
		return opts, err
	}
	lists, err := readEvidence(ctx, warnings, "--intermediate", c.Intermediate, parseCertificates)
	if err != nil {
		return opts, err
	}
	opts.Intermediates = slices.Concat(lists...)
	parseCRL := func(data []byte) (*pki.CRL, error) { return pki.ParseCRL(unarmour(data)) }
	if opts.CRLs, err = readEvidence(ctx, warnings, "--crl", c.CRL, parseCRL); err != nil {
		return opts, err
	}
	parseOCSP := func(data []byte) (*pki.OCSPResponse, error) { return pki.ParseOCSPResponse(unarmour(data)) }
	if opts.OCSPs, err = readEvidence(ctx, warnings, "--ocsp", c.OCSP, parseOCSP); err != nil {
		return opts, err
	}
	if c.NoRevocation {
		opts.Revocation = cms.RevocationNotChecked
	}
	return opts, nil
}

// readEvidence parses files and leaves out, with a warning, those it cannot parse.
func readEvidence[T any](ctx context.Context, warnings io.Writer, flag string, paths []string, parse func([]byte) (T, error)) ([]T, error) {
	var out []T
	for _, path := range paths {
		data, err := readInput(ctx, path, maxEvidence)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", flag, err)
		}
		one, err := parse(data)
		if err != nil {
			fmt.Fprintf(warnings, "dovidka: %s: %s is not used: %v\n", flag, filepath.Base(path), err)
			continue
		}
		out = append(out, one)
	}
	return out, nil
}
