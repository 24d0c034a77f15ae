package trembita_test

import (
	"bytes"
	"encoding/base64"
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/gateway/trembita"
)

var update = flag.Bool("update", false, "write the files that are generated from code")

// bundle is text that XML has to carry unharmed: what was sealed are its bytes.
const bundle = `{"resourceType":"Bundle","note":"<&>\"' \r\n\t Ґ ]]> 🩺"}`

func date(day int) *time.Time {
	t := time.Date(2021, 9, day, 7, 0, 0, 250_000_000, time.UTC)
	return &t
}

// fullAnswer has every field of the payload, and a declaration with none of
// what may be missing.
func fullAnswer() dovidka.Answer {
	return dovidka.Answer{
		RequestID: requestID,
		Record: dovidka.RecordJSON{
			AsOf: sampleTime, Partial: true,
			Patient: dovidka.PatientJSON{
				ID: "11111111-2222-4333-8444-555555555555", LastName: secretFamily, FirstName: "Мар'яна", SecondName: "Ґорданівна",
				BirthDate: "1987-03-12", Gender: "FEMALE", DeathDate: "2026-02-28",
			},
			Declarations: []dovidka.DeclarationJSON{
				{
					ID: "aaaaaaaa-0000-4000-8000-000000000001", Number: secretNumber, Status: dovidka.StatusTerminated,
					Reason: "за заявою <пацієнта> & лікаря", Start: "2021-09-01", PlannedEnd: "2061-09-01",
					RealEnd: "2025-01-31", SignedAt: date(1),
					Employee: &dovidka.EmployeeJSON{
						ID: "bbbbbbbb-0000-4000-8000-000000000001", LastName: "Лікаренко", FirstName: "Ян", SecondName: "Янович",
						Position: "P7", Specialities: []string{"FAMILY_DOCTOR", "THERAPIST"}, Status: "APPROVED",
					},
					Division: &dovidka.DivisionJSON{
						ID: "cccccccc-0000-4000-8000-000000000001", Name: "Амбулаторія №1", Type: "CLINIC",
						Phones: []dovidka.PhoneJSON{{Number: "+380441112233"}, {Number: "+380441112234"}},
						Address: &dovidka.AddressJSON{
							Zip: "01001", Area: "Київська", Region: "Бучанський", Settlement: "Ірпінь", Street: "Соборна", Building: "2а", Apartment: "3",
						},
					},
					LegalEntity: &dovidka.LegalEntityJSON{
						ID: "dddddddd-0000-4000-8000-000000000001", Name: "КНП «ЦПМСД»", EDRPOU: "42032422", Status: "ACTIVE",
					},
				},
				{
					ID: "aaaaaaaa-0000-4000-8000-000000000002", Number: "0000-12H4-0001", Status: dovidka.StatusActive, InForce: true,
					Start: "2025-02-01", EmployeeID: "bbbbbbbb-0000-4000-8000-000000000002",
					DivisionID: "cccccccc-0000-4000-8000-000000000002", LegalEntityID: "dddddddd-0000-4000-8000-000000000002",
				},
			},
		},
		Sealed: dovidka.Sealed{Bundle: []byte(bundle), Signature: []byte("печатка"), SealedAt: sampleTime.Add(time.Second)},
		Receipt: dovidka.Receipt{
			RequestID: requestID, GrantID: "eeeeeeee-0000-4000-8000-000000000001", ConsentID: "ffffffff-0000-4000-8000-000000000001",
			Index: 42, Hash: strings.Repeat("ab", 32), RecordedAt: sampleTime.Add(2 * time.Second),
		},
	}
}

func noDeclarations() dovidka.Answer {
	a := fullAnswer()
	a.Record.Partial, a.Record.Declarations = false, nil
	a.Record.Patient = dovidka.PatientJSON{ID: "11111111-2222-4333-8444-555555555555", LastName: secretFamily, FirstName: "Мар'яна"}
	return a
}

// golden compares an answer with the file, written with one element a line.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	got = append(bytes.ReplaceAll(got, []byte("><"), []byte(">\n<")), '\n')
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s: -want +got (run with -update if it is meant):\n%s", name, diff)
	}
}

func TestAnswersGolden(t *testing.T) {
	t.Parallel()
	for name, a := range map[string]dovidka.Answer{
		"answer-full.xml":            fullAnswer(),
		"answer-no-declarations.xml": noDeclarations(),
		"answer-withdrawn.xml":       {RequestID: requestID, Withdrawn: 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, trembita.Config{}, answers(a))
			r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(ours(t, detached())))
			r.Header.Set("Content-Type", "text/xml")
			out := httptest.NewRecorder()
			w.door.ServeHTTP(out, r)
			if out.Code != http.StatusOK {
				t.Errorf("status %d", out.Code)
			}
			golden(t, name, out.Body.Bytes())
		})
	}
}

// TestSealSurvives reads the sealed bytes out of the answer as a client does.
func TestSealSurvives(t *testing.T) {
	t.Parallel()
	w := newWorld(t, trembita.Config{}, answers(fullAnswer()))
	status, answer := w.post(t, ours(t, attached()))
	if status != http.StatusOK || answer.result("resultCode") != trembita.ResultOK {
		t.Fatalf("status %d, %s", status, answer.result("resultCode"))
	}
	if got := answer.result("sealed", "content"); got != bundle {
		t.Errorf("got %q", got)
	}
	if got, err := base64.StdEncoding.DecodeString(answer.result("sealed", "signature")); err != nil || string(got) != "печатка" {
		t.Errorf("signature %q, %v", got, err)
	}
}

// TestSealThatXMLWouldBreak refuses to give out a seal that cannot hold.
func TestSealThatXMLWouldBreak(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"{\"a\":\"\uFFFE\"}", "{\"a\":\"\uFFFF\"}", "{\"a\":\"\x01\"}", "{\"a\":\"\xFF\"}"} {
		a := fullAnswer()
		a.Sealed.Bundle = []byte(bad)
		w := newWorld(t, trembita.Config{}, answers(a))
		status, answer := w.post(t, ours(t, attached()))
		if got := answer.text("Body", "Fault", "faultcode"); status != http.StatusInternalServerError || got != "soap:Server.InternalError" {
			t.Errorf("%q: %d %s", bad, status, got)
		}
	}
}

// TestGeneratedWSDL holds the contract given out against the one served.
func TestGeneratedWSDL(t *testing.T) {
	t.Parallel()
	const address = "https://dovidka.example/"
	for name, headers := range map[string]bool{"trembita.wsdl": false, "trembita-headers.wsdl": true} {
		got, err := trembita.Description(address).Marshal(address, headers)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join("..", "..", "..", "api", name)
		if *update {
			if err := os.WriteFile(path, got, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("%s: -file +code (run with -update):\n%s", path, diff)
		}

		w := newWorld(t, trembita.Config{Address: address}, nil)
		target := "/?wsdl"
		if headers {
			target = "/?wsdl=headers"
		}
		out := httptest.NewRecorder()
		w.door.ServeHTTP(out, httptest.NewRequest(http.MethodGet, target, nil))
		if out.Code != http.StatusOK || !bytes.Equal(out.Body.Bytes(), want) {
			t.Errorf("%s serves %d, other than %s", target, out.Code, path)
		}
		if facts := w.lines(t)[0]; facts["route"] != "wsdl" || facts["outcome"] != "contract" {
			t.Errorf("logged %v", facts)
		}
	}
}

// TestDescriptionNamesResults makes sure that whoever reads the WSDL learns
// every result code there is.
func TestDescriptionNamesResults(t *testing.T) {
	t.Parallel()
	document, err := trembita.Description("").Marshal("http://a/", false)
	if err != nil {
		t.Fatal(err)
	}
	named := strings.FieldsFunc(string(document), func(r rune) bool { return r != '_' && (r < 'A' || r > 'Z') })
	has := map[string]bool{}
	for _, word := range named {
		has[word] = true
	}
	want := []string{
		trembita.ResultOK, trembita.ResultNoDeclarations, trembita.ResultWithdrawn,
		trembita.ResultAccepted, trembita.ResultPending, trembita.ResultAnswerExpired, trembita.ResultCode(dovidka.CodeRequestUnknown),
	}
	for _, code := range dovidka.Codes() {
		if isOutcome(code) {
			want = append(want, trembita.ResultCode(code))
		}
	}
	for _, code := range want {
		if !has[code] {
			t.Errorf("the description does not name %s", code)
		}
	}
}
