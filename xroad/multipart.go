package xroad

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"mime/quotedprintable"
	"strings"
)

// root is what holds the envelope: a part of a multipart message, or the whole body.
type root struct {
	data       []byte
	parameters map[string]string
	version    Version
}

// readRoot finds the root part: the one that the start parameter names, else the first (RFC 2387, clause 3.2).
func readRoot(data []byte, parameters map[string]string) (*root, error) {
	boundary := parameters["boundary"]
	if boundary == "" {
		return nil, errors.New("multipart without boundary")
	}
	start := contentID(parameters["start"])
	parts := multipart.NewReader(bytes.NewReader(data), boundary)
	const most = 100 // parts to look through for the root, which is the first in all that was ever seen
	for range most {
		part, err := parts.NextRawPart()
		if err == io.EOF {
			return nil, errors.New("multipart without root part")
		}
		if err != nil {
			return nil, fmt.Errorf("read part: %w", err)
		}
		if start == "" || contentID(part.Header.Get("Content-Id")) == start {
			return readPart(part)
		}
	}
	return nil, errors.New("root part is not among the first parts")
}

func readPart(part *multipart.Part) (*root, error) {
	media, parameters := parseMediaType(part.Header.Get("Content-Type"))
	version := SOAP11
	switch media {
	case "text/xml":
	case "application/soap+xml":
		version = SOAP12
	case "application/xop+xml": // XOP, clause 4.1: its type parameter is the media type proper
		if inner, _ := parseMediaType(parameters["type"]); inner == "application/soap+xml" {
			version = SOAP12
		}
	default:
		return nil, errors.New("root part is not an envelope by its media type")
	}
	var content io.Reader = part
	switch encoding := part.Header.Get("Content-Transfer-Encoding"); strings.ToLower(strings.TrimSpace(encoding)) {
	case "", "7bit", "8bit", "binary":
	case "quoted-printable":
		content = quotedprintable.NewReader(part)
	case "base64":
		content = base64.NewDecoder(base64.StdEncoding, part)
	default:
		return nil, errors.New("unknown transfer encoding")
	}
	data, err := io.ReadAll(content)
	if err != nil {
		return nil, fmt.Errorf("read root part: %w", err)
	}
	return &root{data: data, parameters: parameters, version: version}, nil
}

// contentID strips the angle brackets, which the start parameter and the header have or lack in every combination.
func contentID(value string) string {
	return strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(value), "<"), ">")
}
