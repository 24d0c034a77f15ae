package main

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/gateway/trembita"
	"github.com/dovidka/dovidka/internal/portal"
)

// inquire asks as a public body does, by law.
func (c *requestCommand) inquire(ctx context.Context, out io.Writer) error {
	door, err := c.soapDoor()
	if err != nil {
		return err
	}
	subject, err := readSubject(ctx, c.Subject)
	if err != nil {
		return err
	}
	asked := portal.Inquiry{PurposeID: c.Purpose, Ground: c.Ground, Subject: subject.SubjectJSON, Number: subject.DeclarationNumber}
	switch {
	case c.Inquire == "status":
		answer, err := door.Status(ctx, asked)
		if err != nil {
			return refusal(err)
		}
		return c.status(out, answer)
	case c.Later:
		accepted, err := door.SubmitInquiry(ctx, asked)
		return c.accepted(out, accepted, err)
	}
	answer, err := door.Inquire(ctx, asked)
	if err != nil {
		return refusal(err)
	}
	return c.declarations(out, answer)
}

// fetch asks for what was submitted before.
func (c *requestCommand) fetch(ctx context.Context, out io.Writer) error {
	door, err := c.soapDoor()
	if err != nil {
		return err
	}
	const pause = 250 * time.Millisecond
	for deadline := time.Now().Add(c.Wait); ; {
		answer, err := door.Fetch(ctx, c.Purpose, c.Result)
		if err != nil {
			return refusal(err)
		}
		if answer.ResultCode != trembita.ResultPending || time.Now().Add(pause).After(deadline) {
			return c.declarations(out, answer)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
}

// accepted prints the id of what was submitted, for a script to keep.
func (c *requestCommand) accepted(out io.Writer, answer trembita.SubmissionResponse, err error) error {
	switch {
	case err != nil:
		return refusal(err)
	case answer.ResultCode != trembita.ResultAccepted:
		return noAnswer(answer.Outcome)
	}
	_, err = fmt.Fprintln(out, answer.RequestID)
	return err
}

// declarations prints the outcomes of the operations that bring declarations.
func (c *requestCommand) declarations(out io.Writer, answer trembita.GetDeclarationsResponse) error {
	switch answer.ResultCode {
	case trembita.ResultOK, trembita.ResultNoDeclarations:
	case trembita.ResultWithdrawn:
		_, err := fmt.Fprintln(out, answer.ResultText)
		return err
	default:
		return noAnswer(answer.Outcome)
	}
	record, err := portal.RecordOf(answer)
	if err != nil {
		return err
	}
	return c.sealed(out, record, answer.Outcome, answer.Receipt, answer.Sealed)
}

// status prints whether a declaration is in force.
func (c *requestCommand) status(out io.Writer, answer trembita.StatusResponse) error {
	if answer.ResultCode != trembita.ResultOK && answer.ResultCode != trembita.ResultNoDeclarations {
		return noAnswer(answer.Outcome)
	}
	record, err := portal.StatusOf(answer)
	if err != nil {
		return err
	}
	return c.sealed(out, record, answer.Outcome, answer.Receipt, answer.Sealed)
}

func (c *requestCommand) sealed(out io.Writer, record dovidka.RecordJSON, about trembita.Outcome, receipt *trembita.Receipt, sealed *trembita.Sealed) error {
	if sealed == nil {
		return errors.New("the SOAP answer is not sealed")
	}
	seal, err := base64.StdEncoding.DecodeString(sealed.Signature)
	if err != nil {
		return errors.New("the seal is not base64")
	}
	none := about.ResultText
	if c.Key != "" {
		none = noneOfYours
	}
	return c.show(out, record, none, portal.ReceiptOf(about.RequestID, receipt), []byte(sealed.Content), seal)
}

// noAnswer is an outcome that brings nothing.
func noAnswer(o trembita.Outcome) error {
	code := o.ResultCode
	if o.ResultDetail != "" {
		code += " (" + o.ResultDetail + ")"
	}
	return &exitError{exitRefused, fmt.Errorf("%s: %s", code, o.ResultText)}
}
