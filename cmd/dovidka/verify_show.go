package main

import (
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/cms/ehealth"
	"github.com/dovidka/dovidka/pki"
)

// verificationJSON is the result for programs. Every field is always there; what a
// certificate does not state, or nobody vouches for, is null.
type verificationJSON struct {
	Verdict   cms.Verdict  `json:"verdict"`
	Reason    *cms.Reason  `json:"reason"`              // null when valid
	Authorise *outcomeJSON `json:"may_authorise"`       // something now; null of ASiC
	Format    string       `json:"format"`              // cms, asic
	Level     *cms.Level   `json:"level"`               // of the outermost signature
	Documents []string     `json:"documents,omitempty"` // names, of ASiC
	Checks    []checkJSON  `json:"checks"`
	Signers   []signerJSON `json:"signers"`
}

type outcomeJSON struct {
	Verdict cms.Verdict `json:"verdict"`
	Reason  *cms.Reason `json:"reason"`
}

type signerJSON struct {
	Verdict     cms.Verdict `json:"verdict"`
	Reason      *cms.Reason `json:"reason"`
	CommonName  *string     `json:"common_name"`
	Surname     *string     `json:"surname"`
	GivenName   *string     `json:"given_name"`
	DRFO        *string     `json:"drfo"`
	UNZR        *string     `json:"unzr"`
	EDRPOU      *string     `json:"edrpou"`
	IsStamp     bool        `json:"is_stamp"`
	Level       *cms.Level  `json:"level"`
	SigningTime *time.Time  `json:"signing_time"`
	TrustedTime *time.Time  `json:"trusted_time"`
	Checks      []checkJSON `json:"checks"`
}

type checkJSON struct {
	Name   string          `json:"name"`
	Status cms.CheckStatus `json:"status"`
	Reason *cms.Reason     `json:"reason"`
}

// printVerification lists signers from the outermost container inwards.
func printVerification(w io.Writer, v *verification) error {
	out := verificationJSON{
		Verdict: v.Verdict, Reason: stated(v.Reason), Format: v.format, Documents: v.documents,
		Signers: []signerJSON{}, Checks: checksJSON(v.checks),
	}
	if v.now != nil {
		out.Authorise = &outcomeJSON{v.now.Verdict, stated(v.now.Reason)}
	}
	for _, layer := range v.layers {
		for _, s := range layer.Signers {
			if out.Level == nil {
				out.Level = stated(s.Level)
			}
			out.Signers = append(out.Signers, toSignerJSON(s))
		}
	}
	return printJSON(w, out)
}

func toSignerJSON(s cms.Signer) signerJSON {
	who := s.Identity
	return signerJSON{
		Verdict: s.AtTime.Verdict, Reason: stated(s.AtTime.Reason),
		CommonName: revealed(who.CommonName), Surname: revealed(who.Surname), GivenName: revealed(who.GivenName),
		DRFO: revealed(who.DRFO), UNZR: revealed(who.UNZR), EDRPOU: revealed(who.EDRPOU),
		IsStamp: s.IsStamp, Level: stated(s.Level), Checks: checksJSON(s.Checks),
		SigningTime: given(s.SigningTime), TrustedTime: given(s.TrustedTime),
	}
}

func checksJSON(list []cms.Check) []checkJSON {
	out := make([]checkJSON, 0, len(list))
	for _, c := range list {
		out = append(out, checkJSON{c.Name, c.Status, stated(c.Reason)})
	}
	return out
}

// stated is null for what is not stated.
func stated[T ~string](s T) *T {
	if s == "" {
		return nil
	}
	return &s
}

func revealed(p pki.Personal) *string { return stated(p.Reveal()) }

func given(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// printAnswer says the result in eHealth's words. What that system does not take, be
// it ever so valid, is refused.
func printAnswer(w io.Writer, v *verification) error {
	answer, err := v.answer()
	if err != nil {
		return &exitError{exitInvalid, err}
	}
	out, err := answer.RevealJSON()
	if err != nil {
		return err
	}
	if _, err := w.Write(out); err != nil {
		return err
	}
	invalid := func(s ehealth.Signature) bool { return !s.IsValid }
	if v.Verdict == cms.Valid && slices.ContainsFunc(answer.Signatures, invalid) {
		return &exitError{exitInvalid, &quietError{}}
	}
	return nil
}

var verdictWords = map[cms.Verdict]string{
	cms.Valid: "VALID", cms.Invalid: "INVALID", cms.Indeterminate: "INDETERMINATE: something needed is missing",
}

// showVerification prints the result for a person.
func showVerification(w io.Writer, v *verification) error {
	p := &page{w: w}
	p.line("%s%s", verdictWords[v.Verdict], because(v.Reason))
	p.line("Verified for %s", v.at.UTC().Format(time.RFC3339))
	for _, name := range v.documents {
		p.line("Document: %q", name)
	}
	for _, layer := range v.layers {
		for _, s := range layer.Signers {
			showSigner(p, s, v.at)
		}
	}
	return p.err
}

func showSigner(p *page, s cms.Signer, at time.Time) {
	who, claimed := identity(s)
	kind := "Signed by"
	if s.IsStamp || who.IsSeal {
		kind = "Sealed by"
	}
	p.line("")
	switch {
	case claimed:
		p.line("%s, as the certificate claims (nobody trusted vouches for it): %s", kind, who.CommonName.Reveal())
	case who.CommonName.Reveal() != "":
		p.line("%s: %s", kind, who.CommonName.Reveal())
	case s.Certificate == nil:
		p.line("%s: unknown (no certificate)", kind)
	default:
		p.line("%s: not shown, for the certificate is not judged good", kind)
	}
	for _, field := range []struct{ name, value string }{
		{"РНОКПП", who.DRFO.Reveal()}, {"УНЗР", who.UNZR.Reveal()}, {"ЄДРПОУ", who.EDRPOU.Reveal()},
	} {
		if field.value != "" {
			p.line("  %-13s %s", field.name, field.value)
		}
	}
	if !s.SigningTime.IsZero() {
		p.line("  %-13s %s (claimed by the signer)", "signed at", s.SigningTime.UTC().Format(time.RFC3339))
	}
	// Without a stamp the trusted time is the verification's own, which tells nothing.
	if !s.TrustedTime.IsZero() && !s.TrustedTime.Equal(at) {
		p.line("  %-13s %s", "existed by", s.TrustedTime.UTC().Format(time.RFC3339))
	}
	p.line("  %-13s CAdES %s, %s%s", "verdict", s.Level, s.AtTime.Verdict, because(s.AtTime.Reason))
	for _, c := range s.Checks {
		p.line("    %-7s %s%s", c.Status, c.Name, because(c.Reason))
	}
}

// identity returns who the signer is, or, marked as a claim, who the certificate
// says it is when the signature is its key's and only trust is missing.
func identity(s cms.Signer) (who pki.Identity, claimed bool) {
	signed, _ := s.Find(cms.CheckSignature)
	if s.Identity != (pki.Identity{}) || s.Certificate == nil || s.AtTime.Verdict != cms.Indeterminate || signed.Status != cms.Passed {
		return s.Identity, false
	}
	who, err := s.Certificate.Identity()
	if err != nil {
		return pki.Identity{}, false
	}
	return who, true
}

func because(r cms.Reason) string {
	if r == "" {
		return ""
	}
	return fmt.Sprintf(" (%s)", r)
}
