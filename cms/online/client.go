package online

import (
	"context"
	"crypto/sha256"
	"errors"
	"net/http"
	"slices"
	"sync"

	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/pki"
)

// Client asks. Its methods may be called at once. It is a cms.Statuses.
type Client struct {
	cfg      Config
	rules    rules
	http     *http.Client
	breakers *breakers

	base  context.Context //nolint:containedctx // of exchanges, which outlive questions
	stop  context.CancelFunc
	group sync.WaitGroup // of exchanges

	responses *cache[responseKey, *keptResponse]
	lists     *cache[listKey, *keptList]
	asking    *flights[responseKey, *keptResponse]
	fetching  *flights[listKey, *keptList]
}

// New checks the configuration. End the client with Close.
func New(cfg Config) (*Client, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	c := &Client{
		cfg: cfg, rules: rules{slices.Clone(cfg.Hosts), slices.Clone(cfg.Networks)},
		breakers:  newBreakers(cfg.Failures, cfg.Pause, cfg.Now),
		responses: newCache[responseKey, *keptResponse](int64(cfg.Responses)),
		lists:     newCache[listKey, *keptList](cfg.ListBytes),
	}
	c.http = newHTTP(cfg, c.rules)
	c.base, c.stop = context.WithCancel(context.Background())
	turns := make(chan struct{}, cfg.Exchanges)
	c.asking = newFlights[responseKey, *keptResponse](c.base, turns, &c.group)
	c.fetching = newFlights[listKey, *keptList](c.base, turns, &c.group)
	return c, nil
}

// Close breaks off what is going on and waits until it has ended.
func (c *Client) Close() error {
	c.stop()
	c.group.Wait()
	c.http.CloseIdleConnections()
	return nil
}

// Stats is what a client has done so far.
type Stats struct {
	Responses, Lists CacheStats
	Paused           []Service // those of which an address is left alone now
}

// Stats counts.
func (c *Client) Stats() Stats {
	return Stats{Responses: c.responses.counted(), Lists: c.lists.counted(), Paused: c.breakers.paused()}
}

// maxAddresses bounds how many addresses of one kind are tried.
const maxAddresses = 3

// Statements implements cms.Statuses.
func (c *Client) Statements(ctx context.Context, q cms.StatusQuery) cms.Statements {
	out := cms.Statements{Now: c.cfg.Now()}
	// A responder is better than nobody where a list was wanted.
	if (!q.List || len(q.Certificate.CRLURLs) == 0) && len(q.Certificate.OCSPURLs) > 0 {
		found, err := c.fromResponder(ctx, q)
		if err == nil {
			out.StatusSources = found
			return out
		}
		out.Reason = reasonOf(err)
		if c.cfg.WhenDown == Refuse {
			return out
		}
	}
	if len(q.Certificate.CRLURLs) > 0 {
		lists, err := c.listsFor(ctx, q.Certificate, q.Issuer, q.Options.Keys)
		out.CRLs, out.Reason = lists, pki.ReasonNone
		if err != nil {
			out.Reason = reasonOf(err)
		}
	}
	out.Excused = out.Reason != pki.ReasonNone && c.cfg.WhenDown == Excuse
	return out
}

// rejection is an answer that does not count, for a reason.
type rejection struct{ reason pki.Reason }

func (r *rejection) Error() string { return "answer does not count: " + string(r.reason) }

func reject(reason pki.Reason) error { return &failure{Rejected, &rejection{reason}} }

// reasonOf says why there is no statement: the answer was of no use, or there was none.
func reasonOf(err error) pki.Reason {
	var r *rejection
	if errors.As(err, &r) {
		return r.reason
	}
	return pki.ReasonStatusDown
}

// fromResponder returns the responder's statement, unless the lists tell that the
// responder itself was revoked (RFC 6960, clause 4.2.2.2.1). The lists are not passed
// on: what the responder does not know nobody is asked instead.
func (c *Client) fromResponder(ctx context.Context, q cms.StatusQuery) (pki.StatusSources, error) {
	kept, err := c.response(ctx, q)
	if err != nil {
		return pki.StatusSources{}, err
	}
	out := pki.StatusSources{OCSPs: []*pki.OCSPResponse{kept.response}, Certificates: []*pki.Certificate{kept.responder}}
	if kept.responder.Equal(q.Issuer) || kept.responder.OCSPNoCheck || len(kept.responder.CRLURLs) == 0 {
		return out, nil
	}
	lists, err := c.listsFor(ctx, kept.responder, q.Issuer, q.Options.Keys)
	if err != nil {
		return pki.StatusSources{}, err
	}
	options := q.Options
	options.Time, options.Now, options.Budget = kept.response.ProducedAt, c.cfg.Now(), nil
	if st := pki.CheckStatus(kept.responder, q.Issuer, pki.StatusSources{CRLs: lists}, options); st.State != pki.StateGood || st.KeyMayBeLost() {
		return pki.StatusSources{}, reject(pki.ReasonStatusUntrusted)
	}
	return out, nil
}

type fingerprint = [sha256.Size]byte
