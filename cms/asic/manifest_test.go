package asic

import (
	"strings"
	"testing"
)

// FuzzManifest goes around the ZIP file, whose checksums keep a fuzzer out.
func FuzzManifest(f *testing.F) {
	const sound = `<?xml version="1.0" encoding="UTF-8"?><a:ASiCManifest xmlns:a="http://uri.etsi.org/02918/v1.2.1#" ` +
		`xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><a:SigReference URI="META-INF/s.p7s"/><a:DataObjectReference URI="a%20b">` +
		`<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>` +
		`<ds:DigestValue>47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=</ds:DigestValue></a:DataObjectReference></a:ASiCManifest>`
	if m, err := parseManifest([]byte(sound)); err != nil || m.documents[0].name != "a b" || !m.documents[0].matches(nil) {
		f.Fatalf("%+v, %v", m, err)
	}
	f.Add([]byte(sound))
	f.Add([]byte(strings.Replace(sound, "?>", `?><!DOCTYPE a [<!ENTITY x "y">]>`, 1)))
	f.Add([]byte(strings.Replace(sound, "a%20b", "%2e%2e/b", 1)))
	f.Add([]byte(strings.Repeat("<a>", 40)))
	f.Fuzz(func(t *testing.T, in []byte) {
		m, err := parseManifest(in)
		if err != nil {
			return
		}
		if !safeName(m.signature) || len(m.documents) == 0 || len(m.documents) > maxReferences {
			t.Fatalf("%+v", m)
		}
		for _, d := range m.documents {
			if !safeName(d.name) || len(d.value) != d.digest.Size() {
				t.Fatalf("%+v", d)
			}
		}
	})
}

// FuzzNames: whatever name a document may have, a manifest refers to it.
func FuzzNames(f *testing.F) {
	for _, s := range []string{"довідка.pdf", "a b/c%20d", `"<&>'`, "+=;,@!$*()[]{}|^~`", "./x", "100%", "\x01", "a//b", ".."} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if !safeName(name) {
			return
		}
		c := &container{mime: mimeASiCE, documents: []Document{{Name: name, Content: []byte("x")}}}
		text, err := c.manifest("META-INF/s.p7s")
		if err != nil {
			t.Fatalf("%q: %v", name, err)
		}
		if m, err := parseManifest(text); err != nil || m.documents[0].name != name || !m.documents[0].matches([]byte("x")) {
			t.Fatalf("%q became %+v: %v", name, m, err)
		}
	})
}
