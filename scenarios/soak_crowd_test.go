package scenarios

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/xml"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/gateway/trembita"
	"github.com/dovidka/dovidka/internal/portal"
	"github.com/dovidka/dovidka/xroad"
)

// soakPatience is how long a security server waits for the door; whoever asks
// waits a little longer.
const soakPatience = 3 * time.Second

// call is something asked, and what came of it. One goroutine has it at a time.
type call struct {
	operation string
	expect    string   // the outcome if there is an answer
	messages  []string // ids of those sent
	message   []byte   // a citizen's, to be sent again as it is
	origin    *call    // what was submitted; of what fetches it

	final     string // id of the message that was answered; empty if none was
	under     string // the transaction of that, where the caller was told
	outcome   string
	requestID dovidka.ID
	receipt   *dovidka.Receipt
	digest    [sha256.Size]byte
}

// crowd is those who ask: a member that brings citizens' signed requests, and
// one that inquires by law. The first is written with encoding/xml alone, the
// second with our own consumer.
type crowd struct {
	citizens []*portal.Citizen
	bus      *soakBus
	audience string
	portal   *portal.SOAP
	http     *http.Transport
	consumer *xroad.Client

	mu       sync.Mutex // protects what follows
	calls    []*call
	open     []*call        // a citizen's without an answer, and what is to be fetched
	failures map[string]int // by kind
}

// callKey is where the consumer's attempts find the call they are of.
type callKey struct{}

func newCrowd(t testing.TB, s system, b *soakBus) *crowd {
	t.Helper()
	c := &crowd{bus: b, audience: s.Audience, failures: map[string]int{}}
	for _, key := range []string{"ostap-ec", "solomiia-ec", "ostap"} {
		citizen, err := s.signer(key)
		if err != nil {
			t.Fatal(err)
		}
		c.citizens = append(c.citizens, citizen)
	}
	own, err := tls.LoadX509KeyPair(b.path(memberName+".pem"), b.path(memberName+".key"))
	if err != nil {
		t.Fatal(err)
	}
	c.http = &http.Transport{MaxIdleConnsPerHost: 32, TLSClientConfig: &tls.Config{
		MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{own}, InsecureSkipVerify: true,
		VerifyConnection: func(state tls.ConnectionState) error {
			for _, identity := range b.identity {
				if state.PeerCertificates[0].Equal(identity.Leaf) {
					return nil
				}
			}
			return errors.New("another security server")
		},
	}}
	client, service := busNames(t, trembita.OperationGetDeclarations)
	c.portal = &portal.SOAP{
		Address: b.server.URL, Client: client, Service: service, UserID: "UA1234567890",
		HTTP: &http.Client{
			Transport: c.http, Timeout: soakPatience + time.Second,
			// A message is sent once, whatever a server points to.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
	config := xroad.ClientConfig{
		Client: client, URL: b.server.URL, Limits: xroad.Limits{Size: 1 << 20}, Grace: time.Second, Failures: 1 << 30, MaxConcurrent: 64,
		TLS: &xroad.ClientTLS{CertFile: b.path(memberName + ".pem"), KeyFile: b.path(memberName + ".key"), PinFiles: []string{b.path(pinsAtMember)}},
		Observe: func(ctx context.Context, a xroad.Attempt) {
			if call, ok := ctx.Value(callKey{}).(*call); ok {
				call.messages = append(call.messages, a.MessageID)
			}
		},
	}
	for _, operation := range allOperations() {
		_, service := busNames(t, operation)
		reads := operation != trembita.OperationSubmitDeclarations
		config.Targets = append(config.Targets, xroad.Target{Service: service, Namespace: trembita.Namespace, Idempotent: reads, Timeout: soakPatience})
	}
	_, rest := busNames(t, trembita.RESTService)
	config.RESTTargets = []xroad.RESTTarget{{Service: rest, Idempotent: true, Timeout: soakPatience}}
	if c.consumer, err = xroad.NewClient(config); err != nil {
		t.Fatal(err)
	}
	return c
}

// run asks from many sides until ctx ends. An error tells of what may never be.
func (c *crowd) run(ctx context.Context, clients int, seed uint64) error {
	group, running := errgroup.WithContext(ctx)
	for n := range clients {
		chance := rand.New(rand.NewPCG(seed, uint64(n)+1))
		group.Go(func() error {
			for running.Err() == nil {
				// What was begun is ended: each call has its end by itself.
				if err := c.one(context.WithoutCancel(ctx), chance); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return group.Wait()
}

// one makes one call. Now and then it is one that had no answer.
func (c *crowd) one(ctx context.Context, chance *rand.Rand) error {
	if chance.IntN(5) == 0 {
		if again := c.take(); again != nil {
			return c.again(ctx, again)
		}
	}
	if chance.IntN(2) == 0 {
		return c.signed(ctx, chance)
	}
	return c.inquiry(ctx, chance)
}

// take returns a call that is open, which nobody else has then.
func (c *crowd) take() *call {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.open) == 0 {
		return nil
	}
	first := c.open[0]
	c.open = c.open[1:]
	return first
}

func (c *crowd) began(call *call) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls = append(c.calls, call)
}

func (c *crowd) leave(call *call) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.open = append(c.open, call)
}

func (c *crowd) failed(kind string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.failures[kind]++
}

// again asks once more for what is open.
func (c *crowd) again(ctx context.Context, open *call) error {
	if open.operation == trembita.OperationSubmitDeclarations {
		return c.fetch(ctx, open)
	}
	return c.send(ctx, open)
}

// signed brings a citizen's new request.
func (c *crowd) signed(ctx context.Context, chance *rand.Rand) error {
	citizen := c.citizens[chance.IntN(len(c.citizens))]
	said, err := c.portal.NewStatement(c.audience, dovidka.SubjectJSON{Relation: dovidka.RelationSelf}, dovidka.ActionObtain, "Я надаю згоду.", "1")
	if err != nil {
		return err
	}
	said.ExpiresAt = said.IssuedAt.Add(25 * time.Minute) // it may come again much later
	asked := &call{operation: trembita.OperationGetDeclarations, expect: trembita.ResultOK}
	if chance.IntN(10) == 0 {
		said.Consent.Granted, asked.expect = false, trembita.ResultCode(dovidka.CodeConsentRefused)
	}
	if asked.message, err = c.portal.Sign(citizen, said); err != nil {
		return err
	}
	c.began(asked)
	return c.send(ctx, asked)
}

// send sends a citizen's request, which may be for the second time.
func (c *crowd) send(ctx context.Context, asked *call) error {
	id, err := messageIDOf(asked.message)
	if err != nil {
		return err
	}
	asked.messages = append(asked.messages, id)
	answer, err := c.portal.Send(ctx, asked.message)
	if err != nil {
		c.leave(asked)
		var fault *portal.SOAPFault
		switch {
		case errors.As(err, &fault):
			c.failed("fault " + faultKind(fault.Code))
		case errors.Is(err, portal.ErrAnswer):
			c.failed("no answer to the request")
		default: // of net/http: nothing came, or not all of it
			c.failed("no answer")
		}
		return nil
	}
	return asked.declarations(id, answer)
}

// faultKind keeps the general part of a fault's code.
func faultKind(code string) string {
	if _, local, ok := strings.Cut(code, ":"); ok {
		code = local
	}
	parts := strings.Split(code, ".")
	return strings.Join(parts[:min(2, len(parts))], ".")
}

func messageIDOf(message []byte) (string, error) {
	var e struct {
		ID string `xml:"Header>id"`
	}
	if err := xml.Unmarshal(message, &e); err != nil || e.ID == "" {
		return "", errors.New("a message of ours has no id")
	}
	return e.ID, nil
}

func (asked *call) declarations(message string, answer trembita.GetDeclarationsResponse) error {
	return asked.answered(message, answer.Outcome, answer.Receipt, answer.Sealed)
}

// answered notes the one answer to a call. A second one is an error, and so is
// one that is none to what was asked.
func (asked *call) answered(message string, outcome trembita.Outcome, receipt *trembita.Receipt, sealed *trembita.Sealed) error {
	told := receipt != nil && sealed != nil
	switch expectsData := asked.expect == trembita.ResultOK || asked.expect == trembita.ResultNoDeclarations; {
	case asked.final != "":
		return fmt.Errorf("%s: answered twice", asked.operation)
	case outcome.ResultCode != asked.expect:
		return fmt.Errorf("%s: the outcome is %s, want %s", asked.operation, outcome.ResultCode, asked.expect)
	case told != expectsData:
		return fmt.Errorf("%s: %s with data: %t", asked.operation, outcome.ResultCode, told)
	}
	asked.final, asked.outcome, asked.requestID = message, outcome.ResultCode, dovidka.ID(outcome.RequestID)
	asked.message = nil // there are many, and it is not needed any more
	if told {
		asked.receipt, asked.digest = portal.ReceiptOf(outcome.RequestID, receipt), sha256.Sum256([]byte(sealed.Content))
	}
	return nil
}

// settle asks, when the security server fails no more, until nothing is open.
func (c *crowd) settle(ctx context.Context) error {
	for deadline := time.Now().Add(patience); ; {
		open := c.take()
		if open == nil {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%s: no answer, though nothing fails any more", open.operation)
		}
		if err := c.again(ctx, open); err != nil {
			return err
		}
	}
}

// close ends connections; it returns when there are no calls.
func (c *crowd) close() error {
	c.http.CloseIdleConnections()
	return c.consumer.Close()
}
