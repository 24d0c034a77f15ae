package diia

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/dovidka/dovidka"
)

// TestNobodyIsNamedInLogs drives a person through every way a request can go,
// right and wrong, and looks for the person in the log (at debug level), in
// errors' bodies and in headers.
func TestNobodyIsNamedInLogs(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	content := statement(t)
	answered := done(t)
	person := []string{"1234567899", "Прикладенко", "Лукаш", "Левович", "1986-05-03", "19860503-00013", "123456789", "Мавка", "secret-session", "secret-token", "Взірцева"}
	const subject = `"relation":"ward","rnokpp":"1234567899","unzr":"19860503-00013","document":{"type":"NATIONAL_ID","number":"123456789"},` +
		`"lastName":"Прикладенко","firstName":"Лукаш","secondName":"Левович","birthDate":"1986-05-03"`
	headers := []string{"session", "secret-session", "authorization", "Bearer secret-token", "User-Agent", "Мавка", "mobile_uid", "1234567899", "Referer", "/?Прикладенко"}

	prepared := func(dovidka.Ask) (dovidka.Prepared, error) {
		return dovidka.Prepared{ID: sampleID, State: dovidka.StateAwaiting, Statement: content, Nonce: strings.Repeat("n", 22), ExpiresAt: sampleTime}, nil
	}
	refused := func(dovidka.Ask) (dovidka.Prepared, error) {
		return dovidka.Prepared{}, dovidka.NewFault(dovidka.CodeConsentRequired, "no consent")
	}
	broken := func(dovidka.Ask) (dovidka.Prepared, error) { panic(errors.New("Прикладенко 1234567899")) }
	var refusals []string
	for _, prepare := range []func(dovidka.Ask) (dovidka.Prepared, error){prepared, refused, broken} {
		w.fake.onPrepare = prepare
		for _, body := range []string{
			`{"subject":{` + subject + `},"consent":{"granted":true}}`,
			`{"subject":{` + subject + `,"Прикладенко":"1234567899"}}`,
			`{"subject":{` + subject + `,"rnokpp":"1234567899"}}`,
			`{"subject":{` + strings.Replace(subject, "1234567899", "1234567890", 1) + `}}`,
			`{"subject":{` + strings.Replace(subject, `"1234567899"`, `1234567899`, 1) + `}}`,
			`{"subject":{` + strings.Replace(subject, "NATIONAL_ID", "PASSPORT", 1) + `}}`,
			`{"action":"Прикладенко","subject":{` + subject + `}}`,
			`{"subject":{` + subject + `}`, `"Прикладенко"`, `[["Прикладенко",1234567899`,
		} {
			out := w.do(t, http.MethodPost, pathRequests+"?name=Прикладенко&rnokpp=1234567899", body, append(headers, "Content-Type", typeJSON)...)
			if out.Code != http.StatusCreated {
				refusals = append(refusals, out.Body.String())
			}
			for name, values := range out.Header() {
				refusals = append(refusals, name+": "+strings.Join(values, ","))
			}
		}
	}
	w.fake.onSubmit = func(dovidka.Request) (dovidka.Progress, error) { return answered, nil }
	w.fake.onProgress = func(dovidka.ID, dovidka.Caller) (dovidka.Progress, error) { return answered, nil }
	for _, accept := range []string{typeJSON, typeFHIR, typePKCS7} {
		w.put(t, "Прикладенко 1234567899", append(headers, "Content-Type", typePKCS7, "Accept", accept)...)
		w.put(t, `{"signature":"Прикладенко"}`, append(headers, "Content-Type", typeJSON, "Accept", accept)...)
		w.get(t, append(headers, "Accept", accept)...)
	}
	for _, path := range []string{"/Прикладенко/1234567899", pathRequests + "/1234567899", pathRequests + "/1234567899/signature"} {
		refusals = append(refusals, w.do(t, http.MethodGet, path, "", headers...).Body.String())
	}

	lines := w.log.String()
	if strings.Count(lines, "\n") != 3*10+3*3+3 {
		t.Errorf("%d log lines", strings.Count(lines, "\n"))
	}
	told := lines + strings.Join(refusals, "\n")
	for _, word := range person {
		if strings.Contains(told, word) {
			t.Errorf("%q is told", word)
		}
	}
}
