package registry_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/registry"
	"github.com/google/go-cmp/cmp"
)

const personLine = `{"type":"person","id":"e3b1c2d4-a5f6-4789-8abc-def012345678","last_name":"Вигаданий","first_name":"Остап",` +
	`"second_name":"Ігорович","birth_date":"1984-03-17","gender":"MALE","tax_id":"3075751279","no_tax_id":false,"unzr":"19840317-01234",` +
	`"documents":[{"type":"NATIONAL_ID","number":"000123456","issued_at":"2019-04-02","expiration_date":"2029-04-02"}],` +
	`"status":"active","is_active":true,"verification_status":"VERIFIED","inserted_at":"2018-08-02T07:10:00Z","updated_at":"2024-05-14T09:29:00.000001Z"}`

// goodLines are lines in the one form they are written in, one of each kind.
func goodLines() []string {
	const id, other = `"id":"e3b1c2d4-a5f6-4789-8abc-def012345678"`, `e3b1c2d4-a5f6-4789-8abc-def012345679`
	return []string{
		personLine,
		`{"type":"merged_pair",` + id + `,"master_person_id":"` + other + `","merge_person_id":"` + other + `","status":"MERGED"}`,
		`{"type":"confidant",` + id + `,"person_id":"` + other + `","confidant_person_id":"` + other + `","is_active":true,"active_to":"2030-01-01","verification_status":"VERIFIED"}`,
		`{"type":"declaration",` + id + `,"declaration_number":"0001-20MH-K800","person_id":"` + other + `","start_date":"2024-05-14","end_date":"2064-05-13",` +
			`"signed_at":"2024-05-14T09:30:00Z","status":"terminated","is_active":true,"overlimit":false,"history":[{"status":"active","inserted_at":"2024-05-14T09:30:02.417Z"}]}`,
		`{"type":"declaration",` + id + `,"declaration_number":"e3b1c2d4-a5f6-4789-8abc-def012345678","person_id":"` + other + `","start_date":"2017-12-01","status":"of_the_future","is_active":true,"reason":"auto_<TYPE> & more"}`,
		`{"type":"party",` + id + `,"last_name":"Зразок","first_name":"Семен","tax_id":"АР123456","no_tax_id":true}`,
		`{"type":"employee",` + id + `,"party_id":"` + other + `","position":"P10","employee_type":"DOCTOR","status":"DISMISSED","specialities":["THERAPIST"]}`,
		`{"type":"division",` + id + `,"name":"Амбулаторія № 1","division_type":"CLINIC","phones":[{"type":"MOBILE","number":"+380500000001"}]}`,
		`{"type":"legal_entity",` + id + `,"name":"КНП «Центр»","edrpou":"40000001","legal_entity_type":"PRIMARY_CARE","address":{"settlement":"Вигаданівка"}}`,
	}
}

// change replaces the first of the two in personLine.
func change(from, to string) string {
	if !strings.Contains(personLine, from) {
		panic("nothing to change")
	}
	return strings.Replace(personLine, from, to, 1)
}

// badLines are lines that must be refused, with a word of the reason.
func badLines() map[string]string {
	return map[string]string{
		`{`:                                     "JSON ends too early",
		`[]`:                                    "another type",
		`null`:                                  "type is not",
		`{"type":"x"}`:                          "type is not",
		`{"type":1}`:                            "type is not",
		`{"id":"x"}`:                            "type is not",
		personLine + `1`:                        "more than one",
		strings.Repeat(" ", registry.MaxLine+1): "longer",
		"{\"type\":\"person\xff\"}":             "UTF-8",
		change(`"gender"`, `"sex"`):             "not expected",
		change(`"Вигаданий"`, `1`):              "last_name",
		change(`"Вигаданий"`, `""`):             "last_name",
		change(`"Вигаданий"`, `"А\u0000"`):                                                         "last_name",
		change(`Вигаданий`, strings.Repeat("А", 1001)):                                             "last_name",
		change(`345678"`, `345678x"`):                                                              "id:",
		change(`e3b1c2d4`, `E3B1C2D4`):                                                             "id:",
		change(`"1984-03-17"`, `"1984-02-30"`):                                                     "birth_date",
		change(`"1984-03-17"`, `""`):                                                               "birth_date",
		change(`"MALE"`, `"of male"`):                                                              "gender",
		change(`3075751279`, strings.Repeat("1", 256)):                                             "tax_id",
		change(`"active"`, `""`):                                                                   "status",
		change(`"NATIONAL_ID"`, `""`):                                                              "documents.type",
		change(`"000123456"`, `" "`):                                                               "documents.number",
		change(`"2019-04-02"`, `"02.04.2019"`):                                                     "documents.issued_at",
		change(`"2018-08-02T07:10:00Z"`, `"yesterday"`):                                            "not expected",
		change(`[{"type"`, `[`+strings.Repeat(`{"type":"X","number":"1"},`, 64)+`{"type"`):         "documents",
		change(`"2018-08-02T07:10:00Z"`, `"0000-08-02T07:10:00Z"`):                                 "inserted_at",
		strings.Replace(goodLines()[3], `"status":"active"`, `"status":"two words"`, 1):            "history.status",
		strings.Replace(goodLines()[3], `"2024-05-14T09:30:02.417Z"`, `"0001-01-01T00:00:00Z"`, 1): "history.inserted_at",
		strings.Replace(goodLines()[3], `"person_id":"e`, `"person_id":"`, 1):                      "person_id",
		strings.Replace(goodLines()[7], `"+380500000001"`, `"`+strings.Repeat("1", 1001)+`"`, 1):   "phones.number",
		strings.Replace(goodLines()[8], `"Вигаданівка"`, `"\u007f"`, 1):                            "address.settlement",
		strings.Replace(goodLines()[6], `"THERAPIST"`, `""`, 1):                                    "specialities",
		strings.Replace(goodLines()[1], `"MERGED"`, `""`, 1):                                       "status",
		strings.Replace(goodLines()[2], `"2030-01-01"`, `"2030"`, 1):                               "active_to",
		strings.Replace(goodLines()[5], `"Зразок"`, `"\n"`, 1):                                     "last_name",
		strings.Replace(goodLines()[8], `"40000001"`, `"`+strings.Repeat("4", 1001)+`"`, 1):        "edrpou",
		strings.Replace(goodLines()[3], `[{"status"`, `[`+strings.Repeat(`{"status":"a","inserted_at":"2024-05-14T09:30:02Z"},`, 256)+`{"status"`, 1): "history",
	}
}

func TestParseLine(t *testing.T) {
	t.Parallel()
	for _, line := range goodLines() {
		row, err := registry.ParseLine([]byte(line))
		if err != nil {
			t.Errorf("%v:\n%s", err, line)
			continue
		}
		got, err := registry.AppendLine(nil, row)
		if err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff(line+"\n", string(got)); diff != "" {
			t.Errorf("written back (-want +got):\n%s", diff)
		}
	}
	for line, want := range badLines() {
		row, err := registry.ParseLine([]byte(line))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, %q is expected of\n%.200s", err, want, line)
			continue
		}
		if row != nil {
			t.Errorf("half a row of\n%.200s", line)
		}
		for _, personal := range []string{"Вигаданий", "3075751279", "000123456", "1984", "Зразок"} {
			if strings.Contains(err.Error(), personal) {
				t.Errorf("the error repeats what stands in the line: %v", err)
			}
		}
	}
}

// TestParseLineForms reads other writings of the same row.
func TestParseLineForms(t *testing.T) {
	t.Parallel()
	for name, line := range map[string]string{
		"white space":       "  " + strings.ReplaceAll(personLine, `,"`, "\t, \"") + "\r",
		"type last":         strings.Replace(strings.TrimSuffix(personLine, "}"), `"type":"person",`, "", 1) + `,"type":"person"}`,
		"another zone":      change(`"2018-08-02T07:10:00Z"`, `"2018-08-02T10:10:00+03:00"`),
		"finer than micros": change(`09:29:00.000001Z`, `09:29:00.0000019Z`),
		"escapes":           change(`Остап`, `\u041e\u0441\u0442\u0430\u043f`),
		"explicit absence":  change(`"gender":"MALE"`, `"gender":"MALE","death_date":""`),
	} {
		row, err := registry.ParseLine([]byte(line))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got, err := registry.AppendLine(nil, row)
		if err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff(personLine+"\n", string(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func FuzzParseLine(f *testing.F) {
	for _, line := range goodLines() {
		f.Add([]byte(line))
	}
	for line := range badLines() {
		f.Add([]byte(line))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		row, err := registry.ParseLine(line)
		if err != nil {
			return
		}
		first, err := registry.AppendLine(nil, row)
		if err != nil {
			t.Fatalf("a row that was read cannot be written: %v", err)
		}
		again, err := registry.ParseLine(bytes.TrimSuffix(first, []byte("\n")))
		if errors.Is(err, registry.ErrLineTooLong) {
			return // written form may be longer than what was read
		}
		if err != nil {
			t.Fatalf("a line that was written cannot be read: %v", err)
		}
		second, err := registry.AppendLine(nil, again)
		if err != nil || !bytes.Equal(first, second) {
			t.Fatalf("written twice, differently: %v", err)
		}
	})
}

// TestRowsHide prints every row in every way and looks for the person.
func TestRowsHide(t *testing.T) {
	t.Parallel()
	rows := []registry.Row{
		&registry.Person{LastName: "Вигаданий", FirstName: "Остап", TaxID: "3075751279", BirthDate: "1984-03-17",
			Documents: []registry.PersonDocument{{Number: "000123456"}}},
		&registry.Party{LastName: "Вигаданий", TaxID: "3075751279"},
		&registry.LegalEntity{Name: "ФОП Вигаданий", EDRPOU: "3075751279"},
		&registry.Declaration{DeclarationNumber: "3075751279", PersonID: "000123456"},
		&registry.Confidant{PersonID: "000123456"},
		&registry.MergedPair{MasterPersonID: "000123456"},
	}
	var out bytes.Buffer
	text, plain := slog.New(slog.NewTextHandler(&out, nil)), slog.New(slog.NewJSONHandler(&out, nil))
	for _, row := range rows {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
			fmt.Fprintf(&out, verb+"\n", row)
			fmt.Fprintf(&out, verb+"\n", []registry.Row{row})
		}
		text.Info("row", "row", row)
		plain.Info("row", "row", row)
	}
	p := rows[0].(*registry.Person)
	fmt.Fprintf(&out, "%v %+v %#v", *p, *p, p.Documents)
	text.Info("row", "row", *p, "documents", p.Documents[0])
	if out.Len() == 0 {
		t.Fatal("nothing was printed")
	}
	for _, personal := range []string{"Вигаданий", "Остап", "3075751279", "000123456", "1984"} {
		if strings.Contains(out.String(), personal) {
			t.Errorf("%q is printed", personal)
		}
	}
}

// TestDomain brings rows of unforeseen forms to the domain's types.
func TestDomain(t *testing.T) {
	t.Parallel()
	p := registry.Person{TaxID: "АР123456", UNZR: "1984-1", BirthDate: "1984-03-17"}
	if got := p.Patient(); !got.RNOKPP.IsZero() || !got.UNZR.IsZero() || got.BirthDate.Date().Year != 1984 {
		t.Error("numbers of an unforeseen form must be left out, and nothing else")
	}
	p = registry.Person{TaxID: "3126509816"}
	if p.Patient().RNOKPP.IsZero() {
		t.Error("a number with a wrong check digit must stay")
	}
	d := registry.Declaration{DeclarationNumber: "0000-12H4-245D/2", Status: "x", Reason: "y"}
	if got := d.Domain(); got.Number.Reveal() != "0000-12H4-245D/2" || got.Status != "x" || got.Reason != "y" {
		t.Error("unforeseen values must be carried through")
	}
	l := registry.LegalEntity{EDRPOU: "3075751279"}
	if !l.Domain().EDRPOU.Personal() {
		t.Error("a sole proprietor's code is personal")
	}
	if (&registry.LegalEntity{EDRPOU: "1"}).Domain().EDRPOU != (dovidka.EDRPOU{}) {
		t.Error("a code of an unforeseen form must be left out")
	}
	if !(&registry.Declaration{}).Domain().SignedAt.Equal(time.Time{}) {
		t.Error("absent times must stay absent")
	}
}
