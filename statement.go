package dovidka

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"time"
)

// StatementType names the format of what a citizen signs, and its version.
const StatementType = "urn:dovidka:statement:1"

// MaxStatement is the largest statement ParseStatement reads, in bytes.
const MaxStatement = 64 << 10

// Action is what a citizen asks for in a statement.
type Action string

// The actions.
const (
	// ActionObtain asks for declarations.
	ActionObtain Action = "obtain-declarations"
	// ActionWithdraw withdraws every consent given to the same recipient.
	ActionWithdraw Action = "withdraw-consent"
)

// Relation says whose declarations the signer asks for.
type Relation string

// The relations.
const (
	RelationSelf  Relation = "self"
	RelationChild Relation = "child" // of a confidant person
	RelationWard  Relation = "ward"  // of a confidant person, an adult
	// RelationThirdParty is that of a body which inquires by law. It never
	// stands in a statement.
	RelationThirdParty Relation = "third-party"
)

// Subject is the person whose declarations are asked for. With RelationSelf it
// may be empty: the signature tells who it is. Otherwise it names the child or
// ward by a number or a document, and by name.
type Subject struct {
	Relation  Relation
	RNOKPP    RNOKPP
	UNZR      UNZR
	Document  Document
	Name      PersonName
	BirthDate BirthDate
}

// Identified reports whether a number or a document is given.
func (s Subject) Identified() bool {
	return !s.RNOKPP.IsZero() || !s.UNZR.IsZero() || !s.Document.IsZero()
}

// ConsentTerms is the consent as it stands in a statement.
type ConsentTerms struct {
	Granted     bool
	Purpose     string // code, such as PurposePatientAccess
	Recipient   string // who receives the data: the calling body's registered name
	TextVersion string
	Text        string // what the citizen read, in Ukrainian
}

// PurposePatientAccess is a citizen's access to own data.
const PurposePatientAccess = "patient-access"

// Statement (заява) is what a citizen signs: who is asked, what for, until when,
// and the consent. A door composes it, or the calling body does by the same
// format; the nonce makes it usable once.
type Statement struct {
	Action    Action
	ID        ID
	Nonce     string // base64url, at least 128 bits
	Audience  string // the component asked, by its configured name
	IssuedAt  time.Time
	ExpiresAt time.Time
	Subject   Subject
	Consent   ConsentTerms
}

// statementJSON is the wire form. Field names are part of the public contract.
type statementJSON struct {
	Type      string           `json:"type"`
	Action    Action           `json:"action"`
	ID        ID               `json:"id"`
	Nonce     string           `json:"nonce"`
	Audience  string           `json:"audience"`
	IssuedAt  time.Time        `json:"issuedAt"`
	ExpiresAt time.Time        `json:"expiresAt"`
	Subject   SubjectJSON      `json:"subject"`
	Consent   consentTermsJSON `json:"consent"`
}

type consentTermsJSON struct {
	Granted     bool   `json:"granted"`
	Purpose     string `json:"purpose"`
	Recipient   string `json:"recipient"`
	TextVersion string `json:"textVersion"`
	Text        string `json:"text"`
}

// SubjectJSON is the plain form of a Subject in the bodies of requests and in
// statements. It shows itself: never log it.
type SubjectJSON struct {
	Relation  Relation      `json:"relation"`
	RNOKPP    string        `json:"rnokpp,omitempty"`
	UNZR      string        `json:"unzr,omitempty"`
	Document  *DocumentJSON `json:"document,omitempty"`
	LastName  string        `json:"lastName,omitempty"`
	FirstName string        `json:"firstName,omitempty"`
	// SecondName is the patronymic.
	SecondName string `json:"secondName,omitempty"`
	BirthDate  string `json:"birthDate,omitempty"`
}

// DocumentJSON is the plain form of a Document.
type DocumentJSON struct {
	Type   DocumentType `json:"type"`
	Number string       `json:"number"`
}

// FieldError names the field of a body that cannot be used, never its value.
type FieldError struct {
	Field string // JSON path, such as subject.rnokpp; empty if it is the whole
	Err   error
}

// Error returns the field and what is expected there.
func (e *FieldError) Error() string {
	if e.Field == "" {
		return e.Err.Error() // of the whole
	}
	return e.Field + ": " + e.Err.Error()
}

// Unwrap returns what is expected.
func (e *FieldError) Unwrap() error { return e.Err }

// Parse checks every field of a subject in a statement or an ask and returns
// the Subject. Errors are *FieldError.
func (s SubjectJSON) Parse() (Subject, error) {
	out, err := s.parse(ParseRNOKPP) // a slip of the pen is told at once
	if err != nil {
		return Subject{}, err
	}
	switch s.Relation {
	case RelationSelf:
	case RelationChild, RelationWard:
		if err := out.named(); err != nil {
			return Subject{}, err
		}
	default:
		return Subject{}, &FieldError{"subject.relation", errors.New("self, child or ward is expected")}
	}
	return out, nil
}

// named reports what is missing to look another person up (eHealth's search
// for an active person).
func (s Subject) named() error {
	switch {
	case !s.Identified():
		return &FieldError{"subject", errors.New("rnokpp, unzr or document is required for another person")}
	case NormalizeName(s.Name.Family) == "" || NormalizeName(s.Name.Given) == "":
		return &FieldError{"subject", errors.New("lastName and firstName are required for another person")}
	}
	return nil
}

// parse checks every field by itself.
func (s SubjectJSON) parse(number func(string) (RNOKPP, error)) (Subject, error) {
	out := Subject{Relation: s.Relation, Name: PersonName{Family: s.LastName, Given: s.FirstName, Patronymic: s.SecondName}}
	var err error
	if s.RNOKPP != "" {
		if out.RNOKPP, err = number(s.RNOKPP); err != nil {
			return Subject{}, &FieldError{"subject.rnokpp", err}
		}
	}
	if s.UNZR != "" {
		if out.UNZR, err = ParseUNZR(s.UNZR); err != nil {
			return Subject{}, &FieldError{"subject.unzr", err}
		}
	}
	if s.Document != nil {
		if out.Document, err = ParseDocument(s.Document.Type, s.Document.Number); err != nil {
			return Subject{}, &FieldError{"subject.document", err}
		}
	}
	if s.BirthDate != "" {
		d, err := ParseDate(s.BirthDate)
		if err != nil {
			return Subject{}, &FieldError{"subject.birthDate", err}
		}
		out.BirthDate = NewBirthDate(d)
	}
	return out, nil
}

// Plain returns the subject's wire form in plain text.
func (s Subject) Plain() SubjectJSON {
	out := SubjectJSON{
		Relation: s.Relation, RNOKPP: s.RNOKPP.Reveal(), UNZR: s.UNZR.Reveal(),
		LastName: s.Name.Family, FirstName: s.Name.Given, SecondName: s.Name.Patronymic,
		BirthDate: s.BirthDate.Reveal(),
	}
	if !s.Document.IsZero() {
		out.Document = &DocumentJSON{Type: s.Document.Type, Number: s.Document.Number()}
	}
	return out
}

// Encode returns the bytes to be signed: compact JSON, fields in fixed order.
func (s Statement) Encode() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(statementJSON{
		Type: StatementType, Action: s.Action, ID: s.ID, Nonce: s.Nonce, Audience: s.Audience,
		IssuedAt: s.IssuedAt.UTC(), ExpiresAt: s.ExpiresAt.UTC(), Subject: s.Subject.Plain(), Consent: consentTermsJSON(s.Consent),
	})
	if err != nil {
		return nil, fmt.Errorf("encode statement: %w", err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

var noncePattern = regexp.MustCompile(`^[A-Za-z0-9_-]{22,128}$`)

// maxStatementDepth is more than a statement nests.
const maxStatementDepth = 8

// ParseStatement reads signed content. Unknown fields, a field given twice, a
// second value, a missing field and more than MaxStatement bytes are errors; a
// byte order mark and NULs at the end, which some signing programs add, are
// forgiven.
func ParseStatement(content []byte) (Statement, error) {
	if len(content) > MaxStatement {
		return Statement{}, errors.New("statement is too long")
	}
	content = bytes.TrimRight(bytes.TrimPrefix(content, []byte("\ufeff")), "\x00")
	// What the citizen read must be what counts here.
	if err := CheckJSON(content, maxStatementDepth); err != nil {
		return Statement{}, fmt.Errorf("read statement: %w", err)
	}
	var in statementJSON
	if err := DecodeStrict(content, &in); err != nil {
		return Statement{}, fmt.Errorf("read statement: %w", err)
	}
	subject, err := in.Subject.Parse()
	if err != nil {
		return Statement{}, err
	}
	switch {
	case in.Type != StatementType:
		err = &FieldError{"type", errors.New("must be " + StatementType)}
	case in.Action != ActionObtain && in.Action != ActionWithdraw:
		err = &FieldError{"action", errors.New("obtain-declarations or withdraw-consent is expected")}
	case !uuidPattern.MatchString(string(in.ID)):
		err = &FieldError{"id", errors.New("a lower-case UUID is expected")}
	case !noncePattern.MatchString(in.Nonce):
		err = &FieldError{"nonce", errors.New("22 to 128 characters of base64url are expected")}
	case in.Audience == "":
		err = &FieldError{"audience", errors.New("is required")}
	case in.IssuedAt.IsZero() || !in.ExpiresAt.After(in.IssuedAt):
		err = &FieldError{"expiresAt", errors.New("must be later than issuedAt")}
	case in.Consent.Recipient == "" || in.Consent.Purpose == "" || in.Consent.Text == "" || in.Consent.TextVersion == "":
		err = &FieldError{"consent", errors.New("purpose, recipient, text and textVersion are required")}
	}
	if err != nil {
		return Statement{}, err
	}
	return Statement{
		Action: in.Action, ID: in.ID, Nonce: in.Nonce, Audience: in.Audience, IssuedAt: in.IssuedAt.UTC(), ExpiresAt: in.ExpiresAt.UTC(),
		Subject: subject, Consent: ConsentTerms(in.Consent),
	}, nil
}
