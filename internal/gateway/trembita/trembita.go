// Package trembita is the door of the bus: it makes a Request of an X-Road
// message, in SOAP or in REST, and words the answer.
//
// It may call the disclosure only. It holds no key, no store, and nothing of a
// message after its answer. An outcome of the business, a refusal too, is an
// ordinary response, and only what could not be processed is an error. In SOAP
// every answer has status 200 or 500, because a security server hides any other
// behind an error of its own (PR-MESS, clause 2.8).
//
// To stop, call Shutdown of the handlers first: new requests are refused while
// those in work end. Then stop the HTTP server, then close the disclosure.
package trembita

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	_ "embed"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/gateway"
	"github.com/dovidka/dovidka/xroad"
)

// Disclosure takes requests to their end.
type Disclosure interface {
	// Submit takes the signed request. Once it returns a Progress the request
	// is durable, whatever becomes of the caller. The same message again is the
	// same request.
	Submit(ctx context.Context, req dovidka.Request) (dovidka.Progress, error)
	// Inquire answers an inquiry while the caller waits, and keeps nothing of it.
	Inquire(ctx context.Context, req dovidka.Request) (dovidka.Answer, error)
	// Refuse records that an inquiry is refused before it begins, and returns the
	// fault, or why that could not be recorded.
	Refuse(ctx context.Context, req dovidka.Request, fault *dovidka.Fault) error
	// Enqueue makes either kind of request durable and returns at once.
	Enqueue(ctx context.Context, req dovidka.Request) (dovidka.Progress, error)
	// Progress tells the caller of a durable request how far it has come. An
	// answer in it is recorded as given out with the caller's message.
	Progress(ctx context.Context, id dovidka.ID, caller dovidka.Caller) (dovidka.Progress, error)
}

// Config is what a door needs.
type Config struct {
	Disclosure Disclosure
	// Clients are the X-Road clients admitted; an empty list admits nobody.
	Clients []xroad.ClientID
	// Limiter bounds how often each client may come.
	Limiter *gateway.Limiter
	// Address stands in the WSDL; empty takes the request's.
	Address string
	// OpenAPI is the description of the operations in REST, which NewREST serves.
	OpenAPI []byte
	// Limits bounds a message; Size is 1 MiB when zero, which holds any
	// container of ours many times over.
	Limits xroad.Limits
	// Timeout bounds an operation; zero is the handler's default, just below
	// the time a security server waits.
	Timeout       time.Duration
	MaxConcurrent int              // requests in work; the handler's default when zero
	Now           func() time.Time // time.Now when nil
}

const (
	defaultSize = 1 << 20
	// buffered is how many messages of the largest size have memory at once.
	buffered = 8
)

//go:embed schema.xsd
var schema string

// New checks the configuration and returns the door.
func New(c Config) (*xroad.Handler, error) {
	d, err := newDoor(&c)
	if err != nil {
		return nil, err
	}
	return xroad.NewHandler(xroad.Config{
		Operations: d.operations(),
		WSDL:       Description(c.Address),
		Limits:     c.Limits, Timeout: c.Timeout, MaxConcurrent: c.MaxConcurrent, MaxBuffered: buffered * c.Limits.Size,
		Now: c.Now, Observe: observe,
	})
}

// newDoor checks the configuration and sets its defaults.
func newDoor(c *Config) (*door, error) {
	if c.Disclosure == nil || c.Limiter == nil {
		return nil, errors.New("trembita: disclosure and limiter are required")
	}
	if c.Limits.Size <= 0 {
		c.Limits.Size = defaultSize
	}
	d := &door{disclosure: c.Disclosure, limiter: c.Limiter, clients: map[xroad.ClientID]bool{}}
	for _, client := range c.Clients {
		d.clients[client] = true
	}
	return d, nil
}

// Description returns our WSDL.
func Description(address string) *xroad.WSDL {
	return &xroad.WSDL{
		Name: "Dovidka", Namespace: Namespace, Address: address, Schemas: []string{schema},
		Operations: []xroad.WSDLOperation{{
			Name:  OperationGetDeclarations,
			Title: "Відомості про декларації про вибір лікаря первинної медичної допомоги",
			Notes: "Запит містить заяву громадянина, підписану його кваліфікованим електронним підписом. " +
				"Відмова є звичайною відповіддю: її причину названо в resultCode.",
		}, {
			Name:  OperationGetDeclarationsByPurpose,
			Title: "Відомості про декларації особи на запит установи за законом",
			Notes: "Запит містить мету обробки, законну підставу й особу відкритим текстом, без її підпису. " +
				"Мету, підставу й обсяг має бути дозволено підсистемі, яка запитує.",
		}, {
			Name:  OperationGetDeclarationStatus,
			Title: "Чи має особа чинну декларацію і з яким надавачем допомоги",
			Notes: "Запит такий самий, як " + OperationGetDeclarationsByPurpose + ", і може називати номер декларації. " +
				"Відповідь не містить відомостей про лікаря та про минулі декларації.",
		}, {
			Name:  OperationSubmitDeclarations,
			Title: "Подання запиту про декларації для пізнішої відповіді",
			Notes: "Приймає підписану заяву громадянина або запит установи за законом і одразу повертає requestId. " +
				"Відповідь дає " + OperationGetDeclarationsResult + ".",
		}, {
			Name:  OperationGetDeclarationsResult,
			Title: "Відповідь на поданий запит про декларації",
			Notes: "PENDING: відповідь ще готується. Далі відповідь або відмова такі самі, як дала б операція, що відповідає одразу. " +
				"Відповідь дістає лише підсистема, яка подала запит.",
		}},
	}
}

// AnswerPanic answers a request that a defect of ours broke outside the
// handlers, which answer their own.
func AnswerPanic(w http.ResponseWriter, r *http.Request) {
	if inREST(r) {
		response, err := xroad.RESTJSON(http.StatusInternalServerError, map[string]string{
			"type": xroad.CodeInternalError, "message": wordings[dovidka.CodeInternal].text, "detail": "",
		})
		if err == nil {
			w.Header().Set("Content-Type", response.ContentType)
			w.WriteHeader(http.StatusInternalServerError)
			_, _ = w.Write(response.Body)
		}
		return
	}
	fault := xroad.Fault{Code: xroad.CodeInternalError, Text: wordings[dovidka.CodeInternal].text}
	body := fault.Marshal()
	w.Header().Set("Content-Type", fault.Version.ContentType())
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(http.StatusInternalServerError)
	_, _ = w.Write(body) // a caller that has gone needs no answer
}
