package xroad_test

import (
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/dovidka/dovidka/xroad"
)

// FuzzOptimised sends any text as MTOM and has it read back as it was.
func FuzzOptimised(f *testing.F) {
	long := base64.StdEncoding.EncodeToString(make([]byte, 1000))
	for _, text := range []string{"", long, long[1:], long + "\n", long[:1200] + "AAB=", long[:1200] + "AAA=", " " + long, strings.Repeat("=", 2000), strings.Repeat("-_", 2000), "<" + long} {
		f.Add(text, long)
	}
	type payload struct {
		A string   `xml:"a"`
		B []string `xml:"b>c"`
		D struct {
			E string `xml:"e,attr"`
			F string `xml:",chardata"`
		} `xml:"d"`
	}
	var sent received
	server := newStandIn(f, func(r received) reply { sent = r; return good(r) })
	f.Fuzz(func(t *testing.T, first, second string) {
		var p payload
		p.A, p.B, p.D.E, p.D.F = first, []string{second, first, second}, second, first
		call := testCall()
		call.Payload = p
		var raw [2]string
		for i, mtom := range []bool{false, true} {
			client := newTestClient(t, server.URL, func(c *xroad.ClientConfig) { c.Targets[0].MTOM = mtom })
			mustSend(t, client, call)
			if err := client.Close(); err != nil {
				t.Fatal(err)
			}
			raw[i] = string(sent.Body.Raw)
		}
		if raw[0] != raw[1] {
			t.Errorf("%q became %q", raw[0], raw[1])
		}
	})
}

func mustSend(t *testing.T, client *xroad.Client, call xroad.Call) {
	t.Helper()
	if _, err := client.Call(t.Context(), call); err != nil {
		t.Fatal(err)
	}
}

// TestNotOptimisable leaves texts in their places which could not come back as they were, or are not all of an element.
func TestNotOptimisable(t *testing.T) {
	t.Parallel()
	long := base64.StdEncoding.EncodeToString(make([]byte, 3000))
	for name, inside := range map[string]string{
		"line breaks": "<a>" + long[:76] + "\n" + long[76:] + "</a>", "mixed content": "<a><b/>" + long + "</a>", "text first": "<a>" + long + "<b/></a>",
		"CDATA": "<a><![CDATA[" + long + "]]></a>", "comment": "<a>" + long + "<!-- --></a>", "reference": "<a>&#65;" + long[1:] + "</a>",
		"short": "<a>" + long[:1020] + "</a>", "not well-formed": "<a>" + long + "</b>",
	} {
		var sent string
		server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				t.Error(err)
			}
			sent = string(body)
		}))
		t.Cleanup(server.Close)
		call := testCall()
		call.Payload = struct {
			Inside string `xml:",innerxml"`
		}{inside}
		client := newTestClient(t, server.URL, func(c *xroad.ClientConfig) { c.Targets[0].MTOM = true })
		_, err := client.Call(t.Context(), call)
		checkKind(t, err, xroad.ErrResponse) // there is none
		if !strings.Contains(sent, inside) {
			t.Errorf("%s: %d bytes became %d", name, len(inside), len(sent))
		}
	}
}

func TestBase64(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"": "", "YQ==": "a", " Y\r\n Q=\t= ": "a", "AP9iDQo=": "\x00\xFFb\r\n"} {
		var got xroad.Base64
		if err := got.UnmarshalText([]byte(text)); err != nil || string(got) != want {
			t.Errorf("%q is %q, %v", text, got, err)
		}
	}
	for _, text := range []string{"Y", "YQ=", "YQ==YQ==", "Ї", "YQ-_"} {
		var got xroad.Base64
		if err := got.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is %q", text, got)
		}
	}
}
