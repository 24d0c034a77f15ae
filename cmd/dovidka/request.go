package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/gateway/trembita"
	"github.com/dovidka/dovidka/internal/portal"
	"github.com/dovidka/dovidka/xroad"
)

// requestCommand plays citizen and portal.
type requestCommand struct {
	Door string `enum:"rest,soap" default:"rest" help:"Through which door: rest (as the Diia portal) or soap (as a Trembita member)."`
	URL  string `help:"Address of the door (default: the demo's usual one)."`

	Key          string `required:"" type:"existingfile" help:"The citizen's key container: PFX, PKCS#8, JKS, Key-6.dat."`
	PasswordFile string `required:"" type:"existingfile" help:"File with the container's password."`
	Certificate  string `type:"existingfile" help:"The citizen's certificate, when the container has none."`
	Detached     bool   `help:"Sign detached."`

	Subject  string `type:"existingfile" help:"JSON file naming whose declarations to ask for (default: the citizen's own)."`
	Refuse   bool   `xor:"consent" help:"Refuse the consent."`
	Withdraw bool   `xor:"consent" help:"Withdraw the consents given before instead of asking."`

	RequestID string `help:"X-Request-ID, a UUID (REST; default: a new one)."`

	Client   string `default:"SEVDEIR-TEST/GOV/43395033/DIIA_cons" help:"X-Road client (SOAP)."`
	Service  string `default:"SEVDEIR-TEST/GOV/42032422/DOVIDKA_prod/GetDeclarations_v1" help:"X-Road service (SOAP)."`
	UserID   string `help:"X-Road userId (SOAP)."`
	Audience string `default:"dovidka" help:"Name of the component asked (SOAP)."`
	Print    bool   `help:"Print the signed SOAP message instead of sending it."`

	Format string `enum:"text,json,fhir,p7s" default:"text" help:"What to print: text for people, json, the FHIR bundle, or its detached seal."`
	Out    string `type:"path" help:"Folder for answer.json (the FHIR bundle) and answer.p7s (its seal)."`
}

// Run asks, signs, sends and shows.
func (c *requestCommand) Run(ctx context.Context, out io.Writer) error {
	citizen, err := openCitizen(c.Key, c.PasswordFile, c.Certificate)
	if err != nil {
		return err
	}
	citizen.Detached = c.Detached
	if c.URL == "" {
		c.URL = map[string]string{"rest": "http://" + usualREST, "soap": "http://" + usualSOAP + "/"}[c.Door]
	}
	subject := dovidka.SubjectJSON{Relation: dovidka.RelationSelf}
	if c.Subject != "" {
		data, err := os.ReadFile(c.Subject)
		if err != nil {
			return fmt.Errorf("read subject: %w", err)
		}
		if err := dovidka.DecodeStrict(data, &subject); err != nil {
			return fmt.Errorf("read subject: %w", err)
		}
	}
	if c.Door == "soap" {
		return c.soap(ctx, citizen, subject, out)
	}
	return c.rest(ctx, citizen, subject, out)
}

func (c *requestCommand) rest(ctx context.Context, citizen *portal.Citizen, subject dovidka.SubjectJSON, out io.Writer) error {
	door := &portal.REST{Base: c.URL}
	ask := portal.Ask{Subject: subject, Consent: &portal.Consent{Granted: !c.Refuse}}
	if c.Withdraw {
		ask.Action, ask.Consent = dovidka.ActionWithdraw, nil
	}
	prepared, err := door.Prepare(ctx, c.RequestID, ask)
	if err != nil {
		return refusal(err)
	}
	container, err := citizen.Sign(prepared.ToBeSigned.Content)
	if err != nil {
		return err
	}
	result, err := door.Submit(ctx, prepared.ID, container)
	if err != nil {
		return refusal(err)
	}
	if result.WithdrawnConsents != nil {
		_, err := fmt.Fprintf(out, "Відкликано згод: %d\n", *result.WithdrawnConsents)
		return err
	}
	if result.Result == nil || result.Sealed == nil {
		_, err := fmt.Fprintf(out, "Запит %s: %s. Результат буде за адресою %s/api/v1/declaration-requests/%s\n", result.ID, result.Status, c.URL, result.ID)
		return err
	}
	return c.show(out, *result.Result, result.Receipt, result.Sealed.Content, result.Sealed.Signature)
}

func (c *requestCommand) soap(ctx context.Context, citizen *portal.Citizen, subject dovidka.SubjectJSON, out io.Writer) error {
	door, err := c.soapDoor()
	if err != nil {
		return err
	}
	action, text := dovidka.ActionObtain, consentText
	if c.Withdraw {
		action, text = dovidka.ActionWithdraw, withdrawalText
	}
	said, err := door.NewStatement(c.Audience, subject, action, text, consentVersion)
	if err != nil {
		return err
	}
	if c.Refuse {
		said.Consent.Granted = false
	}
	message, err := door.Sign(citizen, said)
	if err != nil {
		return err
	}
	if c.Print {
		_, err := out.Write(message)
		return err
	}
	answer, err := door.Send(ctx, message)
	if err != nil {
		return refusal(err)
	}
	switch answer.ResultCode {
	case trembita.ResultOK, trembita.ResultNoDeclarations:
	case trembita.ResultWithdrawn:
		_, err := fmt.Fprintln(out, answer.ResultText)
		return err
	default:
		return &exitError{exitRefused, fmt.Errorf("%s: %s", answer.ResultCode, answer.ResultText)}
	}
	seal, err := base64.StdEncoding.DecodeString(answer.Sealed.Signature)
	if err != nil {
		return errors.New("the seal is not base64")
	}
	bundle := []byte(answer.Sealed.Content)
	record, err := portal.RecordOf(answer)
	if err != nil {
		return err
	}
	return c.show(out, record, portal.ReceiptOf(answer), bundle, seal)
}

func (c *requestCommand) soapDoor() (*portal.SOAP, error) {
	client, err := xroad.ParseClientID(c.Client)
	if err != nil {
		return nil, fmt.Errorf("--client: %w", err)
	}
	service, err := xroad.ParseServiceID(c.Service)
	if err != nil {
		return nil, fmt.Errorf("--service: %w", err)
	}
	return &portal.SOAP{Address: c.URL, Client: client, Service: service, UserID: c.UserID}, nil
}

// show prints the answer as asked and keeps what is to be kept.
func (c *requestCommand) show(out io.Writer, record dovidka.RecordJSON, receipt *dovidka.Receipt, bundle, seal []byte) error {
	if c.Out != "" {
		if err := os.MkdirAll(c.Out, 0o700); err != nil {
			return fmt.Errorf("make folder: %w", err)
		}
		for name, data := range map[string][]byte{"answer.json": bundle, "answer.p7s": seal} {
			if err := os.WriteFile(filepath.Join(c.Out, name), data, 0o600); err != nil {
				return fmt.Errorf("keep answer: %w", err)
			}
		}
	}
	switch c.Format {
	case "json":
		enc := json.NewEncoder(out)
		enc.SetIndent("", "  ")
		enc.SetEscapeHTML(false)
		return enc.Encode(struct {
			Result  dovidka.RecordJSON `json:"result"`
			Receipt *dovidka.Receipt   `json:"receipt"`
		}{record, receipt})
	case "fhir":
		_, err := out.Write(bundle)
		return err
	case "p7s":
		_, err := out.Write(seal)
		return err
	}
	return showRecord(out, record, receipt)
}

// refusal gives what a door refused its exit code.
func refusal(err error) error {
	var rest *portal.Refusal
	var soap *portal.SOAPFault
	if errors.As(err, &rest) || errors.As(err, &soap) {
		return &exitError{exitRefused, err}
	}
	return err
}
