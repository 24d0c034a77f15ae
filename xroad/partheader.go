package xroad

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"mime"
	"strings"
)

// partHeader is what is used of the header of a part.
type partHeader struct {
	contentType, id, encoding, disposition string
}

// readHeader reads the header of a part up to its content (RFC 2046, clause 5.1.1). It may have no fields.
func (p *partReader) readHeader() (partHeader, error) {
	var block []byte
	for start := true; ; {
		line, err := p.in.ReadSlice('\n')
		switch {
		case errors.Is(err, io.EOF):
			return partHeader{}, errTruncated
		case err != nil && !errors.Is(err, bufio.ErrBufferFull):
			return partHeader{}, err
		case start && len(bytes.TrimRight(line, "\r\n")) == 0:
			return parsePartHeader(string(block))
		case len(block)+len(line) > p.limits.PartHeader:
			return partHeader{}, fmt.Errorf("header of a part is %w", errTooLarge)
		}
		block, start = append(block, line...), err == nil
	}
}

// parsePartHeader reads the fields, which may be folded (RFC 5322, clause 2.2).
func parsePartHeader(block string) (partHeader, error) {
	const malformed = partError("part with a malformed header")
	if strings.HasPrefix(block, " ") || strings.HasPrefix(block, "\t") {
		return partHeader{}, malformed
	}
	if strings.Contains(block, "\n ") || strings.Contains(block, "\n\t") {
		// All at once: line after line would cost the square of their number.
		block = strings.NewReplacer("\r\n ", " ", "\r\n\t", "\t", "\n ", " ", "\n\t", "\t").Replace(block)
	}
	var h partHeader
	for line := range strings.Lines(block) {
		line = strings.TrimRight(line, "\r\n")
		name, value, found := strings.Cut(line, ":")
		if !found || name == "" || strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r > '~' }) ||
			strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7F }) {
			return partHeader{}, malformed
		}
		var field *string
		switch strings.ToLower(name) {
		case "content-type":
			field = &h.contentType
		case "content-id":
			field = &h.id
		case "content-transfer-encoding":
			field = &h.encoding
		case "content-disposition":
			field = &h.disposition
		default:
			continue
		}
		if *field != "" {
			return partHeader{}, partError("part with a header field that comes twice")
		}
		*field = strings.TrimSpace(value)
	}
	h.id = contentID(h.id)
	return h, nil
}

// mayBeEnvelope reports whether somebody could take the part for the envelope, or look for one in it.
func (h *partHeader) mayBeEnvelope() bool {
	media, _ := parseMediaType(h.contentType)
	return media == "" || strings.Contains(media, "xml") || strings.HasPrefix(media, "multipart/") || strings.HasPrefix(media, "message/")
}

// fileName is the name that the sender gives the content (RFC 2183, clause 2.3), also in the forms of RFC 2231, RFC 2047
// and as a parameter of the media type.
func (h *partHeader) fileName() string {
	_, disposition := parseMediaType(h.disposition)
	_, media := parseMediaType(h.contentType)
	name := cmp.Or(disposition["filename"], media["name"])
	if decoded, err := new(mime.WordDecoder).DecodeHeader(name); err == nil {
		name = decoded
	}
	return strings.ToValidUTF8(name, "\uFFFD")
}

// contentID strips the angle brackets, which the start parameter and the header have or lack in every combination.
func contentID(value string) string {
	return strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(value), "<"), ">")
}
