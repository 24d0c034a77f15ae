package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/cms/asic"
	"github.com/dovidka/dovidka/cms/online"
	"github.com/dovidka/dovidka/pki"
)

// signCommand signs as a person or an organisation.
type signCommand struct {
	signFlags
	Detached bool `xor:"form" help:"Leave the document out of the container."`
}

// Run signs. Exit code 0 means done, 1 that the password, the certificate or what is
// there is refused, 2 that it failed, 3 usage.
func (c *signCommand) Run(ctx context.Context, s *streams) error {
	return c.run(ctx, s, signing{detached: c.Detached, placed: c.Detached})
}

// sealCommand puts an organisation's electronic seal.
type sealCommand struct {
	signFlags
	Attached bool `xor:"form" help:"Put the document into the container, instead of leaving it out."`
}

// Run seals; the exit codes are those of sign.
func (c *sealCommand) Run(ctx context.Context, s *streams) error {
	return c.run(ctx, s, signing{seal: true, detached: !c.Attached, placed: c.Attached})
}

// signFlags are what signing and sealing have in common.
type signFlags struct {
	Files []string `arg:"" name:"file" type:"existingfile" help:"The document, of any kind; signing a container wraps it, which is how one signs after another. Several documents go into --asic e."`
	keyFlags
	ASiC    string `name:"asic" enum:",e,s" default:"" help:"Make an ASiC container: e with any number of documents, s with one."`
	Add     bool   `xor:"form" help:"Add a signature to the container that the file is (CMS or ASiC), beside those in it."`
	Content string `type:"existingfile" help:"With --add: what the detached signatures in the container sign."`
	TSA     string `name:"tsa" placeholder:"URL" help:"Time-stamping service to ask for a stamp of the signature, which makes it CAdES-T; certs show tells the address that a certificate names."`
	Digest  string `enum:",gost34311,kupyna256,kupyna384,kupyna512,sha256,sha384,sha512" default:"" help:"Hash to sign: ${enum} (default: the usual one of the key, gost34311 or sha256)."`
	Out     string `help:"File to write (default: FILE with .p7s, .asice or .asics after it, or with --add FILE itself); - is the standard output."`
	Force   bool   `help:"Replace the file to write if it is there."`
}

// signing is how a document is signed.
type signing struct {
	seal, detached bool
	placed         bool // where the document goes was said and is not the default
	options        cms.SignOptions
}

func (f *signFlags) run(ctx context.Context, s *streams, how signing) error {
	out := f.output()
	if err := errors.Join(f.check(how), checkOutput(out, f.Force)); err != nil {
		return &exitError{exitUsage, err}
	}
	documents, err := f.read(ctx, how)
	if err != nil {
		return &exitError{exitUsage, err}
	}
	who, err := f.open(ctx, how.seal)
	if err != nil {
		return err
	}
	now := time.Now().UTC().Truncate(time.Second)
	who.warn(s, now)
	how.options = cms.SignOptions{
		Signer: who.key, Certificate: who.certificate, Detached: how.detached, SigningTime: now, Digest: digestOID(f.Digest),
	}
	if f.TSA != "" {
		client, stamp, err := stamping(ctx, f.TSA)
		if err != nil {
			return err
		}
		defer client.Close()
		how.options.TimeStamp = stamp
	}
	container, err := f.make(ctx, documents, how)
	if err != nil {
		return err
	}
	if err := writeOutput(s.out, out, container, permissionsOf(f.Files[0]), f.Force); err != nil || out == "-" {
		return err
	}
	p := &page{w: s.out}
	p.line("%s: %s", out, map[bool]string{false: "signed", true: "sealed"}[how.seal])
	return p.err
}

// output is where the container goes.
func (f *signFlags) output() string {
	switch {
	case f.Out != "":
		return f.Out
	case f.Files[0] == "-":
		return "-"
	case f.Add:
		return f.Files[0]
	}
	return f.Files[0] + map[string]string{"": ".p7s", "e": ".asice", "s": ".asics"}[f.ASiC]
}

func (f *signFlags) check(how signing) error {
	switch {
	case f.ASiC != "" && (f.Add || how.placed):
		return errors.New("--asic makes a container with the documents inside and signatures beside them: leave --add, --detached and --attached out")
	case len(f.Files) > 1 && f.ASiC != "e":
		return errors.New("several documents go into one container with --asic e only; sign them one by one")
	case f.Content != "" && !f.Add:
		return errors.New("--content goes with --add")
	}
	if info, err := os.Stat(f.Files[0]); f.Out == "" && f.Files[0] != "-" && err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("%s is no file that the container could stand beside: name the file to write with --out", f.Files[0])
	}
	return nil
}

// maxAttached leaves room for signatures in what verifiers take (20 MiB).
const maxAttached = 19 << 20

// read reads what is to be signed.
func (f *signFlags) read(ctx context.Context, how signing) ([]asic.Document, error) {
	var out []asic.Document
	total := 0
	for _, path := range f.Files {
		content, err := readInput(ctx, path, maxContent)
		if err != nil {
			return nil, err
		}
		if len(content) == 0 {
			return nil, fmt.Errorf("%s is empty: programs in use disagree about the hash of nothing, so it is not signed", path)
		}
		total += len(content)
		out = append(out, asic.Document{Name: filepath.Base(path), Content: content})
	}
	if total > maxAttached && (!how.detached || f.ASiC != "" || f.Add) {
		return nil, fmt.Errorf("more than %d MiB: verifiers take no such container; sign it detached", maxAttached>>20)
	}
	return out, nil
}

// make makes the container and does not believe it before having read it back.
func (f *signFlags) make(ctx context.Context, documents []asic.Document, how signing) (container []byte, err error) {
	verify := cms.VerifyOptions{Time: how.options.SigningTime}
	switch {
	case f.Add:
		return f.add(ctx, documents[0].Content, how, verify)
	case f.ASiC != "":
		container, err = asic.Sign(map[string]asic.Form{"e": asic.Extended, "s": asic.Simple}[f.ASiC], documents, how.options)
	default:
		container, err = cms.Sign(documents[0].Content, how.options)
		if how.detached {
			verify.Content = documents[0].Content
		}
	}
	if err != nil {
		return nil, err
	}
	return container, checkMathematics("the signature made", container, verify)
}

// add adds a signature to a container whose signatures hold: beside a broken one it
// would be worth nothing.
func (f *signFlags) add(ctx context.Context, container []byte, how signing, verify cms.VerifyOptions) ([]byte, error) {
	var err error
	if f.Content != "" {
		if verify.Content, err = readInput(ctx, f.Content, maxContent); err != nil {
			return nil, &exitError{exitUsage, fmt.Errorf("--content: %w", err)}
		}
	}
	container = unarmour(container)
	if err := checkMathematics("what is there", container, verify); err != nil {
		return nil, &exitError{exitRefused, err}
	}
	if asic.IsContainer(container) {
		container, err = asic.AddSignature(container, how.options)
	} else {
		container, err = cms.AddSignature(container, verify.Content, how.options)
	}
	if err != nil {
		return nil, err
	}
	return container, checkMathematics("the signature made", container, verify)
}

// stamping asks one time-stamping service. Its address is the caller's choice and not a
// certificate's, so it may be an inner one.
func stamping(ctx context.Context, address string) (*online.Client, func(string, []byte) ([]byte, error), error) {
	client, err := online.New(online.Config{
		Networks: []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0")},
	})
	if err != nil {
		return nil, nil, err
	}
	stamper, err := client.Stamper(online.StamperConfig{URL: address})
	if err != nil {
		return nil, nil, &exitError{exitUsage, fmt.Errorf("--tsa: %w", errors.Join(err, client.Close()))}
	}
	return client, stamper.TimeStamp(ctx), nil
}

// checkMathematics verifies a container as far as that goes without trusting anybody:
// the attributes, the certificate named in them, the digest, the signature and whether
// a stamp is one of it.
func checkMathematics(what string, container []byte, opts cms.VerifyOptions) error {
	checks, signers, err := mathematicsOf(container, opts)
	if err != nil {
		return err
	}
	for _, signer := range signers {
		for _, name := range []string{cms.CheckSignedAttributes, cms.CheckSigningCertificate, cms.CheckAlgorithms, cms.CheckMessageDigest, cms.CheckSignature} {
			check, _ := signer.Find(name)
			checks = append(checks, cms.Check{Name: name, Status: check.Status, Reason: check.Reason})
		}
		if check, _ := signer.Find(cms.CheckSignatureTimeStamp); check.Status == cms.Failed {
			checks = append(checks, check)
		}
	}
	for _, check := range checks {
		switch {
		case check.Reason == cms.ReasonContentMissing:
			return fmt.Errorf("%s is detached: name the document with --content", what)
		case check.Status != cms.Passed:
			return fmt.Errorf("%s does not verify (%s: %s), and nothing is written", what, check.Name, check.Reason)
		}
	}
	if len(signers) == 0 {
		return fmt.Errorf("%s has no signature, and nothing is written", what)
	}
	return nil
}

// mathematicsOf verifies and returns the outermost signatures.
func mathematicsOf(container []byte, opts cms.VerifyOptions) ([]cms.Check, []cms.Signer, error) {
	if !asic.IsContainer(container) {
		result, err := cms.Verify(container, opts)
		if err != nil {
			return nil, nil, err
		}
		return result.Checks, result.Signers, nil
	}
	result, err := asic.Verify(container, opts, asic.Limits{})
	if err != nil {
		return nil, nil, err
	}
	checks := result.Checks
	var signers []cms.Signer
	for _, s := range result.Signatures {
		checks = append(checks, s.Result.Checks...)
		signers = append(signers, s.Result.Signers...)
	}
	return checks, signers, nil
}

// warn tells of what makes the signature worthless to those who ask now.
func (h *holder) warn(s *streams, now time.Time) {
	if problems := problemsOf(h.certificate, now); len(problems) > 0 {
		fmt.Fprintf(s.err, "dovidka: verifiers will refuse this signature, for the certificate is: %s\n", strings.Join(problems, ", "))
	}
}

// digestOID returns the identifier of a hash named on the command line.
func digestOID(name string) string {
	return map[string]string{
		"gost34311": pki.OIDGOST34311, "kupyna256": pki.OIDKupyna256, "kupyna384": pki.OIDKupyna384, "kupyna512": pki.OIDKupyna512,
		"sha256": pki.OIDSHA256, "sha384": pki.OIDSHA384, "sha512": pki.OIDSHA512,
	}[name]
}

// permissionsOf returns who may read and write a document, for what holds the document
// or speaks of it; of a pipe nobody else.
func permissionsOf(path string) fs.FileMode {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return 0o600
	}
	return info.Mode().Perm() & 0o666
}
