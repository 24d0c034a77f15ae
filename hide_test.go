package dovidka_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/dovidka/dovidka"
)

// fixturePerson is what must not be seen of the person in the fixtures.
func fixturePerson() []string {
	return []string{
		"3075751279", "19840317", "АР123456", "AP123456", "Вигаданий", "Остап", "Ігорович", "1984-03-17", "1984", "ВИГАДАНИЙ",
		"user-of-the-portal", "0001-20MH-K800", "Сидір-ФОП",
	}
}

// domainValues returns a value of every type of the domain that may hold
// something personal, with the fixture's person in it.
func domainValues(t *testing.T) map[string]any {
	t.Helper()
	subject, claims := fixtureSubject(t), fixtureClaims(t)
	grant, _ := fixtureGrant(t)
	statement := fixtureStatement(t)
	encoded, err := statement.Encode()
	if err != nil {
		t.Fatal(err)
	}
	edrpou, err := dovidka.ParseEDRPOU("3075751279")
	if err != nil {
		t.Fatal(err)
	}
	caller := dovidka.Caller{Name: "portal", MessageID: "m-1", UserID: dovidka.NewUserID("user-of-the-portal"), SubjectID: dovidka.NewSubjectID("3075751279")}
	party := dovidka.Party{ID: "y", Name: subject.Name}
	employee := dovidka.Employee{ID: "e", Party: &party}
	provider := dovidka.LegalEntity{ID: "l", Name: "ФОП Сидір-ФОП", ShortName: "Сидір-ФОП", PublicName: "Сидір-ФОП", EDRPOU: edrpou}
	declaration := dovidka.Declaration{
		ID: "d", Number: dovidka.KeepDeclarationNumber("0001-20MH-K800"), Status: dovidka.StatusActive, Employee: &employee, LegalEntity: &provider,
		ReasonDescription: "Вигаданий",
	}
	patient := dovidka.Patient{
		ID: "p", Name: subject.Name, BirthDate: subject.BirthDate, RNOKPP: subject.RNOKPP, UNZR: subject.UNZR,
		DeathDate: dovidka.Date{Year: 1984, Month: time.March, Day: 17},
	}
	record := dovidka.Record{Patient: patient, Declarations: []dovidka.Declaration{declaration}, AsOf: time.Unix(0, 0)}
	plain := record.Plain()
	bundle, err := plain.Encode()
	if err != nil {
		t.Fatal(err)
	}
	sealed := dovidka.Sealed{Bundle: bundle, Signature: bundle}
	requester := dovidka.Requester{RNOKPP: subject.RNOKPP, Document: subject.Document, UNZR: subject.UNZR, Name: claims.Requester.Name, Content: encoded}
	request := dovidka.Request{ID: "r", Caller: caller, Container: encoded, Content: encoded, Expected: encoded}
	inquiry, err := fixtureInquiryJSON(t).Parse()
	if err != nil {
		t.Fatal(err)
	}
	asked := request
	asked.Inquiry = &inquiry
	answer := dovidka.Answer{RequestID: "r", Record: plain, Sealed: sealed}
	notice := dovidka.Notice{ID: "n", RequestID: "r", Recipient: subject.RNOKPP}
	return map[string]any{
		"RNOKPP": subject.RNOKPP, "UNZR": subject.UNZR, "EDRPOU": edrpou, "Document": subject.Document, "DeclarationNumber": declaration.Number,
		"PersonName": subject.Name, "SignerName": claims.Requester.Name, "BirthDate": subject.BirthDate, "UserID": caller.UserID,
		"Subject": subject, "SubjectJSON": subject.Plain(), "DocumentJSON": *subject.Plain().Document, "Statement": statement,
		"GrantClaims": claims, "GrantPerson": claims.Requester, "Grant": grant, "Caller": caller,
		"Request":     request,
		"Requester":   requester,
		"Refusal":     dovidka.Refusal{Request: request, Requester: &requester, Statement: &statement},
		"Ask":         dovidka.Ask{Caller: caller, Subject: subject},
		"Prepared":    dovidka.Prepared{ID: "r", Statement: encoded},
		"Progress":    dovidka.Progress{ID: "r", Answer: &answer, Inquiry: &inquiry},
		"Patient":     patient,
		"Party":       party,
		"Employee":    employee,
		"LegalEntity": provider,
		"Declaration": declaration,
		"Record":      record,
		"RecordJSON":  plain, "PatientJSON": plain.Patient, "DeclarationJSON": plain.Declarations[0], "EmployeeJSON": *plain.Declarations[0].Employee,
		"LegalEntityJSON": *plain.Declarations[0].LegalEntity,
		"Inquiry":         inquiry, "InquiryJSON": fixtureInquiryJSON(t), "Request of an inquiry": asked,
		"Sealed": sealed, "Answer": answer,
		"Notice":         notice,
		"NoticeExchange": dovidka.NoticeExchange{Notice: notice, UserID: caller.UserID, MessageID: "m-1"},
	}
}

// plainJSON are the types whose JSON is the wire form. Everything else hides
// from encoding/json too, because slog's JSON handler uses it for what is nested.
func plainJSON(name string) bool {
	switch name {
	case "SubjectJSON", "DocumentJSON", "InquiryJSON", "RecordJSON", "PatientJSON", "DeclarationJSON", "EmployeeJSON", "LegalEntityJSON":
		return true
	}
	return false
}

// holder stands for somebody's struct: fmt calls no methods on what is in an
// unexported field.
type holder struct {
	Public  any
	private any
}

// timeless leaves the moment out of a line of log: its digits hold any year
// now and then.
func timeless() *slog.HandlerOptions {
	return &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}
}

// TestHide logs every value in every way, alone and nested, and looks for the
// fixture's person in plain text, in base64 and in hexadecimal.
func TestHide(t *testing.T) {
	t.Parallel()
	values := domainValues(t)
	if len(values) < 30 {
		t.Fatalf("%d types", len(values))
	}
	for name, v := range values {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			pointer := reflect.New(reflect.TypeOf(v))
			pointer.Elem().Set(reflect.ValueOf(v))
			forms := []any{v, pointer.Interface(), []any{v}, map[string]any{"k": v}, holder{Public: v}, &holder{Public: v}, struct{ X any }{v}}
			for _, form := range forms {
				for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x", "%X", "%10.3s"} {
					fmt.Fprintf(&out, verb+"\n", form)
				}
				fmt.Fprintln(&out, form, fmt.Errorf("cause: %v", form))
			}
			fmt.Fprintln(&out, errors.New(fmt.Sprint(v)), dovidka.NewFault(dovidka.CodeInternal, "of %v", v))
			loggers := []*slog.Logger{slog.New(slog.NewTextHandler(&out, timeless()))}
			if !plainJSON(name) {
				loggers = append(loggers, slog.New(slog.NewJSONHandler(&out, timeless())))
				data, err := json.Marshal(forms[:4])
				if err != nil {
					t.Fatal(err)
				}
				out.Write(data)
			} else {
				slog.New(slog.NewJSONHandler(&out, timeless())).Info("alone", "v", v)
			}
			for _, l := range loggers {
				for _, form := range forms {
					l.Info("value", "v", form, slog.Group("g", "v", form))
					l.With("v", form).Info("with")
				}
			}
			look(t, out.String())
		})
	}
}

// TestHideUnexported prints the values from an unexported field, where fmt may
// call no method of theirs: what is kept behind a pointer stays there.
func TestHideUnexported(t *testing.T) {
	t.Parallel()
	subject, claims := fixtureSubject(t), fixtureClaims(t)
	type careless struct {
		number   dovidka.RNOKPP
		unzr     dovidka.UNZR
		document dovidka.Document
		born     dovidka.BirthDate
		signer   dovidka.SignerName
	}
	c := careless{subject.RNOKPP, subject.UNZR, subject.Document, subject.BirthDate, claims.Requester.Name}
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		fmt.Fprintf(&out, verb+"\n", c)
		fmt.Fprintf(&out, verb+"\n", holder{private: c})
	}
	look(t, out.String())
}

func look(t *testing.T, out string) {
	t.Helper()
	if len(out) < 100 {
		t.Fatal("nothing was printed")
	}
	lower := strings.ToLower(out)
	for _, personal := range fixturePerson() {
		for form, text := range map[string]string{
			"plain": personal, "hexadecimal": hex.EncodeToString([]byte(personal)), "quoted": strings.Trim(fmt.Sprintf("%+q", personal), `"`),
			"bytes": strings.Trim(fmt.Sprintf("%d", []byte(personal)), "[]"),
		} {
			if i := strings.Index(lower, strings.ToLower(text)); i >= 0 {
				t.Errorf("%q is printed, %s: …%s…", personal, form, out[max(0, i-120):min(len(out), i+len(text)+20)])
			}
		}
	}
	// base64 depends on the position, so whatever decodes is looked through.
	for _, word := range strings.FieldsFunc(out, func(r rune) bool {
		return !strings.ContainsRune("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", r)
	}) {
		decoded, _ := base64.RawStdEncoding.DecodeString(word)
		for _, personal := range fixturePerson() {
			if bytes.Contains(decoded, []byte(personal)) {
				t.Fatalf("%q is printed in base64", personal)
			}
		}
	}
}
