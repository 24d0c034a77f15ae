package diia

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/delivery"
	"github.com/dovidka/dovidka/xroad"
)

// Client calls services on the bus; *xroad.Client is one. It must send one
// message a call: repetitions are the delivery's, which records each.
type Client interface {
	Call(ctx context.Context, call xroad.Call) (*xroad.Answer, error)
}

// Config is what a Messenger needs. The first block is required.
type Config struct {
	Client Client
	// From is our subsystem, as Client has it, for the record.
	From xroad.ClientID
	// Service is NotificationCreate in Diia's subsystem, one of Client's targets.
	Service xroad.ServiceID
	// PartnerID and TemplateID are what Diia calls us and the text of the notice.
	PartnerID  string
	TemplateID string

	// UserID stands in the messages' header as who caused them; eHealth puts the
	// name of its system there.
	UserID dovidka.UserID
	// PurposeID is the purpose of processing registered with the personal-data
	// monitoring, for the record: the message has no place for it.
	PurposeID string
	// RequestParameter is the key of the template's parameter that takes the
	// request's id; none is sent without it.
	RequestParameter string
}

// Messenger is a delivery.Messenger.
type Messenger struct {
	client           Client
	from             xroad.ClientID
	service          xroad.ServiceID
	partnerID        string
	templateID       string
	userID           dovidka.UserID
	purposeID        string
	requestParameter string
}

// New checks the configuration.
func New(cfg Config) (*Messenger, error) {
	switch {
	case cfg.Client == nil:
		return nil, errors.New("diia notices: a client is required")
	case cfg.PartnerID == "" || cfg.TemplateID == "":
		return nil, errors.New("diia notices: partner and template are required")
	}
	if err := errors.Join(cfg.From.Validate(), cfg.Service.Validate()); err != nil {
		return nil, fmt.Errorf("diia notices: %w", err)
	}
	return &Messenger{
		client: cfg.Client, from: cfg.From, service: cfg.Service, partnerID: cfg.PartnerID, templateID: cfg.TemplateID,
		userID: cfg.UserID, purposeID: cfg.PurposeID, requestParameter: cfg.RequestParameter,
	}, nil
}

// Target describes the service to an xroad.Client. The version of SOAP, the
// SOAPAction and the time the security server allows are the deployment's. A
// notice must not be sent twice by the client itself, so it is not idempotent.
func Target(service xroad.ServiceID, version xroad.Version, action string, timeout time.Duration) xroad.Target {
	return xroad.Target{
		Service: service, Namespace: namespace, Element: Operation, Response: Operation + "Response",
		Version: version, Action: action, Timeout: timeout,
	}
}

// Pass implements delivery.Messenger.
func (m *Messenger) Pass(ctx context.Context, n dovidka.Notice) (dovidka.NoticeExchange, error) {
	exchange := dovidka.NoticeExchange{
		Client: m.from.String(), Provider: m.service.Provider().String(), Service: m.service.String(),
		UserID: m.userID, PurposeID: m.purposeID,
	}
	answer, err := m.client.Call(ctx, xroad.Call{Service: m.service, UserID: m.userID.Reveal(), Payload: m.compose(n)})
	if err != nil {
		return exchange, failed(&exchange, n, err)
	}
	exchange.MessageID, exchange.TransactionID = answer.MessageID, answer.TransactionID
	hash(&exchange, answer.RequestHash)
	said, err := readVerdict(answer.Body.Raw)
	switch {
	case err != nil:
		// What became of the notice is unknown, and will be the next time too.
		return exchange, fmt.Errorf("%w: %w", delivery.ErrAttention, err)
	case said.refusal != "":
		exchange.Code = name(said.refusal, n)
		return exchange, fmt.Errorf("%w: by Diia", delivery.ErrRejected)
	}
	exchange.Reference = name(said.distribution, n)
	return exchange, nil
}

// failed fills in what is to be recorded of a call that brought no answer, and
// says what is to be done about it.
func failed(exchange *dovidka.NoticeExchange, n dovidka.Notice, err error) error {
	var call *xroad.CallError
	if !errors.As(err, &call) {
		return err
	}
	// Whom nothing reached was told nothing.
	if call.Status != 0 || !call.Undelivered {
		exchange.MessageID, exchange.TransactionID = call.MessageID, call.TransactionID
		hash(exchange, call.RequestHash)
	}
	if call.Fault != nil {
		exchange.Code = name(call.Fault.Code, n)
	}
	for _, kind := range []error{xroad.ErrRefused, xroad.ErrAccessDenied, xroad.ErrConfiguration, xroad.ErrResponse} {
		if errors.Is(err, kind) {
			return fmt.Errorf("%w: %w", delivery.ErrAttention, err)
		}
	}
	return err // ErrUnavailable, ErrServiceFailed, ErrServiceFault: the service may be well later
}

func hash(exchange *dovidka.NoticeExchange, hash *xroad.RequestHash) {
	if hash != nil {
		exchange.RequestHash, exchange.RequestHashAlgorithm = hash.Value, hash.Algorithm
	}
}
