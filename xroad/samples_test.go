package xroad_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dovidka/dovidka/xroad"
)

const jetty = "multipart/related; charset=UTF-8; boundary=jetty771207119h3h10dty"

// samples is what X-Road's own tests assert of its messages, and what a real exchange says of the others. The faults
// and the answer of a broken provider are no messages with a header.
func samples() map[string]struct{ contentType, code string } {
	const plain = "text/xml; charset=utf-8"
	return map[string]struct{ contentType, code string }{
		"uxp-request.xml":                    {plain, ""},
		"uxp-response.xml":                   {plain, ""},
		"xr-attachm-no-soap.query":           {jetty, xroad.CodeInvalidContentType},
		"xr-attachm.query":                   {jetty, ""},
		"xr-attachm2.answer":                 {jetty, ""},
		"xr-customsoapenv.answer":            {plain, xroad.CodeMissingHeader},
		"xr-fault.xml":                       {plain, xroad.CodeMissingHeader},
		"xr-faulty-fault.answer":             {plain, xroad.CodeMissingHeader},
		"xr-faulty-header.query":             {plain, xroad.CodeMissingHeaderField},
		"xr-faulty-multipart.query":          {jetty, xroad.CodeInvalidContentType},
		"xr-getstate.query":                  {plain, ""},
		"xr-malformed-body3.query":           {plain, ""}, // refused by dispatch, see TestHandlerSamples
		"xr-malformed-protocolVersion.query": {plain, xroad.CodeInvalidProtocolVersion},
		"xr-meta-getWsdl.query":              {plain, ""},
		"xr-meta-listMethods.query":          {plain, ""},
		"xr-missing-body.query":              {plain, xroad.CodeMissingBody},
		"xr-missing-protocolVersion.query":   {plain, xroad.CodeMissingHeaderField},
		"xr-missing-userId.query":            {plain, ""},
		"xr-no-header.query":                 {plain, xroad.CodeMissingHeader},
		"xr-nowhitespace.query":              {plain, ""},
		"xr-requesthash.answer":              {plain, ""},
		"xr-simple.answer":                   {plain, ""},
		"xr-simple.query":                    {plain, ""},
		"xrd4j-fault-client-error.xml":       {plain, xroad.CodeMissingHeaderField},
		"xrd4j-hello-request.xml":            {plain, ""},
		"xrd4j-hello-response.xml":           {plain, ""},
		"xrd4j-store-attachments-request.txt": {
			`multipart/related; type="text/xml"; start="<rootpart>"; boundary="MIME_boundary"`, ""},
	}
}

func sample(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// bareEnvelope cuts the envelope out of a multipart sample.
func bareEnvelope(data []byte) []byte {
	begin := bytes.IndexByte(data, '<')
	if bytes.HasPrefix(data, []byte("--")) {
		begin = bytes.Index(data, []byte("\n\n")) // after the part's header fields
		if i := bytes.Index(data, []byte("\r\n\r\n")); begin < 0 || i >= 0 && i < begin {
			begin = i
		}
		begin += bytes.IndexByte(data[begin:], '<')
	}
	end := bytes.LastIndex(data, []byte("Envelope>")) + len("Envelope>")
	return data[begin:end]
}

func TestSamples(t *testing.T) {
	t.Parallel()
	files, err := os.ReadDir("testdata")
	if err != nil {
		t.Fatal(err)
	}
	table := samples()
	for _, file := range files {
		name := file.Name()
		if file.IsDir() || name == "README.md" || strings.HasSuffix(name, ".wsdl") || strings.HasSuffix(name, ".http") {
			continue
		}
		test, ok := table[name]
		if !ok {
			t.Errorf("%s: no expectation", name)
			continue
		}
		delete(table, name)
		data := sample(t, name)
		message, err := xroad.ReadMessage(bytes.NewReader(data), test.contentType, xroad.Limits{})
		var fault *xroad.Fault
		switch {
		case test.code == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case test.code == "":
			checkEcho(t, bareEnvelope(data), message)
		case !errors.As(err, &fault) || fault.Code != test.code:
			t.Errorf("%s: error %v, want %s", name, err, test.code)
		}
	}
	for name := range table {
		t.Errorf("%s: expected, but not there", name)
	}
}
