package pki

import (
	"fmt"
	"io"
	"log/slog"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/dovidka/dovidka/pki/der"
)

// Limits of names: far above what any certificate has, low enough for linear work.
const (
	maxNameAttributes = 64
	maxAttributeBytes = 4096
)

// Attribute is one value of a distinguished name.
type Attribute struct {
	OID   string
	Value string
}

// Name is a distinguished name (RFC 5280, clause 4.1.2.4). The subject of a citizen's
// certificate is personal data, so a Name does not print itself: [Name.Reveal] does.
// Its encoding is behind a pointer because fmt reaches unexported fields of other
// structures without asking their methods.
type Name struct{ der *string }

// NewName encodes a name: one attribute a set, UTF8String, except for the country,
// which is PrintableString (order 1401-12; RFC 5280, appendix A.1).
func NewName(attributes ...Attribute) (Name, error) {
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		for _, a := range attributes {
			tag := asn1.UTF8String
			if a.OID == OIDCountry {
				tag = asn1.PrintableString
			}
			b.AddASN1(asn1.SET, func(b *cryptobyte.Builder) {
				b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
					der.AddOID(b, a.OID)
					b.AddASN1(tag, func(b *cryptobyte.Builder) { b.AddBytes([]byte(a.Value)) })
				})
			})
		}
	})
	raw, err := b.Bytes()
	if err != nil {
		return Name{}, fmt.Errorf("encode name: %w", err)
	}
	return ParseName(raw)
}

// ParseName parses a Name in DER.
func ParseName(raw []byte) (Name, error) {
	if err := walkName(raw, func(Attribute) {}); err != nil {
		return Name{}, err
	}
	text := string(raw)
	return Name{&text}, nil
}

// walkName calls visit with every attribute in turn.
func walkName(raw []byte, visit func(Attribute)) error {
	s := cryptobyte.String(raw)
	var rdns cryptobyte.String
	if !s.ReadASN1(&rdns, asn1.SEQUENCE) || !s.Empty() {
		return malformed("name")
	}
	for count := 0; !rdns.Empty(); {
		var set cryptobyte.String
		if !rdns.ReadASN1(&set, asn1.SET) || set.Empty() {
			return malformed("name")
		}
		for ; !set.Empty(); count++ {
			a, err := readNameAttribute(&set)
			if err != nil {
				return err
			}
			if count == maxNameAttributes {
				return malformed("name: too many attributes")
			}
			visit(a)
		}
	}
	return nil
}

func readNameAttribute(s *cryptobyte.String) (Attribute, error) {
	var a Attribute
	var body cryptobyte.String
	if !s.ReadASN1(&body, asn1.SEQUENCE) || !der.ReadOID(&body, &a.OID) {
		return a, malformed("name attribute")
	}
	text, ok := readText(&body)
	if !ok || !body.Empty() {
		return a, malformed("name attribute")
	}
	a.Value = text
	return a, nil
}

// readText reads a DirectoryString or IA5String. A value of another type, or one
// whose bytes are not what its type says, reads as "": certificates in use contain
// such, and whoever needs the value finds it missing.
func readText(s *cryptobyte.String) (text string, ok bool) {
	var body cryptobyte.String
	var tag asn1.Tag
	if !s.ReadAnyASN1(&body, &tag) || len(body) > maxAttributeBytes {
		return "", false
	}
	text, _ = decodeText(tag, body)
	return text, true
}

// decodeText reports whether the bytes are a text of a type that is understood.
func decodeText(tag asn1.Tag, body []byte) (string, bool) {
	switch tag {
	case asn1.UTF8String, asn1.PrintableString, asn1.IA5String, asn1.Tag(18): // 18: NumericString
		if utf8.Valid(body) {
			return string(body), true
		}
	case asn1.Tag(30): // BMPString
		if len(body)%2 == 0 {
			return decodeBMP(body), true
		}
	}
	return "", false
}

func decodeBMP(b []byte) string {
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = uint16(b[2*i])<<8 | uint16(b[2*i+1])
	}
	return string(utf16.Decode(units))
}

// Raw returns the DER of the name.
func (n Name) Raw() []byte {
	if n.der == nil {
		return nil
	}
	return []byte(*n.der)
}

// Attributes returns the attributes in their order.
func (n Name) Attributes() []Attribute {
	if n.der == nil {
		return nil
	}
	var out []Attribute
	// It cannot fail: the encoding was read when the name was made.
	_ = walkName([]byte(*n.der), func(a Attribute) { out = append(out, a) })
	return out
}

// Values returns every value of one attribute.
func (n Name) Values(oid string) []string { return attributeValues(n.Attributes(), oid) }

func attributeValues(attributes []Attribute, oid string) []string {
	var out []string
	for _, a := range attributes {
		if a.OID == oid {
			out = append(out, a.Value)
		}
	}
	return out
}

// First returns the first value of an attribute, or "".
func (n Name) First(oid string) string {
	if v := n.Values(oid); len(v) > 0 {
		return v[0]
	}
	return ""
}

// Equal compares the encodings. Authorities copy their subject into the issuer
// field byte for byte; looser matching (RFC 5280, clause 7.1) would only widen what
// an attacker can present.
func (n Name) Equal(o Name) bool {
	if n.der == nil || o.der == nil {
		return n.der == o.der
	}
	return *n.der == *o.der
}

// Reveal returns the name as text, in the order of its encoding.
func (n Name) Reveal() string {
	var b strings.Builder
	for i, a := range n.Attributes() {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(attributeLabel(a.OID))
		b.WriteByte('=')
		b.WriteString(a.Value)
	}
	return b.String()
}

func attributeLabel(oid string) string {
	switch oid {
	case OIDCommonName:
		return "CN"
	case OIDSurname:
		return "SN"
	case OIDGivenName:
		return "GN"
	case OIDSerialNumber:
		return "serialNumber"
	case OIDCountry:
		return "C"
	case OIDLocality:
		return "L"
	case OIDState:
		return "ST"
	case OIDOrganization:
		return "O"
	case OIDOrganizationalUnit:
		return "OU"
	case OIDTitle:
		return "title"
	case OIDOrganizationIdentifier:
		return "organizationIdentifier"
	}
	return oid
}

const hiddenName = "[name]"

// String hides the name.
func (Name) String() string { return hiddenName }

// Format hides the name from every verb.
func (Name) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, hiddenName) }

// LogValue hides the name.
func (Name) LogValue() slog.Value { return slog.StringValue(hiddenName) }

// MarshalText hides the name.
func (Name) MarshalText() ([]byte, error) { return []byte(hiddenName), nil }
