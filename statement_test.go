package dovidka_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/dovidka/dovidka"
)

// fixtureSubject is the person whom hide_test.go looks for.
func fixtureSubject(t testing.TB) dovidka.Subject {
	t.Helper()
	s, err := dovidka.SubjectJSON{
		Relation: dovidka.RelationSelf, RNOKPP: "3075751279", UNZR: "19840317-01234",
		Document: &dovidka.DocumentJSON{Type: dovidka.DocumentPassport, Number: "AP123456"},
		LastName: "Вигаданий", FirstName: "Остап", SecondName: "Ігорович", BirthDate: "1984-03-17",
	}.Parse()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func fixtureStatement(t testing.TB) dovidka.Statement {
	t.Helper()
	issued := time.Date(2026, time.September, 1, 9, 30, 0, 0, time.UTC)
	return dovidka.Statement{
		Action: dovidka.ActionObtain, ID: "0a5f3a0e-6c1b-4b0e-9d5e-2f1f7c9a4b11", Nonce: "abcdefghijklmnopqrstuv", Audience: "dovidka",
		IssuedAt: issued, ExpiresAt: issued.Add(180 * time.Second), Subject: fixtureSubject(t),
		Consent: dovidka.ConsentTerms{
			Granted: true, Purpose: dovidka.PurposePatientAccess, Recipient: "Портал <Дія> & інші", TextVersion: "1", Text: "Я погоджуюсь",
		},
	}
}

const fixtureEncoded = `{"type":"urn:dovidka:statement:1","action":"obtain-declarations","id":"0a5f3a0e-6c1b-4b0e-9d5e-2f1f7c9a4b11",` +
	`"nonce":"abcdefghijklmnopqrstuv","audience":"dovidka","issuedAt":"2026-09-01T09:30:00Z","expiresAt":"2026-09-01T09:33:00Z",` +
	`"subject":{"relation":"self","rnokpp":"3075751279","unzr":"19840317-01234","document":{"type":"PASSPORT","number":"АР123456"},` +
	`"lastName":"Вигаданий","firstName":"Остап","secondName":"Ігорович","birthDate":"1984-03-17"},` +
	`"consent":{"granted":true,"purpose":"patient-access","recipient":"Портал <Дія> & інші","textVersion":"1","text":"Я погоджуюсь"}}`

func TestStatementEncode(t *testing.T) {
	t.Parallel()
	want := fixtureStatement(t)
	got, err := want.Encode()
	if err != nil || string(got) != fixtureEncoded {
		t.Fatalf("%v:\n%s", err, got)
	}
	// What signing programs add is forgiven: a byte order mark, NULs at the end.
	for _, content := range []string{fixtureEncoded, "\ufeff" + fixtureEncoded, fixtureEncoded + "\x00\x00", " " + fixtureEncoded + "\n"} {
		back, err := dovidka.ParseStatement([]byte(content))
		if err != nil || back != want {
			t.Errorf("read back: %v", err)
		}
	}
	// Times of any zone are one moment.
	back, err := dovidka.ParseStatement([]byte(strings.Replace(fixtureEncoded, "2026-09-01T09:30:00Z", "2026-09-01T12:30:00+03:00", 1)))
	if err != nil || back != want {
		t.Errorf("another zone: %v", err)
	}
}

func TestParseStatementRefuses(t *testing.T) {
	t.Parallel()
	change := func(from, to string) string {
		t.Helper()
		if !strings.Contains(fixtureEncoded, from) {
			t.Fatalf("nothing to change: %s", from)
		}
		return strings.Replace(fixtureEncoded, from, to, 1)
	}
	for name, c := range map[string]struct{ content, field string }{
		"empty":                {"", ""},
		"cut":                  {fixtureEncoded[:len(fixtureEncoded)-1], ""},
		"two":                  {fixtureEncoded + fixtureEncoded, ""},
		"an array":             {"[]", ""},
		"too long":             {fixtureEncoded + strings.Repeat(" ", dovidka.MaxStatement), ""},
		"too long by NULs":     {fixtureEncoded + strings.Repeat("\x00", dovidka.MaxStatement), ""},
		"consent twice":        {change(`"consent":{`, `"consent":{"granted":false},"consent":{`), ""},
		"granted, and not":     {change(`"granted":true`, `"granted":false,"Granted":true`), ""},
		"not in other letters": {change(`"consent":{`, `"con\u017fent":{"granted":false},"consent":{`), ""}, // ſ folds to s
		"not UTF-8":            {change("Остап", "Оста\xff"), ""},
		"too deep":             {change(`"nonce"`, `"extra":`+strings.Repeat("[", 20)+strings.Repeat("]", 20)+`,"nonce"`), ""},
		"a field unknown":      {change(`"nonce"`, `"extra":1,"nonce"`), ""},
		"another type":         {change("statement:1", "statement:2"), "type"},
		"another action":       {change("obtain-declarations", "obtain"), "action"},
		"no id":                {change("0a5f3a0e-", ""), "id"},
		"an id in capitals":    {change("0a5f3a0e", "0A5F3A0E"), "id"},
		"a short nonce":        {change("uv\"", "u\""), "nonce"},
		"a nonce of others":    {change("abc", "a+c"), "nonce"},
		"no audience":          {change(`"audience":"dovidka"`, `"audience":""`), "audience"},
		"expires as issued":    {change("09:33:00Z", "09:30:00Z"), "expiresAt"},
		"no moment":            {change(`"issuedAt":"2026-09-01T09:30:00Z",`, ""), "expiresAt"},
		"a moment of words":    {change("2026-09-01T09:30:00Z", "today"), ""},
		"a wrong check digit":  {change("3075751279", "3075751278"), "subject.rnokpp"},
		"an УНЗР of no day":    {change("19840317-", "19840230-"), "subject.unzr"},
		"a document":           {change("АР123456", "АР12345"), "subject.document"},
		"a birth date":         {change("1984-03-17", "17.03.1984"), "subject.birthDate"},
		"another relation":     {change(`"self"`, `"neighbour"`), "subject.relation"},
		"no relation":          {change(`"relation":"self",`, ""), "subject.relation"},
		"a number of a number": {change(`"3075751279"`, "3075751279"), "subject.rnokpp"},
		"no recipient":         {change("Портал <Дія> & інші", ""), "consent"},
		"no purpose":           {change("patient-access", ""), "consent"},
		"no text":              {change("Я погоджуюсь", ""), "consent"},
		"a child by name only": {change(`"relation":"self","rnokpp":"3075751279","unzr":"19840317-01234","document":{"type":"PASSPORT","number":"АР123456"}`, `"relation":"child"`), "subject"},
		"a ward without name":  {change(`"relation":"self"`, `"relation":"ward"`)[:0] + strings.Replace(change(`"self"`, `"ward"`), `"firstName":"Остап",`, "", 1), "subject"},
	} {
		s, err := dovidka.ParseStatement([]byte(c.content))
		if err == nil {
			t.Errorf("%s: read as %v", name, s)
			continue
		}
		var field *dovidka.FieldError
		if errors.As(err, &field); c.field != "" && (field == nil || field.Field != c.field) {
			t.Errorf("%s: %v, field %s is expected", name, err, c.field)
		}
		for _, personal := range fixturePerson() {
			if strings.Contains(err.Error(), personal) {
				t.Errorf("%s: the error repeats what was read: %v", name, err)
			}
		}
		if s != (dovidka.Statement{}) {
			t.Errorf("%s: half a statement came with the error", name)
		}
	}
}

func TestSubject(t *testing.T) {
	t.Parallel()
	s := fixtureSubject(t)
	if back, err := s.Plain().Parse(); err != nil || back != s || !s.Identified() {
		t.Errorf("a subject comes back changed: %v", err)
	}
	self := dovidka.Subject{Relation: dovidka.RelationSelf}
	if back, err := self.Plain().Parse(); err != nil || back != self || self.Identified() {
		t.Errorf("an empty subject: %v", err)
	}
}

func FuzzParseStatement(f *testing.F) {
	f.Add([]byte(fixtureEncoded))
	f.Add([]byte("\ufeff" + strings.Replace(fixtureEncoded, `"self"`, `"child"`, 1) + "\x00"))
	f.Add([]byte(strings.Replace(fixtureEncoded, "obtain-declarations", "withdraw-consent", 1)))
	f.Add([]byte(`{"type":"urn:dovidka:statement:1"}`))
	f.Fuzz(func(t *testing.T, content []byte) {
		s, err := dovidka.ParseStatement(content)
		if err != nil {
			return
		}
		first, err := s.Encode()
		if err != nil {
			t.Fatalf("what was read cannot be written: %v", err)
		}
		if len(first) > dovidka.MaxStatement {
			return // the normal form may be longer
		}
		again, err := dovidka.ParseStatement(first)
		if err != nil {
			t.Fatalf("what was written cannot be read: %v\n%s", err, first)
		}
		second, err := again.Encode()
		if err != nil || !bytes.Equal(first, second) {
			t.Fatalf("written twice, differently: %v\n%s\n%s", err, first, second)
		}
	})
}

// TestDecodeStrictOfAnotherType has an error for the whole name no field.
func TestDecodeStrictOfAnotherType(t *testing.T) {
	t.Parallel()
	for document, want := range map[string]string{`30`: "another type is expected", `{"a":true}`: "a: another type is expected"} {
		var into struct {
			A string `json:"a"`
		}
		if err := dovidka.DecodeStrict([]byte(document), &into); err == nil || err.Error() != want {
			t.Errorf("%s: %v", document, err)
		}
	}
}
