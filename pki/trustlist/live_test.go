package trustlist_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dovidka/dovidka/cms/cmstest"
	"github.com/dovidka/dovidka/pki"
	"github.com/dovidka/dovidka/pki/trustlist"
	"github.com/dovidka/dovidka/pki/trustlist/trustlisttest"
	"github.com/dovidka/dovidka/pki/xmldsig"
)

// live are the other programs, and a folder for a signer's files.
type live struct {
	tools, dir string
	signer     trustlisttest.Signer
}

func newLive(t *testing.T, key crypto.Signer) live {
	t.Helper()
	l := live{tools: os.Getenv("DOVIDKA_LIVE"), dir: t.TempDir()}
	info := must[pki.PublicKeyInfo](t)(pki.ParsePublicKeyInfo(must[[]byte](t)(pki.MarshalPublicKeyInfo(key.Public()))))
	tmpl := must[pki.Template](t)(pki.RootTemplate(pki.Organization{Name: "List signer"}, info, pki.Validity{
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(1, 0, 0),
	}))
	certificate := must[*pki.Certificate](t)(pki.CreateCertificate(tmpl, nil, key))
	l.signer = trustlisttest.Signer{Key: key, Certificate: certificate, Time: time.Now()}
	l.write(t, "key.key", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: must[[]byte](t)(x509.MarshalPKCS8PrivateKey(key))}))
	l.write(t, "key.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Raw}))
	return l
}

func (l live) path(name string) string { return filepath.Join(l.dir, name) }

func (l live) write(t *testing.T, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(l.path(name), data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func (l live) run(t *testing.T, name string, args ...string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Env = append(os.Environ(), "ISSUED="+time.Now().UTC().Format(time.RFC3339), "NEXT="+time.Now().AddDate(0, 3, 0).UTC().Format(time.RFC3339))
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func (l live) must(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := l.run(t, name, args...)
	if err != nil {
		t.Fatalf("%s: %v\n%s", filepath.Base(name), err, out)
	}
	return out
}

// check reads a list that lists ca as granted, and refuses it with a bit changed.
func (l live) check(t *testing.T, name string, ca *pki.Certificate) {
	t.Helper()
	raw := must[[]byte](t)(os.ReadFile(l.path(name)))
	opts := trustlist.Options{Signers: []*pki.Certificate{l.signer.Certificate}, Time: time.Now()}
	list, err := trustlist.Read(raw, opts)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if !pki.NewServices(list.Services()...).GrantedAt(ca, time.Now()) {
		t.Errorf("%s: not granted", name)
	}
	if _, err := trustlist.Read([]byte(strings.Replace(string(raw), "Invented", "invented", 1)), opts); err == nil {
		t.Errorf("%s: changed and read", name)
	}
}

// newKeys makes a key of each kind.
func newKeys(t *testing.T) map[string]crypto.Signer {
	t.Helper()
	return map[string]crypto.Signer{
		"RSA":   must[*rsa.PrivateKey](t)(rsa.GenerateKey(rand.Reader, 2048)),
		"P-256": must[*ecdsa.PrivateKey](t)(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)),
		"P-384": must[*ecdsa.PrivateKey](t)(ecdsa.GenerateKey(elliptic.P384(), rand.Reader)),
		"P-521": must[*ecdsa.PrivateKey](t)(ecdsa.GenerateKey(elliptic.P521(), rand.Reader)),
	}
}

var canonicalizations = []string{
	xmldsig.AlgorithmC14N, xmldsig.AlgorithmC14NComments, xmldsig.AlgorithmExclusive, xmldsig.AlgorithmExclusiveComment,
}

// TestLiveXMLSec lets xmlsec1 sign lists for us and verify ours, with random keys.
// conformance/trustlist/run.sh runs it.
func TestLiveXMLSec(t *testing.T) {
	t.Parallel()
	if os.Getenv("DOVIDKA_LIVE") == "" {
		t.Skip("DOVIDKA_LIVE is not set: run conformance/trustlist/run.sh")
	}
	ca := must[*cmstest.Authority](t)(cmstest.NewAuthority(cmstest.DSTU, time.Now())).CA.Certificate
	for round := range 5 {
		for kind, key := range newKeys(t) {
			t.Run(fmt.Sprintf("%s %d", kind, round), func(t *testing.T) {
				t.Parallel()
				l := newLive(t, key)
				encoded := base64.StdEncoding.EncodeToString(ca.Raw)
				document := l.must(t, filepath.Join(l.tools, "list.sh"), encoded, encoded)
				l.write(t, "unsigned.xml", []byte(document))
				for _, c14n := range canonicalizations {
					l.must(t, filepath.Join(l.tools, "xmlsec.sh"), "sign", l.path("key"), l.path("unsigned.xml"), l.path("theirs.xml"), c14n)
					l.check(t, "theirs.xml", ca)

					signer := l.signer
					signer.Canonicalization = c14n
					ours := must[[]byte](t)(signer.Sign([]byte(document)))
					l.write(t, "ours.xml", ours)
					l.check(t, "ours.xml", ca)
					l.must(t, filepath.Join(l.tools, "xmlsec.sh"), "verify", l.path("key.pem"), l.path("ours.xml"))
					l.write(t, "ours.xml", []byte(strings.Replace(string(ours), "Invented", "invented", 1)))
					if out, err := l.run(t, filepath.Join(l.tools, "xmlsec.sh"), "verify", l.path("key.pem"), l.path("ours.xml")); err == nil {
						t.Errorf("xmlsec1 verifies what was changed: %s", out)
					}
				}
			})
		}
	}
}

// TestLiveDSS lets EU DSS sign lists for us and verify ours.
func TestLiveDSS(t *testing.T) {
	t.Parallel()
	if os.Getenv("DOVIDKA_LIVE") == "" {
		t.Skip("DOVIDKA_LIVE is not set: run conformance/trustlist/run.sh")
	}
	ca := must[*cmstest.Authority](t)(cmstest.NewAuthority(cmstest.EC, time.Now())).CA.Certificate
	for kind, key := range newKeys(t) {
		algorithms := []string{"ECDSA"}
		if kind == "RSA" {
			algorithms = []string{"RSA", "RSASSA_PSS"}
		}
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			l := newLive(t, key)
			dss := func(args ...string) {
				t.Helper()
				l.must(t, "java", append([]string{"-cp", filepath.Join(l.tools, ".dss", "*"), filepath.Join(l.tools, "Lists.java")}, args...)...)
			}
			encoded := base64.StdEncoding.EncodeToString(ca.Raw)
			l.write(t, "unsigned.xml", []byte(l.must(t, filepath.Join(l.tools, "list.sh"), encoded, encoded)))
			l.must(t, "openssl", "pkcs12", "-export", "-inkey", l.path("key.key"), "-in", l.path("key.pem"), "-passout", "pass:test", "-out", l.path("key.p12"))
			for _, algorithm := range algorithms {
				for _, digest := range []string{"SHA256", "SHA512"} {
					dss("sign", l.path("unsigned.xml"), l.path("key.p12"), algorithm, digest, l.path("theirs.xml"))
					l.check(t, "theirs.xml", ca)
				}
			}
			l.write(t, "ours.xml", must[[]byte](t)(l.signer.Sign(must[[]byte](t)(os.ReadFile(l.path("unsigned.xml"))))))
			dss("verify", l.path("ours.xml"))
		})
	}
}
