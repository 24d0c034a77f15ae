package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/cms/cmstest"
	"github.com/dovidka/dovidka/internal/platform/database"
	"github.com/dovidka/dovidka/internal/registry"
	registrysql "github.com/dovidka/dovidka/internal/registry/sqlstore"
	"github.com/dovidka/dovidka/pki"
	"github.com/dovidka/dovidka/pki/keystore"
)

// demoCitizen is one sample citizen as scripts see it.
type demoCitizen struct {
	Key          string `json:"key"`
	Name         string `json:"name"`
	RNOKPP       string `json:"rnokpp"`
	Role         string `json:"role"`
	Algorithm    string `json:"algorithm,omitempty"`
	KeyFile      string `json:"key_file,omitempty"`
	PasswordFile string `json:"password_file,omitempty"`
	Certificate  string `json:"certificate_file,omitempty"`
	// ChildOf names the citizen who may ask for this one.
	ChildOf string `json:"child_of,omitempty"`
	// SubjectFile is what the request command takes to ask for this one.
	SubjectFile string `json:"subject_file,omitempty"`
}

// demoFolder is everything a demonstration lies in.
type demoFolder struct {
	dir      string
	citizens []demoCitizen
}

const demoManifest = "citizens.json"

func (d *demoFolder) path(parts ...string) string {
	return filepath.Join(append([]string{d.dir}, parts...)...)
}

func (d *demoFolder) config() string    { return d.path("dovidka.yaml") }
func (d *demoFolder) authority() string { return d.path("trust", "root.pem") }

// openDemo uses the demonstration in a folder, or makes one there. The folder is
// complete once its manifest is written, which comes last.
func openDemo(ctx context.Context, dir string, c *demoCommand, progress func(string)) (*demoFolder, error) {
	d := &demoFolder{dir: dir}
	data, err := os.ReadFile(d.path(demoManifest))
	if errors.Is(err, os.ErrNotExist) {
		return d, d.create(ctx, c, progress)
	}
	if err != nil {
		return nil, fmt.Errorf("open demonstration: %w", err)
	}
	if err := json.Unmarshal(data, &d.citizens); err != nil {
		return nil, fmt.Errorf("open demonstration: %w", err)
	}
	progress("Using the demonstration in " + dir)
	return d, nil
}

func (d *demoFolder) create(ctx context.Context, c *demoCommand, progress func(string)) error {
	if _, err := os.Stat(d.path("trust")); err == nil {
		return fmt.Errorf("the demonstration in %s was not finished: remove the folder and start again", d.dir)
	}
	for _, sub := range []string{"trust", "citizens", "data"} {
		if err := os.MkdirAll(d.path(sub), 0o700); err != nil {
			return fmt.Errorf("make folder: %w", err)
		}
	}
	progress("Founding an authority and issuing certificates to invented citizens")
	if err := d.found(); err != nil {
		return fmt.Errorf("found the demo authority: %w", err)
	}
	if err := createLedgerKeys(LedgerConfig{KeyFile: d.path("ledger.pem"), PseudonymKeyFile: d.path("pseudonym.key")}); err != nil {
		return err
	}
	progress(fmt.Sprintf("Inventing a population of %d", c.Persons))
	if err := d.populate(ctx, c); err != nil {
		return err
	}
	if err := d.writeConfig(c); err != nil {
		return err
	}
	manifest, err := json.MarshalIndent(d.citizens, "", "  ")
	if err != nil {
		return fmt.Errorf("write manifest: %w", err)
	}
	return writeNew(d.path(demoManifest), manifest)
}

// found makes the two authorities (national and international algorithms), the
// seal, and the citizens' keys and certificates.
func (d *demoFolder) found() error {
	now := time.Now()
	var authorities []*cmstest.Authority
	var roots, issuers bytes.Buffer
	for _, f := range demoFamilies() {
		a, err := d.foundAuthority(f, now)
		if err != nil {
			return err
		}
		authorities = append(authorities, a)
		if err := errors.Join(pemCertificate(&roots, a.Root.Certificate), pemCertificate(&issuers, a.CA.Certificate)); err != nil {
			return err
		}
		list, err := a.CRL(now)
		if err != nil {
			return err
		}
		if err := writeNew(d.path("trust", f.name+".crl"), list.Raw); err != nil {
			return err
		}
	}
	if err := errors.Join(writeNew(d.authority(), roots.Bytes()), writeNew(d.path("trust", "issuers.pem"), issuers.Bytes())); err != nil {
		return err
	}
	national, international := authorities[0], authorities[1]
	seal, err := national.Seal(pki.Organization{Name: "Довідка: випробування", EDRPOU: "40000001", Locality: "Київ"})
	if err != nil {
		return err
	}
	if _, err := d.writeKey("seal", seal, national.CA.Certificate); err != nil {
		return err
	}
	for _, s := range registry.Samples() {
		if err := d.enrol(s, national, "dstu4145"); err != nil {
			return err
		}
		if err := d.enrol(s, international, "ecdsa"); err != nil {
			return err
		}
	}
	return nil
}

// enrol gives a citizen a key and a certificate of one family, and a file that
// names it to those who ask about it; a child gets the file only.
func (d *demoFolder) enrol(s registry.Sample, a *cmstest.Authority, algorithm string) error {
	row := demoCitizen{Key: s.Key, Name: s.Name.Full(), RNOKPP: s.RNOKPP.Reveal(), Role: s.Role, ChildOf: s.ChildOf}
	row.SubjectFile = d.path("citizens", s.Key+".json")
	if algorithm == "dstu4145" {
		if err := writeSubject(row.SubjectFile, s); err != nil {
			return err
		}
	}
	if s.ChildOf != "" {
		if algorithm == "dstu4145" {
			d.citizens = append(d.citizens, row)
		}
		return nil
	}
	person := pki.Person{Surname: s.Name.Family, GivenName: s.Name.Given + " " + s.Name.Patronymic, DRFO: s.RNOKPP.Reveal(), UNZR: s.UNZR.Reveal()}
	name := s.Key
	if algorithm == "ecdsa" {
		// As certificates with international algorithms have it.
		name += "-ec"
		person.Surname, person.GivenName = latin(s.Name.Family), latin(s.Name.Given)
	}
	issued, err := a.Issue(person)
	if err != nil {
		return err
	}
	files, err := d.writeKey(filepath.Join("citizens", name), issued, a.CA.Certificate)
	if err != nil {
		return err
	}
	row.Key, row.Algorithm, row.KeyFile, row.PasswordFile, row.Certificate = name, algorithm, files[0], files[1], files[2]
	d.citizens = append(d.citizens, row)
	return nil
}

// writeSubject names a citizen to whoever asks about it: a parent, or a body by law.
func writeSubject(path string, s registry.Sample) error {
	subject := dovidka.Subject{Relation: dovidka.RelationThirdParty, RNOKPP: s.RNOKPP, Name: s.Name, BirthDate: s.BirthDate}
	if s.ChildOf != "" {
		subject.Relation = dovidka.RelationChild
	}
	data, err := json.MarshalIndent(subject.Plain(), "", "  ")
	if err != nil {
		return fmt.Errorf("write subject: %w", err)
	}
	return writeNew(path, data)
}

// writeKey writes a key container, its password and the certificate.
func (d *demoFolder) writeKey(name string, id *cmstest.Identity, issuer *pki.Certificate) (files [3]string, err error) {
	random := make([]byte, 12)
	if _, err := rand.Read(random); err != nil {
		return files, fmt.Errorf("make password: %w", err)
	}
	password := hex.EncodeToString(random)
	pfx, err := keystore.EncodePFX([]keystore.Key{{
		Signer: id.Key, FriendlyName: filepath.Base(name), Certificates: [][]byte{id.Certificate.Raw, issuer.Raw},
	}}, []byte(password), keystore.PFXOptions{})
	if err != nil {
		return files, err
	}
	files = [3]string{d.path(name + ".p12"), d.path(name + ".password"), d.path(name + ".cer")}
	return files, errors.Join(writeNew(files[0], pfx), writeNew(files[1], []byte(password+"\n")), writeNew(files[2], id.Certificate.Raw))
}

// populate fills the registry.
func (d *demoFolder) populate(ctx context.Context, c *demoCommand) (err error) {
	db, err := database.Open(ctx, database.Config{URL: "sqlite:" + d.path("data", "registry.db")})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	store, err := registrysql.New(ctx, db)
	if err != nil {
		return err
	}
	return fill(ctx, store, registry.GenerateOptions{Seed: c.Seed, Persons: c.Persons})
}

// writeConfig writes the configuration the demonstration runs with: the same
// file an operator would write.
func (d *demoFolder) writeConfig(c *demoCommand) error {
	cfg := defaultConfig()
	cfg.Diia.Listen, cfg.Diia.Insecure, cfg.Diia.InsecureClient = c.REST, true, "diia-demo"
	cfg.Trembita.Listen, cfg.Trembita.Insecure = c.SOAP, true
	cfg.Trembita.Clients = []string{demoClient}
	cfg.Trembita.Entitlements = []EntitlementConfig{{
		Client: demoClient, PurposeID: demoPurpose, Grounds: []string{demoGround},
		Scopes: []dovidka.Scope{dovidka.ScopeDeclarations, dovidka.ScopeStatus},
	}}
	// One caller plays the whole country here, and may be measured.
	cfg.Diia.Rate = RateConfig{PerSecond: 20000, Burst: 40000}
	cfg.Trembita.Rate = cfg.Diia.Rate
	cfg.Operations.Listen, cfg.Operations.LogLevel = c.Metrics, "info"
	cfg.Verifier.Anchors, cfg.Verifier.Intermediates = []string{"trust/root.pem"}, []string{"trust/issuers.pem"}
	cfg.Verifier.TestRoots = true // its authority says of itself that it is for tests
	lists, err := filepath.Glob(d.path("trust", "*.crl"))
	if err != nil {
		return fmt.Errorf("find revocation lists: %w", err)
	}
	for _, list := range lists {
		cfg.Verifier.CRLs = append(cfg.Verifier.CRLs, filepath.Join("trust", filepath.Base(list)))
	}
	// The lists settle everything while they are fresh; then the authorities' services,
	// which run beside the component, are asked.
	cfg.Verifier.Online.Enabled, cfg.Verifier.Online.WhenDown = true, whenDownUseList
	cfg.Verifier.Online.Networks = []string{"127.0.0.0/8"}
	cfg.Ledger.KeyFile, cfg.Ledger.PseudonymKeyFile = "ledger.pem", "pseudonym.key"
	cfg.Seal.KeyFile, cfg.Seal.PasswordFile = "seal.p12", "seal.password"
	data, err := yaml.Marshal(cfg)
	if err != nil {
		return fmt.Errorf("write configuration: %w", err)
	}
	return writeNew(d.config(), data)
}

func pemCertificate(w *bytes.Buffer, c *pki.Certificate) error {
	return pem.Encode(w, &pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})
}

// latin writes a name as an international certificate does, capitals kept.
func latin(name string) string {
	out := []rune(dovidka.Romanize(dovidka.NormalizeName(name)))
	start := true
	for i, r := range out {
		if start {
			out[i] = []rune(string(bytes.ToUpper([]byte(string(r)))))[0]
		}
		start = r == ' ' || r == '-'
	}
	return string(out)
}
