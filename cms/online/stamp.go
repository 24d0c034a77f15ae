package online

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/dovidka/dovidka/cms"
)

// StamperConfig says who stamps.
type StamperConfig struct {
	// URL of the service, from the configuration and not from a certificate.
	URL string
	// Policy asked for; "" leaves the choice to the service.
	Policy string
	// Trust, if it has anchors, is what every token is verified with before it is used:
	// signature, purpose of the certificate and chain. Its Time is set here.
	Trust cms.VerifyOptions
}

// Stamper asks a service for time-stamps.
type Stamper struct {
	client *Client
	cfg    StamperConfig
}

// Stamper makes one; it is as safe for concurrent use as the client.
func (c *Client) Stamper(cfg StamperConfig) (*Stamper, error) {
	if _, err := c.rules.parse(cfg.URL); err != nil {
		return nil, fmt.Errorf("online: time-stamping service: %w", err)
	}
	return &Stamper{c, cfg}, nil
}

// clockDifference is how far the time of a token may be from ours (RFC 3161, clause
// 2.4.2): a service with a wrong clock, or a token made earlier.
const clockDifference = 5 * time.Minute

// Stamp returns a token over a digest. It is held against the request (digest, nonce
// and policy) and against our clock.
func (s *Stamper) Stamp(ctx context.Context, digestOID string, digest []byte) ([]byte, error) {
	nonce, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 63))
	if err != nil {
		return nil, fmt.Errorf("ask for time-stamp: %w", err)
	}
	ask := cms.TimeStampRequest{DigestOID: digestOID, Digest: digest, Policy: s.cfg.Policy, Nonce: nonce, Certificate: true}
	question, err := ask.Marshal()
	if err != nil {
		return nil, fmt.Errorf("ask for time-stamp: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, s.client.cfg.Timeout)
	defer cancel()
	var token []byte
	err = s.client.fetch(ctx, request{
		kind: KindTimeStamp, url: s.cfg.URL, body: question, sends: "application/timestamp-query", wants: "application/timestamp-reply",
		limit: s.client.cfg.MaxResponse,
		accept: func(a answer) (err error) {
			token, err = s.accept(&ask, a.body)
			return err
		},
	})
	if err != nil {
		return nil, fmt.Errorf("ask for time-stamp: %w", err)
	}
	return token, nil
}

// TimeStamp is Stamp bound to a context, as cms.SignOptions.TimeStamp wants it.
func (s *Stamper) TimeStamp(ctx context.Context) func(digestOID string, digest []byte) ([]byte, error) {
	return func(digestOID string, digest []byte) ([]byte, error) { return s.Stamp(ctx, digestOID, digest) }
}

func (s *Stamper) accept(ask *cms.TimeStampRequest, body []byte) ([]byte, error) {
	token, err := cms.ParseTimeStampResponse(body)
	var refusal *cms.TimeStampRefusal
	switch {
	case errors.As(err, &refusal):
		return nil, &failure{Refused, err}
	case err != nil:
		return nil, &failure{Malformed, err}
	}
	ts, err := ask.Check(token)
	if err != nil {
		return nil, &failure{Rejected, err}
	}
	if off := s.client.cfg.Now().Sub(ts.Time).Abs(); off > clockDifference {
		return nil, &failure{Rejected, errors.New("the service's clock and ours differ")}
	}
	trust := s.cfg.Trust
	if len(trust.Anchors) == 0 && trust.Services == nil {
		return token, nil
	}
	trust.Time = s.client.cfg.Now()
	// Whether the service was revoked is asked by whoever verifies the signature.
	trust.Revocation, trust.Statuses = cms.RevocationNotChecked, nil
	o, err := ts.Verify(trust)
	if err == nil && o.Verdict != cms.Valid {
		err = fmt.Errorf("token is %v", o)
	}
	if err != nil {
		return nil, &failure{Rejected, err}
	}
	return token, nil
}
