package xroad_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/dovidka/dovidka/xroad"
)

// TestSignature fetches archives, and judges what comes in their place.
func TestSignature(t *testing.T) {
	t.Parallel()
	const archive = "PK\x03\x04rest"
	for name, test := range map[string]struct {
		answer func(http.ResponseWriter, restSeen)
		kind   error
	}{
		"archive":     {respond(200, "application/zip", archive), nil},
		"encrypted":   {respond(200, "application/octet-stream", "\x85\x01"), nil},
		"unknown":     {respond(404, "text/plain", "No signed documents found"), xroad.ErrRefused},
		"bad":         {respond(400, "text/plain", "Bad"), xroad.ErrRefused},
		"stranger":    {respond(401, "text/plain", "Bad"), xroad.ErrAccessDenied},
		"not stamped": {respond(500, "text/plain", "Message signature has not been timestamped yet!"), xroad.ErrUnavailable},
		"page":        {respond(502, "text/html", "<html>"), xroad.ErrUnavailable},
		"page, 200":   {respond(200, "text/html", "<html>"), xroad.ErrResponse},
		"redirect":    {respond(302, "text/html", "", "Location: /"), xroad.ErrResponse},
		"fault":       {respond(500, "text/plain", "", "Uxp-Faultcode: Server.ClientProxy.UnknownMember"), xroad.ErrConfiguration},
		"fault, body": {respond(500, "text/xml", `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><e:Fault><faultcode>Client.BadRequest</faultcode><faultstring>a</faultstring></e:Fault></e:Body></e:Envelope>`), xroad.ErrRefused},
		"too large":   {respond(200, "application/zip", archive+strings.Repeat(" ", 4000)), xroad.ErrResponse},
	} {
		for dialect, path := range map[xroad.Dialect]string{xroad.UXP: "/signature", xroad.XRoad: "/asic"} {
			server := newRESTServer(t, test.answer)
			client := newRESTClient(t, server.URL, dialect, func(c *xroad.ClientConfig) { c.Limits.Size = 1000 })
			got, err := client.Signature(t.Context(), "a&b")
			if test.kind == nil {
				if err != nil || len(got) == 0 {
					t.Errorf("%s: %v", name, err)
				}
			} else if failed := checkKind(t, err, test.kind); failed.MessageID != "a&b" || failed.Status == 0 {
				t.Errorf("%s: %+v", name, failed)
			}
			const query = "?memberClass=GOV&memberCode=42032422&queryId=a%26b&subsystemCode=20_EIS_cons&xRoadInstance=SEVDEIR-TEST"
			if seen := server.requests(); len(seen) != 1 || seen[0].method != "GET" || seen[0].target != path+query {
				t.Errorf("%s: %+v", name, seen)
			}
		}
	}
}
