package diia

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dovidka/dovidka"
)

// statement is what the fake has prepared.
func statement(t *testing.T) []byte {
	t.Helper()
	var prepared preparedJSON
	take(t, examples(t), "Prepared", &prepared)
	return prepared.ToBeSigned.Content
}

func TestPrepareHandsOverWhatWasAsked(t *testing.T) {
	t.Parallel()
	yes, no := true, false
	content := statement(t)
	tests := []struct {
		name, body string
		action     dovidka.Action
		subject    dovidka.SubjectJSON
		granted    *bool
	}{
		{"nothing said", `{}`, "obtain-declarations", dovidka.SubjectJSON{Relation: "self"}, nil},
		{"consent", `{"consent":{"granted":true}}`, "obtain-declarations", dovidka.SubjectJSON{Relation: "self"}, &yes},
		{"consent refused", ` {"consent": {"granted": false}} `, "obtain-declarations", dovidka.SubjectJSON{Relation: "self"}, &no},
		{"withdraw", `{"action":"withdraw-consent"}`, "withdraw-consent", dovidka.SubjectJSON{Relation: "self"}, nil},
		{
			"another person", `{"subject":{"relation":"ward","rnokpp":"1234567899","unzr":"19860503-00013","lastName":"Прикладенко","firstName":"Лукаш","secondName":"Левович","birthDate":"1986-05-03"},"consent":{"granted":true}}`,
			"obtain-declarations", dovidka.SubjectJSON{
				Relation: "ward", RNOKPP: "1234567899", UNZR: "19860503-00013", LastName: "Прикладенко", FirstName: "Лукаш",
				SecondName: "Левович", BirthDate: "1986-05-03",
			}, &yes,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			var got dovidka.Ask
			w.fake.onPrepare = func(ask dovidka.Ask) (dovidka.Prepared, error) {
				got = ask
				return dovidka.Prepared{ID: sampleID, State: dovidka.StateAwaiting, Statement: content, Nonce: strings.Repeat("n", 22), ExpiresAt: sampleTime}, nil
			}
			out := w.post(t, tt.body, "X-Request-ID", sampleRequest)
			if out.Code != http.StatusCreated || out.Header().Get("Location") != pathRequests+"/"+sampleID {
				t.Fatalf("%d %q %s", out.Code, out.Header().Get("Location"), out.Body)
			}
			if got.Action != tt.action || got.Channel != dovidka.ChannelDiia || got.Caller.Name != "diia" || got.Caller.MessageID != sampleRequest {
				t.Errorf("asked for %s on %s by %s", got.Action, got.Channel, got.Caller.Name)
			}
			want, err := json.Marshal(tt.subject)
			if err != nil {
				t.Fatal(err)
			}
			plain, err := json.Marshal(got.Subject.Plain())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(plain)); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(tt.granted, got.ConsentGranted); diff != "" {
				t.Error(diff)
			}
			if got.BodyDigest != sha256.Sum256([]byte(tt.body)) {
				t.Error("the digest is not of the body as it came")
			}
		})
	}
}

// The expected hashes of "abc" are of the standards: GOST 34.311-95 with the
// S-box of ДСТУ (as the vectors of dstu/gost34311 have it) is proved there, ДСТУ
// 7564 too; here SHA-256 of FIPS 180-4 shows that the right bytes are hashed.
func TestHashesAreOfTheVeryBytes(t *testing.T) {
	t.Parallel()
	got := hashes([]byte("abc"))
	if got.SHA256 != "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=" {
		t.Errorf("SHA-256: %s", got.SHA256)
	}
	seen := map[string]bool{}
	for _, h := range []string{got.GOST34311, got.Kupyna256, got.SHA256} {
		raw, err := base64.StdEncoding.DecodeString(h)
		if err != nil || len(raw) != 32 || seen[h] {
			t.Errorf("%q is not a hash of its own", h)
		}
		seen[h] = true
	}
}

func TestBodiesThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, body string
		status     int
		detail     string
		field      string
	}{
		{"empty", "", 400, detailJSON, ""},
		{"cut off", `{"action":`, 400, detailJSON, ""},
		{"not JSON", `action=obtain`, 400, detailJSON, ""},
		{"two values", `{}{}`, 400, detailJSON, ""},
		{"rest", `{} x`, 400, detailJSON, ""},
		{"comma", `{"action":"obtain-declarations",}`, 400, detailJSON, ""},
		{"not UTF-8", "{\"action\":\"\xff\"}", 400, detailJSON, ""},
		{"deep arrays", strings.Repeat("[", 9) + strings.Repeat("]", 9), 400, detailDepth, ""},
		{"depth bomb", strings.Repeat("[", 60_000), 400, detailDepth, ""},
		{"depth bomb of objects", strings.Repeat(`{"a":`, 10_000), 400, detailDepth, ""},
		{"key twice", `{"action":"obtain-declarations","action":"withdraw-consent"}`, 400, detailDuplicate, ""},
		{"key twice in two cases", `{"consent":{"granted":true,"GRANTED":false}}`, 400, detailDuplicate, ""},
		{"key twice in letters that count as one", `{"consent":{"granted":true},"con\u017fent":{"granted":false}}`, 400, detailDuplicate, ""},
		{"key twice, escaped", `{"consent":{"granted":true},"cons\u0065nt":{"granted":false}}`, 400, detailDuplicate, ""},
		{"array", `[]`, 422, "", "(body)"},
		{"null", `null`, 422, "", "(body)"},
		{"unknown field", `{"person":"1234567899"}`, 422, detailUnknownName, "(body)"},
		{"unknown field inside", `{"subject":{"relation":"self","inn":"1234567899"}}`, 422, detailUnknownName, "subject"},
		{"unknown field of consent", `{"consent":{"granted":true,"text":"x"}}`, 422, detailUnknownName, "consent"},
		{"type of action", `{"action":7}`, 422, "", "action"},
		{"action", `{"action":"delete"}`, 422, "", "action"},
		{"subject is text", `{"subject":"self"}`, 422, "", "subject"},
		{"subject is null", `{"subject":null}`, 422, "", "subject"},
		{"consent is true", `{"consent":true}`, 422, "", "consent"},
		{"consent is null", `{"consent":null}`, 422, "", "consent"},
		{"consent says nothing", `{"consent":{}}`, 422, "", "consent.granted"},
		{"consent is a word", `{"consent":{"granted":"yes"}}`, 422, "", "consent.granted"},
		{"relation", `{"subject":{"relation":"friend"}}`, 422, "", "subject.relation"},
		{"relation missing", `{"subject":{}}`, 422, "", "subject.relation"},
		{"check digit", `{"subject":{"relation":"self","rnokpp":"1234567890"}}`, 422, "", "subject.rnokpp"},
		{"УНЗР", `{"subject":{"relation":"self","unzr":"19861399-00013"}}`, 422, "", "subject.unzr"},
		{"document", `{"subject":{"relation":"self","document":{"type":"NATIONAL_ID","number":"12"}}}`, 422, "", "subject.document"},
		{"document's type", `{"subject":{"relation":"self","document":{"type":5,"number":"12"}}}`, 422, "", "subject.document.type"},
		{"birth date", `{"subject":{"relation":"self","birthDate":"03.05.1986"}}`, 422, "", "subject.birthDate"},
		{"child of no number", `{"subject":{"relation":"child","lastName":"А","firstName":"Б"}}`, 422, "", "subject"},
		{"child of no name", `{"subject":{"relation":"child","rnokpp":"1234567899"}}`, 422, "", "subject"},
		{"endless name", `{"subject":{"relation":"self","lastName":"` + strings.Repeat("я", 256) + `"}}`, 422, "", "subject.lastName"},
		{"invisible name", `{"subject":{"relation":"self","firstName":"\u0000"}}`, 422, "", "subject.firstName"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			code := dovidka.CodeMalformed
			if tt.status == 422 {
				code = dovidka.CodeInvalid
			}
			e := wantError(t, w.post(t, tt.body), tt.status, code, tt.detail)
			field := ""
			if len(e.Fields) == 1 {
				field = e.Fields[0].Field
			}
			if field != tt.field || (tt.field != "") != (len(e.Fields) == 1) {
				t.Errorf("fields %v, want %q", e.Fields, tt.field)
			}
			if strings.Contains(w.log.String(), "12345678") || strings.Contains(fmt.Sprint(e), "12345678") {
				t.Error("a value of the body is repeated")
			}
		})
	}
}

func TestSizesAndTypes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *Config) { c.Limits = Limits{RequestBytes: 100, ContainerBytes: 1000} })
	w.fake.onPrepare = func(dovidka.Ask) (dovidka.Prepared, error) {
		return dovidka.Prepared{}, dovidka.NewFault(dovidka.CodeConsentRequired, "no consent")
	}
	w.fake.onSubmit = func(dovidka.Request) (dovidka.Progress, error) {
		return dovidka.Progress{}, dovidka.NewFault(dovidka.CodeSignatureMalformed, "no container")
	}
	pad := func(n int) string { return "{" + strings.Repeat(" ", n-2) + "}" }
	b64 := func(n int) string {
		return `{"signature":"` + base64.StdEncoding.EncodeToString(make([]byte, n)) + `"}`
	}
	tests := []struct {
		name, method, kind, encoding, body string
		status                             int
	}{
		{"just fits", "POST", typeJSON, "", pad(100), 403},
		{"one more", "POST", typeJSON, "", pad(101), 413},
		{"far more", "POST", typeJSON, "", pad(10_000), 413},
		{"charset", "POST", "application/json; charset=UTF-8", "identity", "{}", 403},
		{"other charset", "POST", "application/json; charset=windows-1251", "", "{}", 415},
		{"no type", "POST", "", "", "{}", 415},
		{"form", "POST", "application/x-www-form-urlencoded", "", "{}", 415},
		{"broken type", "POST", "application/json; =", "", "{}", 415},
		{"compressed", "POST", typeJSON, "gzip", "{}", 415},
		{"container in POST", "POST", typePKCS7, "", "{}", 415},
		{"container just fits", "PUT", typePKCS7, "", strings.Repeat("x", 1000), 422},
		{"container, one more", "PUT", typePKCS7, "", strings.Repeat("x", 1001), 413},
		{"container, far more", "PUT", "application/octet-stream", "", strings.Repeat("x", 10_000), 413},
		{"base64 just fits", "PUT", typeJSON, "", b64(1000), 422},
		{"base64, one more", "PUT", typeJSON, "", b64(1001), 413},
		{"base64, far more", "PUT", typeJSON, "", b64(10_000), 413},
		{"XML", "PUT", "text/xml", "", "<a/>", 415},
		{"compressed container", "PUT", typePKCS7, "br", "x", 415},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := pathRequests
			if tt.method == http.MethodPut {
				path += "/" + sampleID + "/signature"
			}
			var headers []string
			if tt.kind != "" {
				headers = append(headers, "Content-Type", tt.kind)
			}
			if tt.encoding != "" {
				headers = append(headers, "Content-Encoding", tt.encoding)
			}
			out := w.do(t, tt.method, path, tt.body, headers...)
			e := errorOf(t, out)
			if out.Code != tt.status {
				t.Errorf("%d %s %s, want %d", out.Code, e.Reason, e.Detail, tt.status)
			}
			if tt.status == 413 && out.Header().Get("Connection") != "close" {
				t.Error("the connection goes on with a body nobody reads")
			}
		})
	}
}
