package scenarios

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/gateway/trembita"
	"github.com/dovidka/dovidka/internal/portal"
	"github.com/dovidka/dovidka/xroad"
)

// outcome is what a client knows of a request it has sent.
type outcome int

const (
	outcomeNone     outcome = iota // nothing was sent that could be accepted
	outcomeUnknown                 // it was sent, and nobody answered
	outcomeAccepted                // the door said that it has it
	outcomeAnswered
)

// sent is a request as its client remembers it. One goroutine has it at a time.
type sent struct {
	messageID string // of REST
	id        dovidka.ID
	statement []byte
	container []byte
	message   []byte // of SOAP; nil for REST

	outcome outcome
	answer  answer // the first one seen
}

// answer is what a client keeps of an answer.
type answer struct {
	id      dovidka.ID
	receipt dovidka.Receipt
	content []byte
	seal    []byte
}

// same reports how two answers to one request differ.
func (a answer) same(b answer) error {
	switch {
	case a.id != b.id:
		return fmt.Errorf("request id %s, then %s", a.id, b.id)
	case a.receipt.GrantID != b.receipt.GrantID:
		return fmt.Errorf("grant %s, then %s", a.receipt.GrantID, b.receipt.GrantID)
	case a.receipt.Index != b.receipt.Index || a.receipt.Hash != b.receipt.Hash:
		return fmt.Errorf("ledger entry %d (%s), then %d (%s)", a.receipt.Index, a.receipt.Hash, b.receipt.Index, b.receipt.Hash)
	case !bytes.Equal(a.content, b.content) || !bytes.Equal(a.seal, b.seal):
		return errors.New("two different sealed answers")
	}
	return nil
}

// load is a crowd of clients. What they have sent outlives the server.
type load struct {
	citizens []*portal.Citizen
	client   xroad.ClientID
	service  xroad.ServiceID

	mu   sync.Mutex // protects all and idle
	all  []*sent
	idle []*sent // without an answer, and in nobody's hands
}

func newLoad(s system) (*load, error) {
	l := &load{}
	for _, key := range []string{"ostap-ec", "solomiia-ec", "ostap"} {
		citizen, err := s.signer(key)
		if err != nil {
			return nil, err
		}
		l.citizens = append(l.citizens, citizen)
	}
	var err error
	if l.client, err = xroad.ParseClientID(busClient); err != nil {
		return nil, err
	}
	l.service, err = xroad.ParseServiceID(busService)
	return l, err
}

// run sends requests to a system from several clients at once until ctx ends
// or the system is gone. An error tells of an answer that should not have been.
func (l *load) run(ctx context.Context, s system) error {
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	d := l.doors(s, transport)
	const clients = 6
	var group errgroup.Group
	for n := range clients {
		citizen := l.citizens[n%len(l.citizens)]
		group.Go(func() error {
			for ctx.Err() == nil {
				r := l.take(n%2 == 0)
				err := d.send(ctx, r, citizen)
				l.put(r)
				if gone(err) {
					return nil
				}
				if err != nil {
					return err
				}
			}
			return nil
		})
	}
	return group.Wait()
}

// take returns a request that has no answer yet, to be sent again, or a new one.
func (l *load) take(soap bool) *sent {
	l.mu.Lock()
	defer l.mu.Unlock()
	if n := len(l.idle); n > 0 && rand.IntN(20) == 0 {
		i := rand.IntN(n)
		r := l.idle[i]
		l.idle[i] = l.idle[n-1]
		l.idle = l.idle[:n-1]
		return r
	}
	r := &sent{}
	if !soap {
		r.messageID = uuid.NewString()
	}
	l.all = append(l.all, r)
	return r
}

func (l *load) put(r *sent) {
	if r.outcome == outcomeAnswered {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.idle = append(l.idle, r)
}

// doors are the two doors of a system as clients see them.
type doors struct {
	rest     *portal.REST
	soap     *portal.SOAP
	audience string
}

func (l *load) doors(s system, transport http.RoundTripper) doors {
	client := &http.Client{Transport: transport, Timeout: patience}
	return doors{
		rest:     &portal.REST{Base: s.REST, HTTP: client},
		soap:     &portal.SOAP{Address: s.SOAP, Client: l.client, Service: l.service, HTTP: client},
		audience: s.Audience,
	}
}

// goneError is the error of a call that nobody answered, or that a door on its
// way out asked to come again later.
type goneError struct{ error }

func gone(err error) bool {
	var g goneError
	return errors.As(err, &g)
}

// unanswered sorts an error of a call: a refusal in the door's own words should
// not have been; all else means that nobody answered.
func unanswered(err error) error {
	var rest *portal.Refusal
	var soap *portal.SOAPFault
	switch {
	case err == nil,
		errors.As(err, &rest) && rest.Reason != dovidka.CodeBusy,
		errors.As(err, &soap) && !strings.HasSuffix(soap.Code, ":"+xroad.CodeBusy):
		return err
	}
	return goneError{err}
}

// send takes the request as far as it goes.
func (d doors) send(ctx context.Context, r *sent, citizen *portal.Citizen) error {
	// What was begun is not cut off by us: the server's end shall do that.
	ctx = context.WithoutCancel(ctx)
	if r.messageID == "" {
		return d.sendSOAP(ctx, r, citizen)
	}
	return d.sendREST(ctx, r, citizen)
}

func (d doors) sendREST(ctx context.Context, r *sent, citizen *portal.Citizen) error {
	prepared, err := d.rest.Prepare(ctx, r.messageID, portal.Ask{
		Subject: dovidka.SubjectJSON{Relation: dovidka.RelationSelf}, Consent: &portal.Consent{Granted: true},
	})
	if err != nil {
		return unanswered(err)
	}
	switch {
	case r.id == "":
		r.id, r.statement = prepared.ID, prepared.ToBeSigned.Content
		if r.container, err = citizen.Sign(r.statement); err != nil {
			return err
		}
	case r.id != prepared.ID || !bytes.Equal(r.statement, prepared.ToBeSigned.Content):
		return fmt.Errorf("request %s was prepared again as %s", r.id, prepared.ID)
	}
	r.outcome = max(r.outcome, outcomeUnknown)
	result, err := d.rest.Submit(ctx, r.id, r.container)
	if err != nil {
		return unanswered(err)
	}
	return r.take(result)
}

// take remembers an answer of the REST door.
func (r *sent) take(result portal.Result) error {
	if result.Status != dovidka.StateDone {
		r.outcome = max(r.outcome, outcomeAccepted)
		return nil
	}
	if result.Receipt == nil || result.Sealed == nil || result.Result == nil || len(result.Result.Declarations) == 0 {
		return fmt.Errorf("request %s is done without an answer", r.id)
	}
	return r.remember(answer{result.ID, *result.Receipt, result.Sealed.Content, result.Sealed.Signature})
}

func (r *sent) remember(a answer) error {
	if r.outcome == outcomeAnswered {
		return r.answer.same(a)
	}
	if r.id != "" && r.id != a.id {
		return fmt.Errorf("request %s was answered as %s", r.id, a.id)
	}
	r.id, r.outcome, r.answer = a.id, outcomeAnswered, a
	return nil
}

func (d doors) sendSOAP(ctx context.Context, r *sent, citizen *portal.Citizen) error {
	if r.message == nil {
		said, err := d.soap.NewStatement(d.audience, dovidka.SubjectJSON{Relation: dovidka.RelationSelf}, dovidka.ActionObtain, "Я надаю згоду.", "1")
		if err != nil {
			return err
		}
		said.ExpiresAt = said.IssuedAt.Add(20 * time.Minute) // it may come again much later
		if r.message, err = d.soap.Sign(citizen, said); err != nil {
			return err
		}
	}
	r.outcome = max(r.outcome, outcomeUnknown)
	response, err := d.soap.Send(ctx, r.message)
	if err != nil {
		return unanswered(err)
	}
	receipt := portal.ReceiptOf(response.RequestID, response.Receipt)
	if response.ResultCode != trembita.ResultOK || receipt == nil || response.Sealed == nil {
		return fmt.Errorf("result of the bus: %s, %s", response.ResultCode, response.ResultText)
	}
	seal, err := base64.StdEncoding.DecodeString(response.Sealed.Signature)
	if err != nil {
		return fmt.Errorf("seal of the bus: %w", err)
	}
	return r.remember(answer{dovidka.ID(response.RequestID), *receipt, []byte(response.Sealed.Content), seal})
}
