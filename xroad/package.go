package xroad

import (
	"cmp"
	"errors"
	"fmt"
	"io"
)

// Package is a message with its attachments: the "SOAP message package" of SOAP Messages with Attachments.
type Package struct {
	Message
	Attachments Attachments

	optimised bool // it came by XOP
}

// ReadPackage is [ReadMessage], but keeps the attachments, in their sequence.
//
// Content which the envelope includes by XOP is put into [Body].Raw as the base64 text it stands for, as if the
// message had come without the optimisation (XOP 1.0, clause 3.2), and is no attachment. ReadMessage does the same.
//
// Refused are, besides what is wrong with the envelope: a multipart message without a boundary, an envelope or the part
// that start names, one that is cut off, a part with a malformed header, a content identifier of an earlier part or
// content that does not follow its transfer encoding, an Include without its part, and anything beyond the limits.
func ReadPackage(r io.Reader, contentType string, limits Limits) (*Package, error) {
	return readWith(r, contentType, limits, true)
}

func readWith(r io.Reader, contentType string, limits Limits, keep bool) (*Package, error) {
	limits = limits.withDefaults()
	return readPackage(r, contentType, limits, func(in *incoming) (*Message, bool, error) {
		message, err := in.parse(&parser{version: in.version}, limits)
		return message, keep, err
	})
}

// opener reads the envelope of a message and says whether its attachments are wanted. With an error it returns the
// message, if that could be read.
type opener func(*incoming) (message *Message, keep bool, err error)

// incoming is a message of which the envelope is read, and what follows it in a multipart message is not.
type incoming struct {
	data    []byte // the envelope
	charset string
	version Version // to answer in when the envelope does not tell
	xop     bool

	parts  *partReader     // at the part after the envelope; nil without parts
	before []part          // parts that came before the envelope
	seen   map[string]bool // content identifiers
}

// part is a part beside the envelope.
type part struct {
	partHeader
	content []byte
}

// readPackage reads a message to its end. Attachments that are not wanted are not even held while they pass. An error of
// the opener is returned after the rest has been passed over, so that the sender is done when it is answered.
func readPackage(r io.Reader, contentType string, limits Limits, open opener) (*Package, error) {
	r = &sizedReader{r, limits.Size}
	read, err := readParts(r, contentType, limits, open)
	var fault *Fault
	var broken partError
	switch {
	case err == nil:
		return read, nil
	case errors.Is(err, errTooLarge):
		fault = &Fault{Code: CodeTooLarge, Text: "Повідомлення завелике.", Version: announcedVersion(contentType), Err: err}
	case errors.As(err, &broken):
		fault = invalidContentType("Повідомлення multipart має неправильну будову.", err)
		fault.Version = announcedVersion(contentType)
	case !errors.As(err, &fault):
		return nil, fmt.Errorf("read message: %w", err)
	}
	if read != nil { // the envelope was read
		fault.Version, fault.Header = read.Version, read.Header
	}
	if fault.Code != CodeTooLarge {
		_, _ = io.Copy(io.Discard, r) // what else is wrong does not matter any more
	}
	return nil, fault
}

// readParts is readPackage without the wording of errors. With an error it returns the message, if that much was read.
func readParts(r io.Reader, contentType string, limits Limits, open opener) (*Package, error) {
	in, err := readEnvelope(r, contentType, limits)
	if err != nil {
		return nil, err
	}
	message, keep, err := open(in)
	if message == nil {
		return nil, err
	}
	read := &Package{Message: *message, optimised: in.xop}
	if err == nil {
		read.Attachments, err = in.finish(read.Body, keep, limits)
	}
	return read, err
}

func (in *incoming) parse(p *parser, limits Limits) (*Message, error) {
	return p.parse(in.data, in.charset, limits)
}

// readRoot reads up to the root part: the one that the start parameter names, else the first (RFC 2387, clause 3.2).
//
// A start that leads past what may be an envelope too is refused. X-Road's security servers take the first part whatever
// start says and pass the rest on unread, so that they would have judged one envelope and we would act upon another.
func readRoot(r io.Reader, parameters map[string]string, limits Limits) (*incoming, error) {
	if err := checkBoundary(parameters["boundary"]); err != nil {
		return nil, err
	}
	in := &incoming{parts: newPartReader(r, parameters["boundary"], limits), seen: map[string]bool{}}
	start := contentID(parameters["start"])
	for {
		switch err := in.next(); {
		case errors.Is(err, io.EOF):
			return nil, partError("multipart without root part")
		case err != nil:
			return nil, err
		}
		header := in.parts.header
		if start == "" || header.id == start {
			return in, in.readRootPart(&header)
		}
		if header.mayBeEnvelope() {
			return nil, partError("start leads past a part that may be an envelope")
		}
		content, err := in.parts.content()
		if err != nil {
			return nil, err
		}
		in.before = append(in.before, part{header, content})
	}
}

func (in *incoming) readRootPart(header *partHeader) error {
	media, parameters := parseMediaType(header.contentType)
	switch media {
	case "text/xml":
	case "application/soap+xml":
		in.version = SOAP12
	case "application/xop+xml": // XOP, clause 4.1: its type parameter is the media type proper
		in.xop = true
		if inner, _ := parseMediaType(parameters["type"]); inner == "application/soap+xml" {
			in.version = SOAP12
		}
	default:
		return partError("root part is not an envelope by its media type")
	}
	in.charset = parameters["charset"]
	var err error
	in.data, err = in.parts.content()
	return err
}

// next goes to the next part and sees that its identifier is its own (RFC 2045, clause 7): which of two is meant would
// be anybody's guess, and a monitor's might not be ours.
func (in *incoming) next() error {
	if err := in.parts.next(); err != nil {
		return err
	}
	id := in.parts.header.id
	if id != "" && in.seen[id] {
		return partError("two parts have the same content identifier")
	}
	in.seen[id] = true
	return nil
}

// finish reads what follows the envelope, puts into the body what it includes, and returns the other parts if they are
// to be kept.
func (in *incoming) finish(body *Body, keep bool, limits Limits) (Attachments, error) {
	if in.parts == nil {
		return nil, nil
	}
	var inclusions []inclusion
	if in.xop {
		var err error
		if inclusions, err = findInclusions(body.Raw); err != nil {
			return nil, err
		}
	}
	wanted := map[string]bool{}
	for _, inclusion := range inclusions {
		for _, id := range inclusion.ids {
			wanted[id] = true
		}
	}
	parts, err := in.rest(keep, wanted)
	if err != nil {
		return nil, err
	}
	included := map[string][]byte{}
	var attachments Attachments
	for _, p := range parts {
		if wanted[p.id] {
			included[p.id] = p.content
		} else if keep {
			attachments = append(attachments, Attachment{
				ID: p.id, MediaType: cmp.Or(p.contentType, "text/plain"), FileName: p.fileName(), Content: p.content,
			})
		}
	}
	if len(inclusions) > 0 {
		body.Raw, err = include(body.Raw, inclusions, included, limits.Size)
		for _, inclusion := range inclusions {
			body.Included = append(body.Included, inclusion.element)
		}
	}
	return attachments, err
}

// rest reads the parts after the root and returns all that are not the root, as far as they are to be kept.
func (in *incoming) rest(keep bool, wanted map[string]bool) ([]part, error) {
	parts := in.before
	for {
		switch err := in.next(); {
		case errors.Is(err, io.EOF):
			return parts, nil
		case err != nil:
			return nil, err
		}
		header := in.parts.header
		if !keep && !wanted[header.id] {
			continue
		}
		content, err := in.parts.content()
		if err != nil {
			return nil, err
		}
		parts = append(parts, part{header, content})
	}
}
