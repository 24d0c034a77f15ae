package online

import (
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"time"
)

// WhenDown says what to do when a responder does not answer, or not with an answer
// that counts.
type WhenDown int

// The ways. The zero value is the strict one.
const (
	// Refuse: the status is unknown. Revocation lists are asked only about
	// certificates that name no responder, and about those of authorities and services.
	Refuse WhenDown = iota
	// UseList: the list that the certificate names is asked instead; if that cannot be
	// had either, the status is unknown.
	UseList
	// Excuse: lists are asked as well, and when nobody answers the certificate is
	// accepted as if nobody had been asked.
	Excuse
)

// Config says whom to ask and how long to wait. The zero value is usable.
type Config struct {
	WhenDown WhenDown
	// Timeout bounds one exchange with a responder or time-stamping service, 5 s when
	// zero; ListTimeout the transfer of one list, 30 s when zero. Transfers go on when
	// whoever asked has no more time, for the next one who does.
	Timeout, ListTimeout time.Duration
	// ResponseAge is how long an OCSP response without nextUpdate is kept; a minute
	// when zero, not at all when negative. ListAge is after what time a list, or a
	// response with nextUpdate, that is still valid is asked for anew; an hour when zero.
	ResponseAge, ListAge time.Duration
	// Responses is the number of OCSP responses kept, 16384 when zero. ListBytes
	// bounds the memory of all lists kept, 256 MiB when zero.
	Responses int
	ListBytes int64
	// MaxResponse and MaxList bound one answer in bytes; 64 KiB and 48 MiB when zero.
	MaxResponse, MaxList int64
	// Exchanges is how many may go on at once; 64 when zero.
	Exchanges int
	// Failures in a row after which an address of a service is left alone for Pause; 5
	// and 30 s when zero.
	Failures int
	Pause    time.Duration
	// Hosts, if any are named, are the only ones asked; ".gov.ua" admits every name
	// below gov.ua.
	Hosts []string
	// Networks are admitted though they are not public.
	Networks []netip.Prefix
	// Digest of the certificate's identifier in OCSP requests; "" as in pki.NewCertID.
	Digest string
	// NonceOptional admits OCSP responses without our nonce, as responders give which
	// sign their answers beforehand. A wrong nonce is never admitted.
	NonceOptional bool
	UserAgent     string // "dovidka" when empty
	// Proxy, if set, carries all exchanges. It resolves names, so that only addresses
	// given as numbers can be judged here: let it refuse inner networks too.
	Proxy *url.URL
	// Transport replaces the network, in tests. It is not asked to judge addresses.
	Transport http.RoundTripper
	// Observe, if set, is told of every exchange.
	Observe func(Exchange)
	Now     func() time.Time // time.Now when nil
}

func (c Config) withDefaults() (Config, error) {
	for _, d := range []struct {
		field *time.Duration
		value time.Duration
	}{
		{&c.Timeout, 5 * time.Second}, {&c.ListTimeout, 30 * time.Second}, {&c.ResponseAge, time.Minute},
		{&c.ListAge, time.Hour}, {&c.Pause, 30 * time.Second},
	} {
		if *d.field == 0 {
			*d.field = d.value
		}
	}
	for _, d := range []struct {
		field *int64
		value int64
	}{{&c.ListBytes, 256 << 20}, {&c.MaxResponse, 64 << 10}, {&c.MaxList, 48 << 20}} {
		if *d.field == 0 {
			*d.field = d.value
		}
	}
	for _, d := range []struct {
		field *int
		value int
	}{{&c.Responses, 16384}, {&c.Exchanges, 64}, {&c.Failures, 5}} {
		if *d.field == 0 {
			*d.field = d.value
		}
	}
	if c.UserAgent == "" {
		c.UserAgent = "dovidka"
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	switch {
	case c.WhenDown < Refuse || c.WhenDown > Excuse:
		return c, errors.New("online: unknown WhenDown")
	case c.Timeout < 0, c.ListTimeout < 0, c.ListAge < 0, c.Pause < 0, c.ListBytes < 0, c.MaxResponse < 0, c.MaxList < 0,
		c.Responses < 0, c.Exchanges < 0, c.Failures < 0:
		return c, errors.New("online: a bound is negative")
	case c.Proxy != nil && c.Proxy.Scheme != "http" && c.Proxy.Scheme != "https" || c.Proxy != nil && c.Proxy.Host == "":
		return c, errors.New("online: the proxy must be http://HOST:PORT or https://HOST:PORT")
	}
	return c, nil
}

// Exchange is what [Config.Observe] is told.
type Exchange struct {
	Kind Kind
	// Host was asked. It stands in certificates of verified authorities or in the
	// configuration, and is nobody's personal data.
	Host    string
	Outcome Outcome
	Took    time.Duration
}

// Kind is what was asked for.
type Kind string

// The kinds.
const (
	KindOCSP      Kind = "ocsp"
	KindList      Kind = "crl"
	KindTimeStamp Kind = "tsp"
)

// Outcome is how an exchange ended.
type Outcome string

// The outcomes.
const (
	Answered    Outcome = "answered"
	NotModified Outcome = "not_modified"
	Refused     Outcome = "refused"   // the service's own error
	Rejected    Outcome = "rejected"  // an answer that does not count: forged, stale, for another question
	Malformed   Outcome = "malformed" // no answer of the protocol, too large, or of another type
	Failed      Outcome = "failed"    // no connection, or an error of HTTP
	TimedOut    Outcome = "timed_out"
	Forbidden   Outcome = "forbidden" // an address that may not be asked
	Paused      Outcome = "paused"    // the service failed too often lately
)
