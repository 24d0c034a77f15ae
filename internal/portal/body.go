package portal

import (
	"context"
	"encoding/base64"
	"errors"
	"time"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/gateway/trembita"
)

// Inquiry is what a public body asks by law, without the citizen's signature.
type Inquiry struct {
	// PurposeID is the purpose that the body has registered with the monitoring
	// of access to personal data.
	PurposeID string
	// Ground is the legal ground in the words of the body's entitlement.
	Ground string
	// Subject is whom it asks about; the relation does not matter.
	Subject dovidka.SubjectJSON
	// Number narrows the question of the status to one declaration.
	Number string
}

// Declarations is the payload of GetDeclarationsByPurpose_v1.
func (i Inquiry) Declarations() trembita.Inquiry {
	return trembita.Inquiry{PurposeID: i.PurposeID, LegalGround: i.Ground, Subject: i.subject()}
}

// Status is the payload of GetDeclarationStatus_v1.
func (i Inquiry) Status() trembita.StatusInquiry {
	return trembita.StatusInquiry{PurposeID: i.PurposeID, LegalGround: i.Ground, Subject: i.subject(), DeclarationNumber: i.Number}
}

func (i Inquiry) subject() trembita.Subject {
	s := i.Subject
	out := trembita.Subject{
		RNOKPP: s.RNOKPP, UNZR: s.UNZR, LastName: s.LastName, FirstName: s.FirstName, SecondName: s.SecondName, BirthDate: s.BirthDate,
	}
	if s.Document != nil {
		out.Document = &trembita.Document{Type: string(s.Document.Type), Number: s.Document.Number}
	}
	return out
}

// Inquire asks for declarations and waits for the answer.
func (c *SOAP) Inquire(ctx context.Context, asked Inquiry) (trembita.GetDeclarationsResponse, error) {
	var out trembita.GetDeclarationsResponse
	return out, c.ask(ctx, trembita.OperationGetDeclarationsByPurpose, asked.Declarations(), &out)
}

// Status asks whether a declaration is in force.
func (c *SOAP) Status(ctx context.Context, asked Inquiry) (trembita.StatusResponse, error) {
	var out trembita.StatusResponse
	return out, c.ask(ctx, trembita.OperationGetDeclarationStatus, asked.Status(), &out)
}

// SubmitInquiry asks for declarations, to fetch the answer later.
func (c *SOAP) SubmitInquiry(ctx context.Context, asked Inquiry) (trembita.SubmissionResponse, error) {
	payload := asked.Declarations()
	return c.submit(ctx, trembita.Submission{Inquiry: &payload})
}

// SubmitSigned does so with a citizen's signed statement.
func (c *SOAP) SubmitSigned(ctx context.Context, citizen *Citizen, said dovidka.Statement) (trembita.SubmissionResponse, error) {
	payload, err := signedRequest(citizen, said)
	if err != nil {
		return trembita.SubmissionResponse{}, err
	}
	return c.submit(ctx, trembita.Submission{Signed: &payload})
}

func (c *SOAP) submit(ctx context.Context, payload trembita.Submission) (trembita.SubmissionResponse, error) {
	var out trembita.SubmissionResponse
	return out, c.ask(ctx, trembita.OperationSubmitDeclarations, payload, &out)
}

// Fetch asks for the answer to what was submitted. The purpose may be empty;
// that of an inquiry is its own then.
func (c *SOAP) Fetch(ctx context.Context, purposeID string, id dovidka.ID) (trembita.GetDeclarationsResponse, error) {
	var out trembita.GetDeclarationsResponse
	return out, c.ask(ctx, trembita.OperationGetDeclarationsResult, trembita.ResultRequest{PurposeID: purposeID, RequestID: string(id)}, &out)
}

func (c *SOAP) ask(ctx context.Context, operation string, payload, out any) error {
	message, err := c.Compose(operation, payload)
	if err != nil {
		return err
	}
	return c.Call(ctx, message, out)
}

// signedRequest signs a statement. It stands in clear text even when the
// container has it too, so that the monitoring of personal data can read it.
func signedRequest(citizen *Citizen, said dovidka.Statement) (trembita.SignedRequest, error) {
	content, err := said.Encode()
	if err != nil {
		return trembita.SignedRequest{}, err
	}
	container, err := citizen.Sign(content)
	if err != nil {
		return trembita.SignedRequest{}, err
	}
	return trembita.SignedRequest{SignedContent: string(content), Signature: base64.StdEncoding.EncodeToString(container)}, nil
}

// StatusOf reads what an answer tells of a person's status as a record that has
// no more than that.
func StatusOf(answer trembita.StatusResponse) (dovidka.RecordJSON, error) {
	at, err := time.Parse(time.RFC3339Nano, answer.AsOf)
	if err != nil || answer.InForce == nil || answer.Declarations == nil || *answer.InForce != (len(answer.Declarations.Declaration) > 0) {
		return dovidka.RecordJSON{}, errors.New("the SOAP answer lacks its status")
	}
	out := dovidka.RecordJSON{AsOf: at}
	for _, d := range answer.Declarations.Declaration {
		row := dovidka.DeclarationJSON{Number: d.Number, Status: dovidka.StatusActive, InForce: true, Start: d.StartDate, PlannedEnd: d.EndDate}
		if l := d.Provider; l != nil {
			row.LegalEntity = &dovidka.LegalEntityJSON{ID: dovidka.ID(l.ID), Name: l.Name, EDRPOU: l.EDRPOU, Status: l.Status}
		}
		out.Declarations = append(out.Declarations, row)
	}
	return out, nil
}
