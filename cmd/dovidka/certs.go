package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/dovidka/dovidka/pki"
)

// certsCommand looks at what authorities publish.
type certsCommand struct {
	Show certsShowCommand `cmd:"" help:"Tell what stands in certificates, bundles of them, revocation lists and OCSP responses."`
}

type certsShowCommand struct {
	Files []string `arg:"" type:"existingfile" help:"Certificates (also bundles, p7b, and signed containers), revocation lists, OCSP responses: plain, in PEM or in base64, told apart by content."`
	At    string   `help:"Time for which problems are told, RFC 3339 (default: now)."`
	JSON  bool     `name:"json" help:"Print it as JSON."`
}

// shownFile is what was found in one file.
type shownFile struct {
	File         string            `json:"file"`
	Format       string            `json:"format"` // certificate, bundle, signed container, revocation list, OCSP response
	Certificates []certificateJSON `json:"certificates"`
	CRLs         []crlJSON         `json:"revocation_lists"`
	OCSPs        []ocspJSON        `json:"ocsp_responses"`

	raw []*pki.Certificate
}

// Run shows every file, and fails if one of them is nothing of the kind.
func (c *certsShowCommand) Run(ctx context.Context, s *streams) error {
	at, err := timeOrNow(c.At)
	if err != nil {
		return &exitError{exitUsage, err}
	}
	var files []shownFile
	var failed []error
	for _, path := range c.Files {
		data, err := readInput(ctx, path, maxEvidence)
		if err != nil {
			return &exitError{exitUsage, err}
		}
		found, err := recognise(data)
		if err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", path, err))
			continue
		}
		files = append(files, describeFile(path, found, at))
	}
	if c.JSON {
		err = printJSON(s.out, struct {
			Files []shownFile `json:"files"`
		}{append([]shownFile{}, files...)})
	} else {
		err = showFiles(s.out, files)
	}
	return errors.Join(append(failed, err)...)
}

// timeOrNow reads a flag --at.
func timeOrNow(at string) (time.Time, error) {
	if at == "" {
		return time.Now(), nil
	}
	t, err := time.Parse(time.RFC3339, at)
	if err != nil {
		return t, errors.New("--at: a time such as 2026-03-01T12:00:00Z is expected")
	}
	return t, nil
}

func printJSON(w io.Writer, value any) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(value)
}

func describeFile(path string, found *statements, at time.Time) shownFile {
	out := shownFile{File: path, Format: found.format, Certificates: []certificateJSON{}, CRLs: []crlJSON{}, OCSPs: []ocspJSON{}, raw: found.certificates}
	for _, c := range found.certificates {
		out.Certificates = append(out.Certificates, describeCertificate(c, at))
	}
	for _, l := range found.crls {
		out.CRLs = append(out.CRLs, describeCRL(l, at))
	}
	for _, r := range found.ocsps {
		out.OCSPs = append(out.OCSPs, describeOCSP(r, at))
	}
	return out
}

// tableFrom is from how many certificates on a file is shown as a table.
const tableFrom = 4

func showFiles(w io.Writer, files []shownFile) error {
	p := &page{w: w}
	for i, f := range files {
		if i > 0 {
			p.line("")
		}
		p.line("%s: %s", f.File, f.Format)
		if len(f.Certificates) >= tableFrom {
			p.table(f)
		} else {
			for i, c := range f.Certificates {
				p.certificate(c, f.raw[i])
			}
		}
		for _, l := range f.CRLs {
			p.crl(l)
		}
		for _, r := range f.OCSPs {
			p.ocsp(r)
		}
	}
	return p.err
}

func (p *page) table(f shownFile) {
	var text strings.Builder
	t := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "kind\tsubject\tkey\tvalid\tproblems")
	for i, c := range f.Certificates {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s – %s\t%s\n", c.kindText(), printable(shortName(f.raw[i].Subject)), keyText(c.Key),
			c.NotBefore.Format(time.DateOnly), c.NotAfter.Format(time.DateOnly), strings.Join(c.Problems, " "))
	}
	_ = t.Flush() // a strings.Builder takes everything
	for _, line := range strings.Split(strings.TrimSuffix(text.String(), "\n"), "\n") {
		p.line("  %s", strings.TrimRight(line, " "))
	}
	p.line("  %d certificates", len(f.Certificates))
}

// shortName is what people call the holder.
func shortName(n pki.Name) string {
	for _, oid := range []string{pki.OIDCommonName, pki.OIDOrganization, pki.OIDSurname} {
		if name := n.First(oid); name != "" {
			return name
		}
	}
	return "—"
}

func keyText(k *keyJSON) string {
	switch {
	case k == nil:
		return "refused"
	case k.Curve == nil:
		return fmt.Sprintf("%s %d", k.Algorithm, k.Bits)
	}
	return k.Algorithm + " " + *k.Curve
}

func (p *page) certificate(c certificateJSON, raw *pki.Certificate) {
	p.line("")
	p.field("Certificate", c.kindText())
	p.field("subject", c.Subject)
	p.field("issuer", c.Issuer)
	p.field("serial", c.Serial)
	p.field("valid", c.NotBefore.Format(time.RFC3339)+" – "+c.NotAfter.Format(time.RFC3339))
	key := keyText(c.Key)
	if c.Key != nil && c.Key.DKE != nil {
		key += ", DKE " + *c.Key.DKE
	}
	if err := raw.KeyError(); err != nil {
		key = "refused: " + err.Error()
	}
	p.field("key", key)
	p.field("signed with", c.Signature)
	p.field("usage", strings.Join(c.KeyUsage, ", "))
	p.field("extended", strings.Join(c.ExtUsage, ", "))
	if c.IsCA {
		authority := "any depth below it"
		if c.PathLen != nil {
			authority = fmt.Sprintf("%d authorities below it", *c.PathLen)
		}
		p.field("authority", authority)
	}
	p.field("policies", strings.Join(c.Policies, ", "))
	p.field("statements", strings.Join(c.Statements, "; "))
	for _, f := range []struct {
		name  string
		value *string
	}{{"РНОКПП", c.DRFO}, {"УНЗР", c.UNZR}, {"ЄДРПОУ", c.EDRPOU}, {"key id", c.KeyID}, {"GOST key id", c.GOSTKeyID}, {"issuer's key", c.IssuerKey}} {
		if f.value != nil {
			p.field(f.name, *f.value)
		}
	}
	for _, f := range []struct {
		name string
		urls []string
	}{{"CRL", c.CRL}, {"delta CRL", c.DeltaCRL}, {"OCSP", c.OCSP}, {"issuer at", c.CAIssuers}, {"time stamps", c.TSP}} {
		p.field(f.name, strings.Join(f.urls, " "))
	}
	p.field("SHA-256", c.SHA256)
	p.field("problems", strings.Join(c.Problems, ", "))
}

// field writes a line of a description; what is not stated has none.
func (p *page) field(name, value string) {
	if value != "" {
		p.line("  %-13s %s", name, value)
	}
}

func (p *page) crl(l crlJSON) {
	p.line("")
	kind := "full"
	if l.BaseNumber != nil {
		kind = "delta to " + *l.BaseNumber
	}
	p.field("List", kind)
	p.field("issuer", l.Issuer)
	if l.Number != nil {
		p.field("number", *l.Number)
	}
	p.field("made", l.ThisUpdate.Format(time.RFC3339))
	if l.NextUpdate != nil {
		p.field("next", l.NextUpdate.Format(time.RFC3339))
	}
	p.field("revoked", fmt.Sprintf("%d certificates", l.Revoked))
	p.field("signed with", l.Signature)
	if l.IssuerKey != nil {
		p.field("issuer's key", *l.IssuerKey)
	}
	p.field("problems", strings.Join(l.Problems, ", "))
}

func (p *page) ocsp(r ocspJSON) {
	p.line("")
	responder := ""
	switch {
	case r.Responder != nil:
		responder = *r.Responder
	case r.ResponderKey != nil:
		responder = "key " + *r.ResponderKey
	}
	p.field("Answer of", responder)
	p.field("made", r.ProducedAt.Format(time.RFC3339))
	p.field("signed with", r.Signature)
	if r.Nonce != nil {
		p.field("nonce", *r.Nonce)
	}
	for _, one := range r.Responses {
		status := one.Status
		if one.RevokedAt != nil {
			status += " at " + one.RevokedAt.Format(time.RFC3339)
		}
		if one.Reason != nil {
			status += " (" + *one.Reason + ")"
		}
		p.field("serial", one.Serial)
		p.field("status", status)
		p.field("as of", one.ThisUpdate.Format(time.RFC3339))
		p.field("problems", strings.Join(one.Problems, ", "))
	}
	for _, c := range r.Certificates {
		p.field("carries", c.Kind+" "+c.Subject+", SHA-256 "+c.SHA256)
	}
}
