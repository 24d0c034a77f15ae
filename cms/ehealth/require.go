package ehealth

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/dovidka/dovidka/pki"
)

// Accepted is an answer that has passed [Answer.Require].
type Accepted struct {
	Content json.RawMessage
	// Signer and Stamp are the outermost of their kind, the last ones made; nil if none
	// was required.
	Signer, Stamp *Signer
}

// Require demands as many signatures of persons and as many stamps of organisations,
// no more and no less, and every one of them valid. The error is in the words in which
// the system refuses a document.
func (a *Answer) Require(signatures, stamps int) (*Accepted, error) {
	out := &Accepted{Content: a.Content}
	var persons, seals int
	for i := range a.Signatures {
		s := &a.Signatures[i]
		if s.IsStamp {
			seals++
			if out.Stamp == nil {
				out.Stamp = &s.Signer
			}
			continue
		}
		persons++
		if out.Signer == nil {
			out.Signer = &s.Signer
		}
	}
	if persons != signatures || seals != stamps {
		return nil, fmt.Errorf("document must contain %s and %s but contains %s and %s",
			count(signatures, "signature"), count(stamps, "stamp"), count(persons, "signature"), count(seals, "stamp"))
	}
	for _, s := range a.Signatures {
		if !s.IsValid {
			return nil, errors.New(s.Message)
		}
	}
	return out, nil
}

func count(n int, word string) string {
	if n != 1 {
		word += "s"
	}
	return fmt.Sprintf("%d %s", n, word)
}

// SameDRFO reports whether a signer's number is the tax number of a person: the same
// without spaces, or the same when both are written in Latin capitals, since the series
// of a passport stands in either alphabet. A signer without a number is nobody.
func SameDRFO(drfo, taxID pki.Personal) bool {
	ours, theirs := strings.ReplaceAll(drfo.Reveal(), " ", ""), taxID.Reveal()
	if ours == "" || theirs == "" {
		return false
	}
	return ours == theirs || Transliterate(ours) == Transliterate(theirs)
}

// SameSurname compares as the system does, without regard to case.
func (s *Signer) SameSurname(surname pki.Personal) bool {
	return !surname.IsZero() && strings.EqualFold(s.Surname.Reveal(), surname.Reveal())
}

// IsCitizen reports whether the signer is the person who registers: the number is the
// tax number as it stands, and the given name, which has the patronymic too, contains
// the first name.
func (s *Signer) IsCitizen(taxID, firstName pki.Personal) bool {
	return !taxID.IsZero() && s.DRFO.Equal(taxID) && !firstName.IsZero() &&
		strings.Contains(strings.ToLower(s.GivenName.Reveal()), strings.ToLower(firstName.Reveal()))
}

// Transliterate writes Ukrainian in Latin capitals by the table of resolution 55 of the
// Cabinet of Ministers (2010), letter by letter: a capital as at the beginning of a
// word and a small letter as within one, wherever they stand, which is how the system
// does it. Soft signs and apostrophes are left out.
func Transliterate(s string) string {
	var b strings.Builder
	afterZ := false
	for _, r := range s {
		latin := transliterate(r)
		if afterZ && (r == 'г' || r == 'Г') {
			latin = "GH" // зг is zgh, for zh is ж
		}
		b.WriteString(latin)
		afterZ = r == 'з' || r == 'З' || r == 'z' || r == 'Z'
	}
	return strings.ToUpper(b.String())
}

func transliterate(r rune) string {
	switch r {
	case 'Є':
		return "YE"
	case 'Ї':
		return "YI"
	case 'Й':
		return "Y"
	case 'Ю':
		return "YU"
	case 'Я':
		return "YA"
	case 'є':
		return "IE"
	case 'ї', 'й':
		return "I"
	case 'ю':
		return "IU"
	case 'я':
		return "IA"
	case 'ь', 'Ь', '\'':
		return ""
	}
	const plain = "АБВГҐДЕЖЗИІКЛМНОПРСТУФХЦЧШЩ"
	latin := [...]string{
		"A", "B", "V", "H", "G", "D", "E", "ZH", "Z", "Y", "I", "K", "L", "M", "N", "O", "P", "R", "S", "T", "U", "F", "KH", "TS", "CH", "SH", "SHCH",
	}
	at := 0
	for _, capital := range plain {
		if strings.EqualFold(string(capital), string(r)) {
			return latin[at]
		}
		at++
	}
	return string(r)
}
