package main

import (
	"crypto/sha256"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/ledger/ledgertest"
	"github.com/dovidka/dovidka/internal/registry"
	"github.com/dovidka/dovidka/internal/registry/registrytest"
)

// TestGrantCarriesWhatTheStatementSays holds the ledger's grants against the
// registry's rules: each side passes its own tests with what the other does not
// send.
func TestGrantCarriesWhatTheStatementSays(t *testing.T) {
	t.Parallel()
	ledger := ledgertest.New(t, nil)
	records := registrytest.New(t, ledger.GrantKey(), nil)
	const id = "0b3a6ad2-8a52-4b0c-9f6c-3f1d7c1f0a01"
	records.Put(t, &registry.Person{
		ID: id, LastName: "Вигаданий", FirstName: "Остап", SecondName: "Ігорович", BirthDate: "1984-03-17", Gender: dovidka.GenderMale,
		TaxID: "3075751279", Status: registry.PersonActive, IsActive: true, // no УНЗР: most rows have none
	})
	rnokpp, err := dovidka.ParseRNOKPP("3075751279")
	if err != nil {
		t.Fatal(err)
	}
	unzr, err := dovidka.ParseUNZR("19840317-01234")
	if err != nil {
		t.Fatal(err)
	}
	signer := dovidka.Requester{RNOKPP: rnokpp, Name: dovidka.NewSignerName("Вигаданий", "Остап Ігорович")}
	withUNZR := signer
	withUNZR.UNZR = unzr
	self := dovidka.Subject{Relation: dovidka.RelationSelf}
	for name, test := range map[string]struct {
		who     dovidka.Requester
		subject func(*dovidka.Subject)
		want    dovidka.Code
	}{
		"says nothing":                      {signer, func(*dovidka.Subject) {}, ""},
		"certificate with УНЗР":             {withUNZR, func(*dovidka.Subject) {}, ""},
		"certificate and statement with it": {withUNZR, func(s *dovidka.Subject) { s.UNZR = unzr }, ""},
		"own name and number": {signer, func(s *dovidka.Subject) {
			s.RNOKPP, s.Name = rnokpp, dovidka.PersonName{Family: "ВИГАДАНИЙ", Given: "Остап"}
		}, ""},
		"another's name": {signer, func(s *dovidka.Subject) { s.Name = dovidka.PersonName{Family: "Інший", Given: "Петро"} }, dovidka.CodeSubjectMismatch},
		"another's birth date": {signer, func(s *dovidka.Subject) {
			s.BirthDate = dovidka.NewBirthDate(dovidka.Date{Year: 1999, Month: 1, Day: 1})
		}, dovidka.CodeSubjectMismatch},
		"another's document": {signer, func(s *dovidka.Subject) {
			s.Document = dovidka.ReadDocument(dovidka.DocumentNationalID, "000123456")
		}, dovidka.CodeSubjectMismatch},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			subject := self
			test.subject(&subject)
			said := dovidka.Statement{
				Action: dovidka.ActionObtain, IssuedAt: time.Now(), Subject: subject,
				Consent: dovidka.ConsentTerms{Granted: true, Purpose: dovidka.PurposePatientAccess, Recipient: "portal", TextVersion: "1", Text: "так"},
			}
			request := dovidka.ID(uuid.NewString())
			who := test.who
			who.ContainerDigest = sha256.Sum256([]byte(request))
			grant, err := ledger.Permit(t.Context(), who, said, dovidka.Request{ID: request, ReceivedAt: time.Now()})
			if err != nil {
				t.Fatal(err)
			}
			record, err := records.Read(t.Context(), grant)
			if test.want == "" && (err != nil || record.Patient.ID != id) {
				t.Errorf("patient %s, error %v", record.Patient.ID, err)
			}
			if test.want != "" && (err == nil || dovidka.FaultOf(err).Code != test.want) {
				t.Errorf("error %v, want code %s", err, test.want)
			}
		})
	}
}
