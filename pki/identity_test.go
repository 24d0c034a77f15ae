package pki_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/dovidka/dovidka/pki"
)

// TestIdentityRules issues certificates which state people in every way, sound and
// unsound.
func TestIdentityRules(t *testing.T) {
	t.Parallel()
	a := newAuthority(t, newEC)
	key := keyInfo(t, newEC(t))
	type want struct {
		DRFO, UNZR, EDRPOU string
		person             bool
		err                error
	}
	serial := func(v string) pki.Attribute { return pki.Attribute{OID: pki.OIDSerialNumber, Value: v} }
	organization := func(v string) pki.Attribute { return pki.Attribute{OID: pki.OIDOrganizationIdentifier, Value: v} }
	const drfo, other, unzr = "3000000014", "2999999992", "19820219-00019"
	cases := map[string]struct {
		subject            []pki.Attribute
		DRFO, UNZR, EDRPOU string // in subjectDirectoryAttributes
		usages             []string
		want               want
	}{
		"nobody":                 {want: want{}},
		"both places":            {subject: []pki.Attribute{serial("TINUA-" + drfo)}, DRFO: drfo, UNZR: unzr, want: want{DRFO: drfo, UNZR: unzr, person: true}},
		"serialNumber only":      {subject: []pki.Attribute{serial("TINUA-" + drfo)}, want: want{DRFO: drfo, person: true}},
		"EC certificate of Diia": {subject: []pki.Attribute{serial("TINUA-" + drfo)}, UNZR: unzr, want: want{DRFO: drfo, UNZR: unzr, person: true}},
		"test person of the root": {
			subject: []pki.Attribute{serial("PNOUA-" + unzr)}, want: want{UNZR: unzr, person: true},
		},
		"padded":                   {DRFO: "  " + drfo + " ", want: want{DRFO: drfo, person: true}},
		"space inside":             {DRFO: "30000 00014", want: want{err: pki.ErrIdentityMalformed}},
		"control character":        {DRFO: drfo + "\x00", want: want{err: pki.ErrIdentityMalformed}},
		"control in a name":        {subject: []pki.Attribute{{OID: pki.OIDCommonName, Value: "ТЕСТ\x00"}}, DRFO: drfo, want: want{err: pki.ErrIdentityMalformed}},
		"not UTF-8":                {subject: []pki.Attribute{serial("TINUA-" + drfo)}, DRFO: "\xff", want: want{err: pki.ErrIdentityMalformed}},
		"zeros":                    {DRFO: "0000000000", want: want{}},
		"zeros beside":             {subject: []pki.Attribute{serial("TINUA-" + drfo)}, DRFO: "0000000000", want: want{DRFO: drfo, person: true}},
		"in another script":        {subject: []pki.Attribute{serial("TINUA-" + drfo), {OID: pki.OIDCommonName, Value: "Test Testenko"}}, UNZR: unzr, want: want{DRFO: drfo, UNZR: unzr, person: true}},
		"Arabic digits":            {DRFO: "٣٠٠٠٠٠٠٠١٤", want: want{err: pki.ErrIdentityMalformed}},
		"places disagree":          {subject: []pki.Attribute{serial("TINUA-" + other)}, DRFO: drfo, want: want{err: pki.ErrIdentityConflict}},
		"UNZR disagree":            {subject: []pki.Attribute{serial("PNOUA-19820219-00020")}, UNZR: unzr, want: want{err: pki.ErrIdentityConflict}},
		"two serial numbers":       {subject: []pki.Attribute{serial("TINUA-" + drfo), serial("TINUA-" + drfo)}, want: want{err: pki.ErrIdentityConflict}},
		"two kinds of serial":      {subject: []pki.Attribute{serial("TINUA-" + drfo), serial("PNOUA-" + unzr)}, want: want{DRFO: drfo, UNZR: unzr, person: true}},
		"wrong check digit":        {DRFO: "3000000015", want: want{err: pki.ErrIdentityMalformed}},
		"passport":                 {DRFO: "АБ123456", want: want{DRFO: "АБ123456", person: true}},
		"passport, Russian letter": {DRFO: "ЫБ123456", want: want{err: pki.ErrIdentityMalformed}},
		"passport, Latin letters":  {DRFO: "AB123456", want: want{err: pki.ErrIdentityMalformed}},
		"identity card":            {DRFO: "001234567", want: want{DRFO: "001234567", person: true}},
		"date that is none":        {UNZR: "19820230-00019", want: want{err: pki.ErrIdentityMalformed}},
		"employee": {
			subject: []pki.Attribute{serial("TINUA-" + drfo), organization("NTRUA-12345678")}, DRFO: drfo, EDRPOU: "12345678",
			want: want{DRFO: drfo, EDRPOU: "12345678", person: true},
		},
		"seal": {
			subject: []pki.Attribute{organization("NTRUA-12345678")}, usages: []string{pki.OIDEKUSeal}, want: want{EDRPOU: "12345678"},
		},
		"seal with a person's number": {DRFO: drfo, usages: []string{pki.OIDEKUSeal}, want: want{DRFO: drfo}},
		"service":                     {subject: []pki.Attribute{serial("UA-12345678-2311")}, want: want{}},
		"bare digits of old":          {subject: []pki.Attribute{serial("1234567")}, want: want{}},
		"two surnames": {
			subject: []pki.Attribute{{OID: pki.OIDSurname, Value: "А"}, {OID: pki.OIDSurname, Value: "Б"}}, want: want{err: pki.ErrIdentityConflict},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			subject, err := pki.NewName(slices.Concat([]pki.Attribute{{OID: pki.OIDCountry, Value: "UA"}}, tc.subject)...)
			if err != nil {
				t.Fatal(err)
			}
			c := issue(t, pki.Template{
				Subject: subject, NotBefore: validity.NotBefore, NotAfter: validity.NotAfter, Key: key,
				KeyUsage: pki.KeyUsageNonRepudiation, ExtKeyUsages: tc.usages, DRFO: tc.DRFO, UNZR: tc.UNZR, EDRPOU: tc.EDRPOU,
			}, a.ca, a.caKey)
			id, err := c.Identity()
			if !errors.Is(err, tc.want.err) {
				t.Fatalf("error %v, want %v", err, tc.want.err)
			}
			got := want{DRFO: id.DRFO.Reveal(), UNZR: id.UNZR.Reveal(), EDRPOU: id.EDRPOU.Reveal(), person: id.IsPerson(), err: tc.want.err}
			if got != tc.want {
				t.Error(cmp.Diff(tc.want, got, cmp.AllowUnexported(want{}), cmpopts.EquateErrors()))
			}
		})
	}
}
