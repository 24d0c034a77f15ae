package xroad

import (
	"bytes"
	"encoding/binary"
	"errors"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/dovidka/dovidka/xroad/internal/strictxml"
)

// decodeText returns a document as UTF-8 without byte order mark. The mark has the first word, then the media type,
// then the XML declaration (RFC 7303, clause 3); without any of them it is UTF-8. The result may share memory with
// the argument.
func decodeText(data []byte, charset string) ([]byte, error) {
	switch {
	case bytes.HasPrefix(data, []byte("\xEF\xBB\xBF")):
		return data[3:], nil
	case bytes.HasPrefix(data, []byte("\xFE\xFF")):
		return decodeUTF16(data[2:], binary.BigEndian)
	case bytes.HasPrefix(data, []byte("\xFF\xFE")):
		return decodeUTF16(data[2:], binary.LittleEndian)
	}
	littleEndian := bytes.HasPrefix(data, []byte("<\x00"))
	if charset == "" {
		switch { // XML 1.0, appendix F.1
		case littleEndian:
			return decodeUTF16(data, binary.LittleEndian)
		case bytes.HasPrefix(data, []byte("\x00<")):
			return decodeUTF16(data, binary.BigEndian)
		}
		declaration, err := strictxml.ParseDeclaration(data)
		if err != nil {
			return nil, err
		}
		charset = declaration.Encoding
	}
	switch strings.ToLower(charset) {
	case "", "utf-8", "utf8":
		return data, nil
	case "us-ascii", "ascii":
		return decodeBytes(data, nil)
	case "iso-8859-1", "latin1":
		return decodeBytes(data, latin1())
	case "windows-1251", "cp1251":
		return decodeBytes(data, windows1251())
	case "utf-16":
		if littleEndian {
			return decodeUTF16(data, binary.LittleEndian)
		}
		return decodeUTF16(data, binary.BigEndian) // RFC 2781, clause 4.3
	case "utf-16le":
		return decodeUTF16(data, binary.LittleEndian)
	case "utf-16be":
		return decodeUTF16(data, binary.BigEndian)
	}
	return nil, errors.New("unknown character set")
}

func decodeUTF16(data []byte, order binary.ByteOrder) ([]byte, error) {
	if len(data)%2 != 0 {
		return nil, errors.New("UTF-16 of odd length")
	}
	out := make([]byte, 0, len(data))
	for i := 0; i < len(data); i += 2 {
		r := rune(order.Uint16(data[i:]))
		if utf16.IsSurrogate(r) {
			if i += 2; i == len(data) {
				return nil, errors.New("UTF-16 surrogate without pair")
			}
			if r = utf16.DecodeRune(r, rune(order.Uint16(data[i:]))); r == utf8.RuneError {
				return nil, errors.New("UTF-16 surrogate without pair")
			}
		}
		out = utf8.AppendRune(out, r)
	}
	return out, nil
}

// decodeBytes decodes an encoding of one byte per character which agrees with ASCII below 0x80. The table begins at
// 0x80; bytes beyond it or mapped to U+FFFD do not exist.
func decodeBytes(data []byte, table []rune) ([]byte, error) {
	out := make([]byte, 0, len(data)+len(data)/2)
	for _, b := range data {
		if b < utf8.RuneSelf {
			out = append(out, b)
			continue
		}
		i := int(b - utf8.RuneSelf)
		if i >= len(table) || table[i] == utf8.RuneError {
			return nil, errors.New("byte outside the declared character set")
		}
		out = utf8.AppendRune(out, table[i])
	}
	return out, nil
}

func latin1() []rune {
	table := make([]rune, 128)
	for i := range table {
		table[i] = rune(utf8.RuneSelf + i)
	}
	return table
}

// windows1251 is the table of the WHATWG Encoding Standard, except that 0x98, undefined in the code page, is refused.
func windows1251() []rune {
	table := []rune("ЂЃ‚ѓ„…†‡€‰Љ‹ЊЌЋЏ" + "ђ‘’“”•–—\uFFFD™љ›њќћџ" +
		"\u00A0ЎўЈ¤Ґ¦§Ё©Є«¬\u00AD®Ї" + "°±Ііґµ¶·ё№є»јЅѕї")
	for r := 'А'; r <= 'я'; r++ {
		table = append(table, r)
	}
	return table
}
