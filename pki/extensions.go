package pki

import (
	"bytes"
	"slices"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/dovidka/dovidka/pki/der"
)

const maxExtensions = 64

// KeyUsage is the set of the keyUsage extension (RFC 5280, clause 4.2.1.3).
type KeyUsage uint16

// The usages, in the order of their bits.
const (
	KeyUsageDigitalSignature KeyUsage = 1 << iota
	KeyUsageNonRepudiation
	KeyUsageKeyEncipherment
	KeyUsageDataEncipherment
	KeyUsageKeyAgreement
	KeyUsageCertSign
	KeyUsageCRLSign
	KeyUsageEncipherOnly
	KeyUsageDecipherOnly
)

// Extensions are the extensions of a certificate as far as anybody here reads them.
type Extensions struct {
	KeyUsage        KeyUsage
	HasKeyUsage     bool
	ExtKeyUsages    []string
	IsCA            bool
	MaxPathLen      int // -1: unlimited
	SubjectKeyID    []byte
	AuthorityKeyID  []byte
	Policies        []string
	QCStatements    []QCStatement
	CRLURLs         []string
	DeltaCRLURLs    []string
	OCSPURLs        []string
	CAIssuerURLs    []string
	TSPURLs         []string
	OCSPNoCheck     bool
	UnknownCritical []string // critical extensions, or statements in them, which we do not understand

	directory []directoryAttribute
}

// QCStatement is one statement of RFC 3739, clause 3.2.6.
type QCStatement struct {
	OID  string
	Info []byte // DER; nil when absent
}

// directoryAttribute is an attribute of subjectDirectoryAttributes with its values.
type directoryAttribute struct {
	oid        string
	values     []Personal
	unreadable bool // one of the values is not a text
}

type extension struct {
	oid      string
	critical bool
	value    cryptobyte.String
}

// HasExtendedKeyUsage reports whether a usage is listed.
func (x *Extensions) HasExtendedKeyUsage(oid string) bool {
	return slices.Contains(x.ExtKeyUsages, oid)
}

// readExtensions reads Extensions; each may occur once (RFC 5280, clause 4.2).
func readExtensions(s *cryptobyte.String) ([]extension, error) {
	var list cryptobyte.String
	if !s.ReadASN1(&list, asn1.SEQUENCE) || !s.Empty() {
		return nil, malformed("extensions")
	}
	var out []extension
	for !list.Empty() {
		var body cryptobyte.String
		var e extension
		if !list.ReadASN1(&body, asn1.SEQUENCE) || !der.ReadOID(&body, &e.oid) {
			return nil, malformed("extension")
		}
		if body.PeekASN1Tag(asn1.BOOLEAN) && !body.ReadASN1Boolean(&e.critical) {
			return nil, malformed("extension")
		}
		if !body.ReadASN1(&e.value, asn1.OCTET_STRING) || !body.Empty() {
			return nil, malformed("extension")
		}
		if len(out) == maxExtensions {
			return nil, malformed("extensions: too many")
		}
		if slices.ContainsFunc(out, func(o extension) bool { return o.oid == e.oid }) {
			return nil, malformed("extensions: repeated")
		}
		out = append(out, e)
	}
	return out, nil
}

func (x *Extensions) parse(list []extension) error {
	x.MaxPathLen = -1
	for _, e := range list {
		// Content of an octet string has not been checked with the certificate.
		if err := der.Check(e.value, der.Limits{Size: maxCertificateSize}); err != nil {
			return malformed("extension " + e.oid)
		}
		known, err := x.parseOne(e)
		if err != nil {
			return err
		}
		if !known && e.critical {
			x.UnknownCritical = append(x.UnknownCritical, e.oid)
		}
	}
	return nil
}

// parseOne reads one extension and reports whether its meaning is taken into
// account, which a critical extension demands.
func (x *Extensions) parseOne(e extension) (known bool, err error) {
	s := e.value
	ok := true
	switch e.oid {
	case oidExtKeyUsage:
		ok = x.readKeyUsage(&s)
	case oidExtExtendedKeyUsage:
		x.ExtKeyUsages, ok = readOIDs(&s)
	case oidExtBasicConstraints:
		ok = x.readBasicConstraints(&s)
	case oidExtSubjectKeyID:
		ok = s.ReadASN1Bytes(&x.SubjectKeyID, asn1.OCTET_STRING) && s.Empty()
	case oidExtAuthorityKeyID:
		x.AuthorityKeyID = readAuthorityKeyID(s)
	case oidExtCertificatePolicies:
		ok = x.readPolicies(&s)
	case oidExtQCStatements:
		ok = x.readQCStatements(&s, e.critical)
	case oidExtSubjectDirectory:
		ok = x.readDirectory(&s)
	case oidExtCRLDistribution:
		x.CRLURLs = distributionURLs(s)
	case oidExtFreshestCRL:
		x.DeltaCRLURLs = distributionURLs(s)
	case oidExtAuthorityInfo, oidExtSubjectInfo:
		x.readAccess(s)
	case oidExtOCSPNoCheck:
		x.OCSPNoCheck = true
	case oidExtSubjectAltName, oidExtIssuerAltName, oidExtPrivateKeyPeriod:
		// Other names and the private key's period change nothing we decide.
	default:
		return false, nil
	}
	if !ok {
		return false, malformed("extension " + e.oid)
	}
	return true, nil
}

func (x *Extensions) readKeyUsage(s *cryptobyte.String) bool {
	var body cryptobyte.String
	if !s.ReadASN1(&body, asn1.BIT_STRING) || !s.Empty() || len(body) < 2 || body[0] > 7 {
		return false
	}
	bits := body[1:]
	for i := range 9 {
		if i/8 < len(bits) && bits[i/8]&(0x80>>(i%8)) != 0 {
			x.KeyUsage |= 1 << i
		}
	}
	x.HasKeyUsage = true
	return true
}

func readOIDs(s *cryptobyte.String) ([]string, bool) {
	var list cryptobyte.String
	if !s.ReadASN1(&list, asn1.SEQUENCE) || !s.Empty() || list.Empty() {
		return nil, false
	}
	var out []string
	for !list.Empty() {
		var oid string
		if !der.ReadOID(&list, &oid) || len(out) == maxExtensions {
			return nil, false
		}
		out = append(out, oid)
	}
	return out, true
}

func (x *Extensions) readBasicConstraints(s *cryptobyte.String) bool {
	var body cryptobyte.String
	if !s.ReadASN1(&body, asn1.SEQUENCE) || !s.Empty() {
		return false
	}
	if body.PeekASN1Tag(asn1.BOOLEAN) && !body.ReadASN1Boolean(&x.IsCA) {
		return false
	}
	if body.Empty() {
		return true
	}
	var n int
	if !body.ReadASN1Integer(&n) || n < 0 || !body.Empty() {
		return false
	}
	x.MaxPathLen = n
	return true
}

// readAuthorityKeyID takes the key identifier and leaves the issuer's name and
// serial number, the other way of pointing at the same key, aside. The extension
// only steers the search for issuers, so one that cannot be read is as good as
// none; producers of test certificates write such.
func readAuthorityKeyID(s cryptobyte.String) []byte {
	var body, id cryptobyte.String
	var present bool
	if !s.ReadASN1(&body, asn1.SEQUENCE) || !body.ReadOptionalASN1(&id, &present, asn1.Tag(0).ContextSpecific()) {
		return nil
	}
	return bytes.Clone(id)
}

func (x *Extensions) readPolicies(s *cryptobyte.String) bool {
	var list cryptobyte.String
	if !s.ReadASN1(&list, asn1.SEQUENCE) || !s.Empty() {
		return false
	}
	for !list.Empty() {
		var body cryptobyte.String
		var oid string
		if !list.ReadASN1(&body, asn1.SEQUENCE) || !der.ReadOID(&body, &oid) || len(x.Policies) == maxExtensions {
			return false
		}
		x.Policies = append(x.Policies, oid)
	}
	return true
}

func (x *Extensions) readQCStatements(s *cryptobyte.String, critical bool) bool {
	var list cryptobyte.String
	if !s.ReadASN1(&list, asn1.SEQUENCE) || !s.Empty() {
		return false
	}
	for !list.Empty() {
		var body cryptobyte.String
		var q QCStatement
		if !list.ReadASN1(&body, asn1.SEQUENCE) || !der.ReadOID(&body, &q.OID) || len(x.QCStatements) == maxExtensions {
			return false
		}
		q.Info = bytes.Clone(body)
		x.QCStatements = append(x.QCStatements, q)
		if critical && !isKnownStatement(q.OID) {
			x.UnknownCritical = append(x.UnknownCritical, q.OID)
		}
	}
	return true
}

func isKnownStatement(oid string) bool {
	switch oid {
	case oidQCCompliance, oidQCStatementLimitValue, oidQCStatementRetention, oidQCSSCD, oidQCStatementPDS,
		oidQCType, oidQCStatementCountry, oidQCSyntaxV1, oidQCSyntaxV2, OIDQualifiedUA:
		return true
	}
	return false
}

func (x *Extensions) readDirectory(s *cryptobyte.String) bool {
	var list cryptobyte.String
	if !s.ReadASN1(&list, asn1.SEQUENCE) || !s.Empty() {
		return false
	}
	for !list.Empty() {
		var body, values cryptobyte.String
		var a directoryAttribute
		if !list.ReadASN1(&body, asn1.SEQUENCE) || !der.ReadOID(&body, &a.oid) ||
			!body.ReadASN1(&values, asn1.SET) || !body.Empty() || len(x.directory) == maxNameAttributes {
			return false
		}
		for !values.Empty() {
			var value cryptobyte.String
			var tag asn1.Tag
			if !values.ReadAnyASN1(&value, &tag) || len(value) > maxAttributeBytes || len(a.values) == maxNameAttributes {
				return false
			}
			v, ok := decodeText(tag, value)
			a.values, a.unreadable = append(a.values, NewPersonal(v)), a.unreadable || !ok
		}
		x.directory = append(x.directory, a)
	}
	return true
}

// distributionURLs collects the URLs of CRL distribution points (RFC 5280, clause
// 4.2.1.13). They only say where to look, so anything unreadable is left out.
func distributionURLs(s cryptobyte.String) []string {
	var list cryptobyte.String
	if !s.ReadASN1(&list, asn1.SEQUENCE) {
		return nil
	}
	var out []string
	for !list.Empty() && len(out) < maxExtensions {
		var point, name, full cryptobyte.String
		var present bool
		if !list.ReadASN1(&point, asn1.SEQUENCE) ||
			!point.ReadOptionalASN1(&name, &present, asn1.Tag(0).ContextSpecific().Constructed()) || !present ||
			!name.ReadOptionalASN1(&full, &present, asn1.Tag(0).ContextSpecific().Constructed()) {
			return out
		}
		for !full.Empty() && len(out) < maxExtensions {
			if url, ok := readURL(&full); ok {
				out = append(out, url)
			}
		}
	}
	return out
}

// readURL consumes one GeneralName; a broken list consumes everything.
func readURL(s *cryptobyte.String) (string, bool) {
	var body cryptobyte.String
	var tag asn1.Tag
	if !s.ReadAnyASN1(&body, &tag) {
		*s = nil
		return "", false
	}
	url := string(body)
	isHTTP := strings.HasPrefix(url, "http://") || strings.HasPrefix(url, "https://")
	return url, tag == asn1.Tag(6).ContextSpecific() && isHTTP && len(url) < 2048
}

// readAccess reads authorityInfoAccess and subjectInfoAccess (RFC 5280, clause 4.2.2).
func (x *Extensions) readAccess(s cryptobyte.String) {
	var list cryptobyte.String
	if !s.ReadASN1(&list, asn1.SEQUENCE) {
		return
	}
	for n := 0; !list.Empty() && n < maxExtensions; n++ {
		var body cryptobyte.String
		var method string
		if !list.ReadASN1(&body, asn1.SEQUENCE) || !der.ReadOID(&body, &method) {
			return
		}
		url, ok := readURL(&body)
		if !ok {
			continue
		}
		switch method {
		case oidAccessOCSP:
			x.OCSPURLs = append(x.OCSPURLs, url)
		case oidAccessCAIssuers:
			x.CAIssuerURLs = append(x.CAIssuerURLs, url)
		case oidAccessTimeStamping:
			x.TSPURLs = append(x.TSPURLs, url)
		}
	}
}

// oidsWithin returns the object identifiers directly inside the SEQUENCE info.
func oidsWithin(info []byte) []string {
	s := cryptobyte.String(info)
	var list cryptobyte.String
	if !s.ReadASN1(&list, asn1.SEQUENCE) {
		return nil
	}
	var out []string
	for !list.Empty() && len(out) < maxExtensions {
		var oid string
		if !der.ReadOID(&list, &oid) {
			return out
		}
		out = append(out, oid)
	}
	return out
}
