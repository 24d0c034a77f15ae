package pki

import (
	"fmt"
	"strings"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/dovidka/dovidka/dstu/dstu4145"
	"github.com/dovidka/dovidka/pki/der"
)

// Person is the natural person for whom a certificate is issued.
type Person struct {
	Surname   string
	GivenName string // with the patronymic, as Ukrainian certificates have it
	DRFO      string // РНОКПП, or the passport of those who have none
	UNZR      string
	EDRPOU    string // of the legal entity, for an employee
	Title     string
	Locality  string
}

// Organization is a legal entity: the holder of a seal, or an authority's service.
type Organization struct {
	Name     string
	Unit     string
	EDRPOU   string
	Locality string
}

// Validity is the period of a certificate.
type Validity struct{ NotBefore, NotAfter time.Time }

// PersonTemplate is the profile of a qualified certificate for a person's signature
// (order 1401-12): the number of the taxpayer stands both in the serialNumber of the
// subject, as TINUA-, and in subjectDirectoryAttributes, that of the demographic
// register only in the latter.
func PersonTemplate(p Person, key PublicKeyInfo, v Validity) (Template, error) {
	attributes := []Attribute{
		{OIDCommonName, strings.TrimSpace(p.Surname + " " + p.GivenName)},
		{OIDSurname, p.Surname},
		{OIDGivenName, p.GivenName},
		{OIDTitle, p.Title},
		{OIDSerialNumber, personSerial(p)},
		{OIDOrganizationIdentifier, prefixed("NTRUA-", p.EDRPOU)},
		{OIDCountry, "UA"},
		{OIDLocality, p.Locality},
	}
	t, err := endEntity(attributes, key, v)
	if err != nil {
		return Template{}, err
	}
	t.DRFO, t.UNZR, t.EDRPOU = p.DRFO, p.UNZR, p.EDRPOU
	t.QCStatements = qualified(oidQCTypeSign, oidSemanticsPerson)
	return t, nil
}

func personSerial(p Person) string {
	if p.DRFO != "" {
		return "TINUA-" + p.DRFO
	}
	return prefixed("PNOUA-", p.UNZR)
}

func prefixed(prefix, value string) string {
	if value == "" {
		return ""
	}
	return prefix + value
}

// SealTemplate is the profile of a qualified certificate for an electronic seal.
func SealTemplate(o Organization, key PublicKeyInfo, v Validity) (Template, error) {
	t, err := endEntity(append(o.attributes(), Attribute{OIDSerialNumber, prefixed("UA-", o.EDRPOU)}), key, v)
	if err != nil {
		return Template{}, err
	}
	t.EDRPOU = o.EDRPOU
	t.ExtKeyUsages = []string{OIDEKUSeal}
	t.QCStatements = qualified(oidQCTypeSeal, oidSemanticsLegal)
	return t, nil
}

// TSATemplate is the profile of a time-stamping service.
func TSATemplate(o Organization, key PublicKeyInfo, v Validity) (Template, error) {
	return service(o, key, v, OIDEKUTimeStamping)
}

// OCSPTemplate is the profile of a service that states the status of certificates.
func OCSPTemplate(o Organization, key PublicKeyInfo, v Validity) (Template, error) {
	return service(o, key, v, OIDEKUOCSPSigning)
}

func service(o Organization, key PublicKeyInfo, v Validity, usage string) (Template, error) {
	t, err := endEntity(o.attributes(), key, v)
	t.ExtKeyUsages = []string{usage}
	return t, err
}

// RootTemplate is the profile of a root; [CreateCertificate] signs it with its own key.
func RootTemplate(o Organization, key PublicKeyInfo, v Validity) (Template, error) {
	return authority(o, key, v, -1)
}

// CATemplate is the profile of a provider of trust services below a root: it issues
// to end entities only.
func CATemplate(o Organization, key PublicKeyInfo, v Validity) (Template, error) {
	return authority(o, key, v, 0)
}

func authority(o Organization, key PublicKeyInfo, v Validity, pathLen int) (Template, error) {
	t, err := endEntity(o.attributes(), key, v)
	t.IsCA, t.MaxPathLen = true, pathLen
	t.KeyUsage = KeyUsageCertSign | KeyUsageCRLSign
	return t, err
}

func (o Organization) attributes() []Attribute {
	return []Attribute{
		{OIDOrganization, o.Name},
		{OIDOrganizationalUnit, o.Unit},
		{OIDCommonName, strings.TrimSpace(o.Name + " " + o.Unit)},
		{OIDOrganizationIdentifier, prefixed("NTRUA-", o.EDRPOU)},
		{OIDCountry, "UA"},
		{OIDLocality, o.Locality},
	}
}

// endEntity is what all profiles share; attributes without a value are left out.
func endEntity(attributes []Attribute, key PublicKeyInfo, v Validity) (Template, error) {
	var stated []Attribute
	for _, a := range attributes {
		if a.Value != "" {
			stated = append(stated, a)
		}
	}
	subject, err := NewName(stated...)
	if err != nil {
		return Template{}, fmt.Errorf("certificate template: %w", err)
	}
	t := Template{
		Subject:    subject,
		NotBefore:  v.NotBefore,
		NotAfter:   v.NotAfter,
		Key:        key,
		MaxPathLen: -1,
		KeyUsage:   KeyUsageDigitalSignature | KeyUsageNonRepudiation,
		Policies:   []string{OIDPolicyInternational},
	}
	if _, ok := key.Key.(*dstu4145.PublicKey); ok {
		t.Policies = []string{OIDPolicyDSTU}
	}
	return t, nil
}

// qualified are the statements of a qualified certificate (ETSI EN 319 412-5; order
// 1401-12): its kind, the kind of its holder and the law it stands under.
func qualified(kind, semantics string) []QCStatement {
	list := func(oid string) []byte {
		var b cryptobyte.Builder
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) { der.AddOID(b, oid) })
		return b.BytesOrPanic()
	}
	return []QCStatement{
		{OID: oidQCCompliance},
		{OID: oidQCType, Info: list(kind)},
		{OID: oidQCSyntaxV2, Info: list(semantics)},
		{OID: OIDQualifiedUA},
	}
}
