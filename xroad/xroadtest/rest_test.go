package xroadtest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/dovidka/dovidka/xroad"
	"github.com/dovidka/dovidka/xroad/xroadtest"
)

// restProvider tells what it was asked.
func restProvider(t *testing.T) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // cut by a test
		}
		seen := map[string]string{"method": r.Method, "target": r.RequestURI, "body": string(body)}
		for name := range r.Header {
			seen[name] = r.Header.Get(name)
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("X-Other", "1")
		w.Header().Set("Keep-Alive", "timeout=1")
		w.WriteHeader(http.StatusTeapot)
		_ = json.NewEncoder(w).Encode(seen)
	}))
	t.Cleanup(server.Close)
	return server
}

// callREST calls a path and returns status, header and what the provider has seen or the fault said.
func callREST(t *testing.T, server *xroadtest.Server, path string, header map[string]string) (*http.Response, map[string]string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPut, server.URL+path, strings.NewReader(`{"a":1}`))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "test")
	request.Header.Set("Te", "trailers")
	for name, value := range header {
		request.Header.Set(name, value)
	}
	response, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	seen := map[string]string{}
	if err := json.NewDecoder(response.Body).Decode(&seen); err != nil {
		t.Fatal(err)
	}
	return response, seen
}

func TestREST(t *testing.T) {
	t.Parallel()
	const ours, theirs = "SEVDEIR-TEST/GOV/00000088/20_EIS_cons", "SEVDEIR-TEST/GOV/42032422/42_NHSU_prod/OpName_v1"
	uxp := map[string]string{
		"Uxp-Client": ours, "Uxp-Service": theirs, "Uxp-QueryID": "q1", "Uxp-Purpose-Ids": "p1", "Uxp-Subject-Id": "s1",
	}
	xRoad := map[string]string{"X-Road-Client": ours, "X-Road-Id": "q1", "X-Road-UserId": "u1"}
	tests := []struct {
		dialect      xroadtest.Dialect
		path, broken string
		header       map[string]string
		passed, made []string // header fields that the provider gets
		back         []string // and the consumer
	}{
		{xroadtest.UXP, "restapi/a%2Fb/c?x=1&y", "restapi/a", uxp,
			[]string{"Uxp-Client", "Uxp-Service", "Uxp-Purpose-Ids", "Uxp-Subject-Id"}, []string{"Uxp-Transaction-Id"}, []string{"Uxp-Transaction-Id"}},
		{xroadtest.XRoad, "r1/" + theirs + "/a%2Fb/c?x=1&y", "r1/" + theirs[:len(theirs)-2] + "/a", xRoad,
			[]string{"X-Road-Client", "X-Road-Id", "X-Road-Userid"}, []string{"X-Road-Request-Id"},
			[]string{"X-Road-Service", "X-Road-Id", "X-Road-Request-Id", "X-Road-Request-Hash"}},
	}
	for _, test := range tests {
		behind := restProvider(t)
		observed := make(chan xroadtest.Exchange, 100)
		server := start(t, xroadtest.Config{
			Dialect: test.dialect, Observe: func(e xroadtest.Exchange) { observed <- e },
			Services: []xroadtest.Service{{ID: service(), URL: behind.URL + "/base/", Clients: []xroad.ClientID{client()}}},
		}, nil)
		response, seen := callREST(t, server, test.path, test.header)
		if response.StatusCode != http.StatusTeapot || response.Header.Get("X-Other") != "1" || response.Header.Get("Keep-Alive") != "" {
			t.Errorf("%d %v", response.StatusCode, response.Header)
		}
		if seen["method"] != "PUT" || seen["target"] != "/base/a%2Fb/c?x=1&y" || seen["body"] != `{"a":1}` || seen["Te"] != "" || seen["User-Agent"] == "test" {
			t.Errorf("%v", seen)
		}
		for _, name := range test.passed {
			if seen[name] == "" || seen[name] != response.Request.Header.Get(name) {
				t.Errorf("%s: %q", name, seen[name])
			}
		}
		for _, name := range test.made {
			if len(seen[name]) != 36 {
				t.Errorf("%s: %q", name, seen[name])
			}
		}
		for _, name := range test.back {
			if response.Header.Get(name) == "" {
				t.Errorf("no %s", name)
			}
		}
		if e := <-observed; e.ID != "q1" || e.Client != client() || e.Service != service() || e.Provider != http.StatusTeapot || e.Forwarded != 1 {
			t.Errorf("%+v", e)
		}
		checkRefusedREST(t, server, test.path, test.broken, test.header)
	}
}

func checkRefusedREST(t *testing.T, server *xroadtest.Server, path, broken string, header map[string]string) {
	t.Helper()
	refused := func(path string, header map[string]string, status int, code string) {
		t.Helper()
		response, body := callREST(t, server, path, header)
		told := response.Header.Get("X-Road-Error") + response.Header.Get("Uxp-Faultcode")
		if response.StatusCode != status || body["type"] != code || told != code || body["message"] == "" || len(body["detail"]) != 36 {
			t.Errorf("%d %v %v, want %s", response.StatusCode, response.Header, body, code)
		}
	}
	with := func(name, value string) map[string]string {
		changed := map[string]string{}
		for n, v := range header {
			if changed[n] = v; strings.HasSuffix(n, name) {
				changed[n] = value
			}
		}
		return changed
	}
	refused(path, with("Client", ""), http.StatusBadRequest, "Client.BadRequest")
	refused(path, with("Client", "SEVDEIR-TEST/GOV/00000088/other"), http.StatusInternalServerError, "Server.ServerProxy.AccessDenied")
	refused(broken, with("Service", "SEVDEIR-TEST/GOV/42032422/42_NHSU_prod/OpName"), http.StatusInternalServerError, "Server.ServerProxy.UnknownService")
	for _, fault := range []xroadtest.Fault{xroadtest.HTTPError, xroadtest.CutRequest, xroadtest.GiveUp} {
		server.MisbehaveNext(fault)
		code := string(fault)
		if fault != xroadtest.HTTPError {
			code = string(xroadtest.NetworkError)
		}
		refused(path, header, http.StatusInternalServerError, code)
	}
	// What would change a SOAP message leaves others alone.
	for _, fault := range []xroadtest.Fault{
		xroadtest.OtherID, xroadtest.Parts, xroadtest.UTF16, xroadtest.FaultInPart, xroadtest.Chunked, xroadtest.Twice,
	} {
		server.MisbehaveNext(fault)
		if response, seen := callREST(t, server, path, header); response.StatusCode != http.StatusTeapot || seen["method"] != "PUT" {
			t.Errorf("%s: %d %v", fault, response.StatusCode, seen)
		}
	}
}
