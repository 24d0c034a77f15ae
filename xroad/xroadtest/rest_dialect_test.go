package xroadtest_test

import (
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/dovidka/dovidka/xroad"
	"github.com/dovidka/dovidka/xroad/xroadtest"
)

// TestRESTPassesOn checks what X-Road passes on and adds, by PR-REST and its RestRequest and RestResponse classes.
func TestRESTPassesOn(t *testing.T) {
	t.Parallel()
	behind := restProvider(t)
	ours, theirs := client(), service()
	ours.Subsystem, theirs.Service = "süb system", "öäå"
	server := start(t, xroadtest.Config{Dialect: xroadtest.XRoad, Services: []xroadtest.Service{{ID: theirs, URL: behind.URL + "/base", Clients: []xroad.ClientID{ours}}}}, nil)
	target := "r1/SEVDEIR-TEST/GOV/42032422/42_NHSU_prod/%C3%B6%C3%A4%C3%A5/path%3B/?q=%20"
	response, seen := callREST(t, server, target, map[string]string{
		"X-Road-Client": "SEVDEIR-TEST/GOV/00000088/s%C3%BCb%20system", "X-Road-UserId": "EE12345678901", "X-Road-Issue": "MT324223MSD",
		"X-Road-Request-Id": "mine", "X-Road-Request-Hash": "mine", "X-Road-Service": "mine", "Uxp-Client": "I/C/M", "Uxp-Id": "other",
	})
	for name, want := range map[string]string{
		"target": "/base/path%3B/?q=%20", "X-Road-Userid": "EE12345678901", "X-Road-Issue": "MT324223MSD", "X-Road-Service": "mine",
		"Uxp-Client": "I/C/M", "Uxp-Id": "other", "X-Road-Request-Hash": "", "User-Agent": seen["User-Agent"], "X-Road-Client": "SEVDEIR-TEST/GOV/00000088/s%C3%BCb%20system",
	} {
		if seen[name] != want {
			t.Errorf("%s: %q, want %q", name, seen[name], want)
		}
	}
	id := seen["X-Road-Id"]
	if !strings.HasPrefix(id, "SEVDEIR-TEST-") || len(id) != len("SEVDEIR-TEST-")+36 || response.Header.Get("X-Road-Id") != id {
		t.Errorf("id %q", id)
	}
	if seen["X-Road-Request-Id"] == "mine" || response.Header.Get("X-Road-Request-Id") != seen["X-Road-Request-Id"] {
		t.Errorf("request id %q", seen["X-Road-Request-Id"])
	}
	if got := response.Header.Get("X-Road-Service"); got != "SEVDEIR-TEST/GOV/42032422/42_NHSU_prod/%C3%B6%C3%A4%C3%A5" {
		t.Errorf("service %q", got)
	}
	// The hash, over what the provider has seen.
	head := "PUT\r\n/" + target + "\r\n"
	skipped := []string{"method", "target", "body", "User-Agent", "Accept-Encoding", "Content-Length"}
	for _, name := range slices.Sorted(maps.Keys(seen)) {
		if !slices.Contains(skipped, name) {
			head += name + ":" + seen[name] + "\r\n"
		}
	}
	a, b := sha512.Sum512([]byte(head)), sha512.Sum512([]byte(`{"a":1}`))
	sum := sha512.Sum512(append(a[:], b[:]...))
	if want := base64.StdEncoding.EncodeToString(sum[:]); response.Header.Get("X-Road-Request-Hash") != want {
		t.Errorf("hash of %q", head)
	}
}

// TestRESTEchoes has X-Road answer with fields that are not the request's.
func TestRESTEchoes(t *testing.T) {
	t.Parallel()
	behind := restProvider(t)
	server := start(t, xroadtest.Config{Dialect: xroadtest.XRoad, Services: []xroadtest.Service{{ID: service(), URL: behind.URL, Clients: []xroad.ClientID{client()}}}}, nil)
	sound := map[string]string{"X-Road-Id": "q1", "X-Road-Client": client().String(), "X-Road-Service": service().String()}
	for fault, changed := range map[xroadtest.Fault]string{
		xroadtest.Sound: "", xroadtest.OtherID: "X-Road-Id", xroadtest.OtherClient: "X-Road-Client", xroadtest.OtherService: "X-Road-Service", xroadtest.NoHeader: "all",
	} {
		server.MisbehaveNext(fault)
		response, _ := callREST(t, server, "r1/"+service().String(), map[string]string{"X-Road-Client": client().String(), "X-Road-Id": "q1"})
		for name, want := range sound {
			got := response.Header.Get(name)
			switch {
			case changed == "all" && got != "", changed == name && (got == want || got == ""), changed != "all" && changed != name && got != want:
				t.Errorf("%s: %s is %q", fault, name, got)
			}
		}
		if changed == "all" && response.Header.Get("X-Road-Request-Hash")+response.Header.Get("X-Road-Request-Id") != "" {
			t.Errorf("%v", response.Header)
		}
	}
}

// TestRESTSpoiled has answers that are not what they should be.
func TestRESTSpoiled(t *testing.T) {
	t.Parallel()
	behind := restProvider(t)
	server := start(t, xroadtest.Config{Dialect: xroadtest.UXP, Services: []xroadtest.Service{{ID: service(), URL: behind.URL, Clients: []xroad.ClientID{client()}}}}, nil)
	ask := func(fault xroadtest.Fault) (*http.Response, string) {
		server.MisbehaveNext(fault)
		response, body := get(t, server.URL+"restapi", "Uxp-Client: "+client().String(), "Uxp-Service: "+service().String())
		return response, string(body)
	}
	if response, body := ask(xroadtest.FaultAsSuccess); response.StatusCode != 200 || response.Header.Get("Uxp-Faultcode") != string(xroadtest.HTTPError) || !strings.Contains(body, `"type"`) {
		t.Errorf("%v %s", response, body)
	}
	if response, body := ask(xroadtest.Deep); response.StatusCode != http.StatusTeapot || strings.Count(body, "[") != 100_000 {
		t.Errorf("%v %.100s", response, body)
	}
	if response, body := ask(xroadtest.NotUTF8); response.StatusCode != http.StatusTeapot || body[0] != 0xFF {
		t.Errorf("%v %s", response, body)
	}
}

// TestRESTErrors has errors in XML where X-Road is asked for it, and without a mark where the test wants that.
func TestRESTErrors(t *testing.T) {
	t.Parallel()
	services := []xroadtest.Service{{ID: service(), Handler: http.NotFoundHandler(), Clients: []xroad.ClientID{client()}}}
	server := start(t, xroadtest.Config{Dialect: xroadtest.XRoad, SnakeCase: true, Services: services}, nil)
	for accept, media := range map[string]string{
		"": "application/json", "*/*": "application/json", "application/json": "application/json", "text/html;q=1, Application/XML;q=0.5": "application/xml",
		"text/xml": "text/xml", "text/*": "text/xml",
	} {
		server.MisbehaveNext(xroadtest.AccessDenied)
		response, body := get(t, server.URL+"r1/"+service().String(), "X-Road-Client: "+client().String(), "Accept: "+accept)
		var out struct {
			Type    string `xml:"type" json:"type"`
			Message string `xml:"message" json:"message"`
			Detail  string `xml:"detail" json:"detail"`
		}
		err := json.Unmarshal(body, &out)
		if media != "application/json" {
			err = xml.Unmarshal(body, &out)
		}
		if err != nil || out.Type != "server.serverproxy.access_denied" || out.Message == "" || len(out.Detail) != 36 || response.StatusCode != 500 ||
			response.Header.Get("Content-Type") != media+";charset=utf-8" || response.Header.Get("X-Road-Error") != out.Type {
			t.Errorf("%s: %v %s %v", accept, response.Header, body, err)
		}
	}
	server = start(t, xroadtest.Config{Dialect: xroadtest.UXP, BareErrors: true, Services: services}, nil)
	server.MisbehaveNext(xroadtest.AccessDenied)
	response, body := get(t, server.URL+"restapi", "Uxp-Client: "+client().String(), "Uxp-Service: "+service().String(), "Accept: text/xml")
	if response.Header.Get("Uxp-Faultcode") != "" || !strings.Contains(string(body), `"Server.ServerProxy.AccessDenied"`) {
		t.Errorf("%v %s", response.Header, body)
	}
	if _, err := xroadtest.New(xroadtest.Config{Dialect: xroadtest.XRoad, BareErrors: true}); err == nil {
		t.Error("X-Road leaves errors unmarked")
	}
	// The address of a service alone, with and without a slash.
	for _, path := range []string{"restapi", "restapi/"} {
		if response, _ := get(t, server.URL+path, "Uxp-Client: "+client().String(), "Uxp-Service: "+service().String()+"/"); response.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", path, response.StatusCode)
		}
	}
}
