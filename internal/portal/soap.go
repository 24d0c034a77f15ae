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

// Message writes the envelope of a citizen's request. The container may hold the
// statement, or be detached from the content given.
func (c *SOAP) Message(container, content []byte) ([]byte, error) {
	return c.Compose(trembita.OperationGetDeclarations, trembita.SignedRequest{
		SignedContent: string(content), Signature: base64.StdEncoding.EncodeToString(container),
	})
}

// Compose writes a message, under an id of its own, that calls an operation of
// the same provider.
func (c *SOAP) Compose(operation string, payload any) ([]byte, error) {
	var body bytes.Buffer
	enc := xml.NewEncoder(&body)
	err := enc.EncodeElement(payload, xml.StartElement{Name: xml.Name{Space: trembita.Namespace, Local: operation}})
	if err := errors.Join(err, enc.Close()); err != nil {
		return nil, fmt.Errorf("write SOAP message: %w", err)
	}
	e := envelope{Body: envelopeBody{body.Bytes()}}
	e.Header = header{
		Client: identifier{
			ObjectType: "SUBSYSTEM", Instance: c.Client.Instance, Class: c.Client.Class, Member: c.Client.Member, Subsystem: c.Client.Subsystem,
		},
		Service: identifier{
			ObjectType: "SERVICE", Instance: c.Service.Instance, Class: c.Service.Class, Member: c.Service.Member,
			Subsystem: c.Service.Subsystem, Service: operation,
		},
		UserID: c.UserID, ID: uuid.NewString(), Version: "4.0",
	}
	out, err := xml.Marshal(e)
	if err != nil {
		return nil, fmt.Errorf("write SOAP message: %w", err)
	}
	return append([]byte(xml.Header), out...), nil
}

// Send posts a citizen's request and reads the answer: a payload, or a
// *SOAPFault.
func (c *SOAP) Send(ctx context.Context, message []byte) (trembita.GetDeclarationsResponse, error) {
	var out trembita.GetDeclarationsResponse
	return out, c.Call(ctx, message, &out)
}

// Call posts a message of Compose and reads the answer into out. The error is a
// *SOAPFault, or wraps ErrAnswer when what came is no answer to the message;
// any other tells that nothing came.
func (c *SOAP) Call(ctx context.Context, message []byte, out any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.Address, bytes.NewReader(message))
	if err != nil {
		return fmt.Errorf("call the SOAP door: %w", err)
	}
	req.Header.Set("Content-Type", "text/xml; charset=utf-8")
	req.Header.Set("SOAPAction", `""`)
	resp, err := httpClient(c.HTTP).Do(req)
	if err != nil {
		return fmt.Errorf("call the SOAP door: %w", err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return fmt.Errorf("read the SOAP door's answer: %w", err)
	}
	return readAnswer(message, answer, out)
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

// ReceiptOf reads the receipt out of a SOAP answer to a request; nil when there
// is none.
func ReceiptOf(request string, r *trembita.Receipt) *dovidka.Receipt {
	if r == nil {
		return nil
	}
	at, err := time.Parse(time.RFC3339Nano, r.RecordedAt)
	if err != nil {
		return nil
	}
	return &dovidka.Receipt{
		RequestID: dovidka.ID(request), GrantID: dovidka.ID(r.GrantID), ConsentID: dovidka.ID(r.ConsentID),
		Index: r.Index, Hash: r.Hash, RecordedAt: at,
	}
}
