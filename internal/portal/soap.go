package portal

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/gateway/trembita"
	"github.com/dovidka/dovidka/xroad"
)

// SOAP calls the Trembita door as a member's information system does, with
// nothing of our own reader of messages in the way: encoding/xml only.
type SOAP struct {
	// Address is the door's (or a security server's).
	Address string
	Client  xroad.ClientID
	Service xroad.ServiceID
	// UserID is the acting user's; empty leaves the field out.
	UserID string
	HTTP   *http.Client
}

// NewStatement composes a statement for the bus, to be signed by the citizen.
func (c *SOAP) NewStatement(audience string, subject dovidka.SubjectJSON, action dovidka.Action, text, version string) (dovidka.Statement, error) {
	parsed, err := subject.Parse()
	if err != nil {
		return dovidka.Statement{}, err
	}
	now := time.Now().UTC().Truncate(time.Millisecond)
	return dovidka.Statement{
		Action: action, ID: dovidka.ID(uuid.NewString()), Nonce: newNonce(), Audience: audience,
		IssuedAt: now, ExpiresAt: now.Add(2 * time.Minute), Subject: parsed,
		Consent: dovidka.ConsentTerms{
			Granted: action == dovidka.ActionObtain, Purpose: dovidka.PurposePatientAccess, Recipient: c.Client.String(),
			TextVersion: version, Text: text,
		},
	}, nil
}

type envelope struct {
	XMLName xml.Name `xml:"http://schemas.xmlsoap.org/soap/envelope/ Envelope"`
	Header  struct {
		Client  identifierXML `xml:"http://x-road.eu/xsd/xroad.xsd client"`
		Service identifierXML `xml:"http://x-road.eu/xsd/xroad.xsd service"`
		UserID  string        `xml:"http://x-road.eu/xsd/xroad.xsd userId,omitempty"`
		ID      string        `xml:"http://x-road.eu/xsd/xroad.xsd id"`
		Version string        `xml:"http://x-road.eu/xsd/xroad.xsd protocolVersion"`
	} `xml:"http://schemas.xmlsoap.org/soap/envelope/ Header"`
	Body envelopeBody `xml:"http://schemas.xmlsoap.org/soap/envelope/ Body"`
}

type envelopeBody struct {
	Request  *requestXML                       `xml:"https://ehealth.gov.ua/trembita/dovidka GetDeclarations_v1"`
	Response *trembita.GetDeclarationsResponse `xml:"https://ehealth.gov.ua/trembita/dovidka GetDeclarations_v1Response"`
	Fault    *SOAPFault                        `xml:"http://schemas.xmlsoap.org/soap/envelope/ Fault"`
}

type requestXML struct {
	SignedContent string `xml:"https://ehealth.gov.ua/trembita/dovidka signedContent,omitempty"`
	Signature     string `xml:"https://ehealth.gov.ua/trembita/dovidka signature"`
}

type identifierXML struct {
	ObjectType string `xml:"http://x-road.eu/xsd/identifiers objectType,attr"`
	Instance   string `xml:"http://x-road.eu/xsd/identifiers xRoadInstance"`
	Class      string `xml:"http://x-road.eu/xsd/identifiers memberClass"`
	Member     string `xml:"http://x-road.eu/xsd/identifiers memberCode"`
	Subsystem  string `xml:"http://x-road.eu/xsd/identifiers subsystemCode,omitempty"`
	Service    string `xml:"http://x-road.eu/xsd/identifiers serviceCode,omitempty"`
}

// SOAPFault is a fault the door answered with.
type SOAPFault struct {
	Code   string `xml:"faultcode"`
	Text   string `xml:"faultstring"`
	Detail string `xml:"detail"`
}

// Error returns the code and the text for people.
func (f *SOAPFault) Error() string { return f.Code + ": " + f.Text }

// Message writes the request's envelope. The container may hold the statement,
// or be detached from the content given.
func (c *SOAP) Message(container, content []byte) ([]byte, error) {
	var e envelope
	e.Header.Client = identifierXML{
		ObjectType: "SUBSYSTEM", Instance: c.Client.Instance, Class: c.Client.Class, Member: c.Client.Member, Subsystem: c.Client.Subsystem,
	}
	e.Header.Service = identifierXML{
		ObjectType: "SERVICE", Instance: c.Service.Instance, Class: c.Service.Class, Member: c.Service.Member,
		Subsystem: c.Service.Subsystem, Service: c.Service.Service,
	}
	e.Header.UserID, e.Header.ID, e.Header.Version = c.UserID, uuid.NewString(), "4.0"
	e.Body.Request = &requestXML{SignedContent: string(content), Signature: base64.StdEncoding.EncodeToString(container)}
	out, err := xml.Marshal(e)
	if err != nil {
		return nil, fmt.Errorf("write SOAP message: %w", err)
	}
	return append([]byte(xml.Header), out...), nil
}

// Send posts a message and reads the answer: a payload, or a *SOAPFault.
func (c *SOAP) Send(ctx context.Context, message []byte) (trembita.GetDeclarationsResponse, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.Address, bytes.NewReader(message))
	if err != nil {
		return trembita.GetDeclarationsResponse{}, fmt.Errorf("call the SOAP door: %w", err)
	}
	req.Header.Set("Content-Type", "text/xml; charset=utf-8")
	req.Header.Set("SOAPAction", `""`)
	resp, err := httpClient(c.HTTP).Do(req)
	if err != nil {
		return trembita.GetDeclarationsResponse{}, fmt.Errorf("call the SOAP door: %w", err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return trembita.GetDeclarationsResponse{}, fmt.Errorf("read the SOAP door's answer: %w", err)
	}
	return ReadMessage(answer)
}

// ReadMessage reads an answer's envelope.
func ReadMessage(answer []byte) (trembita.GetDeclarationsResponse, error) {
	var e envelope
	if err := xml.Unmarshal(answer, &e); err != nil {
		return trembita.GetDeclarationsResponse{}, errors.New("the SOAP door's answer is not the XML expected")
	}
	switch {
	case e.Body.Fault != nil:
		return trembita.GetDeclarationsResponse{}, e.Body.Fault
	case e.Body.Response == nil:
		return trembita.GetDeclarationsResponse{}, errors.New("the SOAP door's answer has another body than expected")
	}
	return *e.Body.Response, nil
}

// RecordOf reads the record out of a SOAP answer, as far as the answer has it.
func RecordOf(answer trembita.GetDeclarationsResponse) (dovidka.RecordJSON, error) {
	var out dovidka.RecordJSON
	at, err := time.Parse(time.RFC3339Nano, answer.AsOf)
	if err != nil || answer.Patient == nil || answer.Declarations == nil {
		return out, errors.New("the SOAP answer lacks its record")
	}
	out.AsOf = at
	out.Partial = answer.Partial != nil && *answer.Partial
	p := answer.Patient
	out.Patient = dovidka.PatientJSON{
		LastName: p.LastName, FirstName: p.FirstName, SecondName: p.SecondName, BirthDate: p.BirthDate, Gender: dovidka.Gender(p.Gender),
	}
	for _, d := range answer.Declarations.Declaration {
		row := dovidka.DeclarationJSON{
			ID: dovidka.ID(d.ID), Number: d.Number, Status: dovidka.Status(d.Status), InForce: d.InForce,
			Reason: d.Reason, Start: d.StartDate, PlannedEnd: d.EndDate, RealEnd: d.EndedOn,
		}
		if e := d.Doctor; e != nil {
			row.Employee = &dovidka.EmployeeJSON{
				ID: dovidka.ID(e.ID), LastName: e.LastName, FirstName: e.FirstName, SecondName: e.SecondName,
				Position: e.Position, Specialities: e.Speciality, Status: e.Status,
			}
		}
		if v := d.Division; v != nil {
			row.Division = &dovidka.DivisionJSON{ID: dovidka.ID(v.ID), Name: v.Name, Type: v.Type}
		}
		if l := d.Provider; l != nil {
			row.LegalEntity = &dovidka.LegalEntityJSON{ID: dovidka.ID(l.ID), Name: l.Name, EDRPOU: l.EDRPOU, Status: l.Status}
		}
		out.Declarations = append(out.Declarations, row)
	}
	return out, nil
}

// ReceiptOf reads the receipt out of a SOAP answer; nil when there is none.
func ReceiptOf(answer trembita.GetDeclarationsResponse) *dovidka.Receipt {
	r := answer.Receipt
	if r == nil {
		return nil
	}
	at, err := time.Parse(time.RFC3339Nano, r.RecordedAt)
	if err != nil {
		return nil
	}
	return &dovidka.Receipt{
		RequestID: dovidka.ID(answer.RequestID), GrantID: dovidka.ID(r.GrantID), ConsentID: dovidka.ID(r.ConsentID),
		Index: r.Index, Hash: r.Hash, RecordedAt: at,
	}
}
