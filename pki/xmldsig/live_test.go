package xmldsig_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
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
					at := firstDifference(got, want)
					t.Fatalf("document %d: xmllint …%.80q, ours …%.80q", seed, want[at:], got[at:])
				}
			}
		})
	}
}

func firstDifference(a, b []byte) int {
	at := 0
	for at < min(len(a), len(b)) && a[at] == b[at] {
		at++
	}
	return max(0, at-20)
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

// TestLiveMutations spoils random documents: what is accepted all the same, xmllint
// accepts too, and reads as the same document.
func TestLiveMutations(t *testing.T) {
	t.Parallel()
	if os.Getenv("DOVIDKA_LIVE") == "" {
		t.Skip("DOVIDKA_LIVE is not set: run conformance/trustlist/run.sh")
	}
	t.Run("--c14n", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "in.xml")
		accepted := 0
		for seed := range uint64(20000) {
			r := rand.New(rand.NewPCG(seed, 1))
			raw := mutated(r, randomDocument(r))
			d, err := xmldsig.Parse(raw, xmldsig.Limits{})
			// What libxml2 takes for a namespace is its own matter: those are left as they were.
			if err != nil || strangeNamespace(raw) {
				continue
			}
			accepted++
			if err := os.WriteFile(path, raw, 0o600); err != nil {
				t.Fatal(err)
			}
			want, err := exec.CommandContext(t.Context(), "xmllint", "--c14n", path).Output()
			if got := canonical(t, xmldsig.Canonicalization{Comments: true}, d); err != nil || !bytes.Equal(got, want) {
				at := firstDifference(got, want)
				t.Errorf("document %d: %v, xmllint …%.80q, ours …%.80q", seed, err, want[at:], got[at:])
			}
		}
		if accepted < 200 {
			t.Errorf("only %d documents were accepted", accepted)
		}
		t.Logf("%d documents were accepted", accepted)
	})
}

// strangeNamespace reports whether a document has a declaration of a namespace that
// random documents have not.
func strangeNamespace(raw []byte) bool {
	for _, found := range namespaceValue.FindAllSubmatch(raw, -1) {
		switch string(found[1]) {
		case `""`, `"urn:1"`, `"urn:2"`, `"http://x.example/?a=1"`:
		default:
			return true
		}
	}
	return false
}

var namespaceValue = regexp.MustCompile(`xmlns[^=]*=\s*("[^"]*"|'[^']*'|.)`)

// mutated changes a few bytes: it deletes, doubles or exchanges them, or puts markup in.
func mutated(r *rand.Rand, raw []byte) []byte {
	for range 1 + r.IntN(3) {
		at := r.IntN(len(raw))
		to := min(len(raw), at+1+r.IntN(4))
		piece := bytes.Clone(raw[at:to])
		switch r.IntN(4) {
		case 0:
			piece = nil
		case 1:
			piece = append(piece, piece...)
		case 2:
			other := r.IntN(len(raw))
			piece = bytes.Clone(raw[other:min(len(raw), other+len(piece))])
		case 3:
			piece = append(piece, pick(r, "<", ">", "&", `"`, "'", "-", "--", "]]>", "<!--", "-->", " ", "\n", ":", "xmlns", "=", "/", "<a/>", "&#x", ";")...)
		}
		raw = append(bytes.Clone(raw[:at]), append(piece, raw[to:]...)...)
		if len(raw) == 0 {
			return []byte("<a/>")
		}
	}
	return raw
}
