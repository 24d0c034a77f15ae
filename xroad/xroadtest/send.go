package xroadtest

import (
	"bytes"
	"fmt"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf16"
)

const page = "<!DOCTYPE html><html><body><h1>502 Bad Gateway</h1><br></body></html>\n"

// send writes an answer, with the fault.
func (s *Server) send(w http.ResponseWriter, r *http.Request, a *answer, fault Fault) {
	if a.rest && !fault.fitsREST() {
		fault = Sound
	}
	s.spoil(a, fault)
	header := w.Header()
	maps.Copy(header, a.header)
	// A page of an error or a redirection comes from something in front of the security server.
	if a.transaction != "" && fault != ErrorPage && fault != Redirect {
		header.Set("Uxp-Transaction-Id", a.transaction) // inferred
	}
	switch fault {
	case LostAnswer:
		panic(http.ErrAbortHandler)
	case Redirect:
		header.Del("Content-Type")
		http.Redirect(w, r, s.URL, http.StatusTemporaryRedirect)
		return
	case CutHead:
		cutHead(w)
	case Oversized:
		writeEndless(w, a)
		return
	}
	header.Set("Content-Type", a.contentType)
	length, part := len(a.body), a.body[:len(a.body)/2]
	if n, ok := fault.cut(); ok {
		length, part, fault = length+1, a.body[:min(n, length)], CutBody
	}
	if fault != Chunked && r.Method != http.MethodHead {
		header.Set("Content-Length", strconv.Itoa(length))
	}
	w.WriteHeader(a.status)
	// The asker may be gone; there is nobody left to tell.
	switch fault {
	case CutBody, Stalled:
		_, _ = w.Write(part)
		_ = http.NewResponseController(w).Flush()
		if fault == Stalled {
			<-r.Context().Done()
		}
		panic(http.ErrAbortHandler)
	case Chunked:
		const piece = 7
		for rest := a.body; len(rest) > 0; rest = rest[min(piece, len(rest)):] {
			_, _ = w.Write(rest[:min(piece, len(rest))])
			_ = http.NewResponseController(w).Flush()
		}
	default:
		_, _ = w.Write(a.body)
	}
}

// cutHead cuts the connection within the header fields, or before them where there is no connection.
func cutHead(w http.ResponseWriter) {
	if connection, _, err := http.NewResponseController(w).Hijack(); err == nil {
		_, _ = connection.Write([]byte("HTTP/1.1 200 OK\r\nContent-Type: text/xm"))
		_ = connection.Close()
	}
	panic(http.ErrAbortHandler)
}

// writeEndless writes a message whose white space does not end.
func writeEndless(w http.ResponseWriter, a *answer) {
	w.Header().Set("Content-Type", a.contentType)
	w.WriteHeader(a.status)
	body := bytes.TrimSuffix(a.body, []byte("</SOAP-ENV:Envelope>"))
	for chunk := body; ; chunk = bytes.Repeat([]byte(" "), 64<<10) {
		if _, err := w.Write(chunk); err != nil {
			return
		}
	}
}

// spoil changes an answer. One that is a fault has no header and no payload to be changed.
func (s *Server) spoil(a *answer, fault Fault) {
	switch fault {
	case ErrorPage:
		a.status, a.contentType, a.body = http.StatusBadGateway, "text/html", []byte(page)
	case Page:
		a.status, a.contentType, a.body = http.StatusOK, "text/html; charset=utf-8", []byte(page)
	case Empty:
		a.body = nil
	case Malformed:
		a.body = a.body[:len(a.body)/2]
	case Deep:
		const levels = 100_000
		a.body = assemble(a.version, "", []byte(strings.Repeat("<a>", levels)+strings.Repeat("</a>", levels)))
	case WrongType:
		a.contentType = "application/octet-stream"
	case DocumentType:
		body := bytes.TrimPrefix(a.body, []byte(xmlDeclaration))
		a.body = append([]byte(`<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]>`), body...)
	case NotUTF8:
		a.body = bytes.Replace(a.body, []byte(">"), []byte(">\xFF"), 1)
	case FaultAsSuccess, FaultInPart:
		if a.code == "" {
			a.code = s.config.spell(string(HTTPError))
			a.status, a.contentType = http.StatusInternalServerError, contentType(a.version)
			a.body = marshalFault(a.version, a.code, "server responded with HTTP status 404", newUUID())
		}
		if fault == FaultAsSuccess {
			a.status = http.StatusOK
			return
		}
		a.wrap("MIME_boundary")
	case Parts:
		a.wrap("MIME_boundary")
	case WrongBoundary:
		a.wrap("MIME_boundary")
		_, parameters := mediaType(a.contentType)
		a.body = bytes.ReplaceAll(a.body, []byte(parameters["boundary"]), []byte("other"))
	case UTF16:
		media, _, _ := strings.Cut(a.contentType, ";")
		a.contentType, a.body = media+"; charset=UTF-16", encodeUTF16(a.body)
	default:
		if a.message != nil {
			a.respond(fault)
		}
	}
}

const xmlDeclaration = `<?xml version="1.0" encoding="UTF-8"?>`

// respond writes the response to something else than was asked, or in an unusual way.
func (a *answer) respond(fault Fault) {
	header, body := *a.message.Header, a.message.Body.Raw
	text := func() string { return marshalHeader(&header, a.hash) }
	switch fault {
	case OtherID:
		header.ID = newUUID()
	case OtherClient:
		header.Client.Subsystem += "2"
	case OtherService:
		header.Service.Subsystem += "2"
	case OtherUserID:
		other := "UA0000000000"
		header.UserID = &other
	case NoOptional:
		header.UserID, header.Issue, header.RepresentedParty = nil, nil, nil
	case NoHeader:
		text = func() string { return "" }
	case NoBody:
		body = nil
	case OtherElement:
		body = []byte(`<other xmlns="urn:other"/>`)
	case Comments:
		text = func() string {
			return strings.ReplaceAll(marshalHeader(&header, a.hash), "><", "><!-- <b> & --><")
		}
	default:
		return
	}
	a.contentType, a.body = contentType(a.version), assemble(a.version, text(), body)
	if fault == Comments {
		a.body = append([]byte("\xEF\xBB\xBF"), a.body...)
	}
}

// wrap makes the body the first part of a multipart message.
func (a *answer) wrap(boundary string) {
	media, _, _ := strings.Cut(a.contentType, ";")
	if media == "multipart/related" {
		return
	}
	a.body = fmt.Appendf(nil, "--%[1]s\r\nContent-Type: %[2]s\r\nContent-ID: <root>\r\n\r\n%[3]s\r\n--%[1]s\r\n"+
		"Content-Type: application/octet-stream\r\nContent-ID: <attachment>\r\n\r\n\x00\x01\x02\r\n--%[1]s--\r\n",
		boundary, a.contentType, a.body)
	a.contentType = fmt.Sprintf(`multipart/related; type="%s"; start="<root>"; boundary="%s"`, media, boundary)
}

func encodeUTF16(text []byte) []byte {
	out := []byte{0xFE, 0xFF}
	for _, unit := range utf16.Encode([]rune(strings.TrimPrefix(string(text), xmlDeclaration))) {
		out = append(out, byte(unit>>8), byte(unit))
	}
	return out
}
