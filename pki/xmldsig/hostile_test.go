package xmldsig_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/dovidka/dovidka/pki/xmldsig"
)

// Bounds of the work for one hostile document. The time is a benchmark's business.
const (
	hostileSize   = 20 << 10
	hostileMemory = 16 << 20
)

// hostileDocuments fill 20 kB with what costs most; where the name says so, inside a
// document whose signature is looked at.
func hostileDocuments(t testing.TB) map[string]string {
	t.Helper()
	fill := func(piece string) string { return strings.Repeat(piece, hostileSize/len(piece)) }
	var declarations strings.Builder
	for i := range 60 {
		fmt.Fprintf(&declarations, ` xmlns:p%d="urn:x"`, i)
	}
	deep := strings.Repeat("<a"+declarations.String()+">", 15)
	signed := string(read(t, "testdata/xmlsec/p256-prefixes.xml"))
	inside := func(text string) string { return strings.Replace(signed, "</Part>", text+"</Part>", 1) }
	return map[string]string{
		"elements":                        "<r>" + fill("<a/>") + "</r>",
		"deep elements":                   "<r>" + fill(strings.Repeat("<a>", 60)+strings.Repeat("</a>", 60)) + "</r>",
		"declarations":                    deep + strings.Repeat("</a>", 15),
		"attributes":                      "<r>" + fill("<a"+attributes(64)+"/>") + "</r>",
		"references":                      "<r>" + fill("&#10;") + "</r>",
		"ampersands":                      "<r>" + fill("&") + "</r>",
		"comments":                        "<r>" + fill("<!---->") + "</r>",
		"CDATA":                           "<r>" + fill("<![CDATA[]]>") + "</r>",
		"identifiers":                     "<r>" + fill(`<a Id=""/>`) + "</r>",
		"open elements":                   fill("<a>"),
		"elements in what is signed":      inside(fill("<a/>")),
		"declarations in what is signed":  inside(deep + strings.Repeat("</a>", 15)),
		"attributes in what is signed":    inside(fill("<a" + attributes(64) + "/>")),
		"text in what is signed":          inside(fill("&lt;")),
		"prefixes of a canonicalisation":  strings.Replace(signed, "#default absent", fill("p "), 1),
		"certificates of a signature":     strings.Replace(signed, "<ds:X509Data>", "<ds:X509Data>"+fill("<ds:X509Certificate>AA==</ds:X509Certificate>"), 1),
		"references of a signature":       strings.Replace(signed, "</ds:SignedInfo>", fill(`<ds:Reference URI=""/>`)+"</ds:SignedInfo>", 1),
		"signatures inside the signature": strings.Replace(signed, "<ds:Object>", fill("<ds:Signature/>")+"<ds:Object>", 1),
	}
}

func TestHostileDocuments(t *testing.T) { //nolint:paralleltest // it counts what is allocated
	for name, document := range hostileDocuments(t) {
		if len(document) > 2*hostileSize {
			t.Errorf("%s: %d bytes are more than are spoken of", name, len(document))
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := verify([]byte(document))
		runtime.ReadMemStats(&after)
		if err == nil {
			t.Errorf("%s: verified", name)
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > hostileMemory {
			t.Errorf("%s: %d bytes", name, used)
		}
	}
}

func BenchmarkHostileDocuments(b *testing.B) {
	for name, document := range hostileDocuments(b) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = verify([]byte(document))
			}
		})
	}
}

// BenchmarkParse reads a list, and BenchmarkVerifyEnveloped verifies it.
func BenchmarkParse(b *testing.B) {
	raw := read(b, "../trustlist/testdata/made/dss-ec-sha512.xml")
	b.SetBytes(int64(len(raw)))
	for b.Loop() {
		if _, err := xmldsig.Parse(raw, xmldsig.Limits{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerifyEnveloped(b *testing.B) {
	d := parse(b, read(b, "../trustlist/testdata/made/dss-ec-sha512.xml"))
	for b.Loop() {
		if _, err := xmldsig.VerifyEnveloped(d, xmldsig.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
