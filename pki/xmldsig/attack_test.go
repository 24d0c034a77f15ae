package xmldsig_test

import (
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/dovidka/dovidka/pki"
	"github.com/dovidka/dovidka/pki/xmldsig"
)

// TestWrapping moves, doubles and renames the parts of a good document, so that
// what is signed and what is read would differ.
func TestWrapping(t *testing.T) {
	t.Parallel()
	byID := string(read(t, "testdata/xmlsec/p521-id.xml"))
	whole := string(read(t, "testdata/xmlsec/p256-exclusive.xml"))
	prefixes := string(read(t, "testdata/xmlsec/p256-prefixes.xml"))
	sigOf := func(doc string) string { return between(t, doc, "<ds:Signature ", "</ds:Signature>") }
	inner := func(doc string) string { return doc[strings.Index(doc, "<Root"):] }
	object := between(t, whole, "<ds:Object>", "</ds:Object>")
	references := regexp.MustCompile(`(?s)<ds:Reference .*?</ds:Reference>`).FindAllString(whole, -1)

	for name, tc := range map[string]struct {
		doc  string
		want error
	}{
		"unsigned":       {strings.Replace(whole, sigOf(whole), "", 1), xmldsig.ErrUnsigned},
		"signature only": {sigOf(whole), xmldsig.ErrStructure},
		"signed root inside another": {
			`<Evil>` + strings.Replace(inner(byID), sigOf(byID), "", 1) + sigOf(byID) + `</Evil>`, xmldsig.ErrStructure,
		},
		"whole signed document inside another": {`<Evil>` + inner(byID) + `</Evil>`, xmldsig.ErrStructure},
		"another root with the signed one in an object": {
			`<Root xmlns="urn:example:root" Id="evil">` + strings.Replace(sigOf(byID), "<ds:Object>",
				"<ds:Object>"+strings.Replace(inner(byID), sigOf(byID), "", 1)+"</ds:Object><ds:Object>", 1) + `</Root>`, xmldsig.ErrStructure,
		},
		"identifier twice": {strings.Replace(byID, "<Part ", `<Part Id="root" `, 1), xmldsig.ErrSyntax},
		"identifier of the root elsewhere": {
			strings.Replace(strings.Replace(byID, `Id="root"`, ``, 1), "<Part ", `<Part Id="root" `, 1), xmldsig.ErrStructure,
		},
		"identifier in another attribute": {strings.Replace(byID, ` Id="root"`, ` ID="root"`, 1), xmldsig.ErrStructure},
		"two signatures":                  {strings.Replace(whole, "</Root>", sigOfOther(sigOf(whole))+"</Root>", 1), xmldsig.ErrStructure},
		"signature deeper": {
			strings.Replace(strings.Replace(whole, sigOf(whole), "", 1), "</Part>", sigOf(whole)+"</Part>", 1), xmldsig.ErrStructure,
		},
		"no reference to the root":       {strings.Replace(whole, references[0], "", 1), xmldsig.ErrStructure},
		"no reference to the properties": {strings.Replace(whole, references[1], "", 1), xmldsig.ErrStructure},
		"root twice":                     {strings.Replace(whole, references[1], references[0], 1), xmldsig.ErrStructure},
		"properties without their type": {
			strings.Replace(whole, ` Type="http://uri.etsi.org/01903#SignedProperties"`, "", 1), xmldsig.ErrStructure,
		},
		"root with the type of properties": {
			strings.Replace(whole, `URI=""`, `URI="" Type="http://uri.etsi.org/01903#SignedProperties"`, 1), xmldsig.ErrStructure,
		},
		"reference without URI":      {strings.Replace(whole, `URI=""`, ``, 1), xmldsig.ErrStructure},
		"reference to another file":  {strings.Replace(whole, `URI=""`, `URI="other.xml"`, 1), xmldsig.ErrStructure},
		"reference by pointer":       {strings.Replace(whole, `URI=""`, `URI="#xpointer(/)"`, 1), xmldsig.ErrStructure},
		"root without the transform": {strings.Replace(whole, transform("http://www.w3.org/2000/09/xmldsig#enveloped-signature"), "", 1), xmldsig.ErrStructure},
		"XPath": {
			strings.Replace(whole, "http://www.w3.org/2000/09/xmldsig#enveloped-signature", "http://www.w3.org/TR/1999/REC-xpath-19991116", 1), xmldsig.ErrStructure,
		},
		"XSLT after all": {
			strings.Replace(whole, "</ds:Transforms>", transform("http://www.w3.org/TR/1999/REC-xslt-19991116")+"</ds:Transforms>", 1), xmldsig.ErrStructure,
		},
		"no signed properties":            {strings.Replace(whole, object, "", 1), xmldsig.ErrStructure},
		"two objects":                     {strings.Replace(whole, object, object+"<ds:Object/>", 1), xmldsig.ErrStructure},
		"properties of another signature": {strings.Replace(whole, `Target="#sig"`, `Target="#other"`, 1), xmldsig.ErrStructure},
		"no certificate": {
			strings.Replace(whole, between(t, whole, "<ds:KeyInfo>", "</ds:KeyInfo>"), "", 1), xmldsig.ErrSigner,
		},
		"a crowd of prefixes": {
			strings.Replace(prefixes, "unused #default absent", strings.Repeat("a ", 100), 1), xmldsig.ErrStructure,
		},
		"text in SignedInfo": {strings.Replace(whole, "<ds:SignedInfo>", "<ds:SignedInfo>x", 1), xmldsig.ErrStructure},
		"method SHA-1": {
			strings.Replace(whole, "#ecdsa-sha256", "#ecdsa-sha1", 1), pki.ErrUnsupportedAlgorithm,
		},
		"method of another key": {strings.Replace(whole, "#ecdsa-sha256", "#rsa-sha256", 1), pki.ErrAlgorithmMismatch},
		"method HMAC":           {strings.Replace(whole, "xmldsig-more#ecdsa-sha256", "xmldsig-more#hmac-sha256", 1), pki.ErrUnsupportedAlgorithm},
		"short value":           {regexp.MustCompile(`(?s)<ds:SignatureValue>.*</ds:SignatureValue>`).ReplaceAllString(whole, "<ds:SignatureValue>AAAA</ds:SignatureValue>"), pki.ErrSignature},
		"value zero": {
			regexp.MustCompile(`(?s)<ds:SignatureValue>.*</ds:SignatureValue>`).ReplaceAllString(whole, "<ds:SignatureValue>"+strings.Repeat("A", 86)+"==</ds:SignatureValue>"), pki.ErrSignature,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if tc.doc == whole || tc.doc == byID {
				t.Fatal("nothing was changed")
			}
			if s, err := verify([]byte(tc.doc)); !errors.Is(err, tc.want) {
				t.Errorf("%v %v, want %v", s, err, tc.want)
			}
		})
	}
}

// TestSignerFromElsewhere: a signature without certificates is verified with one
// the caller has, and another one of the same key does not do.
func TestSignerFromElsewhere(t *testing.T) {
	t.Parallel()
	whole := string(read(t, "testdata/xmlsec/p256-exclusive.xml"))
	bare := strings.Replace(whole, between(t, whole, "<ds:KeyInfo>", "</ds:KeyInfo>"), "", 1)
	for name, want := range map[string]error{"p256": nil, "p384": xmldsig.ErrSigner} {
		c, err := pki.ParseCertificate(read(t, "testdata/xmlsec/"+name+".cer"))
		if err != nil {
			t.Fatal(err)
		}
		_, err = xmldsig.VerifyEnveloped(parse(t, []byte(bare)), xmldsig.Options{Certificates: []*pki.Certificate{c}})
		if !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", name, err, want)
		}
	}
}

// TestSignerNamedBySHA1: old signatures do, and it counts for a pinned certificate only.
func TestSignerNamedBySHA1(t *testing.T) {
	t.Parallel()
	raw := read(t, "testdata/sha1name.xml")
	c, err := pki.ParseCertificate(read(t, "testdata/xmlsec/rsa.cer"))
	if err != nil {
		t.Fatal(err)
	}
	other, err := pki.ParseCertificate(read(t, "testdata/xmlsec/p256.cer"))
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		pinned func(*pki.Certificate) bool
		want   error
	}{
		"pinned":          {c.Equal, nil},
		"nobody pinned":   {nil, pki.ErrUnsupportedAlgorithm},
		"somebody pinned": {other.Equal, pki.ErrUnsupportedAlgorithm},
	} {
		_, err := xmldsig.VerifyEnveloped(parse(t, raw), xmldsig.Options{Pinned: tc.pinned})
		if !errors.Is(err, tc.want) {
			t.Errorf("%s: %v, want %v", name, err, tc.want)
		}
	}
}

func transform(algorithm string) string { return `<ds:Transform Algorithm="` + algorithm + `"/>` }

// sigOfOther gives a copy of a signature identifiers of its own.
func sigOfOther(s string) string {
	return strings.NewReplacer(`"sig"`, `"sig2"`, `"#sig"`, `"#sig2"`, `"props"`, `"props2"`, `"#props"`, `"#props2"`).Replace(s)
}

func between(t *testing.T, text, from, to string) string {
	t.Helper()
	start := strings.Index(text, from)
	end := strings.Index(text, to)
	if start < 0 || end < start {
		t.Fatalf("no %s", from)
	}
	return text[start : end+len(to)]
}
