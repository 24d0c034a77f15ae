package trustlisttest

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/dovidka/dovidka/pki"
	"github.com/dovidka/dovidka/pki/xmldsig"
)

// Signer signs lists.
type Signer struct {
	Key         crypto.Signer
	Certificate *pki.Certificate
	Time        time.Time
	// Digest is the object identifier of the digest; "" means the usual one of the key.
	Digest string
	// Canonicalization is the URI of one; "" means the exclusive one.
	Canonicalization string
}

// Sign signs the root of a document with an enveloped signature of the XAdES kind (ETSI
// TS 119 612, annex B) and puts it at the end of the root.
func (s Signer) Sign(document []byte) ([]byte, error) {
	algorithm, digest, err := pki.SignatureAlgorithmFor(s.Certificate.PublicKey, s.Digest)
	if err != nil {
		return nil, err
	}
	if s.Canonicalization == "" {
		s.Canonicalization = xmldsig.AlgorithmExclusive
	}
	end := bytes.LastIndex(document, []byte("</"))
	if end < 0 {
		return nil, errors.New("sign list: no root")
	}
	const rootDigest, propertiesDigest, value = "%root%", "%properties%", "%value%"
	out := string(document[:end]) + s.signature(algorithm.OID, digest, rootDigest, propertiesDigest, value) + string(document[end:])

	for _, part := range []struct{ place, element string }{{rootDigest, ""}, {propertiesDigest, "SignedProperties"}} {
		octets, err := s.canonical(out, part.element)
		if err != nil {
			return nil, err
		}
		sum, err := pki.Sum(digest, octets)
		if err != nil {
			return nil, err
		}
		out = strings.Replace(out, part.place, base64.StdEncoding.EncodeToString(sum), 1)
	}
	octets, err := s.canonical(out, "SignedInfo")
	if err != nil {
		return nil, err
	}
	signature, err := s.Certificate.PublicKey.Sign(s.Key, algorithm, "", octets)
	if err != nil {
		return nil, fmt.Errorf("sign list: %w", err)
	}
	if signature, err = s.octets(signature); err != nil {
		return nil, err
	}
	return []byte(strings.Replace(out, value, base64.StdEncoding.EncodeToString(signature), 1)), nil
}

// signature writes ds:Signature with places for what is not known yet.
func (s Signer) signature(algorithm, digest, rootDigest, propertiesDigest, value string) string {
	const types = "http://uri.etsi.org/01903#SignedProperties"
	method := `<ds:DigestMethod Algorithm="` + methods[digest] + `"/>`
	c14n := `<ds:Transform Algorithm="` + s.Canonicalization + `"/>`
	sum := sha256.Sum256(s.Certificate.Raw)
	return `<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Id="signature"><ds:SignedInfo>` +
		`<ds:CanonicalizationMethod Algorithm="` + s.Canonicalization + `"/><ds:SignatureMethod Algorithm="` + methods[algorithm] + `"/>` +
		`<ds:Reference URI=""><ds:Transforms><ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>` + c14n +
		`</ds:Transforms>` + method + `<ds:DigestValue>` + rootDigest + `</ds:DigestValue></ds:Reference>` +
		`<ds:Reference URI="#properties" Type="` + types + `"><ds:Transforms>` + c14n + `</ds:Transforms>` + method +
		`<ds:DigestValue>` + propertiesDigest + `</ds:DigestValue></ds:Reference></ds:SignedInfo>` +
		`<ds:SignatureValue>` + value + `</ds:SignatureValue><ds:KeyInfo><ds:X509Data><ds:X509Certificate>` +
		base64.StdEncoding.EncodeToString(s.Certificate.Raw) + `</ds:X509Certificate></ds:X509Data></ds:KeyInfo><ds:Object>` +
		`<xades:QualifyingProperties xmlns:xades="http://uri.etsi.org/01903/v1.3.2#" Target="#signature"><xades:SignedProperties Id="properties">` +
		`<xades:SignedSignatureProperties><xades:SigningTime>` + timeText(s.Time) + `</xades:SigningTime><xades:SigningCertificateV2><xades:Cert>` +
		`<xades:CertDigest><ds:DigestMethod Algorithm="` + methods[pki.OIDSHA256] + `"/><ds:DigestValue>` +
		base64.StdEncoding.EncodeToString(sum[:]) + `</ds:DigestValue></xades:CertDigest></xades:Cert></xades:SigningCertificateV2>` +
		`</xades:SignedSignatureProperties></xades:SignedProperties></xades:QualifyingProperties></ds:Object></ds:Signature>`
}

// methods are the URIs of algorithms, by object identifier.
var methods = map[string]string{
	pki.OIDSHA256:            "http://www.w3.org/2001/04/xmlenc#sha256",
	pki.OIDSHA384:            "http://www.w3.org/2001/04/xmldsig-more#sha384",
	pki.OIDSHA512:            "http://www.w3.org/2001/04/xmlenc#sha512",
	pki.OIDGOST34311:         "http://www.w3.org/2001/04/xmldsig-more#gost34311",
	pki.OIDKupyna256:         "http://www.w3.org/2001/04/xmlenc#dstu7564-256",
	pki.OIDKupyna384:         "http://www.w3.org/2001/04/xmlenc#dstu7564-384",
	pki.OIDKupyna512:         "http://www.w3.org/2001/04/xmlenc#dstu7564-512",
	pki.OIDDSTU4145:          "http://www.w3.org/2001/04/xmldsig-more#dstu4145-gost34311",
	pki.OIDDSTU4145Kupyna256: "http://www.w3.org/2001/04/xmldsig-more#dstu4145-dstu7564-256",
	pki.OIDDSTU4145Kupyna384: "http://www.w3.org/2001/04/xmldsig-more#dstu4145-dstu7564-384",
	pki.OIDDSTU4145Kupyna512: "http://www.w3.org/2001/04/xmldsig-more#dstu4145-dstu7564-512",
	"1.2.840.10045.4.3.2":    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
	"1.2.840.10045.4.3.3":    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384",
	"1.2.840.10045.4.3.4":    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512",
	"1.2.840.113549.1.1.11":  "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
	"1.2.840.113549.1.1.12":  "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384",
	"1.2.840.113549.1.1.13":  "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
}

// canonical writes an element of the signature, or the root without the signature.
func (s Signer) canonical(document, element string) ([]byte, error) {
	doc, err := xmldsig.Parse([]byte(document), xmldsig.Limits{})
	if err != nil {
		return nil, fmt.Errorf("sign list: %w", err)
	}
	signature := find(doc.Root, "Signature")
	target, without := doc.Root, signature
	if element != "" {
		target, without = find(signature, element), nil
	}
	// There are no comments in SignedInfo, and what references name comes without.
	m := xmldsig.Canonicalization{Exclusive: strings.HasPrefix(s.Canonicalization, xmldsig.AlgorithmExclusive)}
	var out bytes.Buffer
	err = m.WriteElement(&out, target, without)
	return out.Bytes(), err
}

// find returns the last element of a name: the signature stands at the end.
func find(e *xmldsig.Element, local string) *xmldsig.Element {
	if e.Local == local {
		return e
	}
	for i := len(e.Children) - 1; i >= 0; i-- {
		if inner := e.Children[i].Element; inner != nil {
			if found := find(inner, local); found != nil {
				return found
			}
		}
	}
	return nil
}

// octets gives an ECDSA signature the form of XML, r‖s.
func (s Signer) octets(signature []byte) ([]byte, error) {
	key, ok := s.Certificate.PublicKey.Key.(*ecdsa.PublicKey)
	if !ok {
		return signature, nil
	}
	half := (key.Params().N.BitLen() + 7) / 8
	in := cryptobyte.String(signature)
	var inner cryptobyte.String
	r, t := new(big.Int), new(big.Int)
	if !in.ReadASN1(&inner, asn1.SEQUENCE) || !inner.ReadASN1Integer(r) || !inner.ReadASN1Integer(t) {
		return nil, errors.New("sign list: not an ECDSA signature")
	}
	out := make([]byte, 2*half)
	r.FillBytes(out[:half])
	t.FillBytes(out[half:])
	return out, nil
}
