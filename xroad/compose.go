package xroad

import (
	"bytes"
	"cmp"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"mime"
	"strings"
	"unicode/utf8"
)

// MarshalPackage returns the HTTP body and the Content-Type of a message with attachments: multipart/related with the
// envelope first (PR-MESS, clause 2.4), as SOAP Messages with Attachments wants it. Without attachments it is the
// envelope as it is.
func MarshalPackage(version Version, envelope []byte, attachments Attachments) (body []byte, contentType string, err error) {
	if len(attachments) == 0 {
		return envelope, version.ContentType(), nil
	}
	p, err := newPackaging(version, attachments)
	if err != nil {
		return nil, "", fmt.Errorf("marshal package: %w", err)
	}
	body, contentType = p.marshal(envelope)
	return body, contentType, nil
}

// packaging is how envelopes go out with other parts.
type packaging struct {
	version  Version
	action   string // of SOAP 1.2; may be empty
	xop      bool
	boundary string
	heads    []string // of the other parts
	parts    Attachments
}

// newPackaging checks the attachments.
func newPackaging(version Version, attachments Attachments) (*packaging, error) {
	p := &packaging{version: version, boundary: newBoundary()}
	return p, p.add(attachments)
}

// add writes the heads of the parts. All content goes out as it is: HTTP needs no transfer encoding, and security
// servers pass any on.
func (p *packaging) add(attachments Attachments) error {
	seen := map[string]bool{p.rootID(): true}
	for _, a := range p.parts {
		seen[a.ID] = true
	}
	for _, a := range attachments {
		a.ID = cmp.Or(a.ID, newMessageID()+"@xroad")
		a.MediaType = cmp.Or(a.MediaType, "application/octet-stream")
		switch _, _, err := mime.ParseMediaType(a.MediaType); {
		case err != nil || !isPrintable(a.MediaType):
			return errors.New("media type of an attachment cannot be read")
		case !isPrintable(a.ID) || strings.ContainsAny(a.ID, " <>"):
			return errors.New("identifier of an attachment has characters other than visible ASCII, or angle brackets: leave it empty to have one made up")
		case seen[a.ID]:
			return errors.New("identifier of an attachment is given twice")
		case !utf8.ValidString(a.FileName):
			return errors.New("file name of an attachment is not UTF-8")
		}
		seen[a.ID] = true
		head := "Content-Type: " + a.MediaType + "\r\nContent-Transfer-Encoding: binary\r\nContent-ID: <" + a.ID + ">\r\n"
		if a.FileName != "" {
			head += "Content-Disposition: " + mime.FormatMediaType("attachment", map[string]string{"filename": a.FileName}) + "\r\n"
		}
		p.parts, p.heads = append(p.parts, a), append(p.heads, head)
	}
	return nil
}

func isPrintable(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' })
}

func (p *packaging) rootID() string { return "root." + p.boundary }

// types returns the Content-Type of the whole and of the envelope (RFC 2387, clause 3; XOP 1.0, clause 4.1; SOAP 1.1
// Binding for MTOM 1.0, clause 2).
func (p *packaging) types() (whole, root string) {
	media, _, _ := strings.Cut(p.version.ContentType(), ";")
	whole, root = `multipart/related; type="`+media+`"`, p.version.ContentType()
	if p.xop {
		whole = `multipart/related; type="application/xop+xml"; start-info="` + media + `"`
		root = `application/xop+xml; charset=utf-8; type="` + media + `"`
	}
	whole += `; start="<` + p.rootID() + `>"; boundary="` + p.boundary + `"`
	if p.version == SOAP12 && p.action != "" { // some look for it here, some there
		whole += `; action="` + p.action + `"`
		root += `; action="` + p.action + `"`
	}
	return whole, root
}

// marshal returns a body and its Content-Type.
func (p *packaging) marshal(envelope []byte) (body []byte, contentType string) {
	contentType, root := p.types()
	const around = 256
	size := len(envelope) + 2*around
	for i, a := range p.parts {
		size += len(a.Content) + len(p.heads[i]) + around
	}
	out := bytes.NewBuffer(make([]byte, 0, size))
	write := func(head string, content []byte) {
		out.WriteString("--" + p.boundary + "\r\n" + head + "\r\n")
		out.Write(content)
		out.WriteString("\r\n")
	}
	// PR-MESS, clause 2.4, wants the transfer encoding to be said.
	write("Content-Type: "+root+"\r\nContent-Transfer-Encoding: 8bit\r\nContent-ID: <"+p.rootID()+">\r\n", envelope)
	for i, a := range p.parts {
		write(p.heads[i], a.Content)
	}
	out.WriteString("--" + p.boundary + "--\r\n")
	return out.Bytes(), contentType
}

// size is what the other parts have, without what is around them.
func (p *packaging) size() (size int64) {
	for _, a := range p.parts {
		size += int64(len(a.Content))
	}
	return size
}

// newBoundary returns a boundary that occurs in no content but by a chance of 2^-128.
func newBoundary() string {
	var random [16]byte
	_, _ = rand.Read(random[:]) // never fails
	return "xroad." + hex.EncodeToString(random[:])
}
