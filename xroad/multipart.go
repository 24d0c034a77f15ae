package xroad

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime/quotedprintable"
	"strings"
)

// partError is what is wrong with a multipart message. It never quotes.
type partError string

// Error implements error.
func (e partError) Error() string { return string(e) }

// errTooLarge is a message beyond its limits.
var errTooLarge = errors.New("beyond the limit")

// sizedReader fails when more than a number of bytes come, of which it reads one.
type sizedReader struct {
	r    io.Reader
	left int64
}

// Read implements io.Reader.
func (s *sizedReader) Read(p []byte) (int, error) {
	n, err := s.r.Read(p[:min(int64(len(p)), s.left+1)])
	if s.left -= int64(n); s.left < 0 {
		return 0, fmt.Errorf("message is %w of its size", errTooLarge)
	}
	return n, err
}

// partReader splits a multipart body into its parts while it arrives (RFC 2046, clause 5.1), and holds no more of it than
// a line of a few kilobytes. Lines may end in CRLF or LF, at a delimiter too, because messages occur in which the one
// was turned into the other.
//
// Parts within a part are its content: nothing nests here.
type partReader struct {
	in        *bufio.Reader
	delimiter string // the two hyphens and the boundary
	limits    Limits

	parts  int
	begun  bool       // the first delimiter has been read
	ended  bool       // and the last
	inside bool       // there may be content left of a part
	header partHeader // of that part
	err    error      // with which reading the content ended, if it was not its end

	lineStart   bool    // the next byte is the first of a line
	rest, after []byte  // content still to be given out
	pending     []byte  // a line end that belongs to the delimiter if one follows, else to the content
	lineEnd     [2]byte // CRLF, for pending to point into
}

func newPartReader(r io.Reader, boundary string, limits Limits) *partReader {
	const line = 4096
	return &partReader{
		in: bufio.NewReaderSize(r, line), delimiter: "--" + boundary, limits: limits,
		lineStart: true, lineEnd: [2]byte{'\r', '\n'},
	}
}

// checkBoundary refuses what cannot be a boundary (RFC 2046, clause 5.1.1), but for characters which are not allowed
// in one and cannot be mistaken for something else.
func checkBoundary(boundary string) error {
	const longest = 70
	if boundary == "" || len(boundary) > longest || strings.HasSuffix(boundary, " ") ||
		strings.ContainsFunc(boundary, func(r rune) bool { return r < ' ' || r > '~' }) {
		return partError("multipart without a boundary that could be one")
	}
	return nil
}

// next goes to the next part, passing over what is left of the one before. After the last it reads the body to its end
// and returns io.EOF.
func (p *partReader) next() error {
	if err := p.toDelimiter(); err != nil {
		return err
	}
	if p.ended {
		if _, err := io.Copy(io.Discard, p.in); err != nil {
			return err
		}
		return io.EOF
	}
	if p.parts++; p.parts > p.limits.Parts {
		return fmt.Errorf("number of parts is %w", errTooLarge)
	}
	var err error
	if p.header, err = p.readHeader(); err != nil {
		return err
	}
	p.inside, p.lineStart, p.err = true, true, nil
	return nil
}

// toDelimiter passes over the preamble, or what is left of a part.
func (p *partReader) toDelimiter() error {
	if p.inside {
		_, err := io.Copy(io.Discard, p)
		return err
	}
	for !p.begun {
		switch err := p.fill(); {
		case errors.Is(err, io.EOF):
			p.begun = true
		case errors.Is(err, errTruncated):
			return partError("multipart without parts")
		case err != nil:
			return err
		}
		p.rest, p.after, p.pending = nil, nil, nil
	}
	return nil
}

const errTruncated = partError("multipart is cut off")

// Read gives out the content of a part, as it came. It implements io.Reader.
func (p *partReader) Read(b []byte) (int, error) {
	for len(p.rest) == 0 {
		if !p.inside {
			return 0, io.EOF
		}
		if err := p.fill(); err != nil {
			p.inside = false
			if !errors.Is(err, io.EOF) {
				p.err = err
			}
			return 0, err
		}
	}
	n := copy(b, p.rest)
	p.rest = p.rest[n:]
	return n, nil
}

// fill makes the next piece of content available. It returns io.EOF when a delimiter was read instead.
func (p *partReader) fill() error {
	if len(p.after) > 0 {
		p.rest, p.after = p.after, nil
		return nil
	}
	line, err := p.in.ReadSlice('\n')
	complete := err == nil
	if err != nil && !errors.Is(err, bufio.ErrBufferFull) && !errors.Is(err, io.EOF) {
		return err
	}
	if p.lineStart {
		closing, ok, broken := p.isDelimiter(line)
		if broken != nil {
			return broken
		}
		if ok {
			p.pending, p.ended = nil, closing
			return io.EOF
		}
	}
	if errors.Is(err, io.EOF) {
		return errTruncated
	}
	if !p.lineStart && len(line) == 1 && complete && len(p.pending) == 1 { // a CRLF on the edge of the buffer
		p.pending, p.lineStart = p.lineEnd[:], true
		return nil
	}
	content := line
	p.rest, p.pending = p.pending, nil
	if complete {
		content = content[:len(content)-1]
		p.pending = p.lineEnd[1:]
	}
	if bytes.HasSuffix(content, p.lineEnd[:1]) {
		content = content[:len(content)-1]
		p.pending = p.lineEnd[:1+len(p.pending)]
	}
	p.after, p.lineStart = content, complete
	return nil
}

// isDelimiter tells a delimiter from a line which only begins like one, and whether it is the last. A line which some
// take for one because they do not look at its end is refused, padding without end too: a security server and we could
// else see different parts.
func (p *partReader) isDelimiter(line []byte) (closing, ok bool, err error) {
	if len(line) < len(p.delimiter) || string(line[:len(p.delimiter)]) != p.delimiter {
		return false, false, nil
	}
	rest := line[len(p.delimiter):]
	if bytes.HasPrefix(rest, []byte("--")) {
		rest, closing = rest[2:], true
	}
	padding := bytes.TrimSuffix(bytes.TrimSuffix(rest, p.lineEnd[1:]), p.lineEnd[:1])
	whole := len(line) < p.in.Size() // else the end of the line is not in it
	switch {
	case whole && len(bytes.Trim(padding, " \t")) == 0:
		return closing, true, nil
	case closing || bytes.IndexByte([]byte(" \t\r"), rest[0]) >= 0:
		return false, false, partError("multipart with a line that may be a delimiter or not")
	}
	return false, false, nil
}

// content returns the content of the part that next went to, with the transfer encoding undone (RFC 2045, clause 6).
func (p *partReader) content() ([]byte, error) {
	var decoded io.Reader = p
	switch strings.ToLower(p.header.encoding) {
	case "", "7bit", "8bit", "binary":
	case "quoted-printable":
		decoded = quotedprintable.NewReader(p)
	case "base64":
		decoded = base64.NewDecoder(base64.StdEncoding, spaceless{p})
	default:
		return nil, partError("part in an unknown transfer encoding")
	}
	data, err := io.ReadAll(io.LimitReader(decoded, p.limits.Part+1))
	switch {
	case p.err != nil:
		return nil, p.err
	case err != nil: // not with its own words, which may quote
		return nil, partError("part does not follow its transfer encoding")
	case int64(len(data)) > p.limits.Part:
		return nil, fmt.Errorf("size of a part is %w", errTooLarge)
	}
	return data, nil
}

// spaceless leaves out the white space that base64 may have and base64.NewDecoder does not expect.
type spaceless struct{ r io.Reader }

// Read implements io.Reader.
func (s spaceless) Read(b []byte) (int, error) {
	for {
		n, err := s.r.Read(b)
		kept := b[:0]
		for _, c := range b[:n] {
			if c != ' ' && c != '\t' {
				kept = append(kept, c)
			}
		}
		if len(kept) > 0 || err != nil {
			return len(kept), err
		}
	}
}
