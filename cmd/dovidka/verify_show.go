package main

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/pki"
)

// verificationJSON is the result for programs. Fields a certificate does not
// state are left out.
type verificationJSON struct {
	Verdict   cms.Verdict  `json:"verdict"`
	Reason    cms.Reason   `json:"reason,omitempty"`
	Format    string       `json:"format"` // cms, asic
	Level     cms.Level    `json:"level,omitempty"`
	Documents []string     `json:"documents,omitempty"` // names, of ASiC
	Checks    []checkJSON  `json:"checks"`
	Signers   []signerJSON `json:"signers"`
}

type signerJSON struct {
	Verdict     cms.Verdict `json:"verdict"`
	Reason      cms.Reason  `json:"reason,omitempty"`
	CommonName  string      `json:"common_name,omitempty"`
	Surname     string      `json:"surname,omitempty"`
	GivenName   string      `json:"given_name,omitempty"`
	DRFO        string      `json:"drfo,omitempty"`
	UNZR        string      `json:"unzr,omitempty"`
	EDRPOU      string      `json:"edrpou,omitempty"`
	IsStamp     bool        `json:"is_stamp"`
	Level       cms.Level   `json:"level,omitempty"`
	SigningTime *time.Time  `json:"signing_time,omitempty"`
	TrustedTime *time.Time  `json:"trusted_time,omitempty"`
	Checks      []checkJSON `json:"checks"`
}

type checkJSON struct {
	Name   string          `json:"name"`
	Status cms.CheckStatus `json:"status"`
	Reason cms.Reason      `json:"reason,omitempty"`
}

// printVerification lists signers from the outermost container inwards.
func printVerification(w io.Writer, v *verification) error {
	out := verificationJSON{
		Verdict: v.Verdict, Reason: v.Reason, Format: v.format, Documents: v.documents,
		Signers: []signerJSON{}, Checks: checksJSON(v.checks),
	}
	for _, layer := range v.layers {
		for _, s := range layer.Signers {
			if out.Level == "" {
				out.Level = s.Level
			}
			out.Signers = append(out.Signers, signerJSON{
				Verdict: s.AtTime.Verdict, Reason: s.AtTime.Reason,
				CommonName: s.Identity.CommonName.Reveal(), Surname: s.Identity.Surname.Reveal(), GivenName: s.Identity.GivenName.Reveal(),
				DRFO: s.Identity.DRFO.Reveal(), UNZR: s.Identity.UNZR.Reveal(), EDRPOU: s.Identity.EDRPOU.Reveal(),
				IsStamp: s.IsStamp, Level: s.Level, SigningTime: given(s.SigningTime), TrustedTime: given(s.TrustedTime), Checks: checksJSON(s.Checks),
			})
		}
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(out)
}

func checksJSON(list []cms.Check) []checkJSON {
	out := make([]checkJSON, 0, len(list))
	for _, c := range list {
		out = append(out, checkJSON(c))
	}
	return out
}

func given(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
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
