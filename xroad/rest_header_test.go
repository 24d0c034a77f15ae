package xroad_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dovidka/dovidka/xroad"
)

// restRequest reads a request as it was on the wire.
func restRequest(t testing.TB, name string) *http.Request {
	t.Helper()
	r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(sample(t, name))))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// restView is a RESTHeader with everything in the open.
type restView struct {
	Dialect                                  xroad.Dialect
	Client, Service, ID, User, Issue, Party  string
	Server, Subject, Transaction, PurposeIDs string
}

func view(h *xroad.RESTHeader) restView {
	out := restView{Dialect: h.Dialect, Client: h.Client.String(), ID: h.ID, User: h.UserID.Reveal(), Issue: h.Issue,
		Subject: h.SubjectID.Reveal(), Transaction: h.TransactionID, PurposeIDs: strings.Join(h.PurposeIDs, "|")}
	if h.Service != nil {
		out.Service = h.Service.String()
	}
	if h.RepresentedParty != nil {
		out.Party = h.RepresentedParty.Code
		if h.RepresentedParty.Class != nil {
			out.Party = *h.RepresentedParty.Class + "/" + out.Party
		}
	}
	if h.SecurityServer != nil {
		out.Server = h.SecurityServer.String()
	}
	return out
}

// TestRESTSamples reads what real client programs send.
func TestRESTSamples(t *testing.T) {
	t.Parallel()
	const ours, theirs = "test1/GOV/10000003/CLIENT", "test1/GOV/10000003/SERVICE/python_ssl"
	const axios, axiosTo = "SEVDEIR-TEST/GOV/00000088/TEST_CLIENT", "SEVDEIR-TEST/GOV/00000089/TEST_SERVICE/GetPerson"
	const purpose = "5cbc1e1b-be44-4679-9214-3d4995b35d3a"
	want := map[string]restView{
		"rest-requests-get.http": {Client: ours, Service: theirs, ID: "46c1f22f-4e4c-40ec-87f3-6d9e8eb7cbb8",
			User: "Flask_client", PurposeIDs: purpose},
		"rest-requests-post.http": {Client: ours, Service: theirs, ID: "075f891c-7d95-4f5a-83ca-8b15d9e5c863",
			User: "Flask_client", PurposeIDs: purpose},
		"rest-requests-put.http": {Client: ours, Service: theirs, ID: "f98149bf-0ac3-4f33-a21d-65f9c8085221", User: "Flask_client"},
		"rest-requests-delete.http": {Client: ours, Service: theirs + "/1", ID: "c8ce4c40-8359-4d1b-8357-a7c1fdc07ebf",
			User: "Flask_client"},
		"rest-axios-get.http": {Client: axios, Service: axiosTo, ID: "b1093ee4-2d96-49b7-84e4-f5bb410dd5b9",
			User: "628ed69c-ab07-4f96-bcf8-ec89cde738e7"},
		"rest-axios-post.http": {Client: axios, Service: axiosTo, ID: "daf070b7-6651-44f6-914b-98e060baa6ad",
			User: "7f09b03e-de3e-4449-a11c-950f794c2c14"},
		"rest-curl-get.http":         {Dialect: xroad.XRoad, Client: "INSTANCE/CLASS1/MEMBER1/SUBSYSTEM1"},
		"rest-curl-listmethods.http": {Dialect: xroad.XRoad, Client: "INSTANCE/CLASS1/MEMBER1/SUBSYSTEM1"},
	}
	files, err := filepath.Glob(filepath.Join("testdata", "rest-*.http"))
	if err != nil || len(files) != len(want)+1 {
		t.Fatalf("%d samples, %v", len(files), err)
	}
	for name, want := range want {
		got, err := xroad.ReadRESTHeader(restRequest(t, name))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(want, view(got)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	// X-Road's own test has a slash inside a part, which PR-REST, clause 4.8, forbids and a path cannot hold.
	put := restRequest(t, "rest-curl-put.http")
	checkRESTRefused(t, put, xroad.CodeInvalidClientIdentifier)
	put.Header.Set("X-Road-Client", strings.ReplaceAll(put.Header.Get("X-Road-Client"), "%2F", "%D1%97"))
	got, err := xroad.ReadRESTHeader(put)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(restView{Dialect: xroad.XRoad, Client: "EE/BUSINESS/consumer/subїsystem", ID: "fa2e18a5-c2cb-4d09-b994-f57727f7c3fb",
		User: "EE12345678901", Issue: "MT324223MSD", Party: "MEMBERCLASS/MEMBERCODE", Server: "INSTANCE/MEMBERCLASS/MEMBERCODE/SERVERCODE"}, view(got)); diff != "" {
		t.Error(diff)
	}
}

func checkRESTRefused(t *testing.T, r *http.Request, code string) {
	t.Helper()
	got, err := xroad.ReadRESTHeader(r)
	var fault *xroad.Fault
	if !errors.As(err, &fault) || got != nil || fault.Code != code || fault.Text == "" || !fault.Client() {
		t.Errorf("%v: %+v, %v, want %s", r.Header, got, err, code)
	}
	for name, values := range r.Header {
		for _, value := range values {
			if len(value) > 3 && err != nil && (strings.Contains(err.Error(), value) || strings.Contains(fault.Text, value)) {
				t.Errorf("%s is quoted: %v, %s", name, err, fault.Text)
			}
		}
	}
}

// restFields makes a request of fields, given as name: value.
func restFields(query string, fields ...string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/a?"+query, nil)
	for _, field := range fields {
		name, value, _ := strings.Cut(field, ": ")
		r.Header.Add(name, value)
	}
	return r
}

// TestRESTHeader reads every field, in either dialect, both, and in all spellings.
func TestRESTHeader(t *testing.T) {
	t.Parallel()
	const client, service = "SEVDEIR-TEST/GOV/00000001/SUB_1", "SEVDEIR-TEST/GOV/00000002/SUB_2/space/1"
	base := restView{Client: client}
	tests := map[string]struct {
		query  string
		fields []string
		want   restView
	}{
		// The example of the guide for developers of REST services.
		"guide": {"x=15&y=9", []string{"Uxp-Client: " + client, "Uxp-Service: " + service,
			"Uxp-QueryID: 7ef7045f-d886-4b32-8142-a40958a3ae8e", "Uxp-Purpose-Ids: 9K9J65I75ILCLMPDUIRXS", "Uxp-Subject-Id: 1234567036"},
			restView{Client: client, Service: service, ID: "7ef7045f-d886-4b32-8142-a40958a3ae8e",
				PurposeIDs: "9K9J65I75ILCLMPDUIRXS", Subject: "1234567036"}},
		"letter case": {"", []string{"UXP-CLIENT: " + client, "uxp-queryid: a", "uxp-userid: b", "UXP-TRANSACTION-ID: c"},
			restView{Client: client, ID: "a", User: "b", Transaction: "c"}},
		"all of UXP": {"", []string{"Uxp-Client: " + client, "Uxp-Id: a", "Uxp-UserId: UA1", "Uxp-Issue: Справа 1",
			"Uxp-Represented-Party: GOV/1", "Uxp-Security-Server: A/B/C/D"},
			restView{Client: client, ID: "a", User: "UA1", Issue: "Справа 1", Party: "GOV/1", Server: "A/B/C/D"}},
		"all of X-Road": {"queryId=no&userId=no", []string{"X-Road-Client: " + client, "X-Road-Service: " + service, "X-Road-Request-Id: t",
			"X-Road-Represented-Party: 1", "X-Road-Request-Hash: ignored", "Uxp-Transaction-Id: of nobody"},
			restView{Dialect: xroad.XRoad, Client: client, Service: service, Party: "1", Transaction: "t"}},
		"both": {"", []string{"Uxp-Client: " + client, "X-Road-Client: " + client, "X-Road-Id: a", "X-Road-Issue: b", "X-Road-Request-Id: t"},
			restView{Client: client, ID: "a", Issue: "b", Transaction: "t"}},
		"of UXP with a field of X-Road": {"", []string{"Uxp-Client: I/C/M", "Uxp-Transaction-Id: a", "X-Road-Request-Id: of nobody"},
			restView{Client: "I/C/M", Transaction: "a"}},
		"both, encoded differently": {"", []string{"Uxp-Client: I/C/M/%D0%AF", "X-Road-Client: I/C/M/Я"}, restView{Client: "I/C/M/Я"}},
		"the same twice":            {"", []string{"Uxp-Client: " + client, "Uxp-Client: " + client, "Uxp-QueryID: a", "Uxp-Id: a"}, restView{Client: client, ID: "a"}},
		"empty fields":              {"", []string{"Uxp-Client: " + client, "Uxp-Service: ", "Uxp-QueryID: ", "Uxp-UserId:  ", "X-Road-Client: "}, base},
		"member":                    {"", []string{"Uxp-Client: I/C/M"}, restView{Client: "I/C/M"}},
		"plus sign":                 {"", []string{"X-Road-Client: I/C+D/M/S%2BT", "X-Road-UserId: a%20b+c"}, restView{Dialect: xroad.XRoad, Client: "I/C+D/M/S+T", User: "a%20b+c"}},
		"empty version":             {"", []string{"Uxp-Client: I/C/M", "Uxp-Service: I/C/M/S/X/"}, restView{Client: "I/C/M", Service: "I/C/M/S/X"}},
		"header before query":       {"queryId=no&userId=no", []string{"Uxp-Client: I/C/M", "Uxp-QueryID: a", "Uxp-UserId: b"}, restView{Client: "I/C/M", ID: "a", User: "b"}},
		"query":                     {"queryId=%D0%B0&userId=b", []string{"Uxp-Client: I/C/M"}, restView{Client: "I/C/M", ID: "а", User: "b"}},
		"query of the operation":    {"queryId=1&queryId=2&userId=b&userId=b", []string{"Uxp-Client: I/C/M"}, restView{Client: "I/C/M"}},
		"purposes": {"", []string{"Uxp-Client: I/C/M", "Uxp-Purpose-Ids: a, b;c d", `Uxp-Purpose-Ids: ,e,,a`, `Uxp-Purpose-Ids: ""`, "Purpose-Id: f"},
			restView{Client: "I/C/M", PurposeIDs: "a|b|c|d|e"}},
		"transaction unfit for a log": {"", []string{"Uxp-Client: I/C/M", "Uxp-Transaction-Id: a b"}, restView{Client: "I/C/M"}},
		"long texts": {"", []string{"Uxp-Client: I/C/M", "Uxp-UserId: " + strings.Repeat("ї", 2048), "Uxp-Subject-Id: " + strings.Repeat("s", 4096)},
			restView{Client: "I/C/M", User: strings.Repeat("ї", 2048), Subject: strings.Repeat("s", 4096)}},
	}
	for name, test := range tests {
		got, err := xroad.ReadRESTHeader(restFields(test.query, test.fields...))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(test.want, view(got)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// TestRESTHeaderRefused refuses what is missing, wrong, too long, or contradicts itself.
func TestRESTHeaderRefused(t *testing.T) {
	t.Parallel()
	const ok = "Uxp-Client: I/C/M/S"
	tests := map[string]struct {
		code   string
		fields []string
	}{
		"nothing":                {xroad.CodeMissingHeaderField, nil},
		"no client":              {xroad.CodeMissingHeaderField, []string{"Uxp-Service: I/C/M/S/X", "X-Road-Client: "}},
		"two parts":              {xroad.CodeInvalidClientIdentifier, []string{"Uxp-Client: I/C"}},
		"five parts":             {xroad.CodeInvalidClientIdentifier, []string{"X-Road-Client: I/C/M/S/X"}},
		"empty part":             {xroad.CodeInvalidClientIdentifier, []string{"Uxp-Client: I//M/S"}},
		"encoded separators":     {xroad.CodeInvalidClientIdentifier, []string{"X-Road-Client: INSTANCE%2FCLASS%2FMEMBER%2FSUBSYSTEM"}},
		"slash inside":           {xroad.CodeInvalidClientIdentifier, []string{"X-Road-Client: I/C/M%2FS"}},
		"half an escape":         {xroad.CodeInvalidClientIdentifier, []string{"X-Road-Client: I/C/M/abc%D"}},
		"no escape":              {xroad.CodeInvalidClientIdentifier, []string{"X-Road-Client: I/C/M/abc%zz"}},
		"escape of a control":    {xroad.CodeInvalidClientIdentifier, []string{"X-Road-Client: I/C/M/abc%0Adef"}},
		"escape of no UTF-8":     {xroad.CodeInvalidClientIdentifier, []string{"X-Road-Client: I/C/M/abc%FF"}},
		"no UTF-8":               {xroad.CodeInvalidHeaderField, []string{"X-Road-Client: I/C/M/\xFF"}},
		"list of clients":        {xroad.CodeInvalidClientIdentifier, []string{"Uxp-Client: I/C/M/S, I/C/M/S/T"}},
		"long client":            {xroad.CodeInvalidHeaderField, []string{"Uxp-Client: I/C/M/" + strings.Repeat("a", 1024)}},
		"many slashes":           {xroad.CodeInvalidClientIdentifier, []string{"Uxp-Client: " + strings.Repeat("/", 1000)}},
		"bad service":            {xroad.CodeInvalidServiceIdentifier, []string{ok, "Uxp-Service: I/C/M/S"}},
		"two empty versions":     {xroad.CodeInvalidServiceIdentifier, []string{ok, "Uxp-Service: I/C/M/S/X//"}},
		"bad service elsewhere":  {xroad.CodeInvalidServiceIdentifier, []string{ok, "X-Road-Service: I"}},
		"long id":                {xroad.CodeInvalidHeaderField, []string{ok, "Uxp-QueryID: " + strings.Repeat("a", 257)}},
		"long user":              {xroad.CodeInvalidHeaderField, []string{ok, "Uxp-UserId: " + strings.Repeat("a", 4097)}},
		"user not UTF-8":         {xroad.CodeInvalidHeaderField, []string{ok, "Uxp-UserId: \xC0\xE1"}},
		"control character":      {xroad.CodeInvalidHeaderField, []string{ok, "Uxp-Issue: a\x01b"}},
		"party":                  {xroad.CodeInvalidHeaderField, []string{ok, "X-Road-Represented-Party: Instance/Class/Member"}},
		"party of nobody":        {xroad.CodeInvalidHeaderField, []string{ok, "X-Road-Represented-Party: Class/"}},
		"server":                 {xroad.CodeInvalidHeaderField, []string{ok, "X-Road-Security-Server: I/C/M"}},
		"purpose in Cyrillic":    {xroad.CodeInvalidHeaderField, []string{ok, "Uxp-Purpose-Ids: абв"}},
		"quoted purpose":         {xroad.CodeInvalidHeaderField, []string{ok, `Uxp-Purpose-Ids: "abcd"`}},
		"purpose and a blank":    {xroad.CodeInvalidHeaderField, []string{ok, "Uxp-Purpose-Ids: abcd\u00A0"}},
		"half a quoted purpose":  {xroad.CodeInvalidHeaderField, []string{ok, `Uxp-Purpose-Ids: ab"cd`}},
		"transaction of another": {xroad.CodeInconsistentHeaders, []string{ok, "X-Road-Client: I/C/M/S", "Uxp-Transaction-Id: abcd", "X-Road-Request-Id: efgh"}},
		"long purpose":           {xroad.CodeInvalidHeaderField, []string{ok, "Uxp-Purpose-Ids: " + strings.Repeat("a", 129)}},
		"many purposes":          {xroad.CodeInvalidHeaderField, []string{ok, "Uxp-Purpose-Ids: " + manyPurposes()}},
		"two clients":            {xroad.CodeDuplicateHeaderField, []string{ok, "Uxp-Client: I/C/M/T"}},
		"two ids":                {xroad.CodeDuplicateHeaderField, []string{ok, "Uxp-QueryID: abcd", "Uxp-QueryID: efgh"}},
		"two names of the id":    {xroad.CodeInconsistentHeaders, []string{ok, "Uxp-QueryID: abcd", "Uxp-Id: efgh"}},
		"client of the other":    {xroad.CodeInconsistentHeaders, []string{ok, "X-Road-Client: I/C/M/T"}},
		"client of the other, 2": {xroad.CodeInconsistentHeaders, []string{"X-Road-Client: I/C/M/S", "uxp-client: I/C/M"}},
		"service of the other":   {xroad.CodeInconsistentHeaders, []string{ok, "Uxp-Service: I/C/M/S/X", "X-Road-Service: I/C/M/S/Y"}},
		"id of the other":        {xroad.CodeInconsistentHeaders, []string{ok, "Uxp-QueryID: abcd", "X-Road-Id: ABCD"}},
		"user of the other":      {xroad.CodeInconsistentHeaders, []string{ok, "Uxp-UserId: UA12", "X-Road-UserId: UA13"}},
		"issue of the other":     {xroad.CodeInconsistentHeaders, []string{ok, "Uxp-Issue: abcd", "X-Road-Issue: abce"}},
		"party of the other":     {xroad.CodeInconsistentHeaders, []string{ok, "Uxp-Represented-Party: ab/c", "X-Road-Represented-Party: c"}},
		"server of the other":    {xroad.CodeInconsistentHeaders, []string{ok, "Uxp-Security-Server: I/C/M/S", "X-Road-Security-Server: I/C/M/T"}},
		"subject twice":          {xroad.CodeDuplicateHeaderField, []string{ok, "Uxp-Subject-Id: 1234567036", "Uxp-Subject-Id: 1234567037"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { checkRESTRefused(t, restFields("", test.fields...), test.code) })
	}
	checkRESTRefused(t, restFields("queryId="+strings.Repeat("a", 257), ok), xroad.CodeInvalidHeaderField)
	checkRESTRefused(t, restFields("userId=%FF", ok), xroad.CodeInvalidHeaderField)
}

func manyPurposes() string {
	var all []string
	for i := range 33 {
		all = append(all, fmt.Sprint("p", i))
	}
	return strings.Join(all, ",")
}

// TestRESTHeaderHides prints and logs a header in every way.
func TestRESTHeaderHides(t *testing.T) {
	t.Parallel()
	h, err := xroad.ReadRESTHeader(restFields("", "Uxp-Client: I/C/M/S", "Uxp-UserId: UA1234567890", "Uxp-Subject-Id: 3404106605"))
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	inside := struct{ header xroad.RESTHeader }{*h}
	request := xroad.RESTRequest{Header: h, Body: []byte("3404106605"), Query: map[string][]string{"unzr": {"3404106605"}}}
	for _, value := range []any{h, *h, inside, &inside, h.SubjectID, request, &request} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			fmt.Fprintf(&out, verb+"\n", value)
		}
		for _, handler := range []slog.Handler{slog.NewJSONHandler(&out, nil), slog.NewTextHandler(&out, nil)} {
			slog.New(handler).Info("call", "value", value)
		}
	}
	for _, secret := range []string{"UA1234567890", "3404106605", fmt.Sprintf("%x", "UA1234567890"), fmt.Sprintf("%x", "3404106605")} {
		if strings.Contains(out.String(), secret) {
			t.Errorf("%s is shown:\n%s", secret, &out)
		}
	}
	if !strings.Contains(out.String(), "***") || h.UserID.Reveal() != "UA1234567890" || !(xroad.Personal{}).IsZero() || xroad.NewPersonal("") != (xroad.Personal{}) {
		t.Error("nothing is hidden, or everything")
	}
}

// FuzzRESTHeader reads any header fields. What is accepted is within bounds and, written again, is read the same.
func FuzzRESTHeader(f *testing.F) {
	files, err := filepath.Glob(filepath.Join("testdata", "rest-*.http"))
	if err != nil || len(files) == 0 {
		f.Fatalf("no samples: %v", err)
	}
	for _, file := range files {
		f.Add(sample(f, filepath.Base(file)))
	}
	f.Add([]byte("GET /?queryId=1 HTTP/1.1\r\nHost: a\r\nUxp-Client: I/C/M\r\nX-Road-Client: I/C/%4d\r\nUxp-Purpose-Ids: a;b, \"c\"\r\n\r\n"))
	f.Fuzz(func(t *testing.T, wire []byte) {
		r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(wire)))
		if err != nil {
			return
		}
		_, _ = io.Copy(io.Discard, r.Body)
		h, err := xroad.ReadRESTHeader(r)
		if err != nil {
			var fault *xroad.Fault
			if !errors.As(err, &fault) || h != nil || fault.HTTPStatus() != http.StatusBadRequest {
				t.Fatalf("%v", err)
			}
			return
		}
		if err := h.Client.Validate(); err != nil {
			t.Error(err)
		}
		if h.Service != nil && h.Service.Validate() != nil || len(h.ID) > 256 || len(h.PurposeIDs) > 32 || len(h.UserID.Reveal()) > 4096 {
			t.Errorf("%+v", h)
		}
		again := &http.Request{Header: http.Header{}, URL: r.URL}
		h.Write(again.Header)
		got, err := xroad.ReadRESTHeader(again)
		if err != nil {
			t.Fatalf("written again: %v", err)
		}
		a, b := view(h), view(got)
		a.Transaction, b.Transaction = "", ""
		if a != b || !slices.Equal(h.PurposeIDs, got.PurposeIDs) {
			t.Errorf("%s", cmp.Diff(a, b))
		}
	})
}
