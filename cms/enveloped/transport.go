package enveloped

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"golang.org/x/crypto/cryptobyte"

	"github.com/dovidka/dovidka/pki"
)

// Kinds of a transported message.
const (
	TransportSigned    = "UA1_SIGN"
	TransportEncrypted = "UA1_CRYPT"
	TransportClear     = "CLEAR"
)

// Transport is a message of the tax service's exchange: a container in a frame of
// labelled sections, with certificates that are needed to open it.
type Transport struct {
	// Kind is one of the kinds above, and Message the container or clear text.
	Kind    string
	Message []byte
	// Header is as it stands there, lines of the form NAME=value.
	Header string
	// Certificates are those sent along, for DecryptOptions.Originators.
	Certificates []*pki.Certificate
}

const (
	transportMagic   = "TRANSPORTABLE\x00"
	maxLabel         = 20
	maxSections      = 16
	labelHeader      = "TRANSPORTABLE"
	labelCertificate = "CERTCRYPT"
)

// IsTransport tells a framed message by its first bytes.
func IsTransport(data []byte) bool {
	return bytes.HasPrefix(data, []byte(transportMagic)) ||
		bytes.HasPrefix(data, []byte(TransportEncrypted+"\x00")) || bytes.HasPrefix(data, []byte(labelCertificate+"\x00"))
}

// ParseTransport reads a framed message. Each section is a label, a zero byte, the
// length in four bytes with the least significant first, and the content.
func ParseTransport(data []byte) (*Transport, error) {
	out := &Transport{}
	for n := 0; len(data) > 0; n++ {
		if n == maxSections {
			return nil, fmt.Errorf("%w: sections of a message", ErrLimit)
		}
		label, _, found := bytes.Cut(data[:min(len(data), maxLabel+1)], []byte{0})
		if !found {
			return nil, malformed("label of a section")
		}
		s := cryptobyte.String(data[len(label)+1:])
		var size, content []byte
		if !s.ReadBytes(&size, 4) {
			return nil, malformed("section of a message")
		}
		length := uint64(binary.LittleEndian.Uint32(size))
		if length > uint64(len(s)) || !s.ReadBytes(&content, int(length)) {
			return nil, malformed("section of a message")
		}
		data = s
		if err := out.add(string(label), content); err != nil {
			return nil, err
		}
	}
	if out.Kind == "" {
		return nil, malformed("a message without content")
	}
	return out, nil
}

func (t *Transport) add(label string, content []byte) error {
	switch label {
	case labelHeader:
		t.Header = string(bytes.TrimRight(content, "\x00"))
	case labelCertificate:
		c, err := pki.ParseCertificate(content)
		if err != nil {
			return fmt.Errorf("%w: certificate of a message: %w", ErrMalformed, err)
		}
		t.Certificates = append(t.Certificates, c)
	case TransportSigned, TransportEncrypted, TransportClear:
		if t.Kind != "" {
			return malformed("a second message in a frame")
		}
		t.Kind, t.Message = label, content
	default:
		return unsupported("section of a message", fmt.Sprintf("%.20q", label))
	}
	return nil
}
