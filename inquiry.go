package dovidka

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Scope is how much of a record is opened. Less is asked for where less is
// needed (Law 2297-VI, article 6).
type Scope string

// The scopes.
const (
	// ScopeDeclarations opens the patient and all declarations with their history.
	ScopeDeclarations Scope = "declarations"
	// ScopeStatus tells which declarations are in force: number, term and
	// provider. Nothing else is told, and of the person nothing that was not said.
	ScopeStatus Scope = "status"
)

// Known reports whether s is one of the two.
func (s Scope) Known() bool { return s == ScopeDeclarations || s == ScopeStatus }

// Inquiry is what a public body asks by law, without the citizen's signature.
// Whether it may is the ledger's to decide, by its Entitlements.
type Inquiry struct {
	Scope Scope
	// Ground is the legal ground in the words of the Entitlement.
	Ground string
	// Subject has RelationThirdParty, an identifier and a name.
	Subject Subject
	// Number narrows ScopeStatus to one declaration; zero asks about any.
	Number DeclarationNumber
}

// Entitlement permits a caller to inquire by law, for one purpose that is
// registered with the monitoring of access to personal data (ПМДПД). What no
// Entitlement permits is refused.
type Entitlement struct {
	Caller    string   // registered name, as Caller.Name
	PurposeID string   // as Caller.PurposeID
	Grounds   []string // legal grounds, each as an Inquiry must word it; see NormalizeGround
	Scopes    []Scope
}

// PurposeInquiry is the purpose of what a body inquires by law. Caller.PurposeID
// tells which of its registered purposes it is.
const PurposeInquiry = "inquiry-by-law"

// MaxGround is the length of a legal ground, in characters.
const MaxGround = 255

// ErrGround is the answer to a legal ground that cannot be one.
var ErrGround = fmt.Errorf("a legal ground of 1 to %d characters is expected", MaxGround)

// NormalizeGround prepares the text of a legal ground for comparison: white
// space folded, nothing else changed. It returns ErrGround for a text that is
// empty, too long, or holds control characters.
func NormalizeGround(s string) (string, error) {
	s = strings.Join(strings.Fields(s), " ")
	if s == "" || !utf8.ValidString(s) || utf8.RuneCountInString(s) > MaxGround || strings.ContainsFunc(s, unicode.IsControl) {
		return "", ErrGround
	}
	return s, nil
}

// InquiryJSON is the plain form of an Inquiry. It shows itself: never log it.
type InquiryJSON struct {
	Scope             Scope       `json:"scope"`
	Ground            string      `json:"legalGround"`
	Subject           SubjectJSON `json:"subject"` // without a relation
	DeclarationNumber string      `json:"declarationNumber,omitempty"`
}

// Parse checks every field and returns the Inquiry. Errors are *FieldError; one
// of DeclarationNumber wraps ErrDeclarationNumber.
func (i InquiryJSON) Parse() (Inquiry, error) {
	out := Inquiry{Scope: i.Scope}
	if !i.Scope.Known() {
		return Inquiry{}, &FieldError{"scope", errors.New("declarations or status is expected")}
	}
	var err error
	if out.Ground, err = NormalizeGround(i.Ground); err != nil {
		return Inquiry{}, &FieldError{"legalGround", err}
	}
	if i.Subject.Relation != "" {
		return Inquiry{}, &FieldError{"subject.relation", errors.New("is not expected here")}
	}
	// Somebody may have a number with a wrong check digit: the registry does.
	if out.Subject, err = i.Subject.parse(ReadRNOKPP); err != nil {
		return Inquiry{}, err
	}
	out.Subject.Relation = RelationThirdParty
	if err := out.Subject.named(); err != nil {
		return Inquiry{}, err
	}
	if i.DeclarationNumber == "" {
		return out, nil
	}
	if i.Scope != ScopeStatus {
		return Inquiry{}, &FieldError{"declarationNumber", errors.New("goes with the scope status only")}
	}
	if out.Number, err = ReadDeclarationNumber(i.DeclarationNumber); err != nil {
		return Inquiry{}, &FieldError{"declarationNumber", err}
	}
	return out, nil
}

// Plain returns the inquiry's plain form.
func (i Inquiry) Plain() InquiryJSON {
	out := InquiryJSON{Scope: i.Scope, Ground: i.Ground, Subject: i.Subject.Plain(), DeclarationNumber: i.Number.Reveal()}
	out.Subject.Relation = ""
	return out
}

// Encode returns the inquiry as it is stored: compact JSON in plain text.
func (i Inquiry) Encode() ([]byte, error) {
	out, err := json.Marshal(i.Plain())
	if err != nil {
		return nil, fmt.Errorf("encode inquiry: %w", err)
	}
	return out, nil
}

// ParseInquiry reads what Encode wrote.
func ParseInquiry(data []byte) (Inquiry, error) {
	var in InquiryJSON
	if err := DecodeStrict(data, &in); err != nil {
		return Inquiry{}, fmt.Errorf("read inquiry: %w", err)
	}
	return in.Parse()
}
