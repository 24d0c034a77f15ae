package trembita_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/gateway/trembita"
)

// TestInquiryRequest looks at what the disclosure is asked in every form of an
// inquiry.
func TestInquiryRequest(t *testing.T) {
	t.Parallel()
	plain := func(change func(*dovidka.InquiryJSON)) dovidka.InquiryJSON {
		out := dovidka.InquiryJSON{
			Scope: dovidka.ScopeDeclarations, Ground: ourGround,
			Subject: dovidka.SubjectJSON{RNOKPP: askedRNOKPP, LastName: askedFamily, FirstName: "Остап"},
		}
		change(&out)
		return out
	}
	same := func(*dovidka.InquiryJSON) {}
	status := func(i *dovidka.InquiryJSON) { i.Scope = dovidka.ScopeStatus }
	spaced := field("purposeId", " purpose-7\n") + field("legalGround", " Закон  України № 2168-VIII,\n стаття 9 ") +
		element("subject", field("rnokpp", " "+askedRNOKPP+" ")+"<d:unzr/><d:document><d:type/><d:number/></d:document>"+
			field("lastName", " "+askedFamily)+field("firstName", "Остап")+"<d:secondName/><d:birthDate/>")
	tests := map[string]struct {
		operation, fields, method string
		want                      dovidka.InquiryJSON
	}{
		"by РНОКПП": {trembita.OperationGetDeclarationsByPurpose, byRNOKPP(), "inquire", plain(same)},
		"by УНЗР": {trembita.OperationGetDeclarationsByPurpose, purposeAndGround() + named(field("unzr", askedUNZR)), "inquire", plain(func(i *dovidka.InquiryJSON) {
			i.Subject.RNOKPP, i.Subject.UNZR = "", askedUNZR
		})},
		"by document": {trembita.OperationGetDeclarationsByPurpose, byDocument(), "inquire", plain(func(i *dovidka.InquiryJSON) {
			i.Subject = dovidka.SubjectJSON{
				Document: &dovidka.DocumentJSON{Type: dovidka.DocumentPassport, Number: "АР123456"},
				LastName: askedFamily, FirstName: "Остап", SecondName: "Ігорович", BirthDate: "1984-03-17",
			}
		})},
		"spaces, and empty as absent": {trembita.OperationGetDeclarationsByPurpose, spaced, "inquire", plain(same)},
		"status":                      {trembita.OperationGetDeclarationStatus, byRNOKPP(), "inquire", plain(status)},
		"status, empty number":        {trembita.OperationGetDeclarationStatus, byRNOKPP() + "<d:declarationNumber/>", "inquire", plain(status)},
		"status of a number": {trembita.OperationGetDeclarationStatus, byRNOKPP() + field("declarationNumber", " 0001-20мн-к8оо "), "inquire", plain(func(i *dovidka.InquiryJSON) {
			i.Scope, i.DeclarationNumber = dovidka.ScopeStatus, askedNumber
		})},
		"a birth date with a time zone": {trembita.OperationGetDeclarationsByPurpose, strings.Replace(byRNOKPP(), "</d:subject>", field("birthDate", "1984-03-17+02:00")+"</d:subject>", 1), "inquire", plain(func(i *dovidka.InquiryJSON) {
			i.Subject.BirthDate = "1984-03-17"
		})},
		"submitted, with all there is": {trembita.OperationSubmitDeclarations, "<d:signed><d:purposeId/><d:signature/></d:signed>" + element("inquiry", byRNOKPP()), "enqueue", plain(same)},
		"submitted":                    {trembita.OperationSubmitDeclarations, element("inquiry", byRNOKPP()), "enqueue", plain(same)},
		"status of what is no number":  {trembita.OperationGetDeclarationStatus, byRNOKPP() + field("declarationNumber", "декларація"), "refuse declaration-number-invalid", plain(status)},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, trembita.Config{Now: func() time.Time { return sampleTime }}, answers(inForce()))
			status, answer := w.post(t, call(t, tt.operation, tt.fields))
			if status != http.StatusOK || w.asked[0] != tt.method || len(w.asked) != 1 {
				t.Fatalf("%d %s, asked %v", status, answer.text("Body", "Fault", "faultstring"), w.asked)
			}
			got := w.requests()[0]
			if got.Inquiry == nil || got.Container != nil || got.ID == "" || got.Channel != dovidka.ChannelTrembita || !got.ReceivedAt.Equal(sampleTime) {
				t.Fatalf("asked %+v", got)
			}
			if diff := cmp.Diff(tt.want, got.Inquiry.Plain()); diff != "" {
				t.Error(diff)
			}
			c := got.Caller
			if c.Name != ourClient || c.MessageID != "5b0c0d5e-message" || c.TransactionID != "0d7c3d1c-transaction" || c.UserID.Reveal() != secretUser ||
				c.PurposeID != "purpose-7" || !strings.HasSuffix(c.Service, "/"+tt.operation) {
				t.Errorf("the caller is %+v", c)
			}
			if facts := w.lines(t)[0]; facts["purpose_id"] != "purpose-7" || facts["route"] != tt.operation || facts["request_id"] != answer.result("requestId") {
				t.Errorf("logged %v", facts)
			}
		})
	}
}

// TestSubmittedSignedRequest is a citizen's, as at GetDeclarations_v1.
func TestSubmittedSignedRequest(t *testing.T) {
	t.Parallel()
	w := newWorld(t, trembita.Config{}, progresses(dovidka.Progress{ID: requestID, State: dovidka.StateDone}))
	message := requests(t)["request-submit-signed.xml"]
	nothing := `<d:inquiry xmlns:n="http://www.w3.org/2001/XMLSchema-instance" n:nil="true"/></d:SubmitDeclarationsRequest_v1>`
	status, answer := w.post(t, strings.Replace(message, "</d:SubmitDeclarationsRequest_v1>", nothing, 1))
	got := w.requests()[0]
	if status != 200 || w.asked[0] != "enqueue" || got.Inquiry != nil || string(got.Container) != secretContainer || string(got.Content) != secretStatement || got.Caller.PurposeID != "purpose-7" {
		t.Errorf("%d, asked %v %+v", status, w.asked, got)
	}
	if answer.result("resultCode") != "ACCEPTED" || answer.result("requestId") != requestID {
		t.Errorf("%s %s", answer.result("resultCode"), answer.result("requestId"))
	}
}

// TestUnusableInquiries are faults that name the field and never its value.
func TestUnusableInquiries(t *testing.T) {
	t.Parallel()
	const secret = "Таємниця"
	ground, purpose := field("legalGround", ourGround), field("purposeId", "purpose-7")
	names := field("lastName", askedFamily) + field("firstName", "Остап")
	about := func(fields string) string { return purpose + ground + element("subject", fields) }
	long := strings.Repeat("ї", 256)
	tests := map[string]struct{ operation, fields, field string }{
		"no purpose":            {"", ground + named(field("rnokpp", askedRNOKPP)), "purposeId"},
		"empty purpose":         {"", "<d:purposeId> </d:purposeId>" + ground + named(field("rnokpp", askedRNOKPP)), "purposeId"},
		"long purpose":          {"", field("purposeId", long) + ground + named(field("rnokpp", askedRNOKPP)), "purposeId"},
		"no ground":             {"", purpose + named(field("rnokpp", askedRNOKPP)), "legalGround"},
		"long ground":           {"", purpose + field("legalGround", long) + named(field("rnokpp", askedRNOKPP)), "legalGround"},
		"ground with a control": {"", purpose + "<d:legalGround>a\u0084b</d:legalGround>" + named(field("rnokpp", askedRNOKPP)), "legalGround"},
		"no subject":            {"", purpose + ground, "subject"},
		"nobody named":          {"", about(names), "subject"},
		"two identifiers":       {"", about(field("rnokpp", askedRNOKPP) + field("unzr", askedUNZR) + names), "subject"},
		"number and document":   {"", about(field("rnokpp", askedRNOKPP) + element("document", field("type", "PASSPORT")+field("number", "АР123456")) + names), "subject"},
		"half a document":       {"", about(element("document", field("type", "PASSPORT")) + names), "subject.document"},
		"РНОКПП in letters":     {"", about(field("rnokpp", secret) + names), "subject.rnokpp"},
		"РНОКПП with a slip":    {"", about(field("rnokpp", "307575127") + names), "subject.rnokpp"},
		"УНЗР in letters":       {"", about(field("unzr", secret) + names), "subject.unzr"},
		"document in letters":   {"", about(element("document", field("type", "PASSPORT")+field("number", secret)) + names), "subject.document"},
		"no names":              {"", about(field("rnokpp", askedRNOKPP)), "subject"},
		"no first name":         {"", about(field("rnokpp", askedRNOKPP) + field("lastName", secret)), "subject"},
		"long name":             {"", about(field("rnokpp", askedRNOKPP) + field("lastName", long) + field("firstName", "Остап")), "subject.lastName"},
		"no date":               {"", about(field("rnokpp", askedRNOKPP) + names + field("birthDate", "17.03.1984")), "subject.birthDate"},
		"a signature":           {"", byRNOKPP() + field("signature", container64()), ""},
		"a declaration number":  {"", byRNOKPP() + field("declarationNumber", askedNumber), ""},
		"two subjects":          {"", byRNOKPP() + named(field("unzr", askedUNZR)), ""},
		"all empty":             {trembita.OperationSubmitDeclarations, `<d:signed/><d:inquiry><d:purposeId/><d:legalGround/><d:subject><d:document><d:type/><d:number/></d:document></d:subject></d:inquiry>`, ""},
		"neither submitted":     {trembita.OperationSubmitDeclarations, "", ""},
		"both submitted": {trembita.OperationSubmitDeclarations,
			element("signed", field("signature", container64())) + element("inquiry", byRNOKPP()), ""},
		"a status submitted":          {trembita.OperationSubmitDeclarations, element("inquiry", byRNOKPP()+field("declarationNumber", askedNumber)), ""},
		"a bad signature":             {trembita.OperationSubmitDeclarations, element("signed", field("signature", "!!!")), "signature"},
		"a bad number and subject":    {trembita.OperationGetDeclarationStatus, about(field("rnokpp", secret)+names) + field("declarationNumber", secret), "subject.rnokpp"},
		"a result of two":             {trembita.OperationGetDeclarationsResult, field("requestId", requestID) + field("requestId", requestID), ""},
		"a result for a long purpose": {trembita.OperationGetDeclarationsResult, field("purposeId", long) + field("requestId", requestID), "purposeId"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if tt.operation == "" {
				tt.operation = trembita.OperationGetDeclarationsByPurpose
			}
			w := newWorld(t, trembita.Config{}, nil)
			status, answer := w.post(t, call(t, tt.operation, tt.fields))
			text := answer.text("Body", "Fault", "faultstring")
			if status != 500 || answer.text("Body", "Fault", "faultcode") != "soap:Client.InvalidBody" || len(w.asked) != 0 {
				t.Errorf("%d %s %s, asked %v", status, answer.result("resultCode"), text, w.asked)
			}
			if tt.field != "" && !strings.HasSuffix(text, " Поле: "+tt.field+".") {
				t.Errorf("%q does not name %s", text, tt.field)
			}
			if strings.Contains(text+w.log.String(), secret) || strings.Contains(w.log.String(), askedFamily) {
				t.Errorf("a value is told: %q, %s", text, w.log)
			}
		})
	}
}

// TestResultIDs are one outcome, and only what can be an id is looked for.
func TestResultIDs(t *testing.T) {
	t.Parallel()
	for id, asks := range map[string]bool{
		requestID: true, " " + strings.ToUpper(requestID) + "\n": true,
		"": false, "1": false, requestID + "0": false, "7f0c2c6e2f0b4f579c0e3a5b1f4d8e21": false, strings.Repeat("f", 100_000): false, "7f0c2c6e-2f0b-4f57-9c0e-3a5b1f4d8eїї": false,
	} {
		w := newWorld(t, trembita.Config{}, refuses(dovidka.CodeRequestUnknown, ""))
		status, answer := w.post(t, call(t, trembita.OperationGetDeclarationsResult, field("requestId", id)))
		if status != 200 || answer.result("resultCode") != "REQUEST_NOT_FOUND" || answer.result("resultText") == "" {
			t.Errorf("%.40q: %d %s", id, status, answer.result("resultCode"))
		}
		if got := w.requests(); (len(got) == 1) != asks || asks && (got[0].ID != requestID || got[0].Caller.Name != ourClient || got[0].Caller.MessageID != "5b0c0d5e-message") {
			t.Errorf("%.40q: asked %+v", id, got)
		}
		if facts := w.lines(t)[0]; facts["outcome"] != "request-not-found" || facts["level"] != "INFO" || strings.Contains(w.log.String(), "fffff") {
			t.Errorf("%.40q: logged %.200v", id, facts)
		}
	}
	// A case of another door in a state that no submission has.
	w := newWorld(t, trembita.Config{}, progresses(dovidka.Progress{ID: requestID, State: dovidka.StateAwaiting}))
	if _, answer := w.post(t, requests(t)["request-result.xml"]); answer.result("resultCode") != "REQUEST_NOT_FOUND" {
		t.Errorf("awaiting: %s", answer.result("resultCode"))
	}
}

// TestEveryCodeOfInquiries walks every code through the operations of bodies:
// an outcome or a fault as at the first operation, in words for an official.
func TestEveryCodeOfInquiries(t *testing.T) {
	t.Parallel()
	late := func(fault *dovidka.Fault) dovidka.Progress {
		return dovidka.Progress{ID: requestID, State: dovidka.StateRefused, Fault: fault, Inquiry: &dovidka.Inquiry{}}
	}
	texts := map[string]dovidka.Code{}
	for _, code := range dovidka.Codes() {
		fault := &dovidka.Fault{Code: code, Reason: "stable-reason", Err: errors.New("cause for logs")}
		said := map[string]string{}
		for name, submit := range map[string]func(context.Context, dovidka.Request) (dovidka.Progress, error){
			"request-by-purpose-rnokpp.xml": fails(fmt.Errorf("wrapped: %w", fault)),
			"request-status.xml":            fails(fault),
			"request-submit-inquiry.xml":    fails(fault),
			"request-result.xml":            progresses(late(fault)),
		} {
			w := newWorld(t, trembita.Config{}, submit)
			status, answer := w.post(t, requests(t)[name])
			facts := w.lines(t)[0]
			if facts["outcome"] != string(code) || facts["detail"] != "stable-reason" {
				t.Errorf("%s, %s: logged %v", code, name, facts)
			}
			text := answer.text("Body", "Fault", "faultstring")
			if isOutcome(code) {
				text = answer.result("resultText")
				if status != 200 || answer.result("resultCode") != trembita.ResultCode(code) || answer.result("resultDetail") != "stable-reason" || answer.result("requestId") != facts["request_id"] {
					t.Errorf("%s, %s: %d %s", code, name, status, answer.result("resultCode"))
				}
				if answer.at("Body").Nodes[0].at("subject") != nil || answer.at("Body").Nodes[0].at("inForce") != nil {
					t.Errorf("%s, %s: a refusal with data", code, name)
				}
			} else if status != 500 || facts["fault_id"] == nil {
				t.Errorf("%s, %s: %d %v", code, name, status, facts)
			}
			if !strings.HasSuffix(text, ".") || strings.Contains(text, "cause") {
				t.Errorf("%s, %s: text %q", code, name, text)
			}
			said[text] = name
			if other, ok := texts[text]; ok && other != code {
				t.Errorf("%s and %s read the same", code, other)
			}
			texts[text] = code
		}
		if len(said) != 1 {
			t.Errorf("%s is said in several ways: %v", code, said)
		}
		switch code {
		case dovidka.CodePatientNotFound, dovidka.CodeNotEntitled, dovidka.CodeDeclarationNumberInvalid, dovidka.CodeInvalid, dovidka.CodeTooLarge,
			dovidka.CodeTimeout, dovidka.CodeBusy, dovidka.CodeRegistryUnavailable, dovidka.CodeStorageUnavailable, dovidka.CodeInternal:
			for text := range said {
				if strings.Contains(text, "підпис") || strings.Contains(text, "заяв") || strings.Contains(text, "те саме повідомлення") {
					t.Errorf("%s tells a body %q", code, text)
				}
			}
		}
	}
}

// TestResultOfRefusedCitizen words the end of a citizen's request for the citizen.
func TestResultOfRefusedCitizen(t *testing.T) {
	t.Parallel()
	texts := map[string]bool{}
	for _, asked := range []*dovidka.Inquiry{nil, {}, inquired(t)} {
		w := newWorld(t, trembita.Config{}, progresses(dovidka.Progress{
			ID: requestID, State: dovidka.StateRefused, Fault: &dovidka.Fault{Code: dovidka.CodePatientNotFound}, Inquiry: asked,
		}))
		_, answer := w.post(t, requests(t)["request-result.xml"])
		text := answer.result("resultText")
		if strings.Contains(text, "підпис") != (asked == nil) {
			t.Errorf("%v: %q", asked, text)
		}
		texts[text] = true
	}
	// A statement that was not of its time is not an answer that is not kept.
	w := newWorld(t, trembita.Config{}, progresses(dovidka.Progress{
		ID: requestID, State: dovidka.StateRefused, Fault: &dovidka.Fault{Code: dovidka.CodeRequestExpired},
	}))
	if _, answer := w.post(t, requests(t)["request-result.xml"]); answer.result("resultCode") != "REQUEST_EXPIRED" {
		t.Errorf("%s", answer.result("resultCode"))
	}
	if len(texts) != 2 {
		t.Errorf("%v", texts)
	}
}

// TestStatusWithMore fails rather than tell of a declaration that is over.
func TestStatusWithMore(t *testing.T) {
	t.Parallel()
	a := inForce()
	a.Record.Declarations[1].InForce = false
	w := newWorld(t, trembita.Config{}, answers(a))
	if status, answer := w.post(t, requests(t)["request-status.xml"]); status != 500 || answer.text("Body", "Fault", "faultcode") != "soap:Server.InternalError" {
		t.Errorf("%d", status)
	}
}

// TestNothingOfInquiriesIsLogged sends every form with every end and looks for
// whom they are about.
func TestNothingOfInquiriesIsLogged(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	lines := 0
	run := func(submit func(context.Context, dovidka.Request) (dovidka.Progress, error)) {
		w := newWorld(t, trembita.Config{}, submit)
		for _, message := range requests(t) {
			w.post(t, message)
			w.post(t, strings.ReplaceAll(message, askedRNOKPP, askedRNOKPP+"9"))
			w.post(t, strings.ReplaceAll(message, "<d:purposeId>", "<d:other>Таємний</d:other><d:purposeId>"))
		}
		w.post(t, call(t, trembita.OperationGetDeclarationStatus, byRNOKPP()+field("declarationNumber", "Вигаданий номер")))
		lines += len(w.lines(t))
		log.WriteString(w.log.String())
	}
	run(answers(inForce()))
	for _, code := range dovidka.Codes() {
		run(refuses(code, ""))
	}
	if lines < 1000 {
		t.Errorf("%d lines", lines)
	}
	for _, secret := range []string{
		secretUser, secretIssue, askedRNOKPP, askedUNZR, askedFamily, "Остап", "Ігорович", "1984-03-17", "123456", askedNumber, "Таємний", "номер",
		ourGround, secretContainer, container64(), "Лікаренко", "resourceType",
	} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("the log tells %q", secret)
		}
	}
}
