package xmldsig_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dovidka/dovidka/pki/xmldsig"
)

// TestLiveCanonicalForms compares random documents with what xmllint makes of them.
// conformance/trustlist/run.sh runs it.
func TestLiveCanonicalForms(t *testing.T) {
	t.Parallel()
	if os.Getenv("DOVIDKA_LIVE") == "" {
		t.Skip("DOVIDKA_LIVE is not set: run conformance/trustlist/run.sh")
	}
	const documents = 1000
	for form, m := range map[string]xmldsig.Canonicalization{
		"--c14n": {Comments: true}, "--exc-c14n": {Comments: true, Exclusive: true},
	} {
		t.Run(form, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			for seed := range uint64(documents) {
				raw := randomDocument(rand.New(rand.NewPCG(seed, 0)))
				path := filepath.Join(dir, "in.xml")
				if err := os.WriteFile(path, raw, 0o600); err != nil {
					t.Fatal(err)
				}
				want, err := exec.CommandContext(t.Context(), "xmllint", form, path).Output()
				if err != nil {
					t.Fatalf("xmllint: %v\n%s", err, raw)
				}
				if got := canonical(t, m, parse(t, raw)); !bytes.Equal(got, want) {
					at := 0
					for at < min(len(got), len(want)) && got[at] == want[at] {
						at++
					}
					t.Fatalf("document %d: xmllint …%.80q, ours …%.80q", seed, want[at:], got[at:])
				}
			}
		})
	}
}

// randomDocument writes a document with declarations, prefixes, attributes, texts and
// comments at random.
func randomDocument(r *rand.Rand) []byte {
	var b strings.Builder
	if r.IntN(3) == 0 {
		b.WriteString("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n")
	}
	b.WriteString(pick(r, "", "<!-- before -->", "<!--a-->\n<!--b-->"))
	randomElement(r, &b, map[string]string{}, 0)
	b.WriteString(pick(r, "", "\n", "<!-- after -->\n", "\n<!--c--><!--d-->"))
	return []byte(b.String())
}

func pick(r *rand.Rand, from ...string) string { return from[r.IntN(len(from))] }

func randomElement(r *rand.Rand, b *strings.Builder, outer map[string]string, depth int) {
	scope := map[string]string{}
	for prefix, uri := range outer {
		scope[prefix] = uri
	}
	var attributes []string
	for _, prefix := range []string{"", "a", "b", "ґ"} {
		if r.IntN(3) > 0 {
			continue
		}
		// No & in them: libxml2 writes it bare in a namespace, which is no XML.
		uri := pick(r, "urn:1", "urn:2", "http://x.example/?a=1")
		if prefix == "" {
			uri = pick(r, uri, "")
			attributes = append(attributes, fmt.Sprintf(`xmlns="%s"`, uri))
		} else {
			attributes = append(attributes, fmt.Sprintf(`xmlns:%s="%s"`, prefix, uri))
		}
		scope[prefix] = uri
	}
	taken := map[string]bool{}
	for range r.IntN(5) {
		name, local := pick(r, "", "a", "b", "ґ", "xml"), pick(r, "k", "l", "m")
		switch {
		case name == "xml":
			name, local = "xml:", "lang"
		case name != "" && scope[name] == "":
			continue
		}
		key := " " + local
		if name != "" {
			key = scope[name] + " " + local
			name = strings.TrimSuffix(name, ":") + ":"
		}
		if taken[key] {
			continue
		}
		taken[key] = true
		attributes = append(attributes, name+local+`=`+pick(r, `"v"`, `''`, "\"a\tb\nc\"", `"&#9;&#10;&#13;&lt;&amp;&gt;'"`, `'"'`))
	}
	r.Shuffle(len(attributes), func(i, j int) { attributes[i], attributes[j] = attributes[j], attributes[i] })
	name := pick(r, "x", "довідка", "y-1.z")
	if prefix := pick(r, "", "a", "b", "ґ"); prefix != "" && scope[prefix] != "" {
		name = prefix + ":" + name
	}
	b.WriteString(strings.Join(append([]string{"<" + name}, attributes...), pick(r, " ", "\n ", "  ")))
	inner := r.IntN(5)
	if depth == 4 || inner == 0 {
		b.WriteString(pick(r, "/>", " />", "></"+name+" >"))
		return
	}
	b.WriteString(">")
	for range inner {
		b.WriteString(pick(r, "", "текст", " \r\n\t", "&amp;&lt;&gt;&quot;&#13;&#x1F600;", "<![CDATA[<&>]]>", "<!-- - -->", `"'`))
		randomElement(r, b, scope, depth+1)
	}
	b.WriteString("</" + name + ">")
}
