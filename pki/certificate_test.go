package pki_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dovidka/dovidka/dstu/dstu4145"
	"github.com/dovidka/dovidka/pki"
)

func read(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func certificate(t testing.TB, name string) *pki.Certificate {
	t.Helper()
	c, err := pki.ParseCertificate(read(t, name))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return c
}

// files lists test data and fails when there is none.
func files(t testing.TB, pattern string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join("testdata", pattern))
	if err != nil || len(names) == 0 {
		t.Fatalf("no files match %s: %v", pattern, err)
	}
	for i := range names {
		names[i] = strings.TrimPrefix(names[i], "testdata"+string(filepath.Separator))
	}
	return names
}

func date(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return t
}

const (
	diiaRoot = "real/diia/CAO-05E19E2CD92EA2990100000001000000C1000000.cer"
	diiaCA   = "real/diia/diia-CA-05E19E2CD92EA2990100000001000000E1000000.cer"
	diiaSeal = "real/diia/diia-test-sign-7775603.cer"
	diiaKEP  = "real/diia/diia-test-kep-7775604.cer"
	diiaTSA  = "real/diia/diia-2023-tsp-05E19E2CD92EA29902000000010000004A010000.cer"
	diiaOCSP = "real/diia/diia-ocsp-3ED5083160DBC59B0200000001000000202B0F00.cer"
)

func TestRealCertificatesKeepTheirBytes(t *testing.T) {
	t.Parallel()
	for _, pattern := range []string{"real/*/*.cer", "synthetic/pki/*.cer"} {
		for _, name := range files(t, pattern) {
			raw := read(t, name)
			c := certificate(t, name)
			if err := c.KeyError(); err != nil {
				t.Errorf("%s: key: %v", name, err)
				continue
			}
			if !bytes.Equal(c.Raw, raw) || !bytes.Contains(raw, c.RawTBS) {
				t.Errorf("%s: bytes changed", name)
			}
			again, err := c.PublicKey.Marshal()
			if err != nil {
				t.Errorf("%s: marshal key: %v", name, err)
				continue
			}
			info, err := pki.ParsePublicKeyInfo(again)
			if err != nil || !info.SBox.Equal(c.PublicKey.SBox) || !info.Key.(*dstu4145.PublicKey).Equal(c.PublicKey.Key) {
				t.Errorf("%s: key does not survive writing: %v", name, err)
			}
		}
	}
}

func TestExplicitParametersAreWrittenAsAuthoritiesDo(t *testing.T) {
	t.Parallel()
	for _, name := range []string{diiaRoot, diiaCA, diiaSeal, diiaKEP} {
		c := certificate(t, name)
		got, err := pki.MarshalPublicKeyInfo(c.PublicKey.Key)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.RawKey, got); diff != "" {
			t.Errorf("%s: public key info (-certificate +ours):\n%s", name, diff)
		}
	}
}

func TestRealChains(t *testing.T) {
	t.Parallel()
	root, ca := certificate(t, diiaRoot), certificate(t, diiaCA)
	opts := pki.ChainOptions{
		Anchors:       []*pki.Certificate{root},
		Intermediates: []*pki.Certificate{certificate(t, diiaTSA), ca},
		Time:          date("2023-09-20"),
	}
	for _, name := range []string{diiaSeal, diiaKEP, diiaOCSP} {
		chain, err := pki.BuildChain(certificate(t, name), opts)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if len(chain) != 3 || !chain[1].Equal(ca) || !chain[2].Equal(root) {
			t.Errorf("%s: chain of %d certificates", name, len(chain))
		}
	}
	opts.Time = date("2025-01-01")
	var failure *pki.ChainError
	if _, err := pki.BuildChain(certificate(t, diiaSeal), opts); !errors.As(err, &failure) || failure.Reason != pki.ReasonExpired {
		t.Errorf("expired certificate: %v", err)
	}
}

func TestCertificateFields(t *testing.T) {
	t.Parallel()
	c := certificate(t, diiaSeal)
	want := map[string]any{
		"seal":      true,
		"key usage": pki.KeyUsageDigitalSignature | pki.KeyUsageNonRepudiation,
		"ca":        false,
		"ocsp":      1,
		"crl":       1,
		"delta":     1,
		"tsp":       1,
		"critical":  0,
		"policies":  []string{pki.OIDPolicyDSTU},
	}
	got := map[string]any{
		"seal":      c.IsSeal(),
		"key usage": c.KeyUsage,
		"ca":        c.IsCA,
		"ocsp":      len(c.OCSPURLs),
		"crl":       len(c.CRLURLs),
		"delta":     len(c.DeltaCRLURLs),
		"tsp":       len(c.TSPURLs),
		"critical":  len(c.UnknownCritical),
		"policies":  c.Policies,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
	id, err := c.Identity()
	if err != nil {
		t.Fatal(err)
	}
	if !id.IsSeal || id.IsPerson() || id.EDRPOU.Reveal() != "43395033" {
		t.Errorf("identity of the seal: seal %v, EDRPOU %q", id.IsSeal, id.EDRPOU.Reveal())
	}
}

func TestPersonIdentity(t *testing.T) {
	t.Parallel()
	id, err := certificate(t, "synthetic/pki/user.cer").Identity()
	if err != nil {
		t.Fatal(err)
	}
	got := []string{id.DRFO.Reveal(), id.UNZR.Reveal(), id.EDRPOU.Reveal(), id.Surname.Reveal(), id.GivenName.Reveal(), id.CommonName.Reveal()}
	want := []string{"3000000014", "19820219-00019", "", "ТЕСТЕНКО", "ТЕСТ ТЕСТОВИЧ", "ТЕСТЕНКО ТЕСТ ТЕСТОВИЧ"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("identity (-want +got):\n%s", diff)
	}
	if !id.IsPerson() {
		t.Error("not a person")
	}
}

func TestNothingPersonalPrints(t *testing.T) {
	t.Parallel()
	c := certificate(t, "synthetic/pki/user.cer")
	id, err := c.Identity()
	if err != nil {
		t.Fatal(err)
	}
	type unexported struct {
		id   pki.Identity
		name pki.Name
		c    *pki.Certificate
	}
	var log bytes.Buffer
	logger := slog.New(slog.NewJSONHandler(&log, nil))
	for _, v := range []any{id, &id, c, c.Subject, c.Issuer, id.DRFO, unexported{id, c.Subject, c}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			fmt.Fprintf(&log, verb, v)
		}
		logger.Info("x", "v", v)
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		log.Write(text)
	}
	for _, secret := range []string{"3000000014", "19820219", "ТЕСТЕНКО", fmt.Sprintf("%x", "ТЕСТЕНКО")} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("%q printed", secret)
		}
	}
}

// TestVerifiedSignaturesAreRemembered: what is remembered holds for the key that
// verified and for no other, whichever is asked first.
func TestVerifiedSignaturesAreRemembered(t *testing.T) {
	t.Parallel()
	ca, imitator := certificate(t, "synthetic/pki/ca.cer"), certificate(t, "synthetic/pki/attacker-ca-same-name.cer")
	for _, order := range [][]*pki.Certificate{{ca, imitator, ca}, {imitator, ca, imitator, ca}} {
		user, list := certificate(t, "synthetic/pki/user.cer"), crl(t, "synthetic/crl/empty.crl")
		for i, issuer := range order {
			// The list names its issuer's key, and so does the certificate; without
			// those names the signature alone decides.
			list.AuthorityKeyID = nil
			for what, err := range map[string]error{"certificate": user.CheckIssuedBy(issuer), "list": list.CheckIssuedBy(issuer)} {
				if (err == nil) != (issuer == ca) {
					t.Errorf("step %d, %s: %v", i, what, err)
				}
			}
		}
	}
}
