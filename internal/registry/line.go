package registry

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/dovidka/dovidka"
)

// MaxLine is the longest line ParseLine reads, in bytes.
const MaxLine = 256 << 10

// Errors of a line. They never repeat what stands in it.
var (
	ErrLineTooLong = fmt.Errorf("line is longer than %d bytes", MaxLine)
	ErrLineUTF8    = errors.New("line is not UTF-8")
	ErrLineKind    = errors.New("type is not one of the known")
)

// newRow returns an empty row of the kind, nil for an unknown one.
func newRow(k Kind) Row {
	switch k {
	case KindPerson:
		return new(Person)
	case KindMergedPair:
		return new(MergedPair)
	case KindConfidant:
		return new(Confidant)
	case KindDeclaration:
		return new(Declaration)
	case KindParty:
		return new(Party)
	case KindEmployee:
		return new(Employee)
	case KindDivision:
		return new(Division)
	case KindLegalEntity:
		return new(LegalEntity)
	}
	return nil
}

// ParseLine reads one line of NDJSON: an object whose field "type" is a Kind
// and whose other fields are that row's. Unknown fields are refused, so that a
// misspelt one is not lost in silence. Errors name a field or a position, never
// a value.
func ParseLine(line []byte) (Row, error) {
	if len(line) > MaxLine {
		return nil, ErrLineTooLong
	}
	if !utf8.Valid(line) {
		return nil, ErrLineUTF8
	}
	kind, rest, err := splitLine(line)
	if err != nil {
		return nil, err
	}
	row := newRow(kind)
	if row == nil {
		return nil, ErrLineKind
	}
	if err := dovidka.DecodeStrict(rest, row); err != nil {
		return nil, err
	}
	row.normalize()
	if err := row.check(); err != nil {
		return nil, err
	}
	return row, nil
}

// splitLine takes the type out of an object. Our own lines begin with it, which
// saves decoding them twice.
func splitLine(line []byte) (Kind, []byte, error) {
	if rest, ok := bytes.CutPrefix(line, []byte(`{"type":"`)); ok {
		if kind, rest, ok := bytes.Cut(rest, []byte(`",`)); ok && newRow(Kind(kind)) != nil {
			return Kind(kind), append([]byte("{"), rest...), nil
		}
	}
	var fields map[string]json.RawMessage
	if err := dovidka.DecodeStrict(line, &fields); err != nil {
		return "", nil, err
	}
	var kind Kind
	if err := json.Unmarshal(fields["type"], &kind); err != nil {
		return "", nil, ErrLineKind
	}
	delete(fields, "type")
	rest, err := json.Marshal(fields)
	if err != nil {
		return "", nil, fmt.Errorf("set the type aside: %w", err)
	}
	return kind, rest, nil
}

// AppendLine appends the row's line, with its end of line, to dst. Equal rows
// give equal bytes.
func AppendLine(dst []byte, row Row) ([]byte, error) {
	row.normalize()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(row); err != nil {
		return nil, fmt.Errorf("encode %s: %w", row.Kind(), err)
	}
	dst = append(dst, `{"type":"`...)
	dst = append(dst, row.Kind()...)
	dst = append(dst, `",`...)
	return append(dst, b.Bytes()[1:]...), nil
}
