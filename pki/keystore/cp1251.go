package keystore

import "unicode/utf8"

// windows1251 converts a password from UTF-8 to the encoding in which programs for
// Windows in Ukraine take what is typed; nil when that changes nothing or cannot be.
func windows1251(password []byte) []byte {
	if !utf8.Valid(password) {
		return nil
	}
	out := make([]byte, 0, len(password))
	changed := false
	for rest := password; len(rest) > 0; {
		r, n := utf8.DecodeRune(rest)
		rest = rest[n:]
		c, ok := windows1251Byte(r)
		if !ok {
			clear(out)
			return nil
		}
		changed = changed || n > 1
		out = append(out, c)
	}
	if !changed {
		return nil
	}
	return out
}

// windows1251Byte knows what Ukrainian keyboards have.
func windows1251Byte(r rune) (byte, bool) {
	switch {
	case r < utf8.RuneSelf:
		return byte(r), true
	case r >= 'А' && r <= 'я':
		return byte(0xc0 + r - 'А'), true
	}
	switch r {
	case 'Ґ':
		return 0xa5, true
	case 'ґ':
		return 0xb4, true
	case 'Є':
		return 0xaa, true
	case 'є':
		return 0xba, true
	case 'І':
		return 0xb2, true
	case 'і':
		return 0xb3, true
	case 'Ї':
		return 0xaf, true
	case 'ї':
		return 0xbf, true
	case 'Ё':
		return 0xa8, true
	case 'ё':
		return 0xb8, true
	case '№':
		return 0xb9, true
	case '’':
		return 0x92, true
	}
	return 0, false
}
