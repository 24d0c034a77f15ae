package xroad

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
)

// Signature fetches what our security server keeps of an exchange, the legal proof of it: a ZIP archive with an ASiC
// container for every request and every response of that identifier, signed by the security servers. It is the
// MessageID of an answer or an error. X-Road's may be set to encrypt it, in which case it is a message of OpenPGP.
//
// Nothing in it is verified here; package cms/asic reads the containers. Security servers keep them for a limited time,
// and X-Road has them only when the time-stamps are there, which may take a minute. Any error is a [*CallError]: a
// message that is not known is [ErrRefused]. In Trembita 2.0 this needs https.
func (c *Client) Signature(ctx context.Context, messageID string) ([]byte, error) {
	if !c.begin() {
		return nil, failure(verdict{kind: ErrUnavailable, undelivered: true}, "client is closed")
	}
	defer c.calls.Done()
	const patience = 60 * time.Second
	ctx, cancel := context.WithTimeoutCause(ctx, patience+c.config.Grace, errNoAnswer)
	defer cancel()
	defer context.AfterFunc(c.stopping, cancel)()

	archive, failed := c.fetchSignature(ctx, messageID)
	if failed != nil {
		return nil, failed
	}
	return archive, nil
}

// fetchSignature does it once: nobody is in such a hurry that it would have to be repeated here.
func (c *Client) fetchSignature(ctx context.Context, messageID string) ([]byte, *CallError) {
	address, err := c.parseURL(c.config.URL)
	if err != nil {
		return nil, failure(verdict{kind: ErrConfiguration, undelivered: true}, "%w", err)
	}
	name := "signature"
	if c.config.Dialect == XRoad {
		name = "asic"
	}
	client := c.config.Client
	query := url.Values{
		"queryId": {messageID}, "xRoadInstance": {client.Instance}, "memberClass": {client.Class},
		"memberCode": {client.Member}, "subsystemCode": {client.Subsystem},
	}
	if client.Subsystem == "" {
		query.Del("subsystemCode")
	}
	held := verdict{kind: ErrUnavailable, undelivered: true}
	if err := c.gate.enter(ctx); err != nil {
		return nil, failure(held, "wait for other calls: %w", err)
	}
	defer c.gate.leave()
	link, err := c.link.ask()
	if err != nil {
		return nil, failure(held, "security server: %w", err)
	}
	place := *address.JoinPath(name)
	place.RawQuery = query.Encode()
	archive, failed := c.download(ctx, &target{url: &place}, messageID)
	link(linkResult(failed))
	return archive, failed
}

// download gets the archive.
func (c *Client) download(ctx context.Context, from *target, messageID string) ([]byte, *CallError) {
	var connected atomic.Bool
	traced := httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { connected.Store(true) },
	})
	request, err := http.NewRequestWithContext(traced, http.MethodGet, from.url.String(), nil)
	if err != nil {
		return nil, failure(verdict{kind: ErrRefused, undelivered: true}, "request cannot be made (%T)", err)
	}
	request.Header.Set("User-Agent", "") // sends none
	answer, err := c.roundTripper(from).RoundTrip(request)
	if err != nil {
		return nil, networkFailure(ctx, err, connected.Load())
	}
	defer answer.Body.Close()
	if answer.StatusCode < http.StatusOK { // as in receiveREST
		return nil, badResponse("status is %d", answer.StatusCode)
	}
	most := 4 * c.config.Limits.Size // a request and its response, and as much again for identifiers that were used twice
	body, err := io.ReadAll(io.LimitReader(answer.Body, most+1))
	failed := archiveFailure(from, answer, body, most)
	if err != nil {
		failed = networkFailure(ctx, err, true)
	}
	if failed == nil {
		return body, nil
	}
	failed.MessageID, failed.Status, failed.Attempts = messageID, answer.StatusCode, 1
	return nil, failed
}

// archiveFailure judges what came in the place of an archive. X-Road answers with a status and plain text (UG-SIGDOC,
// clause 2.5); UXP is taken to do as in its other errors.
func archiveFailure(from *target, answer *http.Response, body []byte, most int64) *CallError {
	if answer.StatusCode == http.StatusOK {
		media, _ := parseMediaType(answer.Header.Get("Content-Type"))
		switch {
		case int64(len(body)) > most:
			return badResponse("archive is larger than the size limit")
		case bytes.HasPrefix(body, []byte("PK\x03\x04")), media == "application/octet-stream" && len(body) > 0:
			return nil
		}
	}
	w := &work{target: from}
	if code := localCode(firstOf(answer.Header.Get("X-Road-Error"), answer.Header.Get("Uxp-Faultcode"))); code != "" {
		return (&remoteFault{code: code, text: answer.Header.Get("Uxp-Faultstring")}).asCallError(w)
	}
	if inside := errorBody(answer.Header.Get("Content-Type"), body); inside != nil && strings.Contains(inside.code, ".") {
		return inside.asCallError(w)
	}
	v, link := verdict{kind: ErrResponse}, false
	switch status := answer.StatusCode; {
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		v.kind = ErrAccessDenied
	case status == http.StatusBadRequest || status == http.StatusNotFound:
		v.kind = ErrRefused
	case status >= http.StatusInternalServerError:
		v.kind, link = ErrUnavailable, status != http.StatusInternalServerError
	}
	failed := failure(v, "no archive: status is %d", answer.StatusCode)
	failed.link = link
	return failed
}
