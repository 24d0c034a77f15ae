package ehealth_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/cms/asic"
	"github.com/dovidka/dovidka/cms/cmstest"
	"github.com/dovidka/dovidka/cms/ehealth"
	"github.com/dovidka/dovidka/pki"
)

var madeAt = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// people are an authority with a person and an organisation.
type people struct {
	authority    *cmstest.Authority
	person, seal *cmstest.Identity
	opts         cms.VerifyOptions
}

func newPeople(t *testing.T, family cmstest.Family) people {
	t.Helper()
	a := must[*cmstest.Authority](t)(cmstest.NewAuthority(family, madeAt))
	return people{
		authority: a,
		person: must[*cmstest.Identity](t)(a.Issue(pki.Person{
			Surname: "Тестенко", GivenName: "Тест Тестович", DRFO: "3000000014", Title: "лікар", Locality: "Київ",
		})),
		seal: must[*cmstest.Identity](t)(a.Seal(pki.Organization{Name: "ТОВ Тест", EDRPOU: "88888888", Locality: "Київ"})),
		opts: must[cms.VerifyOptions](t)(a.VerifyOptions(madeAt)),
	}
}

func answer(t *testing.T, container []byte, opts cms.VerifyOptions) (*ehealth.Answer, error) {
	t.Helper()
	return ehealth.FromCMS(must[*cms.Result](t)(cms.Verify(container, opts)))
}

// TestAnswer: the organisation's stamp around the person's signature, as the system
// takes documents, in its names.
func TestAnswer(t *testing.T) {
	t.Parallel()
	p := newPeople(t, cmstest.DSTU)
	inner := must[[]byte](t)(p.person.Sign([]byte("\ufeff{\"first_name\": \"Тест\"}\n\x00\x00"), madeAt, false))
	outer := must[[]byte](t)(p.seal.Sign(inner, madeAt, false))
	a := must[*ehealth.Answer](t)(answer(t, outer, p.opts))
	var got, want any
	if err := json.Unmarshal(must[[]byte](t)(a.RevealJSON()), &got); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(`{
		"content": {"first_name": "Тест"},
		"signatures": [
			{"is_valid": true, "is_stamp": true, "validation_error_message": "", "signer": {
				"common_name": "ТОВ Тест", "country_name": "UA", "surname": "", "given_name": "", "organization_name": "ТОВ Тест",
				"organizational_unit_name": "", "state_or_province_name": "", "locality_name": "Київ", "title": "", "drfo": "", "edrpou": "88888888"}},
			{"is_valid": true, "is_stamp": false, "validation_error_message": "", "signer": {
				"common_name": "Тестенко Тест Тестович", "country_name": "UA", "surname": "Тестенко", "given_name": "Тест Тестович",
				"organization_name": "", "organizational_unit_name": "", "state_or_province_name": "", "locality_name": "Київ", "title": "лікар",
				"drfo": "3000000014", "edrpou": ""}}
		]}`), &want); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}

	accepted, err := a.Require(1, 1)
	if err != nil {
		t.Fatal(err)
	}
	if accepted.Signer.DRFO.Reveal() != "3000000014" || accepted.Stamp.EDRPOU.Reveal() != "88888888" || len(accepted.Content) == 0 {
		t.Error("somebody else was accepted")
	}
	if !accepted.Signer.IsCitizen(pki.NewPersonal("3000000014"), pki.NewPersonal("тест")) ||
		accepted.Signer.IsCitizen(pki.NewPersonal("3000000015"), pki.NewPersonal("Тест")) ||
		accepted.Signer.IsCitizen(pki.NewPersonal("3000000014"), pki.NewPersonal("Інший")) ||
		accepted.Signer.IsCitizen(pki.Personal{}, pki.Personal{}) {
		t.Error("citizen")
	}
	if !accepted.Signer.SameSurname(pki.NewPersonal("ТЕСТЕНКО")) || accepted.Signer.SameSurname(pki.NewPersonal("Тестенк")) || accepted.Signer.SameSurname(pki.Personal{}) {
		t.Error("surname")
	}
	for required, message := range map[[2]int]string{
		{1, 0}: "document must contain 1 signature and 0 stamps but contains 1 signature and 1 stamp",
		{2, 1}: "document must contain 2 signatures and 1 stamp but contains 1 signature and 1 stamp",
	} {
		if _, err := a.Require(required[0], required[1]); err == nil || err.Error() != message {
			t.Errorf("%v: %v", required, err)
		}
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%q"} {
		if text := fmt.Sprintf(verb, *a) + fmt.Sprintf(verb, a.Signatures) + fmt.Sprintf(verb, accepted.Signer); strings.Contains(text, "Тест") || strings.Contains(text, "3000000014") {
			t.Errorf("%s tells %s", verb, text)
		}
	}
}

// TestMessages expects what the predecessor's own tests expect of the like.
func TestMessages(t *testing.T) {
	t.Parallel()
	p := newPeople(t, cmstest.EC)
	tsa := must[*cmstest.Identity](t)(p.authority.TSA())
	signed := must[[]byte](t)(p.person.Sign([]byte(`{}`), madeAt, false))
	stamped := must[[]byte](t)(cms.Sign([]byte(`{}`), cms.SignOptions{
		Signer: p.person.Key, Certificate: p.person.Certificate, SigningTime: madeAt,
		TimeStamp: func(oid string, digest []byte) ([]byte, error) { return tsa.Stamp(madeAt, oid, digest) },
	}))
	two := must[[]byte](t)(cms.AddSignature(signed, nil, cms.SignOptions{Signer: p.seal.Key, Certificate: p.seal.Certificate, SigningTime: madeAt}))
	changed := func(change func(*cms.VerifyOptions)) cms.VerifyOptions {
		opts := p.opts
		change(&opts)
		return opts
	}
	for name, c := range map[string]struct {
		container []byte
		opts      cms.VerifyOptions
		message   string
	}{
		"nothing":               {nil, p.opts, "error processing signed data"},
		"no container":          {[]byte("123"), p.opts, "error processing signed data"},
		"no certificates known": {signed, changed(func(o *cms.VerifyOptions) { o.Anchors, o.Intermediates = nil, nil }), "matching ROOT certificate not found"},
		"no stamping service":   {stamped, changed(func(o *cms.VerifyOptions) { o.Anchors, o.Intermediates = nil, nil }), "matching TSP certificate not found"},
		"expired":               {signed, changed(func(o *cms.VerifyOptions) { o.Time = madeAt.AddDate(10, 0, 0) }), "certificate timestamp expired"},
		"nobody tells a status": {signed, changed(func(o *cms.VerifyOptions) { o.CRLs = nil }), "OCSP certificate verificaton failed"},
		"two in one envelope":   {two, p.opts, "envelope contains 2 signatures instead of 1"},
	} {
		a, err := answer(t, c.container, c.opts)
		if err != nil || len(a.Signatures) != 1 || a.Signatures[0].IsValid || a.Signatures[0].Message != c.message {
			t.Errorf("%s: %v %+v", name, err, a.Signatures)
			continue
		}
		if a.Signatures[0].Signer != (ehealth.Signer{}) {
			t.Errorf("%s: the signer is named", name)
		}
		if _, err := a.Require(1, 0); err == nil || err.Error() != c.message {
			t.Errorf("%s: required and %v", name, err)
		}
	}
}

// TestInnerInvalid: the outer signature is good, the inner one is not.
func TestInnerInvalid(t *testing.T) {
	t.Parallel()
	p := newPeople(t, cmstest.EC)
	inner := must[[]byte](t)(p.person.Sign([]byte(`{}`), madeAt, false))
	outer := must[[]byte](t)(p.seal.Sign(inner, madeAt, false))
	p.authority.Revoke(p.person.Certificate, madeAt.Add(-time.Hour), 1)
	p.opts.CRLs = []*pki.CRL{must[*pki.CRL](t)(p.authority.CRL(madeAt))}
	a := must[*ehealth.Answer](t)(answer(t, outer, p.opts))
	if len(a.Signatures) != 2 || !a.Signatures[0].IsValid || a.Signatures[1].IsValid || a.Signatures[1].Message != "Certificate verificaton failed" {
		t.Errorf("%+v", a.Signatures)
	}
	if _, err := a.Require(1, 1); err == nil {
		t.Error("accepted")
	}
}

func TestContent(t *testing.T) {
	t.Parallel()
	p := newPeople(t, cmstest.EC)
	for content, want := range map[string]string{
		`"text"`: `"text"`, "[1]\x00": "[1]", "\ufeff\ufeff{}": "{}", "\x00": "", "text": "error", "{} {}": "error", "{\"a\":\"\xff\"}": "error", " {} ": " {} ",
	} {
		a, err := answer(t, must[[]byte](t)(p.person.Sign([]byte(content), madeAt, false)), p.opts)
		switch {
		case want == "error":
			if !errors.Is(err, ehealth.ErrContent) || a.Content != nil {
				t.Errorf("%q: %v", content, err)
			}
		case err != nil || string(a.Content) != want:
			t.Errorf("%q: %q %v", content, a.Content, err)
		}
	}
}

func TestASiC(t *testing.T) {
	t.Parallel()
	a := must[*ehealth.Answer](t)(ehealth.FromASiC(must[*asic.Result](t)(asic.Verify([]byte("PK\x03\x04"), cms.VerifyOptions{Time: madeAt}, asic.Limits{}))))
	if len(a.Signatures) != 1 || a.Signatures[0].Message != "error processing signed data" {
		t.Errorf("%+v", a.Signatures)
	}
}

// TestASiCBesideItsSignatures: what is wrong with the container weighs, be its signatures
// ever so good.
func TestASiCBesideItsSignatures(t *testing.T) {
	t.Parallel()
	p := newPeople(t, cmstest.EC)
	file := must[[]byte](t)(asic.Sign(asic.Extended, []asic.Document{{Name: "a.json", Content: []byte(`{"a":1}`)}}, cms.SignOptions{
		Signer: p.person.Key, Certificate: p.person.Certificate, SigningTime: madeAt,
	}))
	r := must[*asic.Result](t)(asic.Verify(file, p.opts, asic.Limits{}))
	a := must[*ehealth.Answer](t)(ehealth.FromASiC(r))
	if _, err := a.Require(1, 0); err != nil || string(a.Content) != `{"a":1}` {
		t.Fatalf("%v: %v", r.Outcome, err)
	}
	// As asic.Verify says it of a time-stamp over files which were changed.
	r.Outcome = cms.Outcome{Verdict: cms.Invalid, Reason: asic.ReasonDigest}
	r.Checks = append(r.Checks, cms.Check{Name: asic.CheckArchiveManifest, Status: cms.Failed, Reason: asic.ReasonDigest})
	a = must[*ehealth.Answer](t)(ehealth.FromASiC(r))
	if accepted, err := a.Require(1, 0); err == nil || a.Content != nil {
		t.Errorf("accepted: %+v, content %q", accepted, a.Content)
	}
}

// TestEveryReasonHasAMessage finds the reasons in the sources, so that none is forgotten.
func TestEveryReasonHasAMessage(t *testing.T) {
	t.Parallel()
	reasons := map[string]string{}
	for _, dir := range []string{"..", "../asic", "../../pki"} {
		files := must[[]string](t)(filepath.Glob(filepath.Join(dir, "*.go")))
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			collectReasons(t, file, reasons)
		}
	}
	if len(reasons) < 65 {
		t.Fatalf("only %d reasons were found", len(reasons))
	}
	other := ehealth.Message("a reason that nobody gives")
	for value, name := range reasons {
		if message := ehealth.Message(cms.Reason(value)); (message == "") != (value == "") || message == other {
			t.Errorf("%s (%s) has the message %q", name, value, message)
		}
	}
}

// collectReasons adds the string constants named Reason… of a file.
func collectReasons(t *testing.T, file string, reasons map[string]string) {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	for _, decl := range parsed.Decls {
		group, ok := decl.(*ast.GenDecl)
		if !ok || group.Tok != token.CONST {
			continue
		}
		for _, spec := range group.Specs {
			value, ok := spec.(*ast.ValueSpec)
			if !ok || !strings.HasPrefix(value.Names[0].Name, "Reason") || len(value.Values) != 1 {
				continue
			}
			literal, ok := value.Values[0].(*ast.BasicLit)
			if !ok {
				continue
			}
			reasons[must[string](t)(strconv.Unquote(literal.Value))] = value.Names[0].Name
		}
	}
}

// TestTransliterate has the examples of resolution 55 of the Cabinet of Ministers.
func TestTransliterate(t *testing.T) {
	t.Parallel()
	for ukrainian, latin := range map[string]string{
		"Алушта": "Alushta", "Борщагівка": "Borshchahivka", "Вінниця": "Vinnytsia", "Гадяч": "Hadiach", "Ґалаґан": "Galagan", "Дон": "Don",
		"Рівне": "Rivne", "Єнакієве": "Yenakiieve", "Житомир": "Zhytomyr", "Закарпаття": "Zakarpattia", "Медвин": "Medvyn", "Іршава": "Irshava",
		"Їжакевич": "Yizhakevych", "Кадиївка": "Kadyivka", "Йосипівка": "Yosypivka", "Стрий": "Stryi", "Лебедин": "Lebedyn", "Миколаїв": "Mykolaiv",
		"Ніжин": "Nizhyn", "Одеса": "Odesa", "Полтава": "Poltava", "Решетилівка": "Reshetylivka", "Суми": "Sumy", "Тернопіль": "Ternopil",
		"Ужгород": "Uzhhorod", "Фастів": "Fastiv", "Харків": "Kharkiv", "Біла Церква": "Bila Tserkva", "Чернівці": "Chernivtsi", "Шостка": "Shostka",
		"Щербухи": "Shcherbukhy", "Юрій": "Yurii", "Яготин": "Yahotyn", "Костянтин": "Kostiantyn", "Знам'янка": "Znamianka", "Згорани": "Zghorany",
		"Розгон": "Rozghon",
	} {
		if got := ehealth.Transliterate(ukrainian); got != strings.ToUpper(latin) {
			t.Errorf("%s: %s, want %s", ukrainian, got, strings.ToUpper(latin))
		}
	}
}

func TestSameDRFO(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		drfo, taxID string
		same        bool
	}{
		{"3000000014", "3000000014", true}, {" 30000 00014 ", "3000000014", true}, {"3000000014", "3000000015", false},
		{"СН123456", "SN123456", true}, {"сн 123456", "СН123456", true}, {"АЄ123456", "AYE123456", true}, {"СН123456", "CH123456", false},
		{"", "", false}, {"3000000014", "", false}, {" ", " ", false}, {"3000000014", "30000 00014", false},
	} {
		if got := ehealth.SameDRFO(pki.NewPersonal(c.drfo), pki.NewPersonal(c.taxID)); got != c.same {
			t.Errorf("%q and %q: %v", c.drfo, c.taxID, got)
		}
	}
}
