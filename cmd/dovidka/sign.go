package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/pki"
)

// signCommand signs as a person or an organisation.
type signCommand struct {
	signFlags
	Detached bool `help:"Leave the document out of the container."`
}

// Run signs.
func (c *signCommand) Run(ctx context.Context, s *streams) error {
	return c.run(ctx, s, false, c.Detached)
}

// sealCommand puts an organisation's electronic seal.
type sealCommand struct {
	signFlags
	Attached bool `help:"Put the document into the container, instead of leaving it out."`
}

// Run seals.
func (c *sealCommand) Run(ctx context.Context, s *streams) error {
	return c.run(ctx, s, true, !c.Attached)
}

// signFlags are what signing and sealing have in common.
type signFlags struct {
	File string `arg:"" type:"existingfile" help:"The document, of any kind; signing a container wraps it, which is how one signs after another."`
	keyFlags
	Digest string `enum:",gost34311,kupyna256,kupyna384,kupyna512,sha256,sha384,sha512" default:"" help:"Hash to sign: ${enum} (default: the usual one of the key, gost34311 or sha256)."`
	Out    string `help:"File to write (default: FILE with .p7s after it); - is the standard output."`
	Force  bool   `help:"Replace the file to write if it is there."`
}

// maxAttached leaves room for signatures in what verifiers take (20 MiB).
const maxAttached = 19 << 20

func (f *signFlags) run(ctx context.Context, s *streams, seal, detached bool) error {
	out := f.Out
	if out == "" {
		out = f.File + ".p7s"
		if f.File == "-" {
			out = "-"
		}
	}
	if err := checkOutput(out, f.Force); err != nil {
		return &exitError{exitUsage, err}
	}
	content, err := readInput(ctx, f.File, maxContent)
	if err != nil {
		return &exitError{exitUsage, err}
	}
	if len(content) == 0 {
		return &exitError{exitUsage, fmt.Errorf("%s is empty: programs in use disagree about the hash of nothing, so it is not signed", f.File)}
	}
	if !detached && len(content) > maxAttached {
		return &exitError{exitUsage, fmt.Errorf("%s is larger than %d MiB, and verifiers take no such container: sign it detached", f.File, maxAttached>>20)}
	}
	who, err := f.open(ctx, seal)
	if err != nil {
		return err
	}
	now := time.Now().UTC().Truncate(time.Second)
	who.warn(s, now)
	container, err := f.sign(content, who, detached, now)
	if err != nil {
		return err
	}
	if err := writeOutput(s.out, out, container, permissionsOf(f.File), f.Force); err != nil {
		return err
	}
	if out != "-" {
		p := &page{w: s.out}
		p.line("%s: %s", out, map[bool]string{false: "signed", true: "sealed"}[seal])
		return p.err
	}
	return nil
}

// warn tells of what makes the signature worthless to those who ask now.
func (h *holder) warn(s *streams, now time.Time) {
	if problems := problemsOf(h.certificate, now); len(problems) > 0 {
		fmt.Fprintf(s.err, "dovidka: verifiers will refuse this signature, for the certificate is: %s\n", strings.Join(problems, ", "))
	}
}

// sign makes the container and does not believe it before having read it back.
func (f *signFlags) sign(content []byte, who *holder, detached bool, now time.Time) ([]byte, error) {
	container, err := cms.Sign(content, cms.SignOptions{
		Signer: who.key, Certificate: who.certificate, Detached: detached, SigningTime: now, Digest: digestOID(f.Digest),
	})
	if err != nil {
		return nil, err
	}
	opts := cms.VerifyOptions{Time: now}
	if detached {
		opts.Content = content
	}
	if err := checkOwn(container, opts); err != nil {
		return nil, err
	}
	return container, nil
}

// checkOwn verifies what was made here as far as that goes without trusting anybody:
// the attributes, the certificate named in them, the digest and the signature.
func checkOwn(container []byte, opts cms.VerifyOptions) error {
	result, err := cms.Verify(container, opts)
	if err != nil {
		return err
	}
	for _, check := range result.Checks {
		if check.Status != cms.Passed {
			return fmt.Errorf("the signature made does not verify (%s: %s) and is thrown away", check.Name, check.Reason)
		}
	}
	if len(result.Signers) == 0 {
		return errors.New("the signature made cannot be found and is thrown away")
	}
	for _, signer := range result.Signers {
		for _, name := range []string{cms.CheckSignedAttributes, cms.CheckSigningCertificate, cms.CheckAlgorithms, cms.CheckMessageDigest, cms.CheckSignature} {
			if check, _ := signer.Find(name); check.Status != cms.Passed {
				return fmt.Errorf("the signature made does not verify (%s: %s) and is thrown away", name, check.Reason)
			}
		}
	}
	return nil
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
