package online

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"time"
)

const maxRedirects = 3

// failure is an error with what it means for metrics.
type failure struct {
	outcome Outcome
	err     error
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// request is a question over HTTP.
type request struct {
	kind   Kind
	url    string
	body   []byte // nil: GET
	sends  string // type of the body
	wants  string // type of the answer; "": any, as what comes proves itself
	limit  int64
	etag   string // of what is kept, "" if nothing is
	since  string
	accept func(answer) error // judges the answer; its error is a *failure
}

// answer is what came.
type answer struct {
	body        []byte
	etag, since string
	unchanged   bool
}

// newHTTP makes the client of HTTP. Compression is off, so that bounds are those of
// what is sent.
func newHTTP(cfg Config, r rules) *http.Client {
	transport := cfg.Transport
	if transport == nil {
		dialer := &net.Dialer{Timeout: cfg.Timeout, Control: r.control}
		t := &http.Transport{
			DialContext: dialer.DialContext, DisableCompression: true, MaxResponseHeaderBytes: 64 << 10,
			TLSHandshakeTimeout: cfg.Timeout, ResponseHeaderTimeout: max(cfg.Timeout, cfg.ListTimeout),
			MaxIdleConns: 64, MaxIdleConnsPerHost: 8, IdleConnTimeout: time.Minute, ForceAttemptHTTP2: true,
		}
		if cfg.Proxy != nil {
			// Connections are made to the proxy alone, which the configuration chose.
			dialer.Control = nil
			t.Proxy = http.ProxyURL(cfg.Proxy)
		}
		transport = t
	}
	return &http.Client{Transport: transport, CheckRedirect: r.redirect}
}

// redirect follows a few redirects to addresses that may be asked, and never from
// https to http. A question that would become another method is not repeated.
func (r rules) redirect(next *http.Request, via []*http.Request) error {
	switch {
	case len(via) > maxRedirects:
		return &failure{Failed, errors.New("too many redirects")}
	case via[0].URL.Scheme == "https" && next.URL.Scheme != "https", next.Method != via[0].Method:
		return &failure{Forbidden, fmt.Errorf("%w: redirect away", errForbidden)}
	}
	if err := r.check(next.URL); err != nil {
		return &failure{Forbidden, err}
	}
	next.Header.Del("Referer")
	return nil
}

// fetch makes one exchange, unless the address is forbidden or the service paused, and tells how it
// went.
func (c *Client) fetch(ctx context.Context, q request) error {
	u, err := c.rules.parse(q.url)
	if err != nil {
		c.observe(Exchange{Kind: q.kind, Outcome: Forbidden})
		return &failure{Forbidden, err}
	}
	done, err := c.breakers.ask(target{Service{q.kind, u.Host}, u.Path})
	if err != nil {
		c.observe(Exchange{Kind: q.kind, Host: u.Host, Outcome: Paused})
		return &failure{Paused, err}
	}
	start := c.cfg.Now()
	a, err := c.exchange(ctx, q)
	if err == nil {
		err = q.accept(a)
	}
	outcome := outcomeOf(err, a)
	// Being called off says nothing about the service, and one that refuses is there: what
	// it refuses to answer about, a stranger may have chosen.
	done(!errors.Is(ctx.Err(), context.Canceled) && (outcome == Failed || outcome == TimedOut || outcome == Malformed))
	c.observe(Exchange{Kind: q.kind, Host: u.Host, Outcome: outcome, Took: c.cfg.Now().Sub(start)})
	return err
}

func outcomeOf(err error, a answer) Outcome {
	var f *failure
	switch {
	case err == nil && a.unchanged:
		return NotModified
	case err == nil:
		return Answered
	case errors.As(err, &f):
		return f.outcome
	case errors.Is(err, errForbidden):
		return Forbidden
	case errors.Is(err, context.DeadlineExceeded):
		return TimedOut
	}
	return Failed
}

func (c *Client) exchange(ctx context.Context, q request) (answer, error) {
	method, body := http.MethodGet, io.Reader(http.NoBody)
	if q.body != nil {
		method, body = http.MethodPost, bytes.NewReader(q.body)
	}
	r, err := http.NewRequestWithContext(ctx, method, q.url, body)
	if err != nil {
		return answer{}, err
	}
	r.Header.Set("User-Agent", c.cfg.UserAgent)
	for header, value := range map[string]string{
		"Content-Type": q.sends, "Accept": q.wants, "If-None-Match": q.etag, "If-Modified-Since": q.since,
	} {
		if value != "" {
			r.Header.Set(header, value)
		}
	}
	response, err := c.http.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusNotModified && (q.etag != "" || q.since != "") {
		return answer{unchanged: true}, nil
	}
	if response.StatusCode != http.StatusOK {
		return answer{}, &failure{Failed, fmt.Errorf("HTTP status %d", response.StatusCode)}
	}
	if q.wants != "" {
		if media, _, err := mime.ParseMediaType(response.Header.Get("Content-Type")); err != nil || media != q.wants {
			return answer{}, &failure{Malformed, fmt.Errorf("answer is not of type %s", q.wants)}
		}
	}
	if response.ContentLength > q.limit {
		return answer{}, &failure{Malformed, fmt.Errorf("answer is longer than %d bytes", q.limit)}
	}
	content, err := io.ReadAll(io.LimitReader(response.Body, q.limit+1))
	if err != nil {
		return answer{}, err
	}
	if int64(len(content)) > q.limit {
		return answer{}, &failure{Malformed, fmt.Errorf("answer is longer than %d bytes", q.limit)}
	}
	return answer{body: content, etag: bounded(response.Header.Get("ETag")), since: bounded(response.Header.Get("Last-Modified"))}, nil
}

// bounded drops a tag that would make our own headers long.
func bounded(tag string) string {
	if len(tag) > 256 {
		return ""
	}
	return tag
}

func (c *Client) observe(e Exchange) {
	if c.cfg.Observe != nil {
		c.cfg.Observe(e)
	}
}
