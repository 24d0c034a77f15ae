package xroadtest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dovidka/dovidka/xroad"
)

// envelopes returns the samples that are bare messages or faults in UTF-8.
func envelopes(t testing.TB) map[string][]byte {
	t.Helper()
	found := map[string][]byte{}
	for _, pattern := range []string{"*.answer", "*.query", "*.xml"} {
		files, err := filepath.Glob(filepath.Join("..", "testdata", pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			found[filepath.Base(file)] = data
		}
	}
	if len(found) < 20 {
		t.Fatalf("only %d samples", len(found))
	}
	return found
}

func TestReadFaultSamples(t *testing.T) {
	t.Parallel()
	faults := map[string]string{
		"xr-customsoapenv.answer": "", "xr-faulty-fault.answer": "", "xr-fault.xml": "", "xrd4j-fault-client-error.xml": "",
	}
	for name, data := range envelopes(t) {
		code, _, ok := readFault(data)
		if _, want := faults[name]; ok != want || ok && code == "" {
			t.Errorf("%s: fault %t, code %q", name, ok, code)
		}
	}
}

// FuzzEnvelope splices messages and asks whether they are faults, as is done with what providers send.
func FuzzEnvelope(f *testing.F) {
	for _, data := range envelopes(f) {
		f.Add(data, "text/xml")
		f.Add(data, "multipart/related; charset=UTF-8; boundary=jetty771207119h3h10dty")
	}
	const hash = `<requestHash xmlns="http://x-road.eu/xsd/xroad.xsd">a</requestHash>`
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		for _, dialect := range []Dialect{XRoad, UXP} {
			parcel, err := dialect.unpack(body, contentType)
			if err != nil {
				continue
			}
			_, _, fault := readFault(parcel.envelope())
			before, err := parcel.message(xroad.Limits{})
			if err != nil {
				continue
			}
			if fault && !strings.HasSuffix(before.Body.Name.Local, "Fault") {
				t.Fatalf("%v taken for a fault", before.Body.Name)
			}
			parts := len(parcel.parts)
			if spliced, err := spliceHash(parcel.envelope(), hash); err == nil {
				parcel.replace(spliced, "")
			} else {
				parcel.replace(marshal(before, hash), before.Version.ContentType())
			}
			again, err := dialect.unpack(parcel.body(), parcel.contentType)
			if err != nil || len(again.parts) != parts {
				t.Fatalf("%v, or not %d parts, in %q of %q", err, parts, parcel.body(), body)
			}
			after, err := again.message(xroad.Limits{})
			if err != nil {
				t.Fatalf("%v in %q of %q", err, parcel.body(), body)
			}
			if !after.Header.Equal(before.Header) || after.Body.Name != before.Body.Name {
				t.Fatalf("%q became %q", body, parcel.body())
			}
		}
	})
}
