package cms_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/pki"
)

const synthetic = "testdata/synthetic"

// syntheticCase is a line of cases.json; testdata/README.md says where it comes from.
type syntheticCase struct {
	ID            string    `json:"id"`
	File          string    `json:"file"`
	Content       *string   `json:"content"`
	Level         string    `json:"level"`
	Trust         []string  `json:"trust"`
	Intermediates []string  `json:"intermediates"`
	CRLs          []string  `json:"crls"`
	OCSPs         []string  `json:"ocsps"`
	Time          time.Time `json:"validation_time"`
	Expect        string    `json:"expect"`
	Signer        *struct {
		CN      string `json:"cn"`
		DRFO    string `json:"drfo"`
		UNZR    string `json:"unzr"`
		EDRPOU  string `json:"edrpou"`
		IsStamp bool   `json:"is_stamp"`
	} `json:"signer"`
}

func loadCases(t testing.TB) []syntheticCase {
	t.Helper()
	var file struct {
		Cases []syntheticCase `json:"cases"`
	}
	if err := json.Unmarshal(readFile(t, synthetic, "cases.json"), &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Cases) == 0 {
		t.Fatal("cases.json has no cases")
	}
	return file.Cases
}

func readFile(t testing.TB, parts ...string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(parts...))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func certificates(t testing.TB, dir string, names []string) []*pki.Certificate {
	t.Helper()
	var out []*pki.Certificate
	for _, n := range names {
		c, err := pki.ParseCertificate(readFile(t, dir, n))
		if err != nil {
			t.Fatalf("%s: %v", n, err)
		}
		out = append(out, c)
	}
	return out
}

// options leaves out a statement that cannot be parsed, as a program would.
func (c syntheticCase) options(t testing.TB) cms.VerifyOptions {
	t.Helper()
	opts := cms.VerifyOptions{
		Anchors:       certificates(t, synthetic, c.Trust),
		Intermediates: certificates(t, synthetic, c.Intermediates),
		Time:          c.Time,
	}
	if c.Content != nil {
		opts.Content = readFile(t, synthetic, *c.Content)
	}
	for _, n := range c.CRLs {
		l, err := pki.ParseCRL(readFile(t, synthetic, n))
		if err != nil {
			t.Fatalf("%s: %v", n, err)
		}
		opts.CRLs = append(opts.CRLs, l)
	}
	for _, n := range c.OCSPs {
		if r, err := pki.ParseOCSPResponse(readFile(t, synthetic, n)); err == nil {
			opts.OCSPs = append(opts.OCSPs, r)
		}
	}
	return opts
}

// reasons are the stable codes of every case which is not valid.
var reasons = map[string]cms.Reason{
	"n01-content-modified":              "message_digest_mismatch",
	"n02-signature-bit-flip":            "signature_invalid",
	"n03-no-message-digest":             "attribute_missing",
	"n04-no-content-type":               "attribute_missing",
	"n06-duplicate-md-good-first":       "attribute_repeated",
	"n09-ess-cert-of-other-cert":        "signing_certificate_mismatch",
	"n10-no-ess-cert":                   "signing_certificate_missing",
	"n13-r0-s0":                         "signature_invalid",
	"n14-r-equals-n":                    "signature_invalid",
	"n17-swapped-halves":                "signature_invalid",
	"n18-big-endian":                    "signature_invalid",
	"n19-odd-length":                    "signature_invalid",
	"n20-empty":                         "signature_invalid",
	"n21-extended-zero-padding":         "signature_invalid",
	"n22-der-ecdsa-form":                "signature_invalid",
	"n25-no-signed-attrs":               "no_signed_attributes",
	"n30-content-ts-imprint":            "time_stamp_imprint",
	"n31-signature-ts-imprint":          "time_stamp_imprint",
	"n34-ts-in-future":                  "time_stamp_in_future",
	"n36-content-ts-after-signature-ts": "time_stamps_out_of_order",
	"n37-signing-time-in-future":        "signing_time_in_future",
	"n40-expired-no-ts":                 "expired",
	"n41-not-yet-valid":                 "not_yet_valid",
	"n42-revoked-before":                "revoked",
	"n44-on-hold":                       "on_hold",
	"n45-stale-crl":                     "status_stale",
	"n48-no-status-source":              "status_no_source",
	"n50-ocsp-revoked":                  "revoked",
	"n51-ocsp-unknown":                  "status_unknown",
	"n52-ocsp-other-serial":             "status_other",
	"n53-ocsp-responder-no-eku":         "status_source_untrusted",
	"n55-ocsp-stale":                    "status_stale",
	"n56-ocsp-bad-signature":            "status_no_source",
	"n61-unknown-critical-extension":    "critical_extension",
	"n62-issued-by-end-entity":          "issuer_not_ca",
	"n64-ca-without-keycertsign":        "issuer_key_usage",
	"n66-ca-expired":                    "issuer_expired",
	"n68-two-drfo-values":               "identity_conflict",
	"n72-nonstandard-base-point":        "key_rejected",
	"n74-public-key-excess-bits":        "key_rejected",
	"n75-public-key-not-on-curve":       "key_rejected",
	"n77-weak-curve-163":                "key_weak",
	"n79-non-default-dke":               "key_rejected",
	"n80-short-dke":                     "key_rejected",
	"n82-no-signers":                    "no_signers",
	"n83-trailing-bytes":                "trailing_data",
	"n84-truncated":                     "malformed",
	"n85-no-cert":                       "signer_certificate_missing",
	"n86-unused-unsigned-cert-swap":     "signer_certificate_missing",
	"n88-length-overflow":               "malformed",
	"n89-length-of-length-127":          "malformed",
	"n93-not-cms":                       "malformed",
	"n94-empty":                         "malformed",
	"n95-enveloped-instead":             "not_signed_data",
}

func TestSyntheticCases(t *testing.T) {
	t.Parallel()
	for _, c := range loadCases(t) {
		t.Run(c.ID, func(t *testing.T) {
			t.Parallel()
			r, err := cms.Verify(readFile(t, synthetic, c.File), c.options(t))
			if err != nil {
				t.Fatal(err)
			}
			if string(r.Verdict) != c.Expect || r.Reason != reasons[c.ID] {
				t.Errorf("%v, want %s: %s\n%+v", r.Outcome, c.Expect, reasons[c.ID], r.Checks)
				for _, s := range r.Signers {
					t.Logf("%+v", s.Checks)
				}
			}
			if c.Expect == "valid" {
				checkSigner(t, c, r)
			}
		})
	}
}

func checkSigner(t *testing.T, c syntheticCase, r *cms.Result) {
	t.Helper()
	want := map[string]cms.Level{"BES": cms.LevelBES, "T": cms.LevelT}[c.Level]
	for _, s := range r.Signers {
		if s.Level != want {
			t.Errorf("level %s, want %s", s.Level, want)
		}
	}
	if c.Signer == nil {
		return
	}
	s := r.Signers[0]
	id := s.Identity
	if id.CommonName.Reveal() != c.Signer.CN || id.DRFO.Reveal() != c.Signer.DRFO || id.UNZR.Reveal() != c.Signer.UNZR ||
		id.EDRPOU.Reveal() != c.Signer.EDRPOU || s.IsStamp != c.Signer.IsStamp {
		t.Errorf("signer: CN %q DRFO %q UNZR %q EDRPOU %q stamp %v", id.CommonName.Reveal(), id.DRFO.Reveal(),
			id.UNZR.Reveal(), id.EDRPOU.Reveal(), s.IsStamp)
	}
}
