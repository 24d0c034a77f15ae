package trembita

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/dovidka/dovidka"
)

// Namespace is that of our operations' elements.
const Namespace = "https://ehealth.gov.ua/trembita/dovidka"

// The result codes that are ours alone; the others are those of dovidka.Code in
// upper case with underscores.
const (
	ResultOK             = "OK"
	ResultNoDeclarations = "NO_DECLARATIONS"
	ResultWithdrawn      = "CONSENT_WITHDRAWN_NOW"
	ResultAccepted       = "ACCEPTED"
	ResultPending        = "PENDING"
	ResultAnswerExpired  = "ANSWER_EXPIRED"
)

// Outcome begins every answer.
type Outcome struct {
	ResultCode   string `xml:"resultCode" json:"resultCode"`
	ResultDetail string `xml:"resultDetail,omitempty" json:"resultDetail,omitempty"` // refines the code
	ResultText   string `xml:"resultText" json:"resultText"`                         // Ukrainian, for people
	RequestID    string `xml:"requestId" json:"requestId"`
}

func (o Outcome) code() string { return o.ResultCode }

// GetDeclarationsResponse is the payload of the answers that bring declarations.
type GetDeclarationsResponse struct {
	Outcome
	// Subject is whom a body inquired about; nil for a citizen's request, and
	// where nothing of the registry is told. It is not called as in the request:
	// JAX-WS makes parameters of one method of both, which cannot share a name
	// unless they share the type.
	Subject      *SubjectID    `xml:"subjectId" json:"subjectId,omitempty"`
	AsOf         string        `xml:"asOf,omitempty" json:"asOf,omitempty"`
	Partial      *bool         `xml:"partial" json:"partial,omitempty"`
	Patient      *Patient      `xml:"patient" json:"patient,omitempty"`
	Declarations *Declarations `xml:"declarations" json:"declarations,omitempty"`
	// Withdrawn is how many consents the statement withdrew.
	Withdrawn *int     `xml:"withdrawnConsents" json:"withdrawnConsents,omitempty"`
	Receipt   *Receipt `xml:"receipt" json:"receipt,omitempty"`
	Sealed    *Sealed  `xml:"sealed" json:"sealed,omitempty"`
}

// StatusResponse is the payload of the answer whether a declaration is in force.
type StatusResponse struct {
	Outcome
	Subject      *SubjectID           `xml:"subjectId" json:"subjectId,omitempty"`
	AsOf         string               `xml:"asOf,omitempty" json:"asOf,omitempty"`
	InForce      *bool                `xml:"inForce" json:"inForce,omitempty"`
	Declarations *DeclarationsInForce `xml:"declarations" json:"declarations,omitempty"`
	Receipt      *Receipt             `xml:"receipt" json:"receipt,omitempty"`
	Sealed       *Sealed              `xml:"sealed" json:"sealed,omitempty"`
}

// SubmissionResponse is the payload of the answer that a request was accepted.
type SubmissionResponse struct {
	Outcome
}

// SubjectID is the identifier that was asked about, and only that: the body has
// the rest.
type SubjectID struct {
	RNOKPP   string    `xml:"rnokpp,omitempty" json:"rnokpp,omitempty"`
	UNZR     string    `xml:"unzr,omitempty" json:"unzr,omitempty"`
	Document *Document `xml:"document" json:"document,omitempty"`
}

// DeclarationsInForce wraps the list.
type DeclarationsInForce struct {
	Declaration []DeclarationInForce `xml:"declaration" json:"declaration,omitempty"`
}

// MarshalJSON writes the list without the element around it, of which JSON has
// no need.
func (d DeclarationsInForce) MarshalJSON() ([]byte, error) { return marshalList(d.Declaration) }

// DeclarationInForce is as much of a declaration as dovidka.ScopeStatus opens.
type DeclarationInForce struct {
	Number    string    `xml:"declarationNumber" json:"declarationNumber"`
	StartDate string    `xml:"startDate" json:"startDate"`
	EndDate   string    `xml:"endDate,omitempty" json:"endDate,omitempty"`
	Provider  *Provider `xml:"legalEntity" json:"legalEntity,omitempty"`
}

// Declarations wraps the list.
type Declarations struct {
	Declaration []Declaration `xml:"declaration" json:"declaration,omitempty"`
}

// MarshalJSON is as that of DeclarationsInForce.
func (d Declarations) MarshalJSON() ([]byte, error) { return marshalList(d.Declaration) }

func marshalList[T any](list []T) ([]byte, error) {
	if list == nil {
		list = []T{} // there are none, which is not the same as not told
	}
	return json.Marshal(list)
}

// Patient is whose declarations they are.
type Patient struct {
	ID         string `xml:"id" json:"id"`
	LastName   string `xml:"lastName" json:"lastName"`
	FirstName  string `xml:"firstName" json:"firstName"`
	SecondName string `xml:"secondName,omitempty" json:"secondName,omitempty"`
	BirthDate  string `xml:"birthDate,omitempty" json:"birthDate,omitempty"`
	Gender     string `xml:"gender,omitempty" json:"gender,omitempty"`
	DeathDate  string `xml:"deathDate,omitempty" json:"deathDate,omitempty"`
}

// Declaration is one declaration.
type Declaration struct {
	ID        string    `xml:"id" json:"id"`
	Number    string    `xml:"declarationNumber" json:"declarationNumber"`
	Status    string    `xml:"status" json:"status"`
	InForce   bool      `xml:"inForce" json:"inForce"`
	Reason    string    `xml:"reason,omitempty" json:"reason,omitempty"`
	StartDate string    `xml:"startDate" json:"startDate"`
	EndDate   string    `xml:"endDate,omitempty" json:"endDate,omitempty"`
	EndedOn   string    `xml:"endedOn,omitempty" json:"endedOn,omitempty"`
	SignedAt  string    `xml:"signedAt,omitempty" json:"signedAt,omitempty"`
	Doctor    *Doctor   `xml:"doctor" json:"doctor,omitempty"`
	Division  *Place    `xml:"division" json:"division,omitempty"`
	Provider  *Provider `xml:"legalEntity" json:"legalEntity,omitempty"`
}

// Doctor is the employee of a declaration.
type Doctor struct {
	ID         string   `xml:"id" json:"id"`
	LastName   string   `xml:"lastName,omitempty" json:"lastName,omitempty"`
	FirstName  string   `xml:"firstName,omitempty" json:"firstName,omitempty"`
	SecondName string   `xml:"secondName,omitempty" json:"secondName,omitempty"`
	Position   string   `xml:"position,omitempty" json:"position,omitempty"`
	Speciality []string `xml:"speciality" json:"speciality,omitempty"`
	Status     string   `xml:"status,omitempty" json:"status,omitempty"`
}

// Place is the division of a declaration.
type Place struct {
	ID      string   `xml:"id" json:"id"`
	Name    string   `xml:"name,omitempty" json:"name,omitempty"`
	Type    string   `xml:"type,omitempty" json:"type,omitempty"`
	Address string   `xml:"address,omitempty" json:"address,omitempty"`
	Phone   []string `xml:"phone" json:"phone,omitempty"`
}

// Provider is the legal entity of a declaration.
type Provider struct {
	ID     string `xml:"id" json:"id"`
	Name   string `xml:"name,omitempty" json:"name,omitempty"`
	EDRPOU string `xml:"edrpou,omitempty" json:"edrpou,omitempty"`
	Status string `xml:"status,omitempty" json:"status,omitempty"`
}

// Receipt proves that the disclosure was recorded.
type Receipt struct {
	GrantID    string `xml:"grantId" json:"grantId"`
	ConsentID  string `xml:"consentId,omitempty" json:"consentId,omitempty"` // none where a law permits
	Index      int64  `xml:"index" json:"index"`
	Hash       string `xml:"hash" json:"hash"`
	RecordedAt string `xml:"recordedAt" json:"recordedAt"`
}

// Sealed is the FHIR Bundle in clear text and our detached signature over its
// UTF-8 bytes.
type Sealed struct {
	MediaType string `xml:"mediaType" json:"mediaType"`
	Content   string `xml:"content" json:"content"`
	Signature string `xml:"signature" json:"signature"`
	SealedAt  string `xml:"sealedAt" json:"sealedAt"`
}

// declarations makes the payload of an answer. asked is nil for a citizen's.
func (m *message) declarations(a dovidka.Answer, asked *dovidka.Inquiry) (GetDeclarationsResponse, error) {
	m.event.Succeed(string(dovidka.StateDone))
	if a.Sealed.SealedAt.IsZero() {
		return GetDeclarationsResponse{Outcome: m.outcome(ResultWithdrawn, "Згоду відкликано. Дані більше не передаються."), Withdrawn: &a.Withdrawn}, nil
	}
	seal, err := sealed(a.Sealed)
	if err != nil {
		return GetDeclarationsResponse{}, err
	}
	r := a.Record
	out := GetDeclarationsResponse{
		Outcome: m.outcome(ResultOK, "Декларації знайдено."),
		Subject: subject(asked), AsOf: stamp(&r.AsOf), Partial: &r.Partial, Declarations: &Declarations{},
		Patient: &Patient{
			ID: string(r.Patient.ID), LastName: r.Patient.LastName, FirstName: r.Patient.FirstName, SecondName: r.Patient.SecondName,
			BirthDate: r.Patient.BirthDate, Gender: string(r.Patient.Gender), DeathDate: r.Patient.DeathDate,
		},
		Receipt: receipt(a.Receipt), Sealed: seal,
	}
	if len(r.Declarations) == 0 {
		out.Outcome = m.outcome(ResultNoDeclarations, "Декларацій не знайдено.")
	}
	for _, d := range r.Declarations {
		out.Declarations.Declaration = append(out.Declarations.Declaration, declaration(d))
	}
	return out, nil
}

// status makes the payload of an answer in which every declaration is in force.
func (m *message) status(a dovidka.Answer, asked *dovidka.Inquiry) (StatusResponse, error) {
	m.event.Succeed(string(dovidka.StateDone))
	seal, err := sealed(a.Sealed)
	if err != nil {
		return StatusResponse{}, err
	}
	out := StatusResponse{
		Outcome: m.outcome(ResultOK, "Чинна декларація є."),
		Subject: subject(asked), AsOf: stamp(&a.Record.AsOf), InForce: new(bool), Declarations: &DeclarationsInForce{},
		Receipt: receipt(a.Receipt), Sealed: seal,
	}
	for _, d := range a.Record.Declarations {
		if !d.InForce {
			return StatusResponse{}, errors.New("the record of a status holds a declaration that is not in force")
		}
		*out.InForce = true
		out.Declarations.Declaration = append(out.Declarations.Declaration, DeclarationInForce{
			Number: d.Number, StartDate: d.Start, EndDate: d.PlannedEnd, Provider: provider(d),
		})
	}
	switch {
	case *out.InForce:
	case asked.Number.IsZero():
		out.Outcome = m.outcome(ResultNoDeclarations, "Чинної декларації немає.")
	default:
		out.Outcome = m.outcome(ResultNoDeclarations, "Чинної декларації з таким номером в особи немає.")
	}
	return out, nil
}

// subject echoes the identifier of an inquiry.
func subject(asked *dovidka.Inquiry) *SubjectID {
	if asked == nil {
		return nil
	}
	out := &SubjectID{RNOKPP: asked.Subject.RNOKPP.Reveal(), UNZR: asked.Subject.UNZR.Reveal()}
	if d := asked.Subject.Document; !d.IsZero() {
		out.Document = &Document{Type: string(d.Type), Number: d.Number()}
	}
	return out
}

func receipt(r dovidka.Receipt) *Receipt {
	return &Receipt{
		GrantID: string(r.GrantID), ConsentID: string(r.ConsentID), Index: r.Index, Hash: r.Hash, RecordedAt: stamp(&r.RecordedAt),
	}
}

func sealed(s dovidka.Sealed) (*Sealed, error) {
	if !carried(s.Bundle) {
		return nil, errors.New("the sealed bundle holds a character that XML cannot carry")
	}
	return &Sealed{
		MediaType: "application/fhir+json", Content: string(s.Bundle),
		Signature: base64.StdEncoding.EncodeToString(s.Signature), SealedAt: stamp(&s.SealedAt),
	}, nil
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
	out.Provider = provider(d)
	return out
}

func provider(d dovidka.DeclarationJSON) *Provider {
	l := d.LegalEntity
	switch {
	case l != nil:
		return &Provider{ID: string(l.ID), Name: cmp.Or(l.PublicName, l.Name), EDRPOU: l.EDRPOU, Status: l.Status}
	case d.LegalEntityID != "":
		return &Provider{ID: string(d.LegalEntityID)}
	}
	return nil
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
