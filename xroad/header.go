package xroad

import (
	"errors"
	"fmt"
	"strings"
)

// Header is the X-Road part of a message's SOAP header (PR-MESS, clause 2.2). Values are exactly those of the XML, with
// references resolved: nothing is trimmed, and what was absent stays absent.
type Header struct {
	Client           ClientID
	Service          ServiceID
	ID               string  // identifies the message; its format is the sender's, repetitions occur
	UserID           *string // nil if absent. Personal data
	Issue            *string // nil if absent
	ProtocolVersion  string  // 4.0
	RepresentedParty *RepresentedParty
	SecurityServer   *SecurityServerID

	// order is the sequence in which the fields came. A response repeats it. Empty for a header made here.
	order []field
}

// RepresentedParty is on whose behalf the client acts (Third Party Representation Extension).
type RepresentedParty struct {
	Class *string // nil if absent
	Code  string
}

// field is a child of the SOAP header.
type field uint8

const (
	fieldClient field = iota
	fieldService
	fieldUserID
	fieldID
	fieldIssue
	fieldProtocolVersion
	fieldRepresentedParty
	fieldSecurityServer
	fieldCount
)

// fieldOf recognises the fields that are kept. Others, requestHash among them, are not ours to repeat.
func fieldOf(space string, local []byte) (field, bool) {
	if space == NamespaceRepresentation && string(local) == "representedParty" {
		return fieldRepresentedParty, true
	}
	if space != NamespaceXRoad {
		return 0, false
	}
	switch string(local) {
	case "client":
		return fieldClient, true
	case "service":
		return fieldService, true
	case "userId":
		return fieldUserID, true
	case "id":
		return fieldID, true
	case "issue":
		return fieldIssue, true
	case "protocolVersion":
		return fieldProtocolVersion, true
	case "securityServer":
		return fieldSecurityServer, true
	}
	return 0, false
}

// String returns the field's local name.
func (f field) String() string {
	switch f {
	case fieldClient:
		return "client"
	case fieldService:
		return "service"
	case fieldUserID:
		return "userId"
	case fieldID:
		return "id"
	case fieldIssue:
		return "issue"
	case fieldProtocolVersion:
		return "protocolVersion"
	case fieldRepresentedParty:
		return "representedParty"
	case fieldSecurityServer:
		return "securityServer"
	case fieldCount:
	}
	return "unknown"
}

// Equal reports whether two headers have the same fields with the same values. The sequence does not matter, as it
// does not to a security server.
func (h *Header) Equal(other *Header) bool {
	if h == nil || other == nil {
		return h == other
	}
	return h.Client == other.Client && h.Service == other.Service && h.ID == other.ID &&
		equalOptional(h.UserID, other.UserID) && equalOptional(h.Issue, other.Issue) &&
		h.ProtocolVersion == other.ProtocolVersion &&
		h.RepresentedParty.equal(other.RepresentedParty) &&
		equalOptional(h.SecurityServer, other.SecurityServer)
}

func (p *RepresentedParty) equal(other *RepresentedParty) bool {
	if p == nil || other == nil {
		return p == other
	}
	return p.Code == other.Code && equalOptional(p.Class, other.Class)
}

func equalOptional[T comparable](a, b *T) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}

// Validate checks what PR-MESS, clause 2.2, requires of every header, and that the id is not empty, which a reader has to
// bear.
func (h *Header) Validate() error {
	if err := h.Client.Validate(); err != nil {
		return fmt.Errorf("client: %w", err)
	}
	if err := h.Service.Validate(); err != nil {
		return fmt.Errorf("service: %w", err)
	}
	if h.ID == "" {
		return errors.New("id: empty")
	}
	if !isProtocolVersion(h.ProtocolVersion) {
		return errors.New("protocolVersion: not 4.x")
	}
	if h.SecurityServer != nil {
		if err := h.SecurityServer.Validate(); err != nil {
			return fmt.Errorf("securityServer: %w", err)
		}
	}
	return nil
}

// isProtocolVersion accepts what X-Road accepts. Space around the number, as indenting programs leave it, is kept in
// the echo and overlooked here.
func isProtocolVersion(version string) bool {
	return strings.HasPrefix(strings.TrimSpace(version), "4.")
}

// fields returns the fields that are present, in the order to be written.
func (h *Header) fields() []field {
	order := h.order
	if len(order) == 0 {
		order = []field{fieldClient, fieldService, fieldUserID, fieldID, fieldIssue, fieldRepresentedParty,
			fieldSecurityServer, fieldProtocolVersion}
	}
	return order
}
