package ehealth

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"unicode/utf8"

	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/cms/asic"
	"github.com/dovidka/dovidka/pki"
)

// ErrContent means that what was signed is not JSON. The text is the predecessor's.
var ErrContent = errors.New("Malformed encoded content. Probably, you have encoded corrupted JSON.") //nolint:revive,staticcheck // compared by programs

// Answer is what the service answers.
type Answer struct {
	// Content is the JSON that was signed, without a mark at its beginning and zeros at
	// its end; nil if there is none. Do not use it before [Answer.Require].
	Content json.RawMessage
	// Signatures are those of the layers from the outermost to the innermost.
	Signatures []Signature
}

// Signature is one signature, or the reason why there is none.
type Signature struct {
	Signer  Signer
	IsValid bool
	IsStamp bool
	// Message is empty when the signature is valid.
	Message string
}

// Signer is who signed; its fields are zero unless the signature is valid.
type Signer struct {
	CommonName, CountryName, Surname, GivenName pki.Personal
	OrganizationName, OrganizationalUnitName    pki.Personal
	StateOrProvinceName, LocalityName, Title    pki.Personal
	// DRFO and EDRPOU are the numbers as [pki.Certificate.Identity] reads them.
	DRFO, EDRPOU pki.Personal
}

// FromCMS makes the answer for a container. The error is [ErrContent].
func FromCMS(r *cms.Result) (*Answer, error) {
	a := &Answer{}
	content, whole := a.layers(r)
	if !whole {
		return a, nil
	}
	return a, a.decode(content)
}

// FromASiC makes the answer for an ASiC container, whose content is the one document in
// it. The predecessor knew no such containers. The error is [ErrContent].
func FromASiC(r *asic.Result) (*Answer, error) {
	a := &Answer{}
	for _, c := range r.Checks {
		if c.Status == cms.Failed || c.Status == cms.Unknown {
			a.refuse(c.Reason)
			return a, nil
		}
	}
	for _, s := range r.Signatures {
		if _, whole := a.layers(s.Result); !whole {
			return a, nil
		}
	}
	if len(r.Documents) != 1 {
		return a, ErrContent
	}
	return a, a.decode(r.Documents[0].Content)
}

// layers adds a signature a layer and returns what the innermost one signs, unless a
// layer is not what the system takes: one signature an envelope.
func (a *Answer) layers(r *cms.Result) (content []byte, whole bool) {
	for _, layer := range r.Layers() {
		switch len(layer.Signers) {
		case 0:
			a.refuse(layer.Reason)
			return nil, false
		case 1:
			a.Signatures = append(a.Signatures, signature(&layer.Signers[0]))
		default:
			message := fmt.Sprintf("envelope contains %d signatures instead of 1", len(layer.Signers))
			a.Signatures = append(a.Signatures, Signature{Message: message})
			return nil, false
		}
		content = layer.Content
	}
	return content, true
}

func (a *Answer) refuse(why cms.Reason) {
	a.Signatures = append(a.Signatures, Signature{Message: Message(why)})
}

func signature(s *cms.Signer) Signature {
	out := Signature{IsValid: s.AtTime.Verdict == cms.Valid, IsStamp: s.IsStamp}
	if !out.IsValid {
		out.Message = Message(s.AtTime.Reason)
		return out
	}
	subject := func(oid string) pki.Personal { return pki.NewPersonal(s.Certificate.Subject.First(oid)) }
	out.Signer = Signer{
		CommonName: s.Identity.CommonName, Surname: s.Identity.Surname, GivenName: s.Identity.GivenName,
		DRFO: s.Identity.DRFO, EDRPOU: s.Identity.EDRPOU,
		CountryName: subject(pki.OIDCountry), OrganizationName: subject(pki.OIDOrganization),
		OrganizationalUnitName: subject(pki.OIDOrganizationalUnit), StateOrProvinceName: subject(pki.OIDState),
		LocalityName: subject(pki.OIDLocality), Title: subject(pki.OIDTitle),
	}
	return out
}

// decode takes the content if it is JSON, which the askers expect decoded. Bytes that
// are no text would be changed in silence by whoever reads them.
func (a *Answer) decode(content []byte) error {
	for bytes.HasPrefix(content, []byte("\ufeff")) {
		content = content[len("\ufeff"):]
	}
	content = bytes.TrimRight(content, "\x00")
	if len(content) == 0 {
		return nil
	}
	if !utf8.Valid(content) || !json.Valid(content) {
		return ErrContent
	}
	a.Content = content
	return nil
}

// String, LogValue and Format tell nothing but how many signatures there are.
func (a Answer) String() string { return fmt.Sprintf("answer with %d signatures", len(a.Signatures)) }

// LogValue is what String returns.
func (a Answer) LogValue() slog.Value { return slog.StringValue(a.String()) }

// Format prints what String returns, whatever the verb.
func (a Answer) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(a.String())) }

// MarshalText is what String returns: see [Answer.RevealJSON].
func (a Answer) MarshalText() ([]byte, error) { return []byte(a.String()), nil }
