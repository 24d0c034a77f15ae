package online

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/pki"
)

// responseKey names a question by the whole of both certificates.
type responseKey struct{ certificate, issuer fingerprint }

type keptResponse struct {
	response  *pki.OCSPResponse
	responder *pki.Certificate
	stated    time.Time // thisUpdate
	until     time.Time
}

const nonceSize = 32 // RFC 9654, clause 2.1

// response returns a response about a certificate, from the cache or from one of the
// responders which the certificate names.
func (c *Client) response(ctx context.Context, q cms.StatusQuery) (*keptResponse, error) {
	key := responseKey{q.Certificate.Fingerprint(), q.Issuer.Fingerprint()}
	fresh := func(k *keptResponse) bool { return c.cfg.Now().Before(k.until) && !k.stated.Before(q.Since) }
	if kept, ok := c.responses.get(key, fresh); ok {
		return kept, nil
	}
	addresses := q.Certificate.OCSPURLs[:min(maxAddresses, len(q.Certificate.OCSPURLs))]
	timeout := time.Duration(len(addresses)) * c.cfg.Timeout
	answer, err := c.asking.do(ctx, key, timeout, func(ctx context.Context) (kept *keptResponse, err error) {
		// Another exchange may have ended since we looked.
		if kept, ok := c.responses.peek(key); ok && fresh(kept) {
			return kept, nil
		}
		start := c.cfg.Now()
		for _, address := range addresses {
			if kept, err = c.askResponder(ctx, address, q); err == nil {
				break
			}
		}
		if err == nil && kept.until.After(c.cfg.Now()) {
			c.responses.put(key, kept, 1, c.cfg.Now().Sub(start))
		}
		return kept, err
	})
	if err != nil && !q.Since.IsZero() {
		if kept, ok := c.responses.peek(key); ok && c.cfg.Now().Before(kept.until) {
			return kept, nil
		}
	}
	return answer, err
}

func (c *Client) askResponder(ctx context.Context, address string, q cms.StatusQuery) (*keptResponse, error) {
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	nonce := make([]byte, nonceSize)
	if _, err := rand.Read(nonce); err != nil {
		return nil, err
	}
	question, err := pki.CreateOCSPRequest(pki.OCSPRequestTemplate{
		Certificate: q.Certificate, Issuer: q.Issuer, Digest: c.cfg.Digest, Nonce: nonce,
	})
	if err != nil {
		return nil, err
	}
	var kept *keptResponse
	err = c.fetch(ctx, request{
		kind: KindOCSP, url: address, body: question, sends: "application/ocsp-request", wants: "application/ocsp-response",
		limit: c.cfg.MaxResponse,
		accept: func(a answer) (err error) {
			kept, err = c.acceptResponse(a.body, nonce, q)
			return err
		},
	})
	return kept, err
}

// acceptResponse judges a response as of now. One which says that the responder does
// not know the certificate is an answer, and is not kept.
func (c *Client) acceptResponse(body, nonce []byte, q cms.StatusQuery) (*keptResponse, error) {
	r, err := pki.ParseOCSPResponse(body)
	switch {
	case errors.Is(err, pki.ErrOCSPRefused):
		return nil, &failure{Refused, err}
	case err != nil:
		return nil, &failure{Malformed, err}
	}
	if r.Nonce == nil && c.cfg.NonceOptional {
		nonce = nil
	}
	now := c.cfg.Now()
	st := pki.CheckStatus(q.Certificate, q.Issuer, pki.StatusSources{OCSPs: []*pki.OCSPResponse{r}, Certificates: q.Pool}, pki.StatusOptions{
		Time: now, Nonce: nonce, OCSPMaxAge: q.Options.OCSPMaxAge, ClockSkew: q.Options.ClockSkew, Keys: q.Options.Keys,
	})
	if st.State == pki.StateUnknown && st.Reason != pki.ReasonStatusUnknown {
		return nil, reject(st.Reason)
	}
	responder, err := r.Responder(q.Issuer, q.Pool, q.Options.Keys)
	if err != nil {
		return nil, reject(pki.ReasonStatusUntrusted)
	}
	kept := &keptResponse{response: r, responder: responder, stated: st.AsOf}
	if st.State != pki.StateUnknown {
		kept.until = c.keepUntil(r, q, now)
	}
	return kept, nil
}

// keepUntil is the response's own end, but no later than a list would be asked for anew,
// or ResponseAge for one that names none.
func (c *Client) keepUntil(r *pki.OCSPResponse, q cms.StatusQuery, now time.Time) time.Time {
	for i := range r.Responses {
		if one := &r.Responses[i]; one.Concerns(q.Certificate, q.Issuer) && !one.NextUpdate.IsZero() {
			return earlier(one.NextUpdate, now.Add(c.cfg.ListAge))
		}
	}
	return now.Add(c.cfg.ResponseAge)
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
