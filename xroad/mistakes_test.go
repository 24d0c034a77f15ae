package xroad_test

import (
	"strings"
	"testing"

	"github.com/dovidka/dovidka/xroad"
)

// TestPinFilesNamed has the errors of pinned certificates name the file that is wrong.
func TestPinFilesNamed(t *testing.T) {
	t.Parallel()
	known := elliptical(t, "ss")
	for name, content := range map[string][]byte{
		"key.pem": known.keyPEM, "text.pem": []byte("certificate"), "empty.pem": nil,
		"broken.pem": []byte("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
	} {
		f := files{t, t.TempDir()}
		f.own(known)
		f.write("good", known.certPEM)
		f.write(name, content)
		_, err := xroad.NewClient(xroad.ClientConfig{
			Client: consumer, URL: "https://localhost/", Targets: []xroad.Target{{Service: provided, Namespace: testNamespace}},
			TLS: &xroad.ClientTLS{CertFile: f.path("cert"), KeyFile: f.path("key"), PinFiles: []string{f.path("good"), f.path(name)}},
		})
		if err == nil || !strings.Contains(err.Error(), f.path(name)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestMistakesNamed has the errors of calls that cannot be made name the setting that is missing, and what is possible.
func TestMistakesNamed(t *testing.T) {
	t.Parallel()
	client := newTestClient(t, "http://localhost/", func(c *xroad.ClientConfig) {
		c.RESTTargets = []xroad.RESTTarget{{Service: provided}}
	})
	stranger := provided
	stranger.Service = "Stranger_v1"
	_, soap := client.Call(t.Context(), xroad.Call{Service: stranger})
	_, rest := client.CallREST(t.Context(), xroad.RESTCall{Service: stranger})
	_, method := client.CallREST(t.Context(), xroad.RESTCall{Service: provided, Method: "get"})
	for want, err := range map[string]error{
		stranger.String() + " is not among ClientConfig.Targets":     soap,
		stranger.String() + " is not among ClientConfig.RESTTargets": rest,
		"GET, DELETE, POST": method,
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v; want %q", err, want)
		}
	}
}
