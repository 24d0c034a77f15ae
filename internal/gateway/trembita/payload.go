package trembita

import (
	"bytes"
	"encoding/base64"
	"errors"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/dovidka/dovidka"
)

// Namespace is that of our operations' elements.
const Namespace = "https://ehealth.gov.ua/trembita/dovidka"

// OperationGetDeclarations is the service code of the one operation.
const OperationGetDeclarations = "GetDeclarations_v1"

// GetDeclarations is the payload of the request: a citizen's signed statement.
// An empty field is an absent one.
type GetDeclarations struct {
	// PurposeID is the purpose registered with the personal-data monitoring.
	PurposeID string `xml:"purposeId,omitempty"`
	// SignedContent is the statement in clear text; required when Signature is
	// detached.
	SignedContent string `xml:"signedContent,omitempty"`
	// Signature is the CMS container in base64.
	Signature string `xml:"signature"`
}

// maxPurposeID is the length that the schema allows, in characters.
const maxPurposeID = 255

// purpose returns the purpose of processing, which goes into the log.
func (g GetDeclarations) purpose() (string, error) {
	purpose := strings.TrimSpace(g.PurposeID)
	if utf8.RuneCountInString(purpose) > maxPurposeID || strings.ContainsFunc(purpose, unicode.IsControl) {
		return "", errors.New("purposeId is too long or holds control characters")
	}
	return purpose, nil
}

// container decodes the signature; white space inside base64 is legal XML
// (XML Schema part 2, clause 3.2.16).
func (g GetDeclarations) container() ([]byte, error) {
	der, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(g.Signature), ""))
	if err != nil {
		return nil, errors.New("signature is not base64")
	}
	if len(der) == 0 {
		return nil, errors.New("signature is empty")
	}
	return der, nil
}

// The result codes of success; the others are those of dovidka.Code in upper
// case with underscores.
const (
	ResultOK             = "OK"
	ResultNoDeclarations = "NO_DECLARATIONS"
	ResultWithdrawn      = "CONSENT_WITHDRAWN_NOW"
)

// GetDeclarationsResponse is the payload of the answer.
type GetDeclarationsResponse struct {
	ResultCode   string `xml:"resultCode"`
	ResultDetail string `xml:"resultDetail,omitempty"` // refines the code
	ResultText   string `xml:"resultText"`             // Ukrainian, for people
	RequestID    string `xml:"requestId"`

	AsOf         string        `xml:"asOf,omitempty"`
	Partial      *bool         `xml:"partial"`
	Patient      *Patient      `xml:"patient"`
	Declarations *Declarations `xml:"declarations"`
	// Withdrawn is how many consents the statement withdrew.
	Withdrawn *int     `xml:"withdrawnConsents"`
	Receipt   *Receipt `xml:"receipt"`
	Sealed    *Sealed  `xml:"sealed"`
}

// Declarations wraps the list.
type Declarations struct {
	Declaration []Declaration `xml:"declaration"`
}

// Patient is whose declarations they are.
type Patient struct {
	ID         string `xml:"id"`
	LastName   string `xml:"lastName"`
	FirstName  string `xml:"firstName"`
	SecondName string `xml:"secondName,omitempty"`
	BirthDate  string `xml:"birthDate,omitempty"`
	Gender     string `xml:"gender,omitempty"`
	DeathDate  string `xml:"deathDate,omitempty"`
}

// Declaration is one declaration.
type Declaration struct {
	ID        string    `xml:"id"`
	Number    string    `xml:"declarationNumber"`
	Status    string    `xml:"status"`
	InForce   bool      `xml:"inForce"`
	Reason    string    `xml:"reason,omitempty"`
	StartDate string    `xml:"startDate"`
	EndDate   string    `xml:"endDate,omitempty"`
	EndedOn   string    `xml:"endedOn,omitempty"`
	SignedAt  string    `xml:"signedAt,omitempty"`
	Doctor    *Doctor   `xml:"doctor"`
	Division  *Place    `xml:"division"`
	Provider  *Provider `xml:"legalEntity"`
}

// Doctor is the employee of a declaration.
type Doctor struct {
	ID         string   `xml:"id"`
	LastName   string   `xml:"lastName,omitempty"`
	FirstName  string   `xml:"firstName,omitempty"`
	SecondName string   `xml:"secondName,omitempty"`
	Position   string   `xml:"position,omitempty"`
	Speciality []string `xml:"speciality"`
	Status     string   `xml:"status,omitempty"`
}

// Place is the division of a declaration.
type Place struct {
	ID      string   `xml:"id"`
	Name    string   `xml:"name,omitempty"`
	Type    string   `xml:"type,omitempty"`
	Address string   `xml:"address,omitempty"`
	Phone   []string `xml:"phone"`
}

// Provider is the legal entity of a declaration.
type Provider struct {
	ID     string `xml:"id"`
	Name   string `xml:"name,omitempty"`
	EDRPOU string `xml:"edrpou,omitempty"`
	Status string `xml:"status,omitempty"`
}

// Receipt proves that the disclosure was recorded.
type Receipt struct {
	GrantID    string `xml:"grantId"`
	ConsentID  string `xml:"consentId"`
	Index      int64  `xml:"index"`
	Hash       string `xml:"hash"`
	RecordedAt string `xml:"recordedAt"`
}

// Sealed is the FHIR Bundle in clear text and our detached signature over its
// UTF-8 bytes.
type Sealed struct {
	MediaType string `xml:"mediaType"`
	Content   string `xml:"content"`
	Signature string `xml:"signature"`
	SealedAt  string `xml:"sealedAt"`
}

// answered makes the payload of an answer.
func answered(a dovidka.Answer) (GetDeclarationsResponse, error) {
	out := GetDeclarationsResponse{RequestID: string(a.RequestID)}
	if a.Sealed.SealedAt.IsZero() {
		out.ResultCode, out.ResultText, out.Withdrawn = ResultWithdrawn, "Згоду відкликано. Дані більше не передаються.", &a.Withdrawn
		return out, nil
	}
	if !carried(a.Sealed.Bundle) {
		return out, errors.New("the sealed bundle holds a character that XML cannot carry")
	}
	out.ResultCode, out.ResultText = ResultOK, "Декларації знайдено."
	if len(a.Record.Declarations) == 0 {
		out.ResultCode, out.ResultText = ResultNoDeclarations, "Декларацій не знайдено."
	}
	r := a.Record
	out.AsOf, out.Partial = stamp(&r.AsOf), &r.Partial
	out.Patient = &Patient{
		ID: string(r.Patient.ID), LastName: r.Patient.LastName, FirstName: r.Patient.FirstName, SecondName: r.Patient.SecondName,
		BirthDate: r.Patient.BirthDate, Gender: string(r.Patient.Gender), DeathDate: r.Patient.DeathDate,
	}
	out.Declarations = &Declarations{}
	for _, d := range r.Declarations {
		out.Declarations.Declaration = append(out.Declarations.Declaration, declaration(d))
	}
	out.Receipt = &Receipt{
		GrantID: string(a.Receipt.GrantID), ConsentID: string(a.Receipt.ConsentID), Index: a.Receipt.Index,
		Hash: a.Receipt.Hash, RecordedAt: stamp(&a.Receipt.RecordedAt),
	}
	out.Sealed = &Sealed{
		MediaType: "application/fhir+json", Content: string(a.Sealed.Bundle),
		Signature: base64.StdEncoding.EncodeToString(a.Sealed.Signature), SealedAt: stamp(&a.Sealed.SealedAt),
	}
	return out, nil
}

// carried reports whether XML can carry the text, so that the seal holds over
// what arrives: encoding/xml would put another character in the place of one
// that is not allowed (XML 1.0, production 2).
func carried(text []byte) bool {
	return utf8.Valid(text) && !bytes.ContainsFunc(text, func(r rune) bool {
		return r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF
	})
}

func declaration(d dovidka.DeclarationJSON) Declaration {
	out := Declaration{
		ID: string(d.ID), Number: d.Number, Status: string(d.Status), InForce: d.InForce,
		Reason:    d.Reason,
		StartDate: d.Start, EndDate: d.PlannedEnd, EndedOn: d.RealEnd, SignedAt: stamp(d.SignedAt),
	}
	if e := d.Employee; e != nil {
		out.Doctor = &Doctor{
			ID: string(e.ID), LastName: e.LastName, FirstName: e.FirstName, SecondName: e.SecondName,
			Position: e.Position, Speciality: e.Specialities, Status: e.Status,
		}
	} else if d.EmployeeID != "" {
		out.Doctor = &Doctor{ID: string(d.EmployeeID)}
	}
	if v := d.Division; v != nil {
		out.Division = &Place{ID: string(v.ID), Name: v.Name, Type: v.Type, Address: oneLine(v.Address)}
		for _, p := range v.Phones {
			out.Division.Phone = append(out.Division.Phone, p.Number)
		}
	} else if d.DivisionID != "" {
		out.Division = &Place{ID: string(d.DivisionID)}
	}
	if l := d.LegalEntity; l != nil {
		name := l.PublicName
		if name == "" {
			name = l.Name
		}
		out.Provider = &Provider{ID: string(l.ID), Name: name, EDRPOU: l.EDRPOU, Status: l.Status}
	} else if d.LegalEntityID != "" {
		out.Provider = &Provider{ID: string(d.LegalEntityID)}
	}
	return out
}

// oneLine writes an address as official papers do: from the post code inwards.
func oneLine(a *dovidka.AddressJSON) string {
	if a == nil {
		return ""
	}
	var parts []string
	for _, part := range []string{a.Zip, a.Area, a.Region, a.Settlement, a.Street, a.Building, a.Apartment} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, ", ")
}

// stamp writes an xs:dateTime in UTC.
func stamp(t *time.Time) string {
	if t == nil || t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}
