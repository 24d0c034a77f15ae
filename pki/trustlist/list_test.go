package trustlist_test

import (
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/sha1" // identifiers only
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dovidka/dovidka/cms/cmstest"
	"github.com/dovidka/dovidka/pki"
	"github.com/dovidka/dovidka/pki/trustlist"
	"github.com/dovidka/dovidka/pki/trustlist/trustlisttest"
)

var now = time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)

func day(n int) time.Time { return now.AddDate(0, 0, n) }

const withdrawnUA = "http://czo.gov.ua/TrstSvc/TrustedList/Svcstatus/withdrawn"

// world is an authority whose provider is in lists, and somebody who signs lists.
type world struct {
	*cmstest.Authority
	operator *cmstest.Identity // with the usage for signing lists
}

func newWorld(t testing.TB, family cmstest.Family) world {
	t.Helper()
	a := must[*cmstest.Authority](t)(cmstest.NewAuthority(family, now.AddDate(-1, 0, 0)))
	operator := must[*cmstest.Identity](t)(a.Custom(func(key pki.PublicKeyInfo) (pki.Template, error) {
		tmpl, err := pki.SealTemplate(pki.Organization{Name: "Засвідчувальний орган: випробування"}, key, pki.Validity{
			NotBefore: now.AddDate(-1, 0, 0), NotAfter: now.AddDate(1, 0, 0),
		})
		tmpl.ExtKeyUsages = []string{trustlist.OIDTSLSigning}
		return tmpl, err
	}))
	return world{a, operator}
}

func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func (w world) signer() trustlisttest.Signer {
	return trustlisttest.Signer{Key: w.operator.Key, Certificate: w.operator.Certificate, Time: day(-1)}
}

func (w world) options() trustlist.Options {
	return trustlist.Options{Signers: []*pki.Certificate{w.operator.Certificate}, Time: now}
}

// template is a list with one service, as changed.
func (w world) template(entries ...trustlisttest.Entry) trustlisttest.Template {
	return trustlisttest.Template{
		Territory: "UA", SequenceNumber: 17, IssueDate: day(-1), NextUpdate: day(89),
		Providers: []trustlisttest.Provider{{Name: "КНЕДП \"Приклад & син\"", Services: []trustlisttest.Service{entries}}},
	}
}

func (w world) entry(status string, from time.Time) trustlisttest.Entry {
	return trustlisttest.Entry{Type: trustlist.TypeCAQCUA, Status: status, From: from, Certificate: w.CA.Certificate}
}

func (w world) read(t testing.TB, template trustlisttest.Template) *trustlist.List {
	t.Helper()
	signed := must[[]byte](t)(w.signer().Sign(template.XML()))
	return must[*trustlist.List](t)(trustlist.Read(signed, w.options()))
}

// TestAlgorithms reads what was signed with each family and digest.
func TestAlgorithms(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		family cmstest.Family
		digest string
	}{
		{cmstest.DSTU, ""}, {cmstest.DSTU, pki.OIDKupyna256}, {cmstest.DSTU, pki.OIDKupyna384}, {cmstest.DSTU, pki.OIDKupyna512}, {cmstest.EC, ""},
	} {
		w := newWorld(t, tc.family)
		for _, c14n := range []string{"", "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"} {
			signer := w.signer()
			signer.Digest, signer.Canonicalization = tc.digest, c14n
			signed := must[[]byte](t)(signer.Sign(w.template(w.entry(trustlist.StatusGrantedUA, day(-100))).XML()))
			list, err := trustlist.Read(signed, w.options())
			if err != nil {
				t.Errorf("%s %s: %v", tc.digest, c14n, err)
				continue
			}
			if !list.Signer.Equal(w.operator.Certificate) || !list.SigningTime.Equal(day(-1)) {
				t.Error("another signer")
			}
			changed := strings.Replace(string(signed), "granted", "granteD", 1)
			if _, err := trustlist.Read([]byte(changed), w.options()); err == nil {
				t.Error("a changed status was read")
			}
		}
	}
}

func TestScheme(t *testing.T) {
	t.Parallel()
	w := newWorld(t, cmstest.EC)
	template := w.template(w.entry(trustlist.StatusGrantedUA, day(-100)))
	template.Extra = `<PointersToOtherTSL><OtherTSLPointer><ServiceDigitalIdentities/>` +
		`<TSLLocation>https://lists.example/TL-UA.xml</TSLLocation><AdditionalInformation><OtherInformation><SchemeTerritory>UA</SchemeTerritory>` +
		`</OtherInformation><OtherInformation><tslx:MimeType>application/vnd.etsi.tsl+xml</tslx:MimeType></OtherInformation>` +
		`<TextualInformation xml:lang="en">for people</TextualInformation></AdditionalInformation></OtherTSLPointer></PointersToOtherTSL>`
	list := w.read(t, template)
	want := trustlist.Scheme{
		Version: 5, SequenceNumber: 17, Type: "http://uri.etsi.org/TrstSvc/TrustedList/TSLType/EUgeneric", Territory: "UA",
		Operator:  trustlist.Texts{{Language: "uk", Value: "Засвідчувальний орган: випробування"}},
		Name:      trustlist.Texts{{Language: "uk", Value: "UA:Довірчий список: випробування"}},
		IssueDate: day(-1), NextUpdate: day(89),
		Pointers: []trustlist.Pointer{{Location: "https://lists.example/TL-UA.xml", Territory: "UA", MIME: "application/vnd.etsi.tsl+xml"}},
	}
	if diff := cmp.Diff(want, list.Scheme); diff != "" {
		t.Error(diff)
	}
	if name := list.Providers[0].Names.In("uk"); name != "КНЕДП \"Приклад & син\"" {
		t.Error(name)
	}
	if list.Stale(day(89)) || !list.Stale(day(90)) || list.Scheme.Closed() {
		t.Error("stale at the wrong time")
	}
}

// TestGranted asks at times before, between and after the statuses of a service.
func TestGranted(t *testing.T) {
	t.Parallel()
	w := newWorld(t, cmstest.EC)
	other := newWorld(t, cmstest.EC)
	const eu, withdrawn = trustlist.StatusGranted, trustlist.StatusWithdrawn
	as := func(e trustlisttest.Entry, kind string) trustlisttest.Entry { e.Type = kind; return e }
	key := func(e trustlisttest.Entry) trustlisttest.Entry { e.OnlyKey = true; return e }
	extra := func(e trustlisttest.Entry, text string) trustlisttest.Entry { e.Extra = text; return e }
	of := func(e trustlisttest.Entry, c *pki.Certificate) trustlisttest.Entry { e.Certificate = c; return e }
	extension := func(critical, content string) string {
		return `<ServiceInformationExtensions><Extension` + critical + `>` + content + `</Extension></ServiceInformationExtensions>`
	}
	information := func(kind string) string {
		return extension(` Critical="true"`, `<AdditionalServiceInformation><URI xml:lang="en">`+kind+`</URI></AdditionalServiceInformation>`)
	}
	const qualifications = `<q:Qualifications xmlns:q="http://uri.etsi.org/TrstSvc/SvcInfoExt/eSigDir-1999-93-EC-TrustedList/#"><q:QualificationElement>` +
		`<q:Qualifiers><q:Qualifier uri="http://uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/%"/></q:Qualifiers></q:QualificationElement></q:Qualifications>`
	granted := w.entry(trustlist.StatusGrantedUA, day(-100))

	for name, tc := range map[string]struct {
		entries []trustlisttest.Entry
		at      string // for each of the days -300, -200, -100, -50, 0: + or -
		fault   error
	}{
		"Ukrainian":                      {entries: []trustlisttest.Entry{granted}, at: "--+++"},
		"with mutual recognition":        {entries: []trustlisttest.Entry{as(granted, trustlist.TypeMRCAQCUA)}, at: "--+++"},
		"root":                           {entries: []trustlisttest.Entry{as(granted, trustlist.TypeRootUA)}, at: "--+++"},
		"European":                       {entries: []trustlisttest.Entry{as(w.entry(eu, day(-200)), trustlist.TypeCAQC)}, at: "-++++"},
		"withdrawn":                      {entries: []trustlisttest.Entry{w.entry(withdrawnUA, day(-50)), granted}, at: "--+--"},
		"withdrawn, its past by key":     {entries: []trustlisttest.Entry{w.entry(withdrawn, day(-50)), key(granted)}, at: "--+--"},
		"granted again":                  {entries: []trustlisttest.Entry{w.entry(eu, day(-50)), w.entry(withdrawn, day(-100)), w.entry(eu, day(-200))}, at: "-+-++"},
		"past in disorder":               {entries: []trustlisttest.Entry{w.entry(withdrawn, day(-50)), w.entry(eu, day(-200)), w.entry(withdrawn, day(-100))}, at: "-+---"},
		"unknown status":                 {entries: []trustlisttest.Entry{w.entry("http://example.com/granted", day(-200))}, at: "-----"},
		"recognised at national level":   {entries: []trustlisttest.Entry{w.entry("http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/recognisedatnationallevel", day(-200))}, at: "-----"},
		"supervised before 2016":         {entries: []trustlisttest.Entry{w.entry(withdrawn, day(-100)), w.entry("http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/undersupervision", day(-300))}, at: "++---"},
		"for seals and web sites":        {entries: []trustlisttest.Entry{extra(granted, strings.ReplaceAll(information(trustlist.ForSeals), "</Extension>", "</Extension>"+strings.TrimSuffix(strings.TrimPrefix(information(trustlist.ForWebSites), "<ServiceInformationExtensions>"), "</ServiceInformationExtensions>")))}, at: "--+++"},
		"for signatures":                 {entries: []trustlisttest.Entry{extra(granted, information(trustlist.ForSignatures))}, at: "--+++"},
		"unknown extension":              {entries: []trustlisttest.Entry{extra(granted, extension(` Critical="false"`, `<x xmlns="urn:x"/>`))}, at: "--+++"},
		"unknown critical extension":     {entries: []trustlisttest.Entry{extra(granted, extension(` Critical="true"`, `<x xmlns="urn:x"/>`))}, at: "-----", fault: trustlist.ErrExtension},
		"unknown extension, unsaid":      {entries: []trustlisttest.Entry{extra(granted, extension(``, `<x xmlns="urn:x"/>`))}, at: "-----", fault: trustlist.ErrExtension},
		"empty critical extension":       {entries: []trustlisttest.Entry{extra(granted, extension(` Critical="1"`, ``))}, at: "-----", fault: trustlist.ErrExtension},
		"critical in the past":           {entries: []trustlisttest.Entry{w.entry(eu, day(-50)), extra(granted, extension(` Critical="true"`, `<x xmlns="urn:x"/>`))}, at: "-----", fault: trustlist.ErrExtension},
		"qualifications":                 {entries: []trustlisttest.Entry{extra(granted, extension(` Critical="true"`, strings.Replace(qualifications, "%", "QCWithSSCD", 1)))}, at: "--+++"},
		"qualifications that take away":  {entries: []trustlisttest.Entry{extra(granted, extension(` Critical="true"`, strings.Replace(qualifications, "%", "NotQualified", 1)))}, at: "-----", fault: trustlist.ErrExtension},
		"taken over":                     {entries: []trustlisttest.Entry{extra(granted, extension(` Critical="false"`, `<tslx:TakenOverBy/>`))}, at: "--+++"},
		"past later than the present":    {entries: []trustlisttest.Entry{granted, w.entry(withdrawn, day(-50))}, at: "-----", fault: trustlist.ErrMalformed},
		"replaced on the day it began":   {entries: []trustlisttest.Entry{granted, w.entry(withdrawn, day(-100))}, at: "--+++"},
		"withdrawn on the same day":      {entries: []trustlisttest.Entry{w.entry(withdrawn, day(-100)), granted}, at: "-----"},
		"past of another key":            {entries: []trustlisttest.Entry{granted, of(w.entry(eu, day(-200)), other.CA.Certificate)}, at: "-----", fault: trustlist.ErrMalformed},
		"past of another key identifier": {entries: []trustlisttest.Entry{granted, key(of(w.entry(eu, day(-200)), other.CA.Certificate))}, at: "-----", fault: trustlist.ErrMalformed},
		"something twice":                {entries: []trustlisttest.Entry{extra(granted, "<ServiceStatus>"+eu+"</ServiceStatus>")}, at: "-----", fault: trustlist.ErrMalformed},
		"status from another namespace":  {entries: []trustlisttest.Entry{extra(granted, `<ServiceStatus xmlns="urn:x">`+eu+"</ServiceStatus>")}, at: "-----", fault: trustlist.ErrMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			list := w.read(t, w.template(tc.entries...))
			services := pki.NewServices(list.Services()...)
			if !services.RefusedAt(w.CA.Certificate, day(-10000)) {
				t.Error("the service is not listed")
			}
			var at strings.Builder
			for _, n := range []int{-300, -200, -100, -50, 0} {
				at.WriteString(map[bool]string{true: "+", false: "-"}[services.GrantedAt(w.CA.Certificate, day(n))])
			}
			if at.String() != tc.at {
				t.Errorf("granted %s, want %s", at.String(), tc.at)
			}
			faults := list.Faults()
			if (len(faults) > 0) != (tc.fault != nil) || tc.fault != nil && !errors.Is(faults[0].Err, tc.fault) {
				t.Errorf("%v, want %v", faults, tc.fault)
			}
		})
	}
}

// TestOtherServices: what issues no certificates for signatures ends no chain.
func TestOtherServices(t *testing.T) {
	t.Parallel()
	w := newWorld(t, cmstest.EC)
	for _, kind := range []string{
		"http://uri.etsi.org/TrstSvc/Svctype/CA/PKC", "http://uri.etsi.org/TrstSvc/Svctype/TSA/QTST", "http://czo.gov.ua/TrstSvc/Svctype/TSA/QTST",
		"http://czo.gov.ua/TrstSvc/Svctype/CA/QC/", "http://czo.gov.ua.example/TrstSvc/Svctype/CA/QC",
	} {
		e := w.entry(trustlist.StatusGranted, day(-100))
		e.Type = kind
		if list := w.read(t, w.template(e)); len(list.Services()) != 0 || len(list.Providers[0].Services) != 1 {
			t.Error(kind)
		}
	}
	e := w.entry(trustlist.StatusGranted, day(-100))
	e.Extra = `<ServiceInformationExtensions><Extension Critical="true"><AdditionalServiceInformation><URI xml:lang="en">` + trustlist.ForWebSites +
		`</URI></AdditionalServiceInformation></Extension></ServiceInformationExtensions>`
	if list := w.read(t, w.template(e)); len(list.Services()) != 0 {
		t.Error("an authority for web sites ends chains")
	}
}

// TestClosedList: the last list grants nothing after its issue.
func TestClosedList(t *testing.T) {
	t.Parallel()
	w := newWorld(t, cmstest.EC)
	template := w.template(w.entry(trustlist.StatusGranted, day(-100)))
	template.NextUpdate = time.Time{}
	list := w.read(t, template)
	services := pki.NewServices(list.Services()...)
	if !list.Scheme.Closed() || list.Stale(day(1000)) ||
		!services.GrantedAt(w.CA.Certificate, day(-2)) || services.GrantedAt(w.CA.Certificate, day(0)) {
		t.Error("a closed list does not end")
	}
}

// TestWhoMaySign: a list counts when its signer is pinned, or issued by a pinned root
// for signing lists.
func TestWhoMaySign(t *testing.T) {
	t.Parallel()
	w := newWorld(t, cmstest.EC)
	seal := must[*cmstest.Identity](t)(w.Seal(pki.Organization{Name: "Установа", EDRPOU: "12345678"}))
	document := w.template(w.entry(trustlist.StatusGrantedUA, day(-100))).XML()
	byOperator := must[[]byte](t)(w.signer().Sign(document))
	bySeal := must[[]byte](t)(trustlisttest.Signer{Key: seal.Key, Certificate: seal.Certificate, Time: now}.Sign(document))
	roots := []*pki.Certificate{w.Root.Certificate}
	issuers := []*pki.Certificate{w.CA.Certificate}
	stranger := newWorld(t, cmstest.EC)

	for name, tc := range map[string]struct {
		list []byte
		opts trustlist.Options
		want error
	}{
		"pinned":                           {byOperator, trustlist.Options{Signers: []*pki.Certificate{w.operator.Certificate}}, nil},
		"pinned by fingerprint":            {byOperator, trustlist.Options{Fingerprints: [][sha256.Size]byte{w.operator.Certificate.Fingerprint()}}, nil},
		"pinned without the usage":         {bySeal, trustlist.Options{Signers: []*pki.Certificate{seal.Certificate}}, nil},
		"issued by a pinned root":          {byOperator, trustlist.Options{Roots: roots, Intermediates: issuers}, nil},
		"nobody pinned":                    {byOperator, trustlist.Options{}, trustlist.ErrSigner},
		"somebody else pinned":             {byOperator, trustlist.Options{Signers: []*pki.Certificate{stranger.operator.Certificate}}, trustlist.ErrSigner},
		"another fingerprint":              {byOperator, trustlist.Options{Fingerprints: [][sha256.Size]byte{{1}}}, trustlist.ErrSigner},
		"issued by another root":           {byOperator, trustlist.Options{Roots: []*pki.Certificate{stranger.Root.Certificate}, Intermediates: issuers}, trustlist.ErrSigner},
		"root, and no issuer between":      {byOperator, trustlist.Options{Roots: roots}, trustlist.ErrSigner},
		"issued by the root, not for that": {bySeal, trustlist.Options{Roots: roots, Intermediates: issuers}, trustlist.ErrSigner},
		"an hour too early":                {byOperator, trustlist.Options{Signers: []*pki.Certificate{w.operator.Certificate}, Time: day(-1).Add(-time.Hour)}, trustlist.ErrMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if tc.opts.Time.IsZero() {
				tc.opts.Time = now
			}
			if _, err := trustlist.Read(tc.list, tc.opts); !errors.Is(err, tc.want) {
				t.Errorf("%v, want %v", err, tc.want)
			}
		})
	}
	if _, err := trustlist.Read(byOperator, trustlist.Options{Signers: []*pki.Certificate{w.operator.Certificate}}); err == nil {
		t.Error("read at no time")
	}
}

// TestSignerOutOfValidity: the pinned certificate must have been valid when the list
// was issued.
func TestSignerOutOfValidity(t *testing.T) {
	t.Parallel()
	w := newWorld(t, cmstest.EC)
	template := w.template(w.entry(trustlist.StatusGrantedUA, day(-900)))
	template.IssueDate, template.NextUpdate = now.AddDate(-2, 0, 0), now.AddDate(-1, 0, 0)
	signed := must[[]byte](t)(w.signer().Sign(template.XML()))
	if _, err := trustlist.Read(signed, w.options()); !errors.Is(err, trustlist.ErrSigner) {
		t.Error(err)
	}
}

// TestRefusedLists changes lists before they are signed: the signature is good, the
// list is not.
func TestRefusedLists(t *testing.T) {
	t.Parallel()
	w := newWorld(t, cmstest.EC)
	document := string(w.template(w.entry(trustlist.StatusGrantedUA, day(-100))).XML())
	for name, tc := range map[string]struct {
		from, to string
		want     error
	}{
		"version 4":               {"<TSLVersionIdentifier>5<", "<TSLVersionIdentifier>4<", trustlist.ErrMalformed},
		"no sequence number":      {"<TSLSequenceNumber>17</TSLSequenceNumber>", "", trustlist.ErrMalformed},
		"sequence number -1":      {">17<", ">-1<", trustlist.ErrMalformed},
		"huge sequence number":    {">17<", ">99999999999999999999<", trustlist.ErrMalformed},
		"no issue date":           {"<ListIssueDateTime>2026", "<ListIssueDateTime>", trustlist.ErrMalformed},
		"local time":              {"2026-09-30T12:00:00Z</ListIssue", "2026-09-30T12:00:00</ListIssue", trustlist.ErrMalformed},
		"next update before":      {"<dateTime>2026-12", "<dateTime>2025-12", trustlist.ErrMalformed},
		"no next update":          {"NextUpdate", "nextUpdate", trustlist.ErrMalformed},
		"another root":            {"TrustServiceStatusList", "TrustedList", trustlist.ErrMalformed},
		"version 1 of the format": {"http://uri.etsi.org/02231/v2#", "http://uri.etsi.org/02231/v1#", trustlist.ErrMalformed},
		"critical extension": {
			"</SchemeInformation>", `<SchemeExtensions><Extension Critical="true"><x xmlns="urn:x"/></Extension></SchemeExtensions></SchemeInformation>`,
			trustlist.ErrExtension,
		},
		"something beside": {"</TrustServiceProviderList>", "</TrustServiceProviderList><More/>", trustlist.ErrMalformed},
		"two lists":        {"</TrustServiceProviderList>", "</TrustServiceProviderList><TrustServiceProviderList/>", trustlist.ErrMalformed},
		"text":             {"<SchemeInformation>", "<SchemeInformation>x", trustlist.ErrMalformed},
		"no provider name": {"<TSPInformation>", "<TSPInformation>x", trustlist.ErrMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			changed := strings.ReplaceAll(document, tc.from, tc.to)
			if changed == document {
				t.Fatal("nothing to change")
			}
			signed := must[[]byte](t)(w.signer().Sign([]byte(changed)))
			if _, err := trustlist.Read(signed, w.options()); !errors.Is(err, tc.want) {
				t.Errorf("%v, want %v", err, tc.want)
			}
		})
	}
}

// TestFaultsConcernOneService: the others of the list go on.
func TestFaultsConcernOneService(t *testing.T) {
	t.Parallel()
	w, other := newWorld(t, cmstest.EC), newWorld(t, cmstest.DSTU)
	template := w.template(w.entry(trustlist.StatusGrantedUA, day(-100)))
	broken := other.entry(trustlist.StatusGrantedUA, day(-100))
	broken.Extra = "<Unknown/><Unknown/>"
	template.Providers = append(template.Providers, trustlisttest.Provider{Name: "Другий", Services: []trustlisttest.Service{{broken}}})
	list := w.read(t, template)
	services := pki.NewServices(list.Services()...)
	if !services.GrantedAt(w.CA.Certificate, now) || !services.RefusedAt(other.CA.Certificate, now) {
		t.Error("a fault in one service concerns another")
	}
	faults := list.Faults()
	if len(faults) != 1 || faults[0].Provider != "Другий" || !slices.ContainsFunc(faults, func(f trustlist.Fault) bool { return errors.Is(f.Err, trustlist.ErrMalformed) }) {
		t.Errorf("%v", faults)
	}
}

// TestKeyIdentifierByDigest: a past named by the SHA-1 of the key, as lists name keys
// whose certificates have no identifier, is the service's own.
func TestKeyIdentifierByDigest(t *testing.T) {
	t.Parallel()
	w := newWorld(t, cmstest.EC)
	ca := w.CA.Certificate
	past := w.entry(trustlist.StatusGrantedUA, day(-100))
	past.OnlyKey = true
	document := string(w.template(w.entry(withdrawnUA, day(-50)), past).XML())
	key := must[*x509.Certificate](t)(x509.ParseCertificate(ca.Raw)).PublicKey.(*ecdsa.PublicKey)
	sum := sha1.Sum(must[*ecdh.PublicKey](t)(key.ECDH()).Bytes())
	for id, want := range map[string]bool{
		base64.StdEncoding.EncodeToString(ca.SubjectKeyID): true,
		base64.StdEncoding.EncodeToString(sum[:]):          true,
		base64.StdEncoding.EncodeToString(sum[1:]):         false,
	} {
		changed := strings.Replace(document, base64.StdEncoding.EncodeToString(ca.SubjectKeyID), id, 1)
		signed := must[[]byte](t)(w.signer().Sign([]byte(changed)))
		list := must[*trustlist.List](t)(trustlist.Read(signed, w.options()))
		if pki.NewServices(list.Services()...).GrantedAt(ca, day(-60)) != want {
			t.Errorf("%s: not %v", id, want)
		}
	}
}
