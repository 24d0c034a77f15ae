package scenarios

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/gateway/trembita"
	"github.com/dovidka/dovidka/internal/portal"
	"github.com/dovidka/dovidka/internal/registry"
	"github.com/dovidka/dovidka/xroad"
)

// inquiry asks by law, in one of the ways there are.
func (c *crowd) inquiry(ctx context.Context, chance *rand.Rand) error {
	samples := registry.Samples()
	who := samples[chance.IntN(len(samples))]
	expect := trembita.ResultOK
	switch who.Key {
	case registry.SampleEmpty:
		expect = trembita.ResultNoDeclarations
	case registry.SampleUnknown, registry.SampleAmbiguous:
		expect = trembita.ResultCode(dovidka.CodePatientNotFound)
	}
	subject := dovidka.Subject{Relation: dovidka.RelationThirdParty, RNOKPP: who.RNOKPP, Name: who.Name, BirthDate: who.BirthDate}
	about := portal.Inquiry{PurposeID: busPurpose, Ground: busGround, Subject: subject.Plain()}
	if chance.IntN(10) == 0 {
		about.PurposeID, expect = "100501", trembita.ResultCode(dovidka.CodeNotEntitled)
	}
	asked := &call{operation: trembita.OperationGetDeclarationsByPurpose, expect: expect}
	payload := any(about.Declarations())
	switch chance.IntN(5) {
	case 0:
		asked.operation, payload = trembita.OperationGetDeclarationStatus, about.Status()
	case 1:
		inside := about.Declarations()
		asked.operation, payload = trembita.OperationSubmitDeclarations, trembita.Submission{Inquiry: &inside}
	case 2:
		asked.operation = restDeclarations
		return c.rest(ctx, asked, about.PurposeID, about.Declarations())
	case 3:
		asked.operation = restStatus
		return c.rest(ctx, asked, about.PurposeID, about.Status())
	}
	c.began(asked)
	answer, err := c.ask(ctx, asked, payload)
	if answer == nil {
		return err
	}
	switch asked.operation {
	case trembita.OperationGetDeclarationStatus:
		var status trembita.StatusResponse
		if err := answer.Body.DecodeStrict(&status); err != nil {
			return err
		}
		return asked.answered(answer.MessageID, status.Outcome, status.Receipt, status.Sealed)
	case trembita.OperationSubmitDeclarations:
		var submitted trembita.SubmissionResponse
		if err := answer.Body.DecodeStrict(&submitted); err != nil {
			return err
		}
		later := asked.expect
		asked.expect = trembita.ResultAccepted
		if err := asked.answered(answer.MessageID, submitted.Outcome, nil, nil); err != nil {
			return err
		}
		asked.expect = later
		c.leave(asked)
		return nil
	}
	return asked.decode(answer)
}

// fetch asks for the answer to what was submitted.
func (c *crowd) fetch(ctx context.Context, submitted *call) error {
	asked := &call{operation: trembita.OperationGetDeclarationsResult, expect: submitted.expect, origin: submitted}
	c.began(asked)
	answer, err := c.ask(ctx, asked, trembita.ResultRequest{RequestID: string(submitted.requestID)})
	if answer == nil {
		c.leave(submitted)
		return err
	}
	var out trembita.GetDeclarationsResponse
	if err := answer.Body.DecodeStrict(&out); err != nil {
		return err
	}
	if out.ResultCode == trembita.ResultPending {
		asked.expect = trembita.ResultPending
		c.leave(submitted)
	}
	return asked.declarations(answer.MessageID, out)
}

// ask makes the consumer's call. No answer is no error, if it is one of the
// kinds that there are.
func (c *crowd) ask(ctx context.Context, asked *call, payload any) (*xroad.Answer, error) {
	service := c.portal.Service
	service.Service = asked.operation
	answer, err := c.consumer.Call(context.WithValue(ctx, callKey{}, asked), xroad.Call{Service: service, UserID: c.portal.UserID, Payload: payload})
	if err == nil {
		asked.under = answer.TransactionID
		return answer, nil
	}
	return nil, c.noAnswer(asked, err)
}

// noAnswer counts a call that failed in one of the ways there are.
func (c *crowd) noAnswer(asked *call, err error) error {
	var failed *xroad.CallError
	if errors.As(err, &failed) {
		for _, kind := range []error{
			xroad.ErrRefused, xroad.ErrAccessDenied, xroad.ErrConfiguration, xroad.ErrUnavailable, xroad.ErrServiceFailed, xroad.ErrServiceFault, xroad.ErrResponse,
		} {
			if errors.Is(err, kind) {
				c.failed(kind.Error())
				return nil
			}
		}
	}
	return fmt.Errorf("%s: not one of the kinds of errors: %w", asked.operation, err)
}

// The operations in REST, by their addresses.
const (
	restDeclarations = "/declarations"
	restStatus       = "/declaration-status"
)

// rest asks by law in REST.
func (c *crowd) rest(ctx context.Context, asked *call, purpose string, payload any) error {
	body, err := json.Marshal(payload)
	if err != nil {
		return err
	}
	service := c.portal.Service
	service.Service = trembita.RESTService
	c.began(asked)
	answer, err := c.consumer.CallREST(context.WithValue(ctx, callKey{}, asked), xroad.RESTCall{
		Service: service, Method: http.MethodPost, Path: asked.operation, ContentType: "application/json", Body: body,
		UserID: c.portal.UserID, PurposeIDs: []string{purpose},
	})
	if err != nil {
		return c.noAnswer(asked, err)
	}
	if answer.Status != http.StatusOK {
		c.failed(fmt.Sprintf("REST status %d", answer.Status))
		return nil
	}
	var out struct {
		trembita.Outcome
		Receipt *trembita.Receipt `json:"receipt"`
		Sealed  *trembita.Sealed  `json:"sealed"`
	}
	if readable := answer.DecodeJSON(&out) == nil; !readable {
		// In REST a security server passes on whatever there is.
		c.failed("no answer to the request")
		return nil
	}
	asked.under = answer.TransactionID
	return asked.answered(answer.MessageID, out.Outcome, out.Receipt, out.Sealed)
}

func (asked *call) decode(answer *xroad.Answer) error {
	var out trembita.GetDeclarationsResponse
	if err := answer.Body.DecodeStrict(&out); err != nil {
		return err
	}
	return asked.declarations(answer.MessageID, out)
}
