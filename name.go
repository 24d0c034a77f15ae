package dovidka

import (
	"fmt"
	"io"
	"log/slog"
	"strings"
	"unicode"
)

// PersonName is a person's name as the registry holds it. It hides itself when
// printed; its fields are plain for those who hold a grant.
type PersonName struct {
	Family     string // прізвище
	Given      string // ім'я
	Patronymic string // по батькові; may be empty
}

// Full returns "Прізвище Ім'я По батькові" in plain text.
func (n PersonName) Full() string {
	return strings.Join(strings.Fields(n.Family+" "+n.Given+" "+n.Patronymic), " ")
}

// IsZero reports whether there is no name.
func (n PersonName) IsZero() bool { return n == PersonName{} }

// String hides the name.
func (n PersonName) String() string { return hidden }

// GoString hides the name from %#v.
func (n PersonName) GoString() string { return hidden }

// Format hides the name from every verb of fmt.
func (n PersonName) Format(f fmt.State, _ rune) { io.WriteString(f, hidden) }

// LogValue hides the name from log/slog.
func (n PersonName) LogValue() slog.Value { return slog.StringValue(hidden) }

// MarshalText hides the name from encoders such as encoding/json.
func (n PersonName) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// Equal compares surname, given name and, when both have one, patronymic, each
// after NormalizeName.
func (n PersonName) Equal(other PersonName) bool {
	return NormalizeName(n.Family) == NormalizeName(other.Family) &&
		NormalizeName(n.Given) == NormalizeName(other.Given) &&
		(n.Patronymic == "" || other.Patronymic == "" || NormalizeName(n.Patronymic) == NormalizeName(other.Patronymic))
}

// SignerName is a person's name as a certificate holds it: the given name may
// carry the patronymic too, and international certificates write both in Latin
// letters.
type SignerName struct {
	surname, given secret
}

// NewSignerName wraps the surname (OID 2.5.4.4) and the given name (2.5.4.42)
// of a certificate's subject.
func NewSignerName(surname, given string) SignerName {
	return SignerName{newSecret(strings.TrimSpace(surname)), newSecret(strings.TrimSpace(given))}
}

// Surname returns the surname in plain text.
func (s SignerName) Surname() string { return s.surname.Reveal() }

// Given returns the given name, perhaps with the patronymic, in plain text.
func (s SignerName) Given() string { return s.given.Reveal() }

// Matches reports whether the certificate names the person the registry knows:
// surnames equal, and the registry's given name stands in the certificate's as
// a whole word, both after NormalizeName; Latin names are compared after the
// official transliteration of the registry's name. An empty name never matches.
func (s SignerName) Matches(n PersonName) bool {
	surname, given := NormalizeName(s.Surname()), NormalizeName(s.Given())
	family, first := NormalizeName(n.Family), NormalizeName(n.Given)
	if surname == "" || given == "" || family == "" || first == "" {
		return false
	}
	if isLatin(surname) && isLatin(given) {
		family, first = Romanize(family), Romanize(first)
	}
	return surname == family && containsWords(given, first)
}

// containsWords reports whether words stands in text bounded by spaces or hyphens.
func containsWords(text, words string) bool {
	bounded := func(s string) string { return "-" + strings.ReplaceAll(s, " ", "-") + "-" }
	return strings.Contains(bounded(text), bounded(words))
}

func isLatin(s string) bool {
	for _, r := range s {
		if unicode.IsLetter(r) && !unicode.Is(unicode.Latin, r) {
			return false
		}
	}
	return true
}

var nameMarks = strings.NewReplacer(
	"’", "'", "ʼ", "'", "`", "'", "‘", "'", "´", "'", "′", "'", "＇", "'",
	"–", "-", "—", "-", "‐", "-", "‑", "-", "−", "-",
)

// NormalizeName prepares a name for comparison: lower case, white space folded,
// one form of apostrophe and of hyphen, no spaces around a hyphen. Letters are
// kept: Олена and Елена stay two names.
func NormalizeName(s string) string {
	s = strings.Join(strings.Fields(nameMarks.Replace(strings.ToLower(s))), " ")
	s = strings.ReplaceAll(s, " -", "-")
	return strings.ReplaceAll(s, "- ", "-")
}

// Romanize writes a normalised Ukrainian name in Latin letters by the table of
// the Cabinet of Ministers' resolution No. 55 of 27 January 2010, which
// certificates with international algorithms use.
func Romanize(s string) string {
	var b strings.Builder
	start := true
	runes := []rune(s)
	for i := 0; i < len(runes); i++ {
		r := runes[i]
		switch {
		case r == 'з' && i+1 < len(runes) && runes[i+1] == 'г':
			b.WriteString("zgh")
			i++
		case start && initialLatin[r] != "":
			b.WriteString(initialLatin[r])
		case r == 'ь' || r == '\'':
			// Neither is written, and neither begins a word.
			continue
		default:
			if latin, ok := latinLetters[r]; ok {
				b.WriteString(latin)
			} else {
				b.WriteRune(r)
			}
		}
		start = r == ' ' || r == '-'
	}
	return b.String()
}

var initialLatin = map[rune]string{'є': "ye", 'ї': "yi", 'й': "y", 'ю': "yu", 'я': "ya"}

var latinLetters = map[rune]string{
	'а': "a", 'б': "b", 'в': "v", 'г': "h", 'ґ': "g", 'д': "d", 'е': "e", 'є': "ie", 'ж': "zh", 'з': "z",
	'и': "y", 'і': "i", 'ї': "i", 'й': "i", 'к': "k", 'л': "l", 'м': "m", 'н': "n", 'о': "o", 'п': "p",
	'р': "r", 'с': "s", 'т': "t", 'у': "u", 'ф': "f", 'х': "kh", 'ц': "ts", 'ч': "ch", 'ш': "sh", 'щ': "shch",
	'ю': "iu", 'я': "ia",
}
