package xroad

import (
	"net/url"
	"strings"
)

// Attachment is a part of a multipart message beside the envelope (SOAP Messages with Attachments).
type Attachment struct {
	// ID is the content identifier, without angle brackets. Of a message that was read it may be empty; in one to be written
	// it is visible ASCII without spaces and unique, and one is made up if it is empty.
	ID string
	// MediaType is what Content-Type says, parameters included: text/plain if it is absent (RFC 2045, clause 5.2) in a
	// message that was read, application/octet-stream if empty in one to be written.
	MediaType string
	// FileName is how the sender calls the content; empty if not at all. It may be a path or anything else, and it may be
	// personal data: it is not to be opened and not to be logged.
	FileName string
	Content  []byte // the transfer encoding is undone
}

// Attachments are those of a message, in its sequence.
type Attachments []Attachment

// Find returns the attachment that a reference names, as the element does which has the type swaRef (WS-I Attachments
// Profile, clause 4.4) with its value of "cid:" and the escaped identifier; nil if there is none.
func (a Attachments) Find(reference string) *Attachment {
	ids := referredIDs(reference)
	for i := range a {
		for _, id := range ids {
			if a[i].ID == id {
				return &a[i]
			}
		}
	}
	return nil
}

// Reference returns the reference to the attachment, for [Attachments.Find] of the reader (RFC 2392, clause 2).
func (a *Attachment) Reference() string { return "cid:" + url.PathEscape(a.ID) }

// referredIDs returns the content identifiers that a reference may mean, most probable first, or nothing if it is no
// reference to one. Not everybody escapes what RFC 2392 says to escape.
func referredIDs(reference string) []string {
	const scheme = "cid:"
	reference = strings.TrimSpace(reference)
	if len(reference) <= len(scheme) || !strings.EqualFold(reference[:len(scheme)], scheme) {
		return nil
	}
	plain := reference[len(scheme):]
	if id, err := url.PathUnescape(plain); err == nil && id != plain {
		return []string{id, plain}
	}
	return []string{plain}
}
