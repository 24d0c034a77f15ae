package dovidka_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/dovidka/dovidka"
)

const fixtureGround = "Закон України 2297-VI, стаття 7, частина 2, пункт 6"

func fixtureInquiryJSON(t testing.TB) dovidka.InquiryJSON {
	t.Helper()
	subject := fixtureSubject(t).Plain()
	subject.Relation = ""
	return dovidka.InquiryJSON{Scope: dovidka.ScopeStatus, Ground: fixtureGround, Subject: subject, DeclarationNumber: "0001-20MH-K800"}
}

func TestInquiry(t *testing.T) {
	t.Parallel()
	in := fixtureInquiryJSON(t)
	in.Ground, in.DeclarationNumber = "  Закон України  2297-VI,\n стаття 7, частина 2, пункт 6 ", "0001-20мн-к8оо" // as people type
	got, err := in.Parse()
	if err != nil {
		t.Fatal(err)
	}
	if got.Ground != fixtureGround || got.Number.Reveal() != "0001-20MH-K800" || got.Subject.Relation != dovidka.RelationThirdParty {
		t.Errorf("ground %q, relation %s, number read %v", got.Ground, got.Subject.Relation, got.Number.Reveal() == "0001-20MH-K800")
	}
	data, err := got.Encode()
	if err != nil {
		t.Fatal(err)
	}
	back, err := dovidka.ParseInquiry(data)
	if err != nil || back != got {
		t.Errorf("read back: %v", err)
	}
	in.Subject.RNOKPP = "3126509816" // issued with a wrong check digit: the example of eHealth's own documents
	if got, err := in.Parse(); err != nil || got.Subject.RNOKPP.ChecksumValid() {
		t.Errorf("a number that was issued with a wrong check digit: %v", err)
	}
}

func TestInquiryRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*dovidka.InquiryJSON)
		field  string
		is     error
	}{
		"no scope":           {func(i *dovidka.InquiryJSON) { i.Scope = "" }, "scope", nil},
		"another scope":      {func(i *dovidka.InquiryJSON) { i.Scope = "everything" }, "scope", nil},
		"no ground":          {func(i *dovidka.InquiryJSON) { i.Ground = " \n" }, "legalGround", dovidka.ErrGround},
		"a long ground":      {func(i *dovidka.InquiryJSON) { i.Ground = strings.Repeat("ї", dovidka.MaxGround+1) }, "legalGround", dovidka.ErrGround},
		"control characters": {func(i *dovidka.InquiryJSON) { i.Ground = "a\x00b" }, "legalGround", dovidka.ErrGround},
		"not UTF-8":          {func(i *dovidka.InquiryJSON) { i.Ground = "a\xff" }, "legalGround", dovidka.ErrGround},
		"a relation":         {func(i *dovidka.InquiryJSON) { i.Subject.Relation = dovidka.RelationSelf }, "subject.relation", nil},
		"nobody": {func(i *dovidka.InquiryJSON) {
			i.Subject = dovidka.SubjectJSON{LastName: "Вигаданий", FirstName: "Остап"}
		}, "subject", nil},
		"no surname":            {func(i *dovidka.InquiryJSON) { i.Subject.LastName = " " }, "subject", nil},
		"no given name":         {func(i *dovidka.InquiryJSON) { i.Subject.FirstName = "" }, "subject", nil},
		"a wrong number":        {func(i *dovidka.InquiryJSON) { i.Subject.RNOKPP = "307575127" }, "subject.rnokpp", dovidka.ErrRNOKPP},
		"a wrong document":      {func(i *dovidka.InquiryJSON) { i.Subject.Document.Number = "12" }, "subject.document", dovidka.ErrDocument},
		"a wrong declaration":   {func(i *dovidka.InquiryJSON) { i.DeclarationNumber = "0001-20MH" }, "declarationNumber", dovidka.ErrDeclarationNumber},
		"a declaration too few": {func(i *dovidka.InquiryJSON) { i.Scope = dovidka.ScopeDeclarations }, "declarationNumber", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := fixtureInquiryJSON(t)
			c.change(&in)
			_, err := in.Parse()
			var field *dovidka.FieldError
			if !errors.As(err, &field) || field.Field != c.field || c.is != nil && !errors.Is(err, c.is) {
				t.Errorf("%v; a fault of %s is expected", err, c.field)
			}
		})
	}
}

// TestStatementIsNoInquiry: a citizen cannot sign him- or herself into the
// relation that needs no confidant.
func TestStatementIsNoInquiry(t *testing.T) {
	t.Parallel()
	said := strings.Replace(fixtureEncoded, `"relation":"self"`, `"relation":"third-party"`, 1)
	if _, err := dovidka.ParseStatement([]byte(said)); err == nil {
		t.Error("a statement with the relation of an inquiry was read")
	}
}

func FuzzParseInquiry(f *testing.F) {
	in, err := fixtureInquiryJSON(f).Parse()
	if err != nil {
		f.Fatal(err)
	}
	data, err := in.Encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte(`{"scope":"declarations","legalGround":"x","subject":{"relation":"","rnokpp":"3075751279","lastName":"а","firstName":"б"}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := dovidka.ParseInquiry(data)
		if err != nil {
			return
		}
		encoded, err := got.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if back, err := dovidka.ParseInquiry(encoded); err != nil || back != got {
			t.Errorf("read back: %v", err)
		}
	})
}
