package xroad_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/dovidka/dovidka/xroad"
)

// faultCodes is the table of what security servers and services answer, in the spelling of X-Road before its
// snake_case, and what a consumer makes of it: the kind, whether an idempotent call and any call is repeated, and
// whether the service certainly did nothing.
var faultCodes = []struct {
	code               string
	kind               error
	reads, always, not bool
}{
	{"Client", xroad.ErrRefused, false, false, false},
	{"Client.MissingHeaderField", xroad.ErrRefused, false, false, false},
	{"Client.InvalidSoap", xroad.ErrRefused, false, false, false},
	{"Client.InvalidContentType", xroad.ErrRefused, false, false, false},
	{"Client.InconsistentHeaders", xroad.ErrRefused, false, false, false},
	{"Client.SslAuthenticationFailed", xroad.ErrRefused, false, false, false},
	{"MustUnderstand", xroad.ErrRefused, false, false, false},
	{"VersionMismatch", xroad.ErrRefused, false, false, false},
	{"DataEncodingUnknown", xroad.ErrRefused, false, false, false},

	{"Server.ClientProxy.NetworkError", xroad.ErrUnavailable, true, false, false},
	{"Server.ClientProxy.IOError", xroad.ErrUnavailable, true, false, false},
	{"Server.ClientProxy.LoggingFailed.TimestampingFailed", xroad.ErrUnavailable, true, false, false},
	{"Server.ClientProxy.OutdatedGlobalConf", xroad.ErrUnavailable, true, false, false},
	{"Server.ClientProxy.SslAuthenticationFailed", xroad.ErrUnavailable, true, true, true},
	{"Server.ClientProxy.UnknownMember", xroad.ErrConfiguration, false, false, true},

	{"Server.ServerProxy.AccessDenied", xroad.ErrAccessDenied, false, false, true},
	{"Server.ServerProxy.UnknownService", xroad.ErrConfiguration, false, false, true},
	{"Server.ServerProxy.ServiceDisabled", xroad.ErrUnavailable, false, false, true},

	{"Server.ServerProxy.ServiceFailed", xroad.ErrServiceFailed, true, false, false},
	{"Server.ServerProxy.ServiceFailed.HttpError", xroad.ErrServiceFailed, true, false, false},
	{"Server.ServerProxy.ServiceFailed.NetworkError", xroad.ErrServiceFailed, true, false, false},
	{"Server.ServerProxy.ServiceFailed.IOError", xroad.ErrServiceFailed, true, false, false},
	{"Server.ServerProxy.ServiceFailed.UnknownHost", xroad.ErrServiceFailed, true, false, false},
	{"Server.ServerProxy.ServiceFailed.MissingBody", xroad.ErrServiceFailed, true, false, false},
	{"Server.ServerProxy.ServiceFailed.InvalidContentType", xroad.ErrServiceFailed, true, false, false},
	{"Server.ServerProxy.LoggingFailed", xroad.ErrServiceFailed, false, false, false},

	{"Server", xroad.ErrServiceFault, false, false, false},
	{"Server.Sad", xroad.ErrServiceFault, false, false, false},
	{"Server.ClientProxyish", xroad.ErrServiceFault, false, false, false},
	{"Clientele", xroad.ErrServiceFault, false, false, false},
	{"E1001", xroad.ErrServiceFault, false, false, false},
	{"", xroad.ErrServiceFault, false, false, false},
}

// snake spells a code as the newest X-Road does: server.serverproxy.service_failed.http_error.
func snake(code string) string {
	var out strings.Builder
	for i, r := range strings.NewReplacer("ClientProxy", "Clientproxy", "ServerProxy", "Serverproxy", "IOError", "IoError").Replace(code) {
		if 'A' <= r && r <= 'Z' && i > 0 && code[i-1] != '.' {
			out.WriteByte('_')
		}
		out.WriteRune(r)
	}
	return strings.ToLower(out.String())
}

// rawFault writes a fault as others do: the code bare, with a prefix, or in a subcode of SOAP 1.2.
func rawFault(r received, code string) string {
	if r.Version == xroad.SOAP12 {
		bare := strings.ToLower(strings.ReplaceAll(code[strings.IndexByte(code, ':')+1:], "_", ""))
		value, subcode := "Receiver", `<s:Subcode><s:Value>`+code+`</s:Value></s:Subcode>`
		switch {
		case bare == "mustunderstand", bare == "versionmismatch", bare == "dataencodingunknown":
			value, subcode = code, ""
		case bare == "client", strings.HasPrefix(bare, "client."):
			value = "s:Sender"
		}
		return `<s:Envelope xmlns:s="` + ns12 + `"><s:Body><s:Fault><s:Code><s:Value>` + value + `</s:Value>` + subcode +
			`</s:Code><s:Reason><s:Text xml:lang="en">Sad</s:Text><s:Text xml:lang="uk">Сумно</s:Text></s:Reason>` +
			`<s:Detail><faultDetail xmlns="">c7b2f1e0-5a3b-4f0f-9e0e-0d7c3d1c8a11</faultDetail></s:Detail></s:Fault></s:Body></s:Envelope>`
	}
	return `<s:Envelope xmlns:s="` + ns11 + `"><s:Body><s:Fault><faultcode>` + code + `</faultcode><faultstring>Сумно</faultstring>` +
		`<faultactor/><detail><faultDetail xmlns="">c7b2f1e0-5a3b-4f0f-9e0e-0d7c3d1c8a11</faultDetail></detail></s:Fault></s:Body></s:Envelope>`
}

// TestFaultCodes sends every code in both spellings and versions, with either status, to calls that may be repeated and
// to those which may not.
func TestFaultCodes(t *testing.T) {
	t.Parallel()
	for _, test := range faultCodes {
		for i, code := range []string{test.code, "soap:" + test.code, snake(test.code)} {
			for _, version := range []xroad.Version{xroad.SOAP11, xroad.SOAP12} {
				for _, idempotent := range []bool{false, true} {
					name := fmt.Sprintf("%s/%s/idempotent=%t", code, version, idempotent)
					t.Run(name, func(t *testing.T) {
						t.Parallel()
						status := []int{http.StatusInternalServerError, http.StatusOK}[i%2]
						server := newStandIn(t, func(r received) reply {
							return reply{status: status, contentType: r.Version.ContentType(), body: rawFault(r, code)}
						})
						client := newTestClient(t, server.URL, func(c *xroad.ClientConfig) {
							c.Targets[0].Idempotent, c.Targets[0].Version, c.Attempts = idempotent, version, 2
						})
						_, err := client.Call(t.Context(), testCall())
						failed := checkKind(t, err, test.kind)
						want := 1
						if test.always || test.reads && idempotent {
							want = 2
						}
						sent := server.requests()
						if len(sent) != want || failed.Attempts != want || failed.Undelivered != test.not {
							t.Errorf("%d messages, want %d; %+v", len(sent), want, failed)
						}
						if want == 2 && sent[0].Header.ID == sent[1].Header.ID {
							t.Error("id repeated")
						}
						if failed.Fault.Text != "Сумно" || failed.Fault.Detail != "c7b2f1e0-5a3b-4f0f-9e0e-0d7c3d1c8a11" || failed.Status != status {
							t.Errorf("%+v", failed.Fault)
						}
						if version == xroad.SOAP11 && failed.Fault.Code != strings.TrimPrefix(code, "soap:") {
							t.Errorf("code %s", failed.Fault.Code)
						}
					})
				}
			}
		}
	}
}

// TestSampleFaults reads faults of other programs.
func TestSampleFaults(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]struct {
		code string
		kind error
	}{
		"xr-fault.xml":                 {"CODE", xroad.ErrServiceFault},
		"xr-customsoapenv.answer":      {"Server.CODE", xroad.ErrServiceFault},
		"xr-faulty-fault.answer":       {"Server", xroad.ErrServiceFault},
		"xrd4j-fault-client-error.xml": {"Client", xroad.ErrRefused},
	} {
		body := string(sample(t, name))
		for form, out := range map[string]reply{
			"bare":      {contentType: "text/xml", body: body},
			"multipart": {contentType: `multipart/related; boundary="MIME_boundary"`, body: string(multipartMessage("Content-Type: text/xml\r\n\r\n" + body))},
		} {
			for _, status := range []int{http.StatusOK, http.StatusInternalServerError} {
				out.status = status
				server := newStandIn(t, func(received) reply { return out })
				_, err := newTestClient(t, server.URL, nil).Call(t.Context(), testCall())
				if failed := checkKind(t, err, want.kind); failed.Fault.Code != want.code {
					t.Errorf("%s, %s: %v", name, form, err)
				}
			}
		}
	}
}

// TestFaultsHideData sends back in a fault whatever the request told, and what it did not.
func TestFaultsHideData(t *testing.T) {
	t.Parallel()
	type person struct {
		Name   string `xml:"name"`
		Number string `xml:"number,attr"`
	}
	server := newStandIn(t, faulty(xroad.Fault{Code: "Server.NotFound.3404106605",
		Text:   "Особу ШЕВЧЕНКО  (шевченко, Ab-12, UA1234567890, Справа 7) з РНОКПП 3404106605, УНЗР 19320303-80660, 03.03.1932, АА123456 не знайдено\x07: код 404",
		Detail: "AA123456"}))
	client := newTestClient(t, server.URL, nil)
	call := testCall()
	call.Issue, call.Payload = "Справа 7", person{"Шевченко", "Ab-12"}
	_, err := client.Call(t.Context(), call)
	failed := checkKind(t, err, xroad.ErrServiceFault)
	const want = "Особу …  (…, …, …, …) з РНОКПП …, УНЗР …, …, АА… не знайдено\uFFFD: код 404"
	if failed.Fault.Text != want {
		t.Errorf("text %q", failed.Fault.Text)
	}
	if failed.Fault.Detail != "" || failed.Fault.Code != "Server.NotFound.…" {
		t.Errorf("detail %q, code %s", failed.Fault.Detail, failed.Fault.Code)
	}
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Error("failed", "err", err, "wrapped", fmt.Errorf("ask: %w", err))
	fmt.Fprintf(&log, "%v %+v %s", err, err, err)
	if strings.Contains(log.String(), "Особу") || !strings.Contains(log.String(), "Server.NotFound") {
		t.Errorf("logged %s", &log)
	}
}

// TestLongFault bounds what is kept of a fault.
func TestLongFault(t *testing.T) {
	t.Parallel()
	server := newStandIn(t, func(r received) reply {
		return reply{status: 500, contentType: "text/xml", body: strings.ReplaceAll(rawFault(r, "Server."+strings.Repeat("a", 5000)), "Сумно", strings.Repeat("Ї ", 5000))}
	})
	_, err := newTestClient(t, server.URL, nil).Call(t.Context(), testCall())
	failed := checkKind(t, err, xroad.ErrServiceFault)
	if len(failed.Fault.Code) > 200 || len(failed.Fault.Text) > 1000 || len(failed.Fault.Text) < 990 {
		t.Errorf("%d, %d", len(failed.Fault.Code), len(failed.Fault.Text))
	}
	if errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
