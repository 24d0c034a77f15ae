package trembita

import (
	"context"
	"errors"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/xroad"
)

// The service codes of our operations.
const (
	OperationGetDeclarations          = "GetDeclarations_v1"
	OperationGetDeclarationsByPurpose = "GetDeclarationsByPurpose_v1"
	OperationGetDeclarationStatus     = "GetDeclarationStatus_v1"
	OperationSubmitDeclarations       = "SubmitDeclarationsRequest_v1"
	OperationGetDeclarationsResult    = "GetDeclarationsResult_v1"
)

// offer is everything that is offered, in either protocol.
type offer struct {
	declarations operation[SignedRequest, GetDeclarationsResponse]
	byPurpose    operation[Inquiry, GetDeclarationsResponse]
	status       operation[StatusInquiry, StatusResponse]
	submit       operation[Submission, SubmissionResponse]
	result       operation[ResultRequest, GetDeclarationsResponse]
}

func (d *door) offer() offer {
	declarations := func(o Outcome) GetDeclarationsResponse { return GetDeclarationsResponse{Outcome: o} }
	return offer{
		declarations: operation[SignedRequest, GetDeclarationsResponse]{toCitizens, declarations, d.getDeclarations},
		byPurpose:    operation[Inquiry, GetDeclarationsResponse]{toBodies, declarations, d.getByPurpose},
		status: operation[StatusInquiry, StatusResponse]{
			toBodies, func(o Outcome) StatusResponse { return StatusResponse{Outcome: o} }, d.getStatus,
		},
		submit: operation[Submission, SubmissionResponse]{
			toBodies, func(o Outcome) SubmissionResponse { return SubmissionResponse{Outcome: o} }, d.submit,
		},
		result: operation[ResultRequest, GetDeclarationsResponse]{toFetchers, declarations, d.getResult},
	}
}

// operations binds the service codes to what answers them.
func (d *door) operations() []xroad.Operation {
	o := d.offer()
	return []xroad.Operation{
		{Name: OperationGetDeclarations, Namespace: Namespace, Handle: overSOAP(d, o.declarations)},
		{Name: OperationGetDeclarationsByPurpose, Namespace: Namespace, Handle: overSOAP(d, o.byPurpose)},
		{Name: OperationGetDeclarationStatus, Namespace: Namespace, Handle: overSOAP(d, o.status)},
		{Name: OperationSubmitDeclarations, Namespace: Namespace, Handle: overSOAP(d, o.submit)},
		{Name: OperationGetDeclarationsResult, Namespace: Namespace, Handle: overSOAP(d, o.result)},
	}
}

// getDeclarations answers GetDeclarations_v1.
func (d *door) getDeclarations(ctx context.Context, m *message, in SignedRequest) (GetDeclarationsResponse, error) {
	if err := m.take(in); err != nil {
		return GetDeclarationsResponse{}, err
	}
	progress, err := d.disclosure.Submit(ctx, m.req)
	if err != nil {
		return GetDeclarationsResponse{}, err
	}
	// A message that came before keeps the id it was given then.
	m.named(progress.ID)
	switch {
	case progress.Answer != nil:
		return m.declarations(*progress.Answer, nil)
	case progress.Fault != nil:
		return GetDeclarationsResponse{}, progress.Fault
	default:
		// The request is accepted and will be finished; the same message again
		// gets its answer.
		return GetDeclarationsResponse{}, dovidka.NewFault(dovidka.CodeTimeout, "accepted; the answer takes longer than the caller waits")
	}
}

// getByPurpose answers GetDeclarationsByPurpose_v1.
func (d *door) getByPurpose(ctx context.Context, m *message, in Inquiry) (GetDeclarationsResponse, error) {
	if err := m.take(in); err != nil {
		return GetDeclarationsResponse{}, err
	}
	answer, err := d.disclosure.Inquire(ctx, m.req)
	if err != nil {
		return GetDeclarationsResponse{}, err
	}
	return m.declarations(answer, m.req.Inquiry)
}

// getStatus answers GetDeclarationStatus_v1. A number that cannot be one is an
// outcome, and is recorded as others are.
func (d *door) getStatus(ctx context.Context, m *message, in StatusInquiry) (StatusResponse, error) {
	err := m.take(in)
	var fault *dovidka.Fault
	if errors.As(err, &fault) && fault.Code == dovidka.CodeDeclarationNumberInvalid {
		err = d.disclosure.Refuse(ctx, m.req, fault)
	}
	if err != nil {
		return StatusResponse{}, err
	}
	answer, err := d.disclosure.Inquire(ctx, m.req)
	if err != nil {
		return StatusResponse{}, err
	}
	return m.status(answer, m.req.Inquiry)
}

// submit answers SubmitDeclarationsRequest_v1.
func (d *door) submit(ctx context.Context, m *message, in Submission) (SubmissionResponse, error) {
	one, err := in.one()
	if err == nil {
		if _, signed := one.(SignedRequest); signed {
			m.words = toCitizens
		}
		err = m.take(one)
	}
	if err != nil {
		return SubmissionResponse{}, err
	}
	progress, err := d.disclosure.Enqueue(ctx, m.req)
	if err != nil {
		return SubmissionResponse{}, err
	}
	m.named(progress.ID)
	m.event.Succeed(string(dovidka.StateAccepted))
	return SubmissionResponse{m.outcome(ResultAccepted,
		"Запит прийнято. Запитайте відповідь операцією "+OperationGetDeclarationsResult+" за цим requestId.")}, nil
}

// getResult answers GetDeclarationsResult_v1. An id that cannot be one, that of
// another body's request and that of none are the same outcome.
func (d *door) getResult(ctx context.Context, m *message, in ResultRequest) (GetDeclarationsResponse, error) {
	if err := m.take(in); err != nil {
		return GetDeclarationsResponse{}, err
	}
	id, ok := in.id()
	if !ok {
		return GetDeclarationsResponse{}, dovidka.NewFault(dovidka.CodeRequestUnknown, "not the id of a request")
	}
	m.named(id)
	progress, err := d.disclosure.Progress(ctx, id, m.req.Caller)
	if err != nil {
		return GetDeclarationsResponse{}, err
	}
	switch {
	case progress.Answer != nil:
		return m.declarations(*progress.Answer, progress.Inquiry)
	case progress.Fault != nil:
		// As the operation that answers at once would have said it.
		m.words = toCitizens
		if progress.Inquiry != nil {
			m.words = toBodies
		}
		return GetDeclarationsResponse{}, progress.Fault
	case progress.State != dovidka.StateAccepted:
		return GetDeclarationsResponse{}, dovidka.NewFault(dovidka.CodeRequestUnknown, "the request was not submitted here")
	}
	m.event.Succeed(string(dovidka.StateAccepted))
	return GetDeclarationsResponse{Outcome: m.outcome(ResultPending, "Відповідь ще готується. Запитайте її ще раз за кілька секунд.")}, nil
}
