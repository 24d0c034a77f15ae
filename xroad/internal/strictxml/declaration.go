package strictxml

import "bytes"

// Declaration is the XML declaration at the beginning of a document (XML 1.0, productions 23 to 26, 32, 80).
type Declaration struct {
	Encoding string // as declared, empty if not
	Length   int    // bytes of the declaration; 0 if there is none
}

// ParseDeclaration reads the declaration of a document in any encoding that agrees with ASCII on ASCII.
func ParseDeclaration(data []byte) (Declaration, error) {
	const open = "<?xml"
	if !bytes.HasPrefix(data, []byte(open)) || len(data) == len(open) || !isSpace(data[len(open)]) {
		return Declaration{}, nil
	}
	const longest = 256 // far above every declaration, so that a missing end costs nothing
	end := bytes.Index(data[:min(len(data), longest)], []byte("?>"))
	if end < 0 {
		return Declaration{}, &Error{Malformed, 0, "XML declaration without end"}
	}
	declaration := Declaration{Length: end + len("?>")}

	fields := pseudoAttributes{rest: data[len(open):end]}
	if version, ok := fields.next("version"); !ok || version != "1.0" {
		return Declaration{}, &Error{Malformed, 0, "XML version is not 1.0"}
	}
	if encoding, ok := fields.next("encoding"); ok {
		if !isEncodingName(encoding) {
			return Declaration{}, &Error{Malformed, 0, "encoding name"}
		}
		declaration.Encoding = encoding
	}
	if standalone, ok := fields.next("standalone"); ok && standalone != "yes" && standalone != "no" {
		return Declaration{}, &Error{Malformed, 0, "standalone is neither yes nor no"}
	}
	if !Blank(fields.rest) {
		return Declaration{}, &Error{Malformed, 0, "XML declaration"}
	}
	return declaration, nil
}

// pseudoAttributes reads name="value" pairs in a fixed order.
type pseudoAttributes struct{ rest []byte }

// next consumes the named pair if it is the next one.
func (p *pseudoAttributes) next(name string) (string, bool) {
	rest := trimSpace(p.rest)
	if len(rest) == len(p.rest) || !bytes.HasPrefix(rest, []byte(name)) {
		return "", false
	}
	rest = trimSpace(rest[len(name):])
	if len(rest) == 0 || rest[0] != '=' {
		return "", false
	}
	rest = trimSpace(rest[1:])
	if len(rest) == 0 || rest[0] != '"' && rest[0] != '\'' {
		return "", false
	}
	end := bytes.IndexByte(rest[1:], rest[0])
	if end < 0 {
		return "", false
	}
	p.rest = rest[end+2:]
	return string(rest[1 : end+1]), true
}

func trimSpace(text []byte) []byte {
	for len(text) > 0 && isSpace(text[0]) {
		text = text[1:]
	}
	return text
}

// isEncodingName is production 81.
func isEncodingName(name string) bool {
	for i := range len(name) {
		b := name[i]
		letter := 'a' <= b|0x20 && b|0x20 <= 'z'
		other := '0' <= b && b <= '9' || b == '.' || b == '_' || b == '-'
		if !letter && (i == 0 || !other) {
			return false
		}
	}
	return name != ""
}
