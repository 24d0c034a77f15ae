package trembita_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/api"
	"github.com/dovidka/dovidka/internal/gateway"
	"github.com/dovidka/dovidka/internal/gateway/trembita"
	"github.com/dovidka/dovidka/xroad"
	"github.com/dovidka/dovidka/xroad/xroadtest"
)

const (
	restInquiry = `{"legalGround":"` + ourGround + `","subject":{"rnokpp":"` + askedRNOKPP + `","lastName":"` + askedFamily + `","firstName":"Остап"}}`
	restService = "SEVDEIR-TEST/GOV/42032422/DOVIDKA_prod/Declarations_v1"
)

// contract is the description that is given out, and finds its operations.
var contract = sync.OnceValues(func() (*openapi3.T, routers.Router) {
	doc, err := openapi3.NewLoader().LoadFromData(api.TrembitaREST())
	if err != nil {
		panic(err)
	}
	router, err := legacy.NewRouter(doc) // validates, too
	if err != nil {
		panic(err)
	}
	return doc, router
})

func TestRESTContractIsValid(t *testing.T) {
	t.Parallel()
	doc, _ := contract()
	if err := doc.Validate(t.Context(), openapi3.EnableExamplesValidation()); err != nil {
		t.Error(err)
	}
}

// restCall is a request in REST, with what differs from an ordinary one.
type restCall struct {
	method, path, body string
	header             map[string]string // empty removes a field
}

func (c restCall) request() *http.Request {
	r := httptest.NewRequest(c.method, trembita.RESTBase+c.path, strings.NewReader(c.body))
	fields := map[string]string{
		"Uxp-Client": ourClient, "Uxp-Service": restService, "Uxp-QueryID": "5b0c0d5e-message", "Uxp-UserId": secretUser,
		"Uxp-Purpose-Ids": "purpose-7", "Uxp-Transaction-Id": "0d7c3d1c-transaction", "Content-Type": "application/json",
	}
	if c.method == http.MethodGet {
		delete(fields, "Content-Type")
	}
	for name, value := range c.header {
		fields[name] = value
	}
	for name, value := range fields {
		if value != "" {
			r.Header.Set(name, value)
		}
	}
	return r
}

// rest sends a call and holds what passes against the contract.
func (w *world) rest(tb testing.TB, c restCall) (status int, body map[string]any) {
	tb.Helper()
	out := httptest.NewRecorder()
	w.door.ServeHTTP(out, c.request())
	_, router := contract()
	// The contract's server is a path, which the router matches as one.
	asked := c.request()
	route, parameters, err := router.FindRoute(asked)
	if err != nil {
		tb.Fatalf("%s: not in the contract: %v", c.path, err)
	}
	input := &openapi3filter.RequestValidationInput{Request: asked, PathParams: parameters, Route: route}
	if out.Code < 300 {
		if err := openapi3filter.ValidateRequest(tb.Context(), input); err != nil {
			tb.Errorf("%s: the request breaks the contract: %v", c.path, err)
		}
	}
	err = openapi3filter.ValidateResponse(tb.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: out.Code, Header: out.Header(), Body: io.NopCloser(bytes.NewReader(out.Body.Bytes())),
		Options: &openapi3filter.Options{IncludeResponseStatus: true},
	})
	if err != nil {
		tb.Errorf("%s: the answer breaks the contract: %v\n%s", c.path, err, out.Body)
	}
	if got := out.Header().Get("Cache-Control"); got != "no-store" {
		tb.Errorf("%s: Cache-Control %q", c.path, got)
	}
	if err := json.Unmarshal(out.Body.Bytes(), &body); err != nil {
		tb.Fatalf("%s: %v in %s", c.path, err, out.Body)
	}
	return out.Code, body
}

func post(path, body string) restCall {
	return restCall{method: http.MethodPost, path: path, body: body}
}

func signedBody() string {
	return fmt.Sprintf(`{"signedContent":%q,"signature":%q}`, secretStatement, base64.StdEncoding.EncodeToString([]byte(secretContainer)))
}

func TestRESTDeclarations(t *testing.T) {
	t.Parallel()
	w := newWorld(t, trembita.Config{}, answers(byLaw()))
	status, body := w.rest(t, post("/declarations", restInquiry))
	declarations, _ := body["declarations"].([]any)
	if status != http.StatusOK || body["resultCode"] != "OK" || len(declarations) != 2 || body["requestId"] == "" {
		t.Errorf("%d %v", status, body["resultCode"])
	}
	if got := body["subjectId"].(map[string]any)["rnokpp"]; got != askedRNOKPP {
		t.Errorf("the subject is %v", got)
	}
	if got := body["sealed"].(map[string]any)["content"]; got != bundle {
		t.Errorf("the sealed text arrives as %q", got)
	}
	req := w.requests()[0]
	want := dovidka.Caller{
		Name: ourClient, MessageID: "5b0c0d5e-message", TransactionID: "0d7c3d1c-transaction", Service: restService,
		UserID: dovidka.NewUserID(secretUser), PurposeID: "purpose-7",
	}
	if req.Caller != want || req.Channel != dovidka.ChannelTrembita || req.Inquiry == nil || req.Inquiry.Ground != ourGround ||
		req.Inquiry.Subject.RNOKPP.Reveal() != askedRNOKPP || req.Inquiry.Scope != dovidka.ScopeDeclarations || w.asked[0] != "inquire" {
		t.Errorf("the disclosure was asked %s as %+v", w.asked[0], req.Caller)
	}
}

func TestRESTStatus(t *testing.T) {
	t.Parallel()
	w := newWorld(t, trembita.Config{}, answers(inForce()))
	status, body := w.rest(t, post("/declaration-status", strings.TrimSuffix(restInquiry, "}")+`,"declarationNumber":"0001-20мн-к800"}`))
	if status != http.StatusOK || body["inForce"] != true || body["patient"] != nil {
		t.Errorf("%d %v", status, body)
	}
	if req := w.requests()[0]; req.Inquiry.Scope != dovidka.ScopeStatus || req.Inquiry.Number.Reveal() != askedNumber {
		t.Error("the scope or the number is lost")
	}
	status, body = w.rest(t, post("/declaration-status", strings.TrimSuffix(restInquiry, "}")+`,"declarationNumber":"12"}`))
	if status != http.StatusOK || body["resultCode"] != "DECLARATION_NUMBER_INVALID" || w.asked[1] != "refuse declaration-number-invalid" {
		t.Errorf("%d %v", status, body)
	}
}

func TestRESTLater(t *testing.T) {
	t.Parallel()
	accepted := func(context.Context, dovidka.Request) (dovidka.Progress, error) {
		return dovidka.Progress{ID: requestID, State: dovidka.StateAccepted}, nil
	}
	w := newWorld(t, trembita.Config{}, accepted)
	for path, body := range map[string]string{
		"/declaration-requests": `{"inquiry":` + restInquiry + `}`, "/declaration-requests?queryId=1": `{"signed":` + signedBody() + `}`,
	} {
		status, got := w.rest(t, post(path, body))
		if status != http.StatusAccepted || got["resultCode"] != "ACCEPTED" || got["requestId"] != requestID {
			t.Errorf("%d %v", status, got)
		}
	}
	fetch := restCall{method: http.MethodGet, path: "/declaration-requests/" + requestID}
	if status, got := w.rest(t, fetch); status != http.StatusAccepted || got["resultCode"] != "PENDING" {
		t.Errorf("%d %v", status, got)
	}
	w.submit = func(context.Context, dovidka.Request) (dovidka.Progress, error) {
		a := byLaw()
		return dovidka.Progress{ID: requestID, State: dovidka.StateDone, Answer: &a, Inquiry: inquired(t)}, nil
	}
	if status, got := w.rest(t, fetch); status != http.StatusOK || got["resultCode"] != "OK" || got["patient"] == nil {
		t.Errorf("%d %v", status, got)
	}
	// Monitoring would record another person than the one whose data leave: that is the disclosure's to see.
	fetch.header = map[string]string{"Uxp-Subject-Id": "3318172225"}
	w.submit = func(_ context.Context, req dovidka.Request) (dovidka.Progress, error) {
		if req.Caller.SubjectID != dovidka.NewSubjectID("3318172225") {
			t.Errorf("the door says %q", req.Caller.SubjectID.Reveal())
		}
		return dovidka.Progress{}, &dovidka.Fault{Code: dovidka.CodeInvalid, Err: dovidka.ErrSubjectID}
	}
	if status, got := w.rest(t, fetch); status != http.StatusUnprocessableEntity || got["patient"] != nil {
		t.Errorf("another subject: %d %v", status, got)
	}
	w.submit = nil
	fetch.header, fetch.path = nil, "/declaration-requests/нема"
	if status, got := w.rest(t, fetch); status != http.StatusOK || got["resultCode"] != "REQUEST_NOT_FOUND" {
		t.Errorf("%d %v", status, got)
	}
}

func TestRESTSigned(t *testing.T) {
	t.Parallel()
	w := newWorld(t, trembita.Config{}, answers(fullAnswer()))
	call := post("/signed-declarations", signedBody())
	call.header = map[string]string{"Uxp-Purpose-Ids": ""}
	status, body := w.rest(t, call)
	req := w.requests()[0]
	if status != http.StatusOK || body["resultCode"] != "OK" || body["subjectId"] != nil ||
		string(req.Container) != secretContainer || string(req.Content) != secretStatement || req.Inquiry != nil {
		t.Errorf("%d %v", status, body["resultCode"])
	}
}

// TestRESTEveryCode says each code of the domain by the rule of the door: an
// outcome with 200, anything else with the status of the other REST door.
func TestRESTEveryCode(t *testing.T) {
	t.Parallel()
	for _, code := range dovidka.Codes() {
		for _, path := range []string{"/declarations", "/declaration-status", "/signed-declarations"} {
			body := restInquiry
			if path == "/signed-declarations" {
				body = signedBody()
			}
			w := newWorld(t, trembita.Config{}, fails(&dovidka.Fault{Code: code, Reason: "a-reason"}))
			status, got := w.rest(t, post(path, body))
			if status == http.StatusOK {
				if got["resultCode"] != trembita.ResultCode(code) || got["resultDetail"] != "a-reason" || got["resultText"] == "" {
					t.Errorf("%s: %v", code, got)
				}
				continue
			}
			if status != gateway.REST(code).Status || got["type"] == "" || got["message"] == "" || got["detail"] == "" {
				t.Errorf("%s: %d %v", code, status, got)
			}
		}
	}
}

func TestRESTRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		call   restCall
		status int
		code   string
	}{
		"an unknown client":       {restCall{header: map[string]string{"Uxp-Client": "SEVDEIR-TEST/GOV/00000009/X"}}, 403, "Client.AccessDenied"},
		"no client":               {restCall{header: map[string]string{"Uxp-Client": ""}}, 400, "Client.MissingHeaderField"},
		"two clients":             {restCall{header: map[string]string{"X-Road-Client": "SEVDEIR-TEST/GOV/00000009/X"}}, 400, "Client.InconsistentHeaders"},
		"another service":         {restCall{header: map[string]string{"Uxp-Service": "SEVDEIR-TEST/GOV/42032422/DOVIDKA_prod/Other_v1"}}, 400, "Client.InconsistentHeaders"},
		"no purpose":              {restCall{header: map[string]string{"Uxp-Purpose-Ids": ""}}, 422, "Client.InvalidBody"},
		"two purposes":            {restCall{header: map[string]string{"Uxp-Purpose-Ids": "purpose-7,purpose-8"}}, 422, "Client.InvalidBody"},
		"another subject":         {restCall{header: map[string]string{"Uxp-Subject-Id": "3318172225"}}, 422, "Client.InvalidBody"},
		"a purpose in the body":   {restCall{body: strings.TrimSuffix(restInquiry, "}") + `,"purposeId":"purpose-8"}`}, 400, "Client.InvalidBody"},
		"an unknown field":        {restCall{body: strings.TrimSuffix(restInquiry, "}") + `,"scope":"declarations"}`}, 400, "Client.InvalidBody"},
		"a field twice":           {restCall{body: strings.TrimSuffix(restInquiry, "}") + `,"legalGround":"x"}`}, 400, "Client.InvalidBody"},
		"not JSON":                {restCall{body: "<xml/>"}, 400, "Client.InvalidBody"},
		"nothing":                 {restCall{body: " "}, 400, "Client.InvalidBody"},
		"a wrong number":          {restCall{body: strings.Replace(restInquiry, askedRNOKPP, "307575127", 1)}, 422, "Client.InvalidBody"},
		"no ground":               {restCall{body: strings.Replace(restInquiry, ourGround, "", 1)}, 422, "Client.InvalidBody"},
		"another media type":      {restCall{header: map[string]string{"Content-Type": "text/xml"}}, 415, "Client.InvalidContentType"},
		"another form of a thing": {restCall{body: strings.Replace(restInquiry, `"`+ourGround+`"`, `["x"]`, 1)}, 400, "Client.InvalidBody"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, trembita.Config{}, nil)
			call := c.call
			call.method, call.path = http.MethodPost, "/declarations"
			if call.body == "" {
				call.body = restInquiry
			}
			status, got := w.rest(t, call)
			if status != c.status || got["type"] != c.code {
				t.Errorf("%d %v; %d %s is expected", status, got, c.status, c.code)
			}
			if len(w.requests()) > 0 {
				t.Error("the disclosure was asked")
			}
			said, _ := json.Marshal(got)
			for _, personal := range []string{askedRNOKPP, "307575127", "3318172225", askedFamily, secretUser} {
				if strings.Contains(string(said), personal) || strings.Contains(w.log.String(), personal) {
					t.Errorf("%q is told", personal)
				}
			}
		})
	}
}

// TestRESTSubject takes the identifier that a header repeats, however it is written.
func TestRESTSubject(t *testing.T) {
	t.Parallel()
	w := newWorld(t, trembita.Config{}, answers(byLaw()))
	byDocument := strings.Replace(restInquiry, `"rnokpp":"`+askedRNOKPP+`"`, `"document":{"type":"PASSPORT","number":"АР123456"}`, 1)
	for id, body := range map[string]string{askedRNOKPP: restInquiry, " " + askedRNOKPP: restInquiry, "ap 123456": byDocument} {
		call := post("/declarations", body)
		call.header = map[string]string{"Uxp-Subject-Id": id}
		if status, got := w.rest(t, call); status != http.StatusOK {
			t.Errorf("%d %v", status, got)
		}
	}
}

func TestRESTNothingPersonalIsLogged(t *testing.T) {
	t.Parallel()
	w := newWorld(t, trembita.Config{}, answers(byLaw()))
	call := post("/declarations?userId="+secretUser, restInquiry)
	call.header = map[string]string{"Uxp-Subject-Id": askedRNOKPP}
	w.rest(t, call)
	lines := w.lines(t)
	if len(lines) != 1 || lines[0]["route"] != "POST /rest/v1/declarations" || lines[0]["purpose_id"] != "purpose-7" || lines[0]["result"] != "OK" ||
		lines[0]["message_id"] != "5b0c0d5e-message" || lines[0]["transaction_id"] != "0d7c3d1c-transaction" || lines[0]["service"] != restService {
		t.Errorf("logged %v", lines)
	}
	for _, personal := range []string{askedRNOKPP, askedFamily, secretUser, secretFamily, secretNumber, "3075751"} {
		if strings.Contains(w.log.String(), personal) {
			t.Errorf("%q is logged", personal)
		}
	}
}

func TestRESTPanic(t *testing.T) {
	t.Parallel()
	w := newWorld(t, trembita.Config{}, func(context.Context, dovidka.Request) (dovidka.Progress, error) { panic("РНОКПП 3075751279") })
	if status, got := w.rest(t, post("/declarations", restInquiry)); status != http.StatusInternalServerError || got["type"] != "Server.InternalError" {
		t.Errorf("%d %v", status, got)
	}
	out := httptest.NewRecorder()
	trembita.AnswerPanic(out, post("/declarations", "").request())
	var body struct{ Type, Message string }
	if err := json.Unmarshal(out.Body.Bytes(), &body); err != nil || out.Code != http.StatusInternalServerError || body.Type != "Server.InternalError" || body.Message == "" {
		t.Errorf("%d %s", out.Code, out.Body)
	}
}

func TestRESTContractIsServed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, trembita.Config{}, nil)
	out := httptest.NewRecorder()
	w.door.ServeHTTP(out, httptest.NewRequest(http.MethodGet, trembita.RESTBase+"/openapi.yaml", nil))
	if out.Code != http.StatusOK || !bytes.Equal(out.Body.Bytes(), api.TrembitaREST()) {
		t.Errorf("%d, %d bytes", out.Code, out.Body.Len())
	}
	for path, status := range map[string]int{"/": 404, "": 404, "/declarations/": 400, "/declarations/x": 404} {
		out := httptest.NewRecorder()
		w.door.ServeHTTP(out, httptest.NewRequest(http.MethodPost, trembita.RESTBase+path, nil))
		if out.Code != status || !strings.HasPrefix(out.Header().Get("Content-Type"), "application/json") {
			t.Errorf("%q: %d %s", path, out.Code, out.Header().Get("Content-Type"))
		}
	}
}

// TestRESTContractIsThePayload holds the description against the Go types, both
// ways: what one has the other has, and requires it alike.
func TestRESTContractIsThePayload(t *testing.T) {
	t.Parallel()
	doc, _ := contract()
	seen := map[string]bool{}
	for name, kind := range map[string]reflect.Type{
		"Inquiry": reflect.TypeFor[trembita.Inquiry](), "StatusInquiry": reflect.TypeFor[trembita.StatusInquiry](),
		"SignedRequest": reflect.TypeFor[trembita.SignedRequest](), "Submission": reflect.TypeFor[trembita.Submission](),
		"DeclarationsOutcome": reflect.TypeFor[trembita.GetDeclarationsResponse](), "StatusOutcome": reflect.TypeFor[trembita.StatusResponse](),
		"Outcome": reflect.TypeFor[trembita.SubmissionResponse](),
	} {
		compareSchema(t, doc, seen, name, kind)
	}
	if len(seen) < 15 {
		t.Errorf("only %d schemas were compared", len(seen))
	}
}

func compareSchema(t *testing.T, doc *openapi3.T, seen map[string]bool, name string, kind reflect.Type) {
	t.Helper()
	ref := doc.Components.Schemas[name]
	if ref == nil {
		t.Errorf("there is no schema %s", name)
		return
	}
	seen[name] = true
	properties, required := openapi3.Schemas{}, slices.Clone(ref.Value.Required)
	for _, part := range append(slices.Clone(ref.Value.AllOf), ref) {
		for property, schema := range part.Value.Properties {
			properties[property] = schema
		}
	}
	var walk func(reflect.Type)
	walk = func(kind reflect.Type) {
		for i := range kind.NumField() {
			field := kind.Field(i)
			tag, options, _ := strings.Cut(field.Tag.Get("json"), ",")
			if field.Anonymous && tag == "" {
				walk(field.Type)
				continue
			}
			if tag == "-" {
				continue
			}
			property := properties[tag]
			if property == nil {
				t.Errorf("%s has no %s", name, tag)
				continue
			}
			delete(properties, tag)
			if must := slices.Contains(required, tag); must == (options == "omitempty") {
				t.Errorf("%s.%s: required %v, but the tag says %q", name, tag, must, options)
			}
			compareProperty(t, doc, seen, name+"."+tag, property, field.Type)
		}
	}
	walk(kind)
	for property := range properties {
		t.Errorf("%s.%s is in no Go type", name, property)
	}
}

// compareProperty compares a property with the type of a field.
func compareProperty(t *testing.T, doc *openapi3.T, seen map[string]bool, path string, property *openapi3.SchemaRef, kind reflect.Type) {
	t.Helper()
	if kind.Kind() == reflect.Pointer {
		kind = kind.Elem()
	}
	is := property.Value.Type
	if kind.Kind() == reflect.Struct && is.Is("array") { // a wrapper that JSON does without
		kind = kind.Field(0).Type
	}
	if kind.Kind() == reflect.Slice {
		if !is.Is("array") {
			t.Errorf("%s is no array", path)
			return
		}
		property, kind = property.Value.Items, kind.Elem()
		is = property.Value.Type
	}
	want := map[reflect.Kind]string{reflect.String: "string", reflect.Bool: "boolean", reflect.Int: "integer", reflect.Int64: "integer", reflect.Struct: "object"}[kind.Kind()]
	if !is.Is(want) {
		t.Errorf("%s is %v, not %s", path, is, want)
	}
	if kind.Kind() == reflect.Struct {
		compareSchema(t, doc, seen, strings.TrimPrefix(property.Ref, "#/components/schemas/"), kind)
	}
}

// TestRESTThroughSecurityServers sends calls in both dialects through the
// stand-in, with the client of package xroad.
func TestRESTThroughSecurityServers(t *testing.T) {
	t.Parallel()
	client, err := xroad.ParseClientID(ourClient)
	if err != nil {
		t.Fatal(err)
	}
	service, err := xroad.ParseServiceID(restService)
	if err != nil {
		t.Fatal(err)
	}
	for _, dialect := range []xroadtest.Dialect{xroadtest.UXP, xroadtest.XRoad} {
		t.Run(fmt.Sprint(dialect), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, trembita.Config{}, answers(byLaw()))
			provider := httptest.NewServer(w.door)
			defer provider.Close()
			server, err := xroadtest.New(xroadtest.Config{
				Dialect: dialect, Services: []xroadtest.Service{{ID: service, URL: provider.URL + trembita.RESTBase, Clients: []xroad.ClientID{client}}},
			})
			if err != nil {
				t.Fatal(err)
			}
			defer server.Close()
			speaks := xroad.UXP
			if dialect == xroadtest.XRoad {
				speaks = xroad.XRoad
			}
			consumer, err := xroad.NewClient(xroad.ClientConfig{
				Client: client, URL: server.URL, PlainHTTP: true,
				Dialect: speaks, RESTTargets: []xroad.RESTTarget{{Service: service, Timeout: 10 * time.Second}},
			})
			if err != nil {
				t.Fatal(err)
			}
			defer consumer.Close()
			answer, err := consumer.CallREST(t.Context(), xroad.RESTCall{
				Service: service, Method: http.MethodPost, Path: "/declarations", ContentType: "application/json", Body: []byte(restInquiry),
				UserID: secretUser, PurposeIDs: []string{"purpose-7"},
			})
			if err != nil {
				t.Fatal(err)
			}
			var body struct{ ResultCode string }
			if err := answer.DecodeJSON(&body); err != nil || body.ResultCode != "OK" || answer.Status != http.StatusOK {
				t.Errorf("%d %+v, %v", answer.Status, body, err)
			}
			if got := w.requests()[0].Caller; got.Name != ourClient || got.MessageID == "" {
				t.Errorf("the caller is %+v", got)
			}
		})
	}
}
