package diia

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/api"
)

func TestContractIsValid(t *testing.T) {
	t.Parallel()
	doc, _ := contract()
	if doc.OpenAPI != "3.1.0" {
		t.Errorf("the contract is OpenAPI %s", doc.OpenAPI)
	}
	if err := doc.Validate(t.Context(), openapi3.EnableMultiError(), openapi3.EnableExamplesValidation()); err != nil {
		t.Error(err)
	}
}

// TestContractCheckNoticesDeviations proves that the check every test here
// relies on can fail.
func TestContractCheckNoticesDeviations(t *testing.T) {
	t.Parallel()
	contract()
	const good = `{"error":{"reason":"busy","title":"а","message":"б","requestId":"` + sampleRequest + `"}}`
	tests := []struct {
		name, id, kind, body string
		status               int
		ok                   bool
	}{
		{"as it is", sampleRequest, typeJSON, good, 503, true},
		{"unknown reason", sampleRequest, typeJSON, strings.Replace(good, "busy", "lazy", 1), 503, false},
		{"field missing", sampleRequest, typeJSON, strings.Replace(good, `"title":"а",`, "", 1), 503, false},
		{"field unknown", sampleRequest, typeJSON, strings.Replace(good, `"title"`, `"name":"в","title"`, 1), 503, false},
		{"id in capitals", sampleRequest, typeJSON, strings.Replace(good, sampleRequest, strings.ToUpper(sampleRequest), 1), 503, false},
		{"status unknown", sampleRequest, typeJSON, good, 418, false},
		{"type unknown", sampleRequest, "text/html", good, 503, false},
		{"header missing", "", typeJSON, good, 503, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest(http.MethodPost, pathRequests, nil)
			answer := &http.Response{StatusCode: tt.status, Header: http.Header{"Content-Type": {tt.kind}, "Retry-After": {"1"}}}
			if tt.id != "" {
				answer.Header.Set("X-Request-ID", tt.id)
			}
			if err := checkContract(t.Context(), r, answer, []byte(tt.body)); (err == nil) != tt.ok {
				t.Errorf("%v", err)
			}
		})
	}
}

// TestContractNamesEveryReason keeps the enumeration and the codes the same.
func TestContractNamesEveryReason(t *testing.T) {
	t.Parallel()
	doc, _ := contract()
	body := doc.Components.Schemas["Error"].Value.Properties["error"].Value
	var named []dovidka.Code
	for _, v := range body.Properties["reason"].Value.Enum {
		named = append(named, dovidka.Code(v.(string)))
	}
	if diff := cmp.Diff(dovidka.Codes(), named); diff != "" {
		t.Error(diff)
	}
}

func TestContractIsGivenOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *Config) { c.InsecureClient = "" })
	plain := w.do(t, http.MethodGet, pathContractYAML, "")
	if plain.Code != 200 || plain.Header().Get("Content-Type") != "application/yaml" || plain.Body.String() != string(api.OpenAPI()) {
		t.Errorf("YAML: %d %s", plain.Code, plain.Header().Get("Content-Type"))
	}
	out := w.do(t, http.MethodGet, pathContractJSON, "")
	if out.Code != 200 || out.Header().Get("Content-Type") != typeJSON {
		t.Errorf("JSON: %d %s", out.Code, out.Header().Get("Content-Type"))
	}
	doc, err := openapi3.NewLoader().LoadFromData(out.Body.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(t.Context(), openapi3.EnableMultiError(), openapi3.EnableExamplesValidation()); err != nil {
		t.Error(err)
	}
}

// examples returns the values of the contract's examples as JSON.
func examples(t *testing.T) map[string]json.RawMessage {
	t.Helper()
	var doc struct {
		Components struct {
			Examples map[string]struct {
				Value any `yaml:"value"`
			} `yaml:"examples"`
		} `yaml:"components"`
	}
	if err := yaml.Unmarshal(api.OpenAPI(), &doc); err != nil {
		t.Fatal(err)
	}
	out := map[string]json.RawMessage{}
	for name, example := range doc.Components.Examples {
		raw, err := json.Marshal(example.Value)
		if err != nil {
			t.Fatal(err)
		}
		out[name] = raw
	}
	if len(out) < 20 {
		t.Fatalf("only %d examples in the contract", len(out))
	}
	return out
}

// take decodes an example and crosses it off.
func take(t *testing.T, all map[string]json.RawMessage, name string, into any) {
	t.Helper()
	raw, ok := all[name]
	if !ok {
		t.Fatalf("no example %s", name)
	}
	delete(all, name)
	if err := dovidka.DecodeStrict(raw, into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

func sameJSON(t *testing.T, name string, want any, got []byte) {
	t.Helper()
	raw, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var a, b any
	if err := json.Unmarshal(raw, &a); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(got, &b); err != nil {
		t.Fatalf("%s: %v in %s", name, err, got)
	}
	if diff := cmp.Diff(a, b); diff != "" {
		t.Errorf("%s: the door answers otherwise than the example says:\n%s", name, diff)
	}
}

// TestContractExamplesAreReplayed sends every example of a request, and makes
// the door answer every example of an answer.
func TestContractExamplesAreReplayed(t *testing.T) {
	t.Parallel()
	all := examples(t)
	replayAsks(t, all)
	replayProgress(t, all)
	replayErrors(t, all)
	for name := range all {
		t.Errorf("nothing replays the example %s", name)
	}
}

func replayAsks(t *testing.T, all map[string]json.RawMessage) {
	w := newWorld(t, nil)
	var prepared preparedJSON
	take(t, all, "Prepared", &prepared)
	var asked dovidka.Ask
	w.fake.onPrepare = func(ask dovidka.Ask) (dovidka.Prepared, error) {
		asked = ask
		return dovidka.Prepared{ID: prepared.ID, State: prepared.Status, Statement: prepared.ToBeSigned.Content, Nonce: prepared.Nonce, ExpiresAt: prepared.ExpiresAt}, nil
	}
	granted := true
	for name, want := range map[string]dovidka.Ask{
		"AskOwn":      {Action: dovidka.ActionObtain, Subject: dovidka.Subject{Relation: dovidka.RelationSelf}, ConsentGranted: &granted},
		"AskChild":    {Action: dovidka.ActionObtain, Subject: dovidka.Subject{Relation: dovidka.RelationChild}, ConsentGranted: &granted},
		"AskWard":     {Action: dovidka.ActionObtain, Subject: dovidka.Subject{Relation: dovidka.RelationWard}, ConsentGranted: &granted},
		"AskWithdraw": {Action: dovidka.ActionWithdraw, Subject: dovidka.Subject{Relation: dovidka.RelationSelf}},
	} {
		var body json.RawMessage
		take(t, all, name, &body)
		out := w.post(t, string(body), "X-Request-ID", prepared.RequestID)
		if out.Code != http.StatusCreated {
			t.Errorf("%s: %d %s", name, out.Code, out.Body)
			continue
		}
		if asked.Action != want.Action || asked.Subject.Relation != want.Subject.Relation || (asked.ConsentGranted == nil) != (want.ConsentGranted == nil) {
			t.Errorf("%s: read as %s of %s", name, asked.Action, asked.Subject.Relation)
		}
		sameJSON(t, name, prepared, out.Body.Bytes())
	}
	said, err := dovidka.ParseStatement(prepared.ToBeSigned.Content)
	if err != nil || said.Nonce != prepared.Nonce || said.ID != prepared.ID || consentTextJSON(said.Consent) != prepared.Consent {
		t.Errorf("the example's statement does not say what the example says (%v)", err)
	}
}

func replayProgress(t *testing.T, all map[string]json.RawMessage) {
	w := newWorld(t, nil)
	var signature json.RawMessage
	take(t, all, "Signature", &signature)
	var progress dovidka.Progress
	w.fake.onSubmit = func(dovidka.Request) (dovidka.Progress, error) { return progress, nil }
	w.fake.onProgress = func(dovidka.ID, dovidka.Caller) (dovidka.Progress, error) { return progress, nil }

	both := func(name string, status int, want any) {
		put := w.put(t, string(signature), "Content-Type", typeJSON, "X-Request-ID", sampleRequest)
		get := w.get(t, "X-Request-ID", sampleRequest)
		if put.Code != status || get.Code != status {
			t.Errorf("%s: %d to PUT and %d to GET, want %d", name, put.Code, get.Code, status)
		}
		sameJSON(t, name, want, put.Body.Bytes())
		sameJSON(t, name, want, get.Body.Bytes())
	}
	for _, name := range []string{"Accepted", "Awaiting"} {
		var want statusJSON
		take(t, all, name, &want)
		progress = dovidka.Progress{ID: want.ID, State: want.Status}
		if want.ExpiresAt != nil {
			progress.ExpiresAt = *want.ExpiresAt
		}
		both(name, http.StatusAccepted, want)
	}
	var withdrawn resultJSON
	take(t, all, "Withdrawn", &withdrawn)
	progress = dovidka.Progress{ID: withdrawn.ID, State: withdrawn.Status, Answer: &dovidka.Answer{Withdrawn: *withdrawn.Withdrawn}}
	both("Withdrawn", http.StatusOK, withdrawn)

	var done resultJSON
	take(t, all, "Answer", &done)
	progress = doneProgress(done)
	both("Answer", http.StatusOK, done)
}

// doneProgress is the progress that the door words as the given result.
func doneProgress(done resultJSON) dovidka.Progress {
	return dovidka.Progress{ID: done.ID, State: done.Status, Answer: &dovidka.Answer{
		RequestID: done.ID, Record: *done.Result, Receipt: *done.Receipt,
		Sealed: dovidka.Sealed{Bundle: done.Sealed.Content, Signature: done.Sealed.Signature, SealedAt: done.Sealed.SealedAt},
	}}
}

// replayErrors makes the door refuse as each example says. What the example is
// of decides how: the form of a request cannot be broken behind the door.
func replayErrors(t *testing.T, all map[string]json.RawMessage) {
	w := newWorld(t, func(c *Config) {
		c.ProcessCodes = map[dovidka.Code]string{
			dovidka.CodeInvalid: "1013", dovidka.CodeConsentRefused: "64111016", dovidka.CodeRegistryUnavailable: "64101001",
		}
		c.Limits.RequestBytes = 1 << 10
	})
	bad := map[string]func() []byte{
		"ErrorMalformed": func() []byte { return w.post(t, `{"consent"`, "X-Request-ID", sampleRequest).Body.Bytes() },
		"ErrorInvalid": func() []byte {
			return w.post(t, `{"subject":{"relation":"self","rnokpp":"1234567890"}}`, "X-Request-ID", sampleRequest).Body.Bytes()
		},
		"ErrorAccept": func() []byte { return w.get(t, "Accept", "text/html", "X-Request-ID", sampleRequest).Body.Bytes() },
		"ErrorTooLarge": func() []byte {
			return w.post(t, string(make([]byte, 2<<10)), "X-Request-ID", sampleRequest).Body.Bytes()
		},
		"ErrorMediaType": func() []byte {
			return w.put(t, "<xml/>", "Content-Type", "text/xml", "X-Request-ID", sampleRequest).Body.Bytes()
		},
	}
	var names []string
	for name := range all {
		if len(name) > 5 && name[:5] == "Error" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		var want errorJSON
		take(t, all, name, &want)
		make, ok := bad[name]
		if !ok {
			w.fake.onPrepare = func(dovidka.Ask) (dovidka.Prepared, error) {
				return dovidka.Prepared{}, &dovidka.Fault{Code: want.Error.Reason, Reason: want.Error.Detail}
			}
			make = func() []byte { return w.post(t, `{}`, "X-Request-ID", sampleRequest).Body.Bytes() }
		}
		if name == "ErrorUnknown" { // POST finds nothing to be unknown
			w.fake.onProgress = func(dovidka.ID, dovidka.Caller) (dovidka.Progress, error) {
				return dovidka.Progress{}, &dovidka.Fault{Code: want.Error.Reason}
			}
			make = func() []byte { return w.get(t, "X-Request-ID", sampleRequest).Body.Bytes() }
		}
		sameJSON(t, name, want, make())
	}
}
