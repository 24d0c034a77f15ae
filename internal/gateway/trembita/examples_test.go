package trembita_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/gateway/trembita"
)

// Whom the bodies of the examples inquire about.
const (
	askedRNOKPP = "3075751279"
	askedUNZR   = "19840317-01234"
	askedFamily = "Вигаданий"
	askedNumber = "0001-20MH-K800"
	ourGround   = "Закон України № 2168-VIII, стаття 9"
)

// Parts of requests.
func purposeAndGround() string {
	return field("purposeId", "purpose-7") + field("legalGround", ourGround)
}

func element(name, fields string) string { return "<d:" + name + ">" + fields + "</d:" + name + ">" }

func named(identifier string) string {
	return element("subject", identifier+field("lastName", askedFamily)+field("firstName", "Остап"))
}

func byRNOKPP() string { return purposeAndGround() + named(field("rnokpp", askedRNOKPP)) }

func byDocument() string {
	return purposeAndGround() + element("subject",
		element("document", field("type", "PASSPORT")+field("number", "ap 123456"))+
			field("lastName", askedFamily)+field("firstName", "Остап")+field("secondName", "Ігорович")+field("birthDate", "1984-03-17"))
}

// call is an ordinary message of an admitted client for any operation.
func call(tb testing.TB, operation, fields string) string {
	tb.Helper()
	message := ours(tb, strings.ReplaceAll(payload(fields), "d:GetDeclarations_v1", "d:"+operation))
	return strings.Replace(message, "<i:serviceCode>GetDeclarations_v1<", "<i:serviceCode>"+operation+"<", 1)
}

// requests are messages of every form the operations take.
func requests(tb testing.TB) map[string]string {
	tb.Helper()
	return map[string]string{
		"request-declarations-detached.xml": ours(tb, detached()),
		"request-declarations-attached.xml": ours(tb, attached()),
		"request-by-purpose-rnokpp.xml":     call(tb, trembita.OperationGetDeclarationsByPurpose, byRNOKPP()),
		"request-by-purpose-unzr.xml":       call(tb, trembita.OperationGetDeclarationsByPurpose, purposeAndGround()+named(field("unzr", askedUNZR))),
		"request-by-purpose-document.xml":   call(tb, trembita.OperationGetDeclarationsByPurpose, byDocument()),
		"request-status.xml":                call(tb, trembita.OperationGetDeclarationStatus, byRNOKPP()),
		"request-status-number.xml":         call(tb, trembita.OperationGetDeclarationStatus, byRNOKPP()+field("declarationNumber", askedNumber)),
		"request-submit-signed.xml": call(tb, trembita.OperationSubmitDeclarations, element("signed",
			field("purposeId", "purpose-7")+field("signedContent", secretStatement)+field("signature", container64()))),
		"request-submit-inquiry.xml": call(tb, trembita.OperationSubmitDeclarations, element("inquiry", byRNOKPP())),
		"request-result.xml":         call(tb, trembita.OperationGetDeclarationsResult, field("requestId", requestID)),
		"request-result-purpose.xml": call(tb, trembita.OperationGetDeclarationsResult, field("purposeId", "purpose-7")+field("requestId", requestID)),
	}
}

// inquired is the inquiry that a case with the answer was opened by.
func inquired(tb testing.TB) *dovidka.Inquiry {
	tb.Helper()
	out, err := dovidka.InquiryJSON{
		Scope: dovidka.ScopeDeclarations, Ground: ourGround,
		Subject: dovidka.SubjectJSON{RNOKPP: askedRNOKPP, LastName: askedFamily, FirstName: "Остап"},
	}.Parse()
	if err != nil {
		tb.Fatal(err)
	}
	return &out
}

// byLaw is an answer without a consent.
func byLaw() dovidka.Answer {
	a := fullAnswer()
	a.Receipt.ConsentID = ""
	return a
}

// inForce is an answer of the scope status.
func inForce() dovidka.Answer {
	a := byLaw()
	a.Record.Partial, a.Record.Patient = false, dovidka.PatientJSON{ID: "11111111-2222-4333-8444-555555555555", LastName: askedFamily, FirstName: "Остап"}
	a.Record.Declarations = []dovidka.DeclarationJSON{
		{
			ID: "aaaaaaaa-0000-4000-8000-000000000001", Number: askedNumber, Status: dovidka.StatusActive, InForce: true,
			Start: "2021-09-01", PlannedEnd: "2061-09-01", LegalEntity: a.Record.Declarations[0].LegalEntity,
		},
		{
			ID: "aaaaaaaa-0000-4000-8000-000000000002", Number: "0000-12H4-0001", Status: dovidka.StatusActive, InForce: true,
			Start: "2025-02-01", LegalEntityID: "dddddddd-0000-4000-8000-000000000002",
		},
	}
	return a
}

func noneInForce() dovidka.Answer {
	a := inForce()
	a.Record.Declarations = nil
	return a
}

func progresses(p dovidka.Progress) func(context.Context, dovidka.Request) (dovidka.Progress, error) {
	return func(context.Context, dovidka.Request) (dovidka.Progress, error) { return p, nil }
}

func refuses(code dovidka.Code, reason string) func(context.Context, dovidka.Request) (dovidka.Progress, error) {
	return fails(&dovidka.Fault{Code: code, Reason: reason})
}

// example is an outcome with the request that brings it.
type example struct {
	request, code, detail string
	submit                func(context.Context, dovidka.Request) (dovidka.Progress, error)
}

// examples are one answer of every outcome that is more than a code, by file.
func examples(tb testing.TB) map[string]example {
	tb.Helper()
	answer, asked := byLaw(), inquired(tb)
	pending := dovidka.Progress{ID: requestID, State: dovidka.StateAccepted}
	return map[string]example{
		"answer-by-purpose.xml":                 {"request-by-purpose-rnokpp.xml", "OK", "", answers(byLaw())},
		"answer-by-purpose-document.xml":        {"request-by-purpose-document.xml", "OK", "", answers(byLaw())},
		"answer-by-purpose-no-declarations.xml": {"request-by-purpose-unzr.xml", "NO_DECLARATIONS", "", answers(noneInForce())},
		"answer-by-purpose-not-found.xml":       {"request-by-purpose-rnokpp.xml", "PATIENT_NOT_FOUND", "", refuses(dovidka.CodePatientNotFound, "")},
		"answer-by-purpose-not-entitled.xml":    {"request-by-purpose-rnokpp.xml", "NOT_ENTITLED", "ground-not-permitted", refuses(dovidka.CodeNotEntitled, "ground-not-permitted")},
		"answer-status.xml":                     {"request-status.xml", "OK", "", answers(inForce())},
		"answer-status-none.xml":                {"request-status.xml", "NO_DECLARATIONS", "", answers(noneInForce())},
		"answer-status-number-none.xml":         {"request-status-number.xml", "NO_DECLARATIONS", "", answers(noneInForce())},
		"answer-submit.xml":                     {"request-submit-inquiry.xml", "ACCEPTED", "", progresses(pending)},
		"answer-submit-signed.xml":              {"request-submit-signed.xml", "ACCEPTED", "", progresses(pending)},
		"answer-result-pending.xml":             {"request-result.xml", "PENDING", "", progresses(pending)},
		"answer-result-of-inquiry.xml": {"request-result-purpose.xml", "OK", "",
			progresses(dovidka.Progress{ID: requestID, State: dovidka.StateDone, Answer: &answer, Inquiry: asked})},
		"answer-result-of-citizen.xml": {"request-result.xml", "OK", "", answers(fullAnswer())},
		"answer-result-refused.xml": {"request-result.xml", "PATIENT_NOT_FOUND", "",
			progresses(dovidka.Progress{ID: requestID, State: dovidka.StateRefused, Fault: &dovidka.Fault{Code: dovidka.CodePatientNotFound}, Inquiry: asked})},
		"answer-result-unknown.xml": {"request-result.xml", "REQUEST_NOT_FOUND", "", refuses(dovidka.CodeRequestUnknown, "")},
		"answer-result-expired.xml": {"request-result.xml", "ANSWER_EXPIRED", "", refuses(dovidka.CodeRequestExpired, "")},
	}
}

// constant puts a fixed request id where the door made one, so that golden
// files stay the same.
func constant(answer []byte) []byte {
	before, rest, found := bytes.Cut(answer, []byte("<requestId>"))
	if !found {
		return answer
	}
	_, after, _ := bytes.Cut(rest, []byte("</requestId>"))
	return fmt.Appendf(nil, "%s<requestId>%s</requestId>%s", before, requestID, after)
}

// send posts a message and returns the answer's bytes.
func (w *world) send(tb testing.TB, message string) (int, []byte) {
	tb.Helper()
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(message))
	r.Header.Set("Content-Type", "text/xml; charset=utf-8")
	r.Header.Set("uxp-transaction-id", "0d7c3d1c-transaction")
	out := httptest.NewRecorder()
	w.door.ServeHTTP(out, r)
	return out.Code, out.Body.Bytes()
}

// TestExamples holds requests and answers of every operation against golden
// files, which others read: the description's examples.
func TestExamples(t *testing.T) {
	t.Parallel()
	messages := requests(t)
	for name, message := range messages {
		golden(t, name, []byte(message))
	}
	used := map[string]bool{"request-declarations-detached.xml": true, "request-declarations-attached.xml": true} // in other tests
	for name, e := range examples(t) {
		used[e.request] = true
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, trembita.Config{}, e.submit)
			status, answer := w.send(t, messages[e.request])
			got := read(t, answer)
			if status != http.StatusOK || got.result("resultCode") != e.code || got.result("resultDetail") != e.detail {
				t.Fatalf("%d %s", status, answer)
			}
			golden(t, name, constant(answer))
			facts := w.lines(t)[0]
			if facts["result"] != e.code || facts["route"] != strings.TrimSuffix(got.at("Body").Nodes[0].XMLName.Local, "Response") {
				t.Errorf("logged %v", facts)
			}
		})
	}
	for name := range messages {
		if !used[name] {
			t.Errorf("nothing is asked with %s", name)
		}
	}
}

// xmllint validates files against the schema of messages; it fails the test
// for the first that is not valid.
func xmllint(t *testing.T, files []string) {
	t.Helper()
	program, err := exec.LookPath("xmllint")
	if err != nil {
		t.Skip("xmllint is not installed: messages are not validated against the schema")
	}
	arguments := append([]string{"--noout", "--nonet", "--schema", filepath.Join("testdata", "envelope.xsd")}, files...)
	if out, err := exec.CommandContext(t.Context(), program, arguments...).CombinedOutput(); err != nil {
		for line := range strings.Lines(string(out)) {
			if !strings.HasSuffix(line, " validates\n") {
				t.Error(strings.TrimSpace(line))
			}
		}
		t.Fatal(err)
	}
}

// TestExamplesAreValid lets libxml2 validate the golden messages.
func TestExamplesAreValid(t *testing.T) {
	t.Parallel()
	var files []string
	for _, pattern := range []string{"request-*.xml", "answer-*.xml"} {
		found, err := filepath.Glob(filepath.Join("testdata", pattern))
		if err != nil || len(found) < 10 {
			t.Fatalf("%d files %s, %v", len(found), pattern, err)
		}
		files = append(files, found...)
	}
	xmllint(t, files)
}

// TestEveryOutcomeIsValid lets libxml2 validate the answer to every request of
// the examples with every code there is.
func TestEveryOutcomeIsValid(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var files []string
	for name, message := range requests(t) {
		for _, code := range dovidka.Codes() {
			w := newWorld(t, trembita.Config{}, refuses(code, "some-reason"))
			status, answer := w.send(t, message)
			if status != http.StatusOK {
				continue
			}
			path := filepath.Join(dir, fmt.Sprintf("%s-%s", code, name))
			if err := os.WriteFile(path, answer, 0o600); err != nil {
				t.Fatal(err)
			}
			files = append(files, path)
		}
	}
	if len(files) < 100 {
		t.Fatalf("only %d outcomes", len(files))
	}
	xmllint(t, files)
}
