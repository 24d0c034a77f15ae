package trembita_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/dovidka/dovidka/internal/gateway/trembita"
)

// TestMonitorReadsTheSame sends inquiries of which somebody who reads them by the
// schema, as the monitoring of access to personal data does, would read another
// subject or purpose than we do, or none. Nothing of them is asked.
func TestMonitorReadsTheSame(t *testing.T) {
	t.Parallel()
	const elsewhere = `xmlns:e="urn:elsewhere"`
	message := call(t, trembita.OperationGetDeclarationsByPurpose, byRNOKPP())
	rnokpp, purpose := field("rnokpp", askedRNOKPP), field("purposeId", "purpose-7")
	for name, edit := range map[string][2]string{
		"subject in another namespace":    {rnokpp, "<e:rnokpp " + elsewhere + ">" + askedRNOKPP + "</e:rnokpp>"},
		"another subject beside":          {rnokpp, rnokpp + "<e:rnokpp " + elsewhere + ">3318172225</e:rnokpp>"},
		"another subject before":          {rnokpp, "<rnokpp>3318172225</rnokpp>" + rnokpp},
		"another identifier beside":       {rnokpp, rnokpp + field("unzr", askedUNZR)},
		"subject that is said to be none": {rnokpp, strings.Replace(rnokpp, "rnokpp>", `rnokpp xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="true">`, 1)},
		"subject in another element":      {rnokpp, "<d:rnokpp><d:rnokpp>" + askedRNOKPP + "</d:rnokpp></d:rnokpp>"},
		"digits of another script":        {askedRNOKPP, "٣٠٧٥٧٥١٢٧٩"},
		"full-width digits":               {askedRNOKPP, "３０７５７５１２７９"},
		"a joiner inside":                 {askedRNOKPP, askedRNOKPP[:5] + "\u200D" + askedRNOKPP[5:]},
		"a blank of typographers before":  {askedRNOKPP, "\u00A0" + askedRNOKPP},
		"purpose in another namespace":    {purpose, "<e:purposeId " + elsewhere + ">purpose-7</e:purposeId>"},
		"another purpose beside":          {purpose, purpose + "<purposeId>purpose-8</purposeId>"},
		"purpose of the header":           {purpose, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, trembita.Config{}, answers(byLaw()))
			edited := strings.Replace(message, edit[0], edit[1], 1)
			if edited == message {
				t.Fatal("nothing was edited")
			}
			status, answer := w.post(t, edited)
			if status != 500 || answer.text("Body", "Fault", "faultcode") != "soap:Client.InvalidBody" || len(w.requests()) != 0 {
				t.Errorf("%d %s, asked %v", status, answer.text("Body", "Fault", "faultcode"), w.requests())
			}
			if strings.Contains(w.log.String(), askedRNOKPP) || strings.Contains(w.log.String(), "3318172225") {
				t.Errorf("logged %s", w.log)
			}
		})
	}
}

// TestBlanksOfPurposes takes no blanks off a purpose but those of XML: to a monitor
// the rest is another purpose.
func TestBlanksOfPurposes(t *testing.T) {
	t.Parallel()
	for blank, purpose := range map[string]string{" \t\n": "purpose-7", "\u00A0": "purpose-7\u00A0", "\u3000": "purpose-7\u3000"} {
		w := newWorld(t, trembita.Config{}, answers(byLaw()))
		w.post(t, strings.Replace(call(t, trembita.OperationGetDeclarationsByPurpose, byRNOKPP()), "purpose-7", "purpose-7"+blank, 1))
		if asked := w.requests(); len(asked) != 1 || asked[0].Caller.PurposeID != purpose {
			t.Errorf("%q: %v", blank, asked)
		}
	}
}

// TestInclusions takes the signature from a part beside the envelope, and nothing
// that monitoring has to read.
func TestInclusions(t *testing.T) {
	t.Parallel()
	const boundary = "MIME_boundary"
	include := func(name string) string {
		return "<d:" + name + `><xop:Include xmlns:xop="http://www.w3.org/2004/08/xop/include" href="cid:a"/></d:` + name + ">"
	}
	for name, test := range map[string]struct {
		operation, fields, part string
		status                  int
	}{
		"signature":        {trembita.OperationGetDeclarations, include("signature"), secretContainer, http.StatusOK},
		"purpose":          {trembita.OperationGetDeclarationsByPurpose, include("purposeId") + strings.Replace(byRNOKPP(), field("purposeId", "purpose-7"), "", 1), "a\xA6\xE9\xA6\x8A\x1E", 500},
		"a citizen's":      {trembita.OperationGetDeclarations, include("purposeId") + field("signature", container64()), "a\xA6\xE9", 500},
		"name":             {trembita.OperationGetDeclarationsByPurpose, strings.Replace(byRNOKPP(), field("firstName", "Остап"), include("firstName"), 1), "abc", 500},
		"all in place":     {trembita.OperationGetDeclarationsByPurpose, byRNOKPP(), "abc", http.StatusOK},
		"unknown, by name": {trembita.OperationGetDeclarationsByPurpose, byRNOKPP() + include("Прізвище"), "abc", 500},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, trembita.Config{}, answers(byLaw()))
			message := "--" + boundary + "\r\nContent-Type: application/xop+xml; charset=UTF-8; type=\"text/xml\"\r\nContent-ID: <root>\r\n\r\n" +
				call(t, test.operation, test.fields) + "\r\n--" + boundary + "\r\nContent-Type: application/octet-stream\r\nContent-ID: <a>\r\n\r\n" +
				test.part + "\r\n--" + boundary + "--\r\n"
			r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(message))
			r.Header.Set("Content-Type", `multipart/related; type="application/xop+xml"; start="<root>"; start-info="text/xml"; boundary="`+boundary+`"`)
			out := httptest.NewRecorder()
			w.door.ServeHTTP(out, r)
			if out.Code != test.status || (len(w.requests()) == 0) == (test.status == http.StatusOK) {
				t.Errorf("%d %s, asked %v", out.Code, out.Body, w.requests())
			}
			if strings.Contains(w.log.String()+out.Body.String(), "Прізвище") {
				t.Errorf("logged %s, told %s", w.log, out.Body)
			}
		})
	}
}

// TestOnePurpose takes no message with several purposes, even where none is
// required: nobody could say which one its data were given for.
func TestOnePurpose(t *testing.T) {
	t.Parallel()
	for name, call := range map[string]restCall{
		"inquiry": post("/declarations", restInquiry), "signed": post("/signed-declarations", signedBody()),
		"submitted": post("/declaration-requests", `{"signed":`+signedBody()+`}`),
		"fetched":   {method: http.MethodGet, path: "/declaration-requests/" + requestID},
	} {
		w := newWorld(t, trembita.Config{}, answers(byLaw()))
		call.header = map[string]string{"Uxp-Purpose-Ids": "purpose-7,purpose-8"}
		if status, got := w.rest(t, call); status != http.StatusUnprocessableEntity || len(w.requests()) != 0 {
			t.Errorf("%s: %d %v, asked %v", name, status, got, w.requests())
		}
	}
}

// TestMadeUpNamesAreNotLogged sends fields that are none of ours: what a sender
// calls them may be anything, a person too.
func TestMadeUpNamesAreNotLogged(t *testing.T) {
	t.Parallel()
	w := newWorld(t, trembita.Config{}, answers(byLaw()))
	const made = "Nechuivitrenko"
	for _, fields := range []string{"<d:" + made + "/>", "<d:subject><d:" + made + "/></d:subject>", "<" + made + `:a xmlns:` + made + `="urn:` + made + `"/>`} {
		if status, _ := w.post(t, call(t, trembita.OperationGetDeclarationsByPurpose, fields)); status != 500 {
			t.Errorf("%s: %d", fields, status)
		}
	}
	for _, body := range []string{`{"` + made + `":1}`, `{"subject":{"` + made + `":"` + made + `"}}`, `{"` + made + `":1,"` + made + `":2}`, `{"legalGround":` + made + `}`, made} {
		if status, got := w.rest(t, post("/declarations", body)); status != http.StatusBadRequest {
			t.Errorf("%s: %d %v", body, status, got)
		}
	}
	if lines := w.lines(t); len(lines) != 8 || strings.Contains(w.log.String(), made) {
		t.Errorf("%d lines: %s", len(lines), w.log)
	}
}
