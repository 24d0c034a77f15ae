package asic_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/cms/asic"
	"github.com/dovidka/dovidka/cms/cmstest"
	"github.com/dovidka/dovidka/pki"
)

var signedAt = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

const (
	mimeE = "application/vnd.etsi.asic-e+zip"
	mimeS = "application/vnd.etsi.asic-s+zip"
)

// file is an entry of a container that a test puts together.
type file struct{ name, content string }

func pack(t *testing.T, mime string, files ...file) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for i, f := range append([]file{{"mimetype", mime}}, files...) {
		method := zip.Deflate
		if i == 0 || strings.HasSuffix(f.name, "/") {
			method = zip.Store
		}
		write(t, w, f.name, []byte(f.content), method)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// manifestOf names a signature file and documents with their digests.
func manifestOf(signature string, documents ...file) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<?xml version="1.0" encoding="UTF-8"?><a:ASiCManifest xmlns:a="http://uri.etsi.org/02918/v1.2.1#" `+
		`xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><a:SigReference URI="%s" MimeType="application/pkcs7-signature"/>`, signature)
	for _, d := range documents {
		sum := sha256.Sum256([]byte(d.content))
		fmt.Fprintf(&b, `<a:DataObjectReference URI="%s"><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>`+
			`<ds:DigestValue>%s</ds:DigestValue></a:DataObjectReference>`, d.name, base64.StdEncoding.EncodeToString(sum[:]))
	}
	return b.String() + `</a:ASiCManifest>`
}

// TestContainerRules holds containers with sound signatures against the rules which
// tie the signatures to the documents (ETSI EN 319 162-1, clauses 4.3 and 4.4).
func TestContainerRules(t *testing.T) {
	t.Parallel()
	a, err := cmstest.NewAuthority(cmstest.EC, signedAt)
	if err != nil {
		t.Fatal(err)
	}
	who, err := a.Issue(pki.Person{Surname: "ТЕСТЕНКО", DRFO: "3000000014"})
	if err != nil {
		t.Fatal(err)
	}
	opts, err := a.VerifyOptions(signedAt.Add(time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	sign := func(content string) string {
		p7s, err := who.Sign([]byte(content), signedAt, true)
		if err != nil {
			t.Fatal(err)
		}
		return string(p7s)
	}
	one, two := file{"один.txt", "1"}, file{"folder/two.txt", "2"}
	// signed is a manifest with its signature; content is what is signed in its place.
	signed := func(n int, content string, documents ...file) []file {
		name := fmt.Sprintf("META-INF/signature%03d.p7s", n)
		m := manifestOf(name, documents...)
		if content == "" {
			content = m
		}
		return []file{{fmt.Sprintf("META-INF/ASiCManifest%03d.xml", n), m}, {name, sign(content)}}
	}
	join := func(lists ...[]file) (out []file) {
		for _, l := range lists {
			out = append(out, l...)
		}
		return out
	}
	raw := func(manifest string) []file {
		return []file{one, {"META-INF/ASiCManifest.xml", manifest}, {"META-INF/s.p7s", sign(manifest)}}
	}
	sound := manifestOf("META-INF/s.p7s", one)
	many := []file{one}
	for n := range 9 {
		many = append(many, signed(n, "", one)...)
	}
	cases := map[string]struct {
		mime  string
		files []file
		want  cms.Reason
	}{
		"E, one":                         {mimeE, join([]file{one}, signed(1, "", one)), ""},
		"E, two documents":               {mimeE, join([]file{one, two}, signed(1, "", one, two)), ""},
		"E, two signatures":              {mimeE, join([]file{one}, signed(1, "", one), signed(2, "", one)), ""},
		"E, folders listed":              {mimeE, join([]file{{"META-INF/", ""}, {"folder/", ""}, two}, signed(1, "", two)), ""},
		"E, folder and file of one name": {mimeE, join([]file{{"один.txt/", ""}, one}, signed(1, "", one)), asic.ReasonZIP},
		"E, reference with a dot":        {mimeE, raw(strings.Replace(sound, `URI="один`, `URI="./один`, 1)), ""},
		"E, another manifest signed":     {mimeE, join([]file{one}, signed(1, "other", one)), cms.ReasonDigestMismatch},
		"E, one of two signatures bad":   {mimeE, join([]file{one}, signed(1, "", one), signed(2, "other", one)), cms.ReasonDigestMismatch},
		"E, one manifest leaves one out": {mimeE, join([]file{one, two}, signed(1, "", one, two), signed(2, "", one)), asic.ReasonUnsignedFile},
		"E, signature over the document": {mimeE, []file{one, {"META-INF/signature.p7s", sign(one.content)}}, asic.ReasonNoSignature},
		"E, manifest without signature":  {mimeE, join([]file{one}, signed(1, "", one)[:1]), asic.ReasonMissingFile},
		"E, signature without manifest":  {mimeE, join([]file{one}, signed(1, "", one), []file{{"META-INF/x.p7s", "x"}}), asic.ReasonUnexpectedFile},
		"E, one signature for two":       {mimeE, append(raw(sound), file{"META-INF/ASiCManifest2.xml", sound}), asic.ReasonManifest},
		"E, signature outside META-INF":  {mimeE, []file{one, {"META-INF/ASiCManifest.xml", manifestOf("s.p7s", one)}, {"s.p7s", "x"}}, asic.ReasonMissingFile},
		"E, manifest as its signature":   {mimeE, []file{one, {"META-INF/ASiCManifest.xml", manifestOf("META-INF/ASiCManifest.xml", one)}}, asic.ReasonMissingFile},
		"E, no documents":                {mimeE, signed(1, "", one), asic.ReasonMissingFile},
		"E, document of another digest":  {mimeE, join([]file{{one.name, "3"}}, signed(1, "", one)), asic.ReasonDigest},
		"E, absolute reference":          {mimeE, raw(strings.Replace(sound, `URI="один`, `URI="/один`, 1)), asic.ReasonManifest},
		"E, reference upwards":           {mimeE, raw(strings.Replace(sound, `URI="один`, `URI="%2e%2e/один`, 1)), asic.ReasonManifest},
		"E, reference elsewhere":         {mimeE, raw(strings.Replace(sound, `URI="один`, `URI="http://a/один`, 1)), asic.ReasonManifest},
		"E, second root":                 {mimeE, raw(sound + "<x/>"), asic.ReasonManifest},
		"E, attribute twice":             {mimeE, raw(strings.Replace(sound, `URI="один`, `URI="x" URI="один`, 1)), asic.ReasonManifest},
		"E, attribute in two namespaces": {mimeE, raw(strings.Replace(sound, `URI="один`, `URI="x" a:URI="один`, 1)), asic.ReasonManifest},
		"E, digest twice": {
			mimeE, raw(strings.Replace(sound, "<ds:DigestValue>", "<ds:DigestValue>AAAA</ds:DigestValue><ds:DigestValue>", 1)), asic.ReasonManifest,
		},
		"E, SHA-1":                        {mimeE, raw(strings.Replace(sound, "2001/04/xmlenc#sha256", "2000/09/xmldsig#sha1", 1)), asic.ReasonManifest},
		"E, another namespace":            {mimeE, raw(strings.Replace(sound, "02918/v1.2.1#", "02918/v9#", 1)), asic.ReasonManifest},
		"E, no references":                {mimeE, raw(manifestOf("META-INF/s.p7s")), asic.ReasonManifest},
		"E, two signatures of a manifest": {mimeE, raw(strings.Replace(sound, "<a:DataObj", `<a:SigReference URI="META-INF/s.p7s"/><a:DataObj`, 1)), asic.ReasonManifest},
		"E, nine signatures":              {mimeE, many, cms.ReasonLimit},
		"S":                               {mimeS, []file{one, {"META-INF/signature.p7s", sign(one.content)}}, ""},
		"S, signature named after CMS":    {mimeS, []file{one, {"META-INF/signature.p7m", sign(one.content)}}, ""},
		"S, empty document":               {mimeS, []file{{"x", ""}, {"META-INF/signature.p7s", sign("y")}}, cms.ReasonDigestMismatch},
		"S, two documents":                {mimeS, []file{one, two, {"META-INF/signature.p7s", sign(one.content)}}, asic.ReasonUnsignedFile},
		"S, two signatures":               {mimeS, []file{one, {"META-INF/signature.p7s", sign(one.content)}, {"META-INF/b.p7s", "x"}}, asic.ReasonUnexpectedFile},
		"S, signature of another name":    {mimeS, []file{one, {"META-INF/b.p7s", sign(one.content)}}, asic.ReasonUnexpectedFile},
		"S, no signature":                 {mimeS, []file{one}, asic.ReasonNoSignature},
		"S, with a manifest":              {mimeS, join([]file{one}, signed(1, "", one)), asic.ReasonUnexpectedFile},
		"other media type":                {"application/zip", join([]file{one}, signed(1, "", one)), asic.ReasonMimetype},
		"media type with a line's end":    {mimeE + "\n", join([]file{one}, signed(1, "", one)), asic.ReasonMimetype},
	}
	for name, tc := range cases {
		container := pack(t, tc.mime, tc.files...)
		r, err := asic.Verify(container, opts, asic.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		if r.Reason != tc.want || (r.Verdict == cms.Valid) != (tc.want == "") || len(r.Checks) != 1 {
			t.Errorf("%s: %v, want %q; checks %v", name, r.Outcome, tc.want, r.Checks)
		}
		if !asic.IsContainer(container) || !asic.IsContainer(append([]byte("%PDF"), container...)) {
			t.Errorf("%s: not recognised", name)
		}
	}
	if p7s := []byte(sign("PK\x05\x06")); asic.IsContainer(p7s) || asic.IsContainer(nil) {
		t.Error("CMS or nothing is taken for ASiC")
	}
}
