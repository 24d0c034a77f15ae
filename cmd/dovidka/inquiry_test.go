package main

import (
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dovidka/dovidka"
	disclosuresql "github.com/dovidka/dovidka/internal/disclosure/sqlstore"
	"github.com/dovidka/dovidka/internal/gateway/trembita"
	"github.com/dovidka/dovidka/internal/platform/database"
	"github.com/dovidka/dovidka/internal/portal"
	"github.com/dovidka/dovidka/internal/registry"
)

// TestInquiries lets public bodies ask the whole component by law.
func TestInquiries(t *testing.T) {
	t.Parallel()
	o := newOriginal(t)
	for name, test := range map[string]func(*testing.T, *original){
		"granted": inquiryGranted, "refused": inquiryRefused, "not identified": inquiryOfNobody, "status": inquiryStatus,
		"later": inquiryLater, "no longer kept": inquiryExpired, "entitlement withdrawn": inquiryWithdrawn, "nobody entitled": inquiryOfNoOne,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, o)
		})
	}
}

func inquiryGranted(t *testing.T, o *original) {
	w := o.start(t, entitle)
	b, asked := w.body(demoClient), about(registry.SampleAdult)
	got := b.inquire(asked)
	if got.ResultCode != trembita.ResultOK || got.ResultDetail != "" || got.Declarations == nil || len(got.Declarations.Declaration) != 3 || got.Patient.BirthDate != "1984-03-17" {
		t.Fatalf("%s", b.heard)
	}
	if got.Subject == nil || *got.Subject != (trembita.SubjectID{RNOKPP: asked.Subject.RNOKPP}) {
		t.Errorf("the subject is %+v", got.Subject)
	}
	if r := got.Receipt; r == nil || r.ConsentID != "" || r.GrantID == "" || strings.Contains(b.heard, "<consentId") || got.Sealed == nil {
		t.Errorf("receipt %+v", r)
	}
	for _, e := range w.recorded(got.RequestID, demoClient, trembita.OperationGetDeclarationsByPurpose, asked.Subject.RNOKPP, dovidka.EventGranted, dovidka.EventDisclosed) {
		if e.Message != b.sent || e.PurposeID != demoPurpose || e.Ground != demoGround || e.Scope != dovidka.ScopeDeclarations || e.Grant != dovidka.ID(got.Receipt.GrantID) || e.Code != "" {
			t.Errorf("entry %s", e.raw)
		}
	}

	// The same message again is another inquiry: ids repeat in the field.
	message, err := b.Compose(trembita.OperationGetDeclarationsByPurpose, asked.Declarations())
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for range 2 {
		var out trembita.GetDeclarationsResponse
		if err := b.Call(t.Context(), message, &out); err != nil || out.ResultCode != trembita.ResultOK {
			t.Fatalf("%s, %v", out.ResultCode, err)
		}
		ids = append(ids, out.RequestID)
		w.recorded(out.RequestID, demoClient, trembita.OperationGetDeclarationsByPurpose, asked.Subject.RNOKPP, dovidka.EventGranted, dovidka.EventDisclosed)
	}
	if ids[0] == ids[1] {
		t.Error("two inquiries are one")
	}
	if got := b.inquire(about(registry.SampleEmpty)); got.ResultCode != trembita.ResultNoDeclarations || got.Subject == nil || got.Patient == nil {
		t.Errorf("%s", b.heard)
	}
}

func inquiryRefused(t *testing.T, o *original) {
	w := o.start(t, entitle)
	asked := about(registry.SampleAdult)
	for name, c := range map[string]struct {
		client string
		change func(*portal.Inquiry)
		detail string
		status bool
	}{
		"another body":    {strangerClient, func(*portal.Inquiry) {}, "purpose-not-permitted", false},
		"another purpose": {demoClient, func(i *portal.Inquiry) { i.PurposeID = "7" }, "purpose-not-permitted", false},
		"another ground":  {demoClient, func(i *portal.Inquiry) { i.Ground = "Нечуйвітренко дозволив" }, "ground-not-permitted", false},
		"ground of case":  {demoClient, func(i *portal.Inquiry) { i.Ground = strings.ToUpper(demoGround) }, "ground-not-permitted", true},
		"more than that":  {demoClient, func(i *portal.Inquiry) { i.PurposeID = statusPurpose }, "scope-not-permitted", false},
	} {
		asked := asked
		c.change(&asked)
		b := w.body(c.client)
		var got trembita.Outcome
		operation, scope := trembita.OperationGetDeclarationsByPurpose, dovidka.ScopeDeclarations
		if c.status {
			operation, scope = trembita.OperationGetDeclarationStatus, dovidka.ScopeStatus
			got = b.status(asked).Outcome
		} else {
			got = b.inquire(asked).Outcome
		}
		if got.ResultCode != "NOT_ENTITLED" || got.ResultDetail != c.detail || strings.Contains(b.heard, "<subjectId") || strings.Contains(b.heard, "<sealed") {
			t.Errorf("%s: %s", name, b.heard)
		}
		e := w.recorded(got.RequestID, c.client, operation, asked.Subject.RNOKPP, dovidka.EventRefused)[0]
		if e.Message != b.sent || e.Code != dovidka.CodeNotEntitled || e.Detail != c.detail || e.Ground != "" || e.Scope != scope || e.PurposeID != asked.PurposeID || e.Grant != "" {
			t.Errorf("%s: entry %s", name, e.raw)
		}
	}

	b := w.body(demoClient)
	asked.Number = "декларація"
	got := b.status(asked)
	if got.ResultCode != "DECLARATION_NUMBER_INVALID" || got.InForce != nil {
		t.Errorf("%s", b.heard)
	}
	e := w.recorded(got.RequestID, demoClient, trembita.OperationGetDeclarationStatus, asked.Subject.RNOKPP, dovidka.EventRefused)[0]
	if e.Code != dovidka.CodeDeclarationNumberInvalid || e.Scope != dovidka.ScopeStatus || e.Ground != demoGround {
		t.Errorf("entry %s", e.raw)
	}
}

// inquiryOfNobody: that there is nobody, that there are several, and that what
// else is said does not fit are one answer, told apart in the ledger only.
func inquiryOfNobody(t *testing.T, o *original) {
	w := o.start(t, entitle)
	b := w.body(demoClient)
	wrong := about(registry.SampleAdult)
	wrong.Subject.FirstName = "Омелян"
	born := about(registry.SampleAdult)
	born.Subject.BirthDate = "1984-03-18"
	answers := map[string]bool{}
	for detail, asked := range map[string]portal.Inquiry{
		"nobody": about(registry.SampleUnknown), "ambiguous": about(registry.SampleAmbiguous), "contradicted": wrong, "contradicted ": born,
	} {
		got := b.inquire(asked)
		if got.ResultCode != "PATIENT_NOT_FOUND" || got.ResultDetail != "" || strings.Contains(got.ResultText, "підпис") {
			t.Errorf("%s: %s", detail, b.heard)
		}
		entries := w.recorded(got.RequestID, demoClient, trembita.OperationGetDeclarationsByPurpose, asked.Subject.RNOKPP, dovidka.EventGranted, dovidka.EventRefused)
		if e := entries[1]; e.Code != dovidka.CodePatientNotFound || e.Detail != strings.TrimSpace(detail) || e.Ground != demoGround {
			t.Errorf("%s: entry %s", detail, e.raw)
		}
		_, inside, _ := strings.Cut(b.heard, "<soap:Body>")
		answers[strings.Replace(inside, got.RequestID, "", 1)] = true
	}
	if len(answers) != 1 {
		t.Errorf("one can tell the causes apart: %v", answers)
	}
}

func inquiryStatus(t *testing.T, o *original) {
	w := o.start(t, entitle)
	b := w.body(demoClient)
	asked := about(registry.SampleAdult)
	asked.PurposeID = statusPurpose
	for number, inForce := range map[string]bool{"": true, "0001-20MH-K800": true, "0001-20мн-к8оо": true, "0001-0H2M-4400": false, "0001-1111-1111": false} {
		asked.Number = number
		got := b.status(asked)
		code, count := trembita.ResultNoDeclarations, 0
		if inForce {
			code, count = trembita.ResultOK, 1
		}
		if got.ResultCode != code || got.InForce == nil || *got.InForce != inForce || got.Declarations == nil || len(got.Declarations.Declaration) != count ||
			got.Subject == nil || got.Subject.RNOKPP != asked.Subject.RNOKPP || got.Receipt == nil || got.Sealed == nil || got.AsOf == "" {
			t.Fatalf("%q: %s", number, b.heard)
		}
		if inForce {
			d := got.Declarations.Declaration[0]
			if d.Number != "0001-20MH-K800" || d.StartDate != "2024-05-14" || d.EndDate != "2064-05-13" || d.Provider == nil || d.Provider.EDRPOU != "40000001" {
				t.Errorf("%q: %+v", number, d)
			}
		}
		// Of the doctors, the places, the past and the person there is no more than was asked with.
		named, _, _ := strings.Cut(b.heard, "<sealed>") // after it, only the content is not random
		for _, more := range []string{
			"Дарина", "Олегівна", "Семен", "Зразок", "P7", "FAMILY_DOCTOR", "Амбулаторія", "1984-", "Ігорович", "MALE", "male",
			"0001-0H2M-4400", "terminated", "AUTO_MERGE", "PractitionerRole", "Practitioner",
		} {
			if strings.Contains(named+got.Sealed.Content, more) {
				t.Errorf("%q: the answer tells %q", number, more)
			}
		}
		for _, e := range w.recorded(got.RequestID, demoClient, trembita.OperationGetDeclarationStatus, asked.Subject.RNOKPP, dovidka.EventGranted, dovidka.EventDisclosed) {
			if e.Scope != dovidka.ScopeStatus || e.PurposeID != statusPurpose {
				t.Errorf("entry %s", e.raw)
			}
		}
	}
	if got := b.status(about(registry.SampleEmpty)); got.ResultCode != trembita.ResultNoDeclarations || got.InForce == nil || *got.InForce {
		t.Errorf("nothing in force: %s", b.heard)
	}
}

func inquiryLater(t *testing.T, o *original) {
	w := o.start(t, entitle)
	b, asked := w.body(demoClient), about(registry.SampleAdult)
	id := b.submit(asked)
	submitted := b.sent
	got := b.fetch(id, demoPurpose)
	fetched := b.sent
	if got.ResultCode != trembita.ResultOK || got.RequestID != string(id) || got.Subject == nil || got.Subject.RNOKPP != asked.Subject.RNOKPP || len(got.Declarations.Declaration) != 3 {
		t.Fatalf("%s", b.heard)
	}
	entries := w.recorded(string(id), demoClient, trembita.OperationSubmitDeclarations, asked.Subject.RNOKPP, dovidka.EventGranted, dovidka.EventDisclosed, dovidka.EventReleased)
	for i, message := range []string{submitted, submitted, fetched} {
		if entries[i].Message != message || entries[i].Ground != demoGround || entries[i].PurposeID != demoPurpose {
			t.Errorf("entry %d: %s", i, entries[i].raw)
		}
	}
	if !strings.HasSuffix(entries[2].Service, "/"+trembita.OperationGetDeclarationsResult) {
		t.Errorf("entry %s", entries[2].raw)
	}

	// Nobody else's, for nothing else, and none at all.
	unknown := map[string]bool{}
	for name, c := range map[string]struct {
		client, purpose string
		id              dovidka.ID
	}{
		"another body": {strangerClient, "", id}, "another purpose": {demoClient, statusPurpose, id},
		"none": {demoClient, "", "7f0c2c6e-2f0b-4f57-9c0e-3a5b1f4d8e21"}, "no id": {demoClient, "", "1 OR 1=1"},
	} {
		b := w.body(c.client)
		got := b.fetch(c.id, c.purpose)
		if got.ResultCode != "REQUEST_NOT_FOUND" || got.Declarations != nil || got.Subject != nil {
			t.Errorf("%s: %s", name, b.heard)
		}
		unknown[got.ResultText] = true
	}
	if len(unknown) != 1 {
		t.Errorf("one can tell them apart: %v", unknown)
	}
	w.recorded(string(id), demoClient, trembita.OperationSubmitDeclarations, asked.Subject.RNOKPP, dovidka.EventGranted, dovidka.EventDisclosed, dovidka.EventReleased)

	// What is refused later is refused as at once.
	for code, change := range map[string]func(*portal.Inquiry){
		"NOT_ENTITLED":      func(i *portal.Inquiry) { i.PurposeID = "7" },
		"PATIENT_NOT_FOUND": func(i *portal.Inquiry) { i.Subject.LastName = "Інший" },
	} {
		asked := asked
		change(&asked)
		now, later := b.inquire(asked), b.fetch(b.submit(asked), "")
		now.RequestID, later.RequestID = "", ""
		if now.Outcome != later.Outcome || now.ResultCode != code {
			t.Errorf("at once %+v, later %+v", now, later)
		}
	}

	// A citizen's request, twice by the same message: it is one.
	content := w.statement()
	signature := base64.StdEncoding.EncodeToString(w.sign(w.signer("ostap-ec"), content))
	message, err := b.Compose(trembita.OperationSubmitDeclarations, trembita.Submission{
		Signed: &trembita.SignedRequest{SignedContent: string(content), Signature: signature},
	})
	if err != nil {
		t.Fatal(err)
	}
	var out, again trembita.SubmissionResponse
	if err := errors.Join(b.Call(t.Context(), message, &out), b.Call(t.Context(), message, &again)); err != nil || out.ResultCode != trembita.ResultAccepted || out != again {
		t.Fatalf("%+v, then %+v, %v", out, again, err)
	}
	if got := b.fetch(dovidka.ID(out.RequestID), ""); got.ResultCode != trembita.ResultOK || got.Subject != nil || got.Receipt.ConsentID == "" {
		t.Errorf("%s", b.heard)
	}
}

// inquiryExpired fetches what the retention has wiped.
func inquiryExpired(t *testing.T, o *original) {
	w := o.start(t, entitle)
	b := w.body(demoClient)
	answered, refused := b.submit(about(registry.SampleAdult)), b.submit(about(registry.SampleUnknown))
	before := b.fetch(refused, "")
	if got := b.fetch(answered, ""); got.ResultCode != trembita.ResultOK {
		t.Fatalf("%s", b.heard)
	}
	db, err := database.Open(t.Context(), database.Config{URL: w.cfg.Databases.Disclosure})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	store, err := disclosuresql.New(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now().UTC()
	if wiped, _, err := store.Purge(t.Context(), now, now.Add(time.Hour), now.Add(-time.Hour)); err != nil || wiped != 2 {
		t.Fatalf("wiped %d, %v", wiped, err)
	}
	if got := b.fetch(answered, demoPurpose); got.ResultCode != trembita.ResultAnswerExpired || got.Sealed != nil || got.Subject != nil {
		t.Errorf("%s", b.heard)
	}
	if got := b.fetch(refused, demoPurpose); got.Outcome != before.Outcome || got.ResultCode != "PATIENT_NOT_FOUND" {
		t.Errorf("%s", b.heard)
	}
}

// inquiryWithdrawn takes the entitlement away between answer and fetching.
func inquiryWithdrawn(t *testing.T, o *original) {
	var id dovidka.ID
	next := &original{folder: &demoFolder{dir: filepath.Join(t.TempDir(), "kept"), citizens: o.folder.citizens}, log: o.log}
	t.Run("before", func(t *testing.T) {
		var w *world
		t.TempDir() // is removed after the clean-up below, which runs when the component has stopped
		t.Cleanup(func() {
			if err := os.CopyFS(next.folder.dir, os.DirFS(w.folder.dir)); err != nil {
				t.Error(err)
			}
		})
		w = o.start(t, entitle)
		b := w.body(demoClient)
		id = b.submit(about(registry.SampleAdult))
		if got := b.fetch(id, ""); got.ResultCode != trembita.ResultOK {
			t.Fatalf("%s", b.heard)
		}
	})
	w := next.start(t, func(c *Config) {
		entitle(c)
		c.Trembita.Entitlements = c.Trembita.Entitlements[1:]
	})
	b := w.body(demoClient)
	got := b.fetch(id, "")
	if got.ResultCode != "NOT_ENTITLED" || got.ResultDetail != "purpose-not-permitted" || got.Sealed != nil || got.Declarations != nil || got.Subject != nil {
		t.Errorf("%s", b.heard)
	}
	entries := w.recorded(string(id), demoClient, trembita.OperationSubmitDeclarations, about(registry.SampleAdult).Subject.RNOKPP,
		dovidka.EventGranted, dovidka.EventDisclosed, dovidka.EventReleased, dovidka.EventRefused)
	if e := entries[3]; e.Code != dovidka.CodeNotEntitled || e.Message != b.sent {
		t.Errorf("entry %s", e.raw)
	}
}

// inquiryOfNoOne: an empty list entitles nobody, whoever is admitted.
func inquiryOfNoOne(t *testing.T, o *original) {
	w := o.start(t, func(c *Config) { c.Trembita.Entitlements = nil })
	b := w.body(demoClient)
	if got := b.inquire(about(registry.SampleAdult)); got.ResultCode != "NOT_ENTITLED" {
		t.Errorf("%s", b.heard)
	}
	if got := b.status(about(registry.SampleAdult)); got.ResultCode != "NOT_ENTITLED" {
		t.Errorf("%s", b.heard)
	}
	// A subsystem that is not admitted gets no further than the door.
	var fault *portal.SOAPFault
	if _, err := w.body(strangerClient).Inquire(t.Context(), about(registry.SampleAdult)); !errors.As(err, &fault) || !strings.HasSuffix(fault.Code, "Client.AccessDenied") {
		t.Errorf("a stranger: %v", err)
	}
}
