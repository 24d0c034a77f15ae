package trembita_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/gateway/trembita"
)

// fuzzOperation sends any children of an operation's element, among them those
// of the examples. The answer is a payload of ours or a fault that puts the blame
// on the caller, and what is asked of the disclosure holds what the domain and
// the schema demand.
func fuzzOperation(f *testing.F, operation string, asked func(*testing.T, dovidka.Request)) {
	seeds := 0
	for _, message := range requests(f) {
		if _, inside, found := strings.Cut(message, "<d:"+operation+` xmlns:d="`+trembita.Namespace+`">`); found {
			inside, _, _ = strings.Cut(inside, "</d:"+operation+">")
			f.Add(inside)
			f.Add(strings.ReplaceAll(inside, "d:", ""))
			seeds++
		}
	}
	if seeds == 0 {
		f.Fatal("no seeds")
	}
	f.Add("")
	f.Add("<d:subject/><d:signed/><d:inquiry/><d:requestId/><d:declarationNumber/>")
	f.Fuzz(func(t *testing.T, fields string) {
		w := newWorld(t, trembita.Config{}, answers(inForce()))
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(call(t, operation, fields)))
		r.Header.Set("Content-Type", "text/xml")
		out := httptest.NewRecorder()
		w.soap.ServeHTTP(out, r)
		answer := read(t, out.Body.Bytes())
		code, fault := answer.result("resultCode"), answer.text("Body", "Fault", "faultcode")
		if out.Code != 200 && !strings.HasPrefix(fault, "soap:Client.") || out.Code == 200 && code == "" {
			t.Errorf("%d %s %s", out.Code, code, fault)
		}
		for _, req := range w.requests() {
			if len(req.Caller.PurposeID) > 4*255 || !utf8.ValidString(req.Caller.PurposeID) {
				t.Errorf("purpose %q", req.Caller.PurposeID)
			}
			asked(t, req)
		}
	})
}

// checkInquiry holds an inquiry against its own reader, which the disclosure
// uses when it takes a stored one up.
func checkInquiry(scope dovidka.Scope) func(*testing.T, dovidka.Request) {
	return func(t *testing.T, req dovidka.Request) {
		if req.Inquiry == nil || req.Inquiry.Scope != scope || req.Caller.PurposeID == "" || req.Container != nil {
			t.Fatalf("asked %+v", req)
		}
		encoded, err := req.Inquiry.Encode()
		if err != nil {
			t.Fatal(err)
		}
		again, err := dovidka.ParseInquiry(encoded)
		if err != nil || again.Plain().Subject.LastName != req.Inquiry.Plain().Subject.LastName || again.Ground != req.Inquiry.Ground {
			t.Errorf("%s is read as %v, %v", encoded, again, err)
		}
		s := req.Inquiry.Subject
		given := 0
		for _, absent := range []bool{s.RNOKPP.IsZero(), s.UNZR.IsZero(), s.Document.IsZero()} {
			if !absent {
				given++
			}
		}
		if given != 1 || utf8.RuneCountInString(s.Name.Family) > 255 {
			t.Errorf("%d identifiers", given)
		}
	}
}

func FuzzGetDeclarationsByPurpose(f *testing.F) {
	fuzzOperation(f, trembita.OperationGetDeclarationsByPurpose, checkInquiry(dovidka.ScopeDeclarations))
}

func FuzzGetDeclarationStatus(f *testing.F) {
	fuzzOperation(f, trembita.OperationGetDeclarationStatus, checkInquiry(dovidka.ScopeStatus))
}

func FuzzSubmitDeclarationsRequest(f *testing.F) {
	inquiry := checkInquiry(dovidka.ScopeDeclarations)
	fuzzOperation(f, trembita.OperationSubmitDeclarations, func(t *testing.T, req dovidka.Request) {
		if len(req.Container) == 0 {
			inquiry(t, req)
		} else if req.Inquiry != nil {
			t.Error("both were submitted")
		}
	})
}

func FuzzGetDeclarationsResult(f *testing.F) {
	fuzzOperation(f, trembita.OperationGetDeclarationsResult, func(t *testing.T, req dovidka.Request) {
		if len(req.ID) != 36 || strings.ToLower(string(req.ID)) != string(req.ID) {
			t.Errorf("asked for %q", req.ID)
		}
	})
}
