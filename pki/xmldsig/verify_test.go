package xmldsig_test

import (
	"bytes"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dovidka/dovidka/pki"
	"github.com/dovidka/dovidka/pki/xmldsig"
)

// TestSignaturesOfXMLSec verifies what xmlsec1 signed, and refuses every change.
func TestSignaturesOfXMLSec(t *testing.T) {
	t.Parallel()
	for _, path := range glob(t, "testdata/xmlsec/*.xml") {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			raw := read(t, path)
			key, _, _ := strings.Cut(strings.TrimSuffix(filepath.Base(path), ".xml"), "-")
			want := read(t, "testdata/xmlsec/"+key+".cer")
			s, err := verify(raw)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(s.Certificate.Raw, want) || s.SigningTime.IsZero() || len(s.Others) != 0 {
				t.Errorf("%+v", s)
			}
			for what, change := range changes(strings.Contains(path, "comments")) {
				changed := bytes.Replace(raw, []byte(change.from), []byte(change.to), 1)
				if bytes.Equal(changed, raw) {
					t.Errorf("%s: nothing to change", what)
				}
				if _, err := verify(changed); !errors.Is(err, change.want) {
					t.Errorf("%s: %v, want %v", what, err, change.want)
				}
			}
		})
	}
}

type change struct {
	from, to string
	want     error
}

func changes(signedInfoHasComments bool) map[string]change {
	out := map[string]change{
		"text":                  {"Довідка", "довідка", xmldsig.ErrDigest},
		"attribute":             {`p:k="1"`, `p:k="2"`, xmldsig.ErrDigest},
		"new element":           {"</Part>", "</Part><Part/>", xmldsig.ErrDigest},
		"namespace":             {`xmlns:p="urn:example:p"`, `xmlns:p="urn:example:q"`, xmldsig.ErrDigest},
		"white space":           {"\n  <Part", "\n   <Part", xmldsig.ErrDigest},
		"language":              {`xml:lang="uk"`, `xml:lang="en"`, xmldsig.ErrDigest},
		"signing time":          {"2026-11-01T10", "2026-11-01T11", xmldsig.ErrDigest},
		"comment in the text":   {"<!-- inside -->", "<!-- changed -->", nil},
		"comment outside":       {"<!-- outside -->", "", nil},
		"empty element":         {` p:k="1"/>`, ` p:k="1" ></p:Part >`, nil},
		"quotes":                {`xml:lang="uk"`, `xml:lang='uk'`, nil},
		"CDATA":                 {"Довідка", "<![CDATA[Довідка]]>", nil},
		"comment in a value":    {"</ds:SignatureValue>", "<!-- c --></ds:SignatureValue>", nil},
		"algorithm":             {`<xades:CertDigest><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"`, `<xades:CertDigest><ds:DigestMethod Algorithm="http://www.w3.org/2000/09/xmldsig#sha1"`, pki.ErrUnsupportedAlgorithm},
		"comment in SignedInfo": {"<!-- signed only with comments -->", "", nil},
	}
	if signedInfoHasComments {
		out["comment in SignedInfo"] = change{"<!-- signed only with comments -->", "", pki.ErrSignature}
	}
	return out
}

func verify(raw []byte) (*xmldsig.Signature, error) {
	d, err := xmldsig.Parse(raw, xmldsig.Limits{})
	if err != nil {
		return nil, err
	}
	return xmldsig.VerifyEnveloped(d, xmldsig.Options{})
}
