package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/portal"
	"github.com/dovidka/dovidka/xroad"
)

// requestCommand plays citizen and portal, and the public body that asks by law.
type requestCommand struct {
	Door string `enum:"rest,soap" default:"rest" help:"Through which door: rest (as the Diia portal) or soap (as a Trembita member)."`
	URL  string `help:"Address of the door, or of a security server (default: that of the demo's door)."`

	TLS tlsFlags `embed:"" prefix:"tls-"`

	Key          string `type:"existingfile" help:"The citizen's key container: PFX, PKCS#8, JKS, Key-6.dat."`
	PasswordFile string `type:"existingfile" help:"File with the container's password."`
	Certificate  string `type:"existingfile" help:"The citizen's certificate, when the container has none."`
	Detached     bool   `help:"Sign detached."`

	Subject  string `type:"existingfile" help:"JSON file naming whose declarations to ask for (default: the signer's own); - is the standard input."`
	Refuse   bool   `xor:"consent" help:"Refuse the consent."`
	Withdraw bool   `xor:"consent" help:"Withdraw the consents given before instead of asking."`

	RequestID string `help:"X-Request-ID, a UUID (REST; default: a new one)."`

	Inquire string        `enum:",declarations,status" default:"" help:"Ask by law, without a citizen's signature: declarations, or status, whether one is in force (SOAP; with --purpose, --ground, --subject)."`
	Purpose string        `help:"Id of the registered purpose (SOAP)."`
	Ground  string        `help:"Legal ground, in the words of the entitlement (SOAP)."`
	Later   bool          `help:"Do not wait for the answer: print an id to fetch it with --result (SOAP)."`
	Result  dovidka.ID    `help:"Fetch the answer to what was asked with --later (SOAP)."`
	Wait    time.Duration `default:"10s" help:"How long to ask again for a --result that is not there yet."`

	Client   string `default:"SEVDEIR-TEST/GOV/43395033/DIIA_cons" help:"X-Road client (SOAP)."`
	Service  string `default:"SEVDEIR-TEST/GOV/42032422/DOVIDKA_prod/GetDeclarations_v1" help:"X-Road service (SOAP); of its provider, the one that is needed is called."`
	UserID   string `help:"X-Road userId (SOAP)."`
	Audience string `default:"dovidka" help:"Name of the component asked (SOAP)."`
	Print    bool   `help:"Print the signed SOAP message instead of sending it."`

	Format string `enum:"text,json,fhir,p7s" default:"text" help:"What to print: text for people, json, the FHIR bundle, or its detached seal."`
	Out    string `type:"path" help:"Folder for answer.json (the FHIR bundle) and answer.p7s (its seal)."`

	http *http.Client
}

// Run asks, signs, sends and shows.
func (c *requestCommand) Run(ctx context.Context, out io.Writer) error {
	return c.TLS.explain(c.run(ctx, out))
}

func (c *requestCommand) run(ctx context.Context, out io.Writer) error {
	if err := c.check(); err != nil {
		return &exitError{exitUsage, err}
	}
	if c.URL == "" {
		c.URL = map[string]string{"rest": "http://" + usualREST, "soap": "http://" + usualSOAP + "/"}[c.Door]
	}
	var err error
	if c.http, err = c.TLS.client(ctx); err != nil {
		return err
	}
	defer c.http.CloseIdleConnections()
	switch {
	case c.Inquire != "":
		return c.inquire(ctx, out)
	case c.Result != "":
		return c.fetch(ctx, out)
	}
	citizen, err := openCitizen(c.Key, c.PasswordFile, c.Certificate)
	if err != nil {
		return err
	}
	citizen.Detached = c.Detached
	subject := subjectFile{SubjectJSON: dovidka.SubjectJSON{Relation: dovidka.RelationSelf}}
	if c.Subject != "" {
		if subject, err = readSubject(ctx, c.Subject); err != nil {
			return err
		}
	}
	if c.Door == "soap" {
		return c.soap(ctx, citizen, subject.SubjectJSON, out)
	}
	return c.rest(ctx, citizen, subject.SubjectJSON, out)
}

// check refuses flags that do not go together.
func (c *requestCommand) check() error {
	signed := c.Inquire == "" && c.Result == ""
	switch {
	case c.Door != "soap" && (!signed || c.Later):
		return errors.New("--inquire, --later and --result go with --door soap")
	case c.Inquire != "" && c.Result != "":
		return errors.New("--inquire and --result exclude each other")
	case signed && (c.Key == "" || c.PasswordFile == ""):
		return errors.New("--key and --password-file are required, unless a body asks with --inquire")
	case c.Inquire != "" && (c.Purpose == "" || c.Ground == "" || c.Subject == ""):
		return errors.New("--inquire needs --purpose, --ground and --subject")
	case c.Later && (c.Inquire == "status" || c.Result != "" || c.Print):
		return errors.New("--later is for declarations that are asked for")
	case c.Print && !signed:
		return errors.New("--print is for what a citizen signs")
	}
	return nil
}

// subjectFile is who is asked about, with the declaration that the question of
// the status is narrowed to.
type subjectFile struct {
	dovidka.SubjectJSON
	DeclarationNumber string `json:"declarationNumber,omitempty"`
}

// readSubject reads a person from a file: arguments can be seen by everybody on
// the machine.
func readSubject(ctx context.Context, path string) (subjectFile, error) {
	var out subjectFile
	data, err := readInput(ctx, path, dovidka.MaxStatement)
	if err != nil {
		return out, fmt.Errorf("read subject: %w", err)
	}
	if err := dovidka.DecodeStrict(data, &out); err != nil {
		return out, fmt.Errorf("read subject: a JSON object with rnokpp, unzr or document, and the names, is expected: %w", err)
	}
	return out, nil
}

func (c *requestCommand) rest(ctx context.Context, citizen *portal.Citizen, subject dovidka.SubjectJSON, out io.Writer) error {
	door := &portal.REST{Base: c.URL, HTTP: c.http}
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
	return c.show(out, *result.Result, noneOfYours, result.Receipt, result.Sealed.Content, result.Sealed.Signature)
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
	if c.Later {
		accepted, err := door.SubmitSigned(ctx, citizen, said)
		return c.accepted(out, accepted, err)
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
	return c.declarations(out, answer)
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
	return &portal.SOAP{Address: c.URL, Client: client, Service: service, UserID: c.UserID, HTTP: c.http}, nil
}

// show prints the answer as asked and keeps what is to be kept.
func (c *requestCommand) show(out io.Writer, record dovidka.RecordJSON, none string, receipt *dovidka.Receipt, bundle, seal []byte) error {
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
	return showRecord(out, record, none, receipt)
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
