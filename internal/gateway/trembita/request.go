package trembita

import (
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/xroad"
)

// SignedRequest is what GetDeclarations_v1 asks: a citizen's signed statement.
// An empty field is an absent one, here and below.
type SignedRequest struct {
	// PurposeID is the purpose registered with the personal-data monitoring.
	PurposeID string `xml:"purposeId,omitempty" json:"-"`
	// SignedContent is the statement in clear text; required when Signature is
	// detached.
	SignedContent string `xml:"signedContent,omitempty" json:"signedContent,omitempty"`
	// Signature is the CMS container in base64.
	Signature string `xml:"signature" json:"signature"`
}

// Inquiry is what GetDeclarationsByPurpose_v1 asks: a body by law, without the
// citizen's signature.
type Inquiry struct {
	PurposeID   string  `xml:"purposeId" json:"-"`
	LegalGround string  `xml:"legalGround" json:"legalGround"`
	Subject     Subject `xml:"subject" json:"subject"`
}

// StatusInquiry is what GetDeclarationStatus_v1 asks.
type StatusInquiry struct {
	PurposeID         string  `xml:"purposeId" json:"-"`
	LegalGround       string  `xml:"legalGround" json:"legalGround"`
	Subject           Subject `xml:"subject" json:"subject"`
	DeclarationNumber string  `xml:"declarationNumber,omitempty" json:"declarationNumber,omitempty"`
}

// Subject is the person asked about, in clear text for the monitoring of access
// to personal data: one identifier, and what must fit it.
type Subject struct {
	RNOKPP     string    `xml:"rnokpp,omitempty" json:"rnokpp,omitempty"`
	UNZR       string    `xml:"unzr,omitempty" json:"unzr,omitempty"`
	Document   *Document `xml:"document" json:"document,omitempty"`
	LastName   string    `xml:"lastName" json:"lastName"`
	FirstName  string    `xml:"firstName" json:"firstName"`
	SecondName string    `xml:"secondName,omitempty" json:"secondName,omitempty"`
	BirthDate  string    `xml:"birthDate,omitempty" json:"birthDate,omitempty"`
}

// Document is an identity document.
type Document struct {
	Type   string `xml:"type" json:"type"`
	Number string `xml:"number" json:"number"`
}

// Submission is what SubmitDeclarationsRequest_v1 takes: one of the two.
type Submission struct {
	Signed  *SignedRequest `xml:"signed" json:"signed,omitempty"`
	Inquiry *Inquiry       `xml:"inquiry" json:"inquiry,omitempty"`
}

// ResultRequest is what GetDeclarationsResult_v1 asks.
type ResultRequest struct {
	PurposeID string `xml:"purposeId,omitempty" json:"-"`
	RequestID string `xml:"requestId" json:"requestId"`
}

// one returns the request that was submitted, when it is one. An element that
// is there and empty is an absent one: some stacks send all there are.
func (s Submission) one() (interface{ fill(*dovidka.Request) error }, error) {
	signed := s.Signed != nil && *s.Signed != (SignedRequest{})
	inquiry := s.Inquiry != nil && !s.Inquiry.empty()
	switch {
	case signed && !inquiry:
		return *s.Signed, nil
	case inquiry && !signed:
		return *s.Inquiry, nil
	}
	return nil, unusable(errors.New("one of signed and inquiry is expected"))
}

func (i Inquiry) empty() bool {
	if d := i.Subject.Document; d != nil && *d == (Document{}) {
		i.Subject.Document = nil
	}
	return i == (Inquiry{})
}

// maxText is the length that the schema allows a text, in characters.
const maxText = 255

// readPurpose returns the purpose of processing, which goes into the log.
func readPurpose(text string) (string, error) {
	purpose := trim(text)
	if !fits(purpose) {
		return "", &dovidka.FieldError{Field: "purposeId", Err: errors.New("is too long or holds control characters")}
	}
	return purpose, nil
}

// trim takes off the white space of XML, as a reader does who goes by the schema,
// and no other: to somebody else the rest may be a part of the text.
func trim(text string) string { return strings.Trim(text, " \t\r\n") }

// fits reports whether the schema allows the text.
func fits(text string) bool {
	return utf8.RuneCountInString(text) <= maxText && !strings.ContainsFunc(text, unicode.IsControl)
}

// container decodes the signature; white space inside base64 is legal XML
// (XML Schema part 2, clause 3.2.16).
func (r SignedRequest) container() ([]byte, error) {
	der, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(r.Signature), ""))
	if err != nil {
		return nil, &dovidka.FieldError{Field: "signature", Err: errors.New("is not base64")}
	}
	if len(der) == 0 {
		return nil, &dovidka.FieldError{Field: "signature", Err: errors.New("is empty")}
	}
	return der, nil
}

// fill takes what a citizen's request brings.
func (r SignedRequest) fill(req *dovidka.Request) (err error) {
	if req.Caller.PurposeID, err = readPurpose(r.PurposeID); err != nil {
		return err
	}
	if req.Container, err = r.container(); err != nil {
		return err
	}
	if r.SignedContent != "" {
		req.Content = []byte(r.SignedContent)
	}
	return nil
}

func (i Inquiry) fill(req *dovidka.Request) error {
	return fillInquiry(req, i.PurposeID, dovidka.InquiryJSON{
		Scope: dovidka.ScopeDeclarations, Ground: i.LegalGround,
	}, i.Subject)
}

func (i StatusInquiry) fill(req *dovidka.Request) error {
	return fillInquiry(req, i.PurposeID, dovidka.InquiryJSON{
		Scope: dovidka.ScopeStatus, Ground: i.LegalGround, DeclarationNumber: strings.TrimSpace(i.DeclarationNumber),
	}, i.Subject)
}

// fillInquiry takes what an inquiry brings. After dovidka.ErrDeclarationNumber
// the request has the rest of it.
func fillInquiry(req *dovidka.Request, purpose string, asked dovidka.InquiryJSON, about Subject) (err error) {
	if req.Caller.PurposeID, err = readPurpose(purpose); err != nil {
		return err
	}
	if req.Caller.PurposeID == "" {
		return &dovidka.FieldError{Field: "purposeId", Err: errors.New("is required")}
	}
	if asked.Subject, err = about.plain(); err != nil {
		return err
	}
	parsed, err := asked.Parse()
	if errors.Is(err, dovidka.ErrDeclarationNumber) {
		asked.DeclarationNumber = ""
		rest, err := asked.Parse()
		if err != nil {
			return err
		}
		req.Inquiry = &rest
		return &dovidka.Fault{Code: dovidka.CodeDeclarationNumberInvalid, Err: dovidka.ErrDeclarationNumber}
	}
	if err != nil {
		return err
	}
	req.Inquiry = &parsed
	return nil
}

// timeZone is what an xs:date may end with (XML Schema part 2, clause 3.2.9),
// and does where a stack makes it of a moment. A birth date has none.
var timeZone = regexp.MustCompile(`(Z|[+-][0-9]{2}:[0-9]{2})$`)

// plain checks what the schema says of a subject and the domain does not: the
// length of names, and that there is one identifier, so that monitoring reads
// the one that was looked for.
func (s Subject) plain() (dovidka.SubjectJSON, error) {
	out := dovidka.SubjectJSON{
		RNOKPP: trim(s.RNOKPP), UNZR: trim(s.UNZR),
		LastName: strings.TrimSpace(s.LastName), FirstName: strings.TrimSpace(s.FirstName),
		SecondName: strings.TrimSpace(s.SecondName), BirthDate: timeZone.ReplaceAllString(strings.TrimSpace(s.BirthDate), ""),
	}
	for _, name := range []struct{ field, text string }{
		{"lastName", out.LastName}, {"firstName", out.FirstName}, {"secondName", out.SecondName},
	} {
		if !fits(name.text) {
			return out, &dovidka.FieldError{Field: "subject." + name.field, Err: errors.New("is too long or holds control characters")}
		}
	}
	given := 0
	for _, id := range []struct{ field, text string }{{"rnokpp", out.RNOKPP}, {"unzr", out.UNZR}} {
		if strings.TrimSpace(id.text) != id.text { // the domain would take them off
			return out, &dovidka.FieldError{Field: "subject." + id.field, Err: errors.New("has blanks around it")}
		}
		if id.text != "" {
			given++
		}
	}
	if d := s.Document; d != nil && strings.TrimSpace(d.Type+d.Number) != "" {
		given++
		out.Document = &dovidka.DocumentJSON{Type: dovidka.DocumentType(trim(d.Type)), Number: d.Number}
	}
	if given != 1 {
		return out, &dovidka.FieldError{Field: "subject", Err: errors.New("one of rnokpp, unzr and document is expected")}
	}
	return out, nil
}

var requestIDPattern = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// id returns the identifier of a request; false for a text that cannot be one.
func (r ResultRequest) id() (dovidka.ID, bool) {
	id := strings.ToLower(strings.TrimSpace(r.RequestID))
	return dovidka.ID(id), requestIDPattern.MatchString(id)
}

// unusable makes the fault of a field that cannot be used. Another fault stays
// what it is.
func unusable(err error) error {
	var fault *dovidka.Fault
	var protocol *xroad.Fault
	if err == nil || errors.As(err, &fault) || errors.As(err, &protocol) {
		return err
	}
	return &dovidka.Fault{Code: dovidka.CodeInvalid, Err: fmt.Errorf("request: %w", err)}
}

func (r ResultRequest) fill(req *dovidka.Request) (err error) {
	req.Caller.PurposeID, err = readPurpose(r.PurposeID)
	return err
}

// purposed is a request in REST, where the purpose stands in a header.
type purposed interface {
	declare(purpose string)
	byLaw() bool // and so a purpose is required
}

func (r *SignedRequest) declare(purpose string) { r.PurposeID = purpose }
func (i *Inquiry) declare(purpose string)       { i.PurposeID = purpose }
func (i *StatusInquiry) declare(purpose string) { i.PurposeID = purpose }
func (r *ResultRequest) declare(purpose string) { r.PurposeID = purpose }

func (*SignedRequest) byLaw() bool { return false }
func (*Inquiry) byLaw() bool       { return true }
func (*StatusInquiry) byLaw() bool { return true }
func (*ResultRequest) byLaw() bool { return false }
func (s *Submission) byLaw() bool  { return s.Inquiry != nil }

func (s *Submission) declare(purpose string) {
	if s.Signed != nil {
		s.Signed.declare(purpose)
	}
	if s.Inquiry != nil {
		s.Inquiry.declare(purpose)
	}
}
