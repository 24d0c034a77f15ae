package xroadtest

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/textproto"
	"slices"
	"strings"

	"github.com/dovidka/dovidka/xroad"
)

// parcel is a message as a security server takes it apart.
type parcel struct {
	contentType string
	boundary    string // empty for a bare envelope, which is the only part
	parts       []part
	root        int // the part with the envelope
}

// part is a part of a multipart message, as it came.
type part struct {
	contentType string
	header      textproto.MIMEHeader // the other fields
	content     []byte
}

// parcelError is a multipart message that a security server does not take. The code is the last part of a fault's.
type parcelError struct{ code, text string }

// Error implements error.
func (e *parcelError) Error() string { return e.text }

const (
	mostParts = 1000
	mostNests = 10
)

// unpack takes a body apart.
//
// X-Road takes the first part for the envelope, whatever start says, wants to know the type of every part, takes parts
// within parts for parts of the message, and undoes no transfer encoding. Of UXP it is inferred that it heeds start and
// leaves attachments alone.
func (d Dialect) unpack(body []byte, contentType string) (*parcel, error) {
	p := &parcel{contentType: contentType}
	media, parameters := mediaType(contentType)
	if media != "multipart/related" {
		p.parts = []part{{contentType: contentType, content: body}}
		return p, nil
	}
	if p.boundary = parameters["boundary"]; p.boundary == "" {
		return nil, &parcelError{"InvalidContentType", "multipart without boundary"}
	}
	var err error
	if p.parts, err = d.split(body, p.boundary, mostNests); err != nil {
		return nil, err
	}
	if len(p.parts) == 0 {
		return nil, &parcelError{"MissingSoap", "multipart without parts"}
	}
	if d == XRoad {
		return p, nil
	}
	if start := bareID(parameters["start"]); start != "" {
		p.root = slices.IndexFunc(p.parts, func(p part) bool { return bareID(p.header.Get("Content-Id")) == start })
		if p.root < 0 {
			return nil, &parcelError{"InvalidContentType", "multipart without the part of start"}
		}
	}
	return p, p.parts[p.root].decode()
}

func bareID(id string) string { return strings.Trim(strings.TrimSpace(id), "<>") }

// split returns the parts, in X-Road those within others too, of which the innermost are the parts.
func (d Dialect) split(body []byte, boundary string, nests int) ([]part, error) {
	reader := multipart.NewReader(bytes.NewReader(body), boundary)
	var parts []part
	for {
		raw, err := reader.NextRawPart()
		if errors.Is(err, io.EOF) {
			return parts, nil
		}
		if err != nil {
			return nil, &parcelError{"MimeParsingFailed", "multipart cannot be read"}
		}
		content, err := io.ReadAll(raw)
		if err != nil {
			return nil, &parcelError{"MimeParsingFailed", "part cannot be read"}
		}
		one := part{raw.Header.Get("Content-Type"), raw.Header, content}
		delete(one.header, "Content-Type")
		found := []part{one}
		media, parameters := mediaType(one.contentType)
		if d == XRoad && strings.HasPrefix(media, "multipart/") && parameters["boundary"] != "" && nests > 0 {
			if found, err = d.split(content, parameters["boundary"], nests-1); err != nil {
				return nil, err
			}
		} else if d == XRoad && one.contentType == "" {
			return nil, &parcelError{"InvalidContentType", "part without content type"}
		}
		if parts = append(parts, found...); len(parts) > mostParts {
			return nil, &parcelError{"MimeParsingFailed", "too many parts"}
		}
	}
}

// decode undoes the transfer encoding of a part.
func (p *part) decode() error {
	var decoded io.Reader = bytes.NewReader(p.content)
	switch strings.ToLower(p.header.Get("Content-Transfer-Encoding")) {
	case "base64":
		decoded = base64.NewDecoder(base64.StdEncoding, decoded)
	case "quoted-printable":
		decoded = quotedprintable.NewReader(decoded)
	default:
		return nil
	}
	var err error
	if p.content, err = io.ReadAll(decoded); err != nil {
		return &parcelError{"MimeParsingFailed", "part does not follow its transfer encoding"}
	}
	p.header.Set("Content-Transfer-Encoding", "8bit")
	return nil
}

// envelope returns the bytes of the envelope.
func (p *parcel) envelope() []byte { return p.parts[p.root].content }

// message reads the envelope. What it includes by XOP is left where it is.
func (p *parcel) message(limits xroad.Limits) (*xroad.Message, error) {
	contentType := p.parts[p.root].contentType
	media, parameters := mediaType(contentType)
	if p.boundary != "" && media == "application/xop+xml" {
		media, _ = mediaType(parameters["type"])
		if media != "application/soap+xml" {
			media = "text/xml"
		}
		contentType = media
		if charset := parameters["charset"]; charset != "" {
			contentType = mime.FormatMediaType(media, map[string]string{"charset": charset})
		}
	}
	return xroad.ReadMessage(bytes.NewReader(p.envelope()), contentType, limits)
}

// replace puts another envelope in the place of the one that came, with another type for a bare one and a part that
// is not optimised.
func (p *parcel) replace(envelope []byte, contentType string) {
	root := &p.parts[p.root]
	root.content = envelope
	if media, _ := mediaType(root.contentType); contentType != "" && media != "application/xop+xml" {
		root.contentType = contentType
		if p.boundary == "" {
			p.contentType = contentType
		}
	}
}

// body returns the message put together again. In a multipart message the type of a part comes first, then the other
// fields, in any sequence; that of the whole is as it came.
func (p *parcel) body() []byte {
	if p.boundary == "" {
		return p.envelope()
	}
	var out bytes.Buffer
	for _, one := range p.parts {
		fmt.Fprintf(&out, "--%s\r\n", p.boundary)
		if one.contentType != "" {
			fmt.Fprintf(&out, "content-type: %s\r\n", one.contentType)
		}
		for _, name := range slices.Sorted(maps.Keys(one.header)) {
			for _, value := range one.header[name] {
				fmt.Fprintf(&out, "%s: %s\r\n", name, value)
			}
		}
		out.WriteString("\r\n")
		out.Write(one.content)
		out.WriteString("\r\n")
	}
	fmt.Fprintf(&out, "--%s--\r\n", p.boundary)
	return out.Bytes()
}

// mediaType reads a media type, with the parameters that X-Road's tests write without the quotes they need.
func mediaType(value string) (string, map[string]string) {
	media, parameters, err := mime.ParseMediaType(value)
	if err == nil {
		return media, parameters
	}
	media, rest, _ := strings.Cut(value, ";")
	parameters = map[string]string{}
	for parameter := range strings.SplitSeq(rest, ";") {
		name, value, _ := strings.Cut(parameter, "=")
		parameters[strings.ToLower(strings.TrimSpace(name))] = strings.Trim(strings.TrimSpace(value), `"'`)
	}
	return strings.ToLower(strings.TrimSpace(media)), parameters
}
