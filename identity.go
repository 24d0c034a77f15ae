package dovidka

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Errors of the parsers below. They never repeat what was parsed.
var (
	ErrRNOKPP            = errors.New("not a РНОКПП: ten digits with a check digit are expected")
	ErrUNZR              = errors.New("not an УНЗР: YYYYMMDD-NNNNN is expected")
	ErrEDRPOU            = errors.New("not an ЄДРПОУ: eight digits, or the ten of a ФОП, are expected")
	ErrDocument          = errors.New("not a document of the stated type")
	ErrDeclarationNumber = errors.New("not a declaration number: 0001-XXXX-XXXX or a UUID is expected")
)

// RNOKPP is a taxpayer's registration number (РНОКПП; tax_id in eHealth, drfo
// in certificates).
type RNOKPP struct{ secret }

// ParseRNOKPP reads ten digits with a right check digit; ten zeros are refused.
func ParseRNOKPP(s string) (RNOKPP, error) {
	n, err := ReadRNOKPP(s)
	if err != nil || !n.ChecksumValid() {
		return RNOKPP{}, ErrRNOKPP
	}
	return n, nil
}

// ReadRNOKPP reads ten digits and forgives a wrong check digit: the registry
// and certificates hold numbers that were issued with one. Spaces around are cut.
func ReadRNOKPP(s string) (RNOKPP, error) {
	s = strings.TrimSpace(s)
	if len(s) != 10 || !allDigits(s) || s == "0000000000" {
		return RNOKPP{}, ErrRNOKPP
	}
	return RNOKPP{newSecret(s)}, nil
}

// ChecksumValid reports whether the tenth digit is the check digit of the
// first nine. Weights −1, 5, 7, 9, 4, 6, 10, 5, 7; remainder by 11, then by 10;
// a negative remainder makes the number invalid.
func (n RNOKPP) ChecksumValid() bool {
	s := n.Reveal()
	if len(s) != 10 {
		return false
	}
	sum := 0
	for i, w := range [9]int{-1, 5, 7, 9, 4, 6, 10, 5, 7} {
		sum += w * int(s[i]-'0')
	}
	check := sum % 11 % 10
	return check >= 0 && check == int(s[9]-'0')
}

// UNZR is a record number of the Unified State Demographic Register (УНЗР).
type UNZR struct{ secret }

// ParseUNZR reads YYYYMMDD-NNNNN whose first part is a date.
func ParseUNZR(s string) (UNZR, error) {
	s = strings.TrimSpace(s)
	if len(s) != 14 || s[8] != '-' || !allDigits(s[:8]) || !allDigits(s[9:]) {
		return UNZR{}, ErrUNZR
	}
	if _, err := ParseDate(s[:4] + "-" + s[4:6] + "-" + s[6:8]); err != nil {
		return UNZR{}, ErrUNZR
	}
	return UNZR{newSecret(s)}, nil
}

// EDRPOU is the code of a legal entity (ЄДРПОУ). A sole proprietor (ФОП) has
// his or her own ten-digit tax number here, so it hides like the rest.
type EDRPOU struct{ secret }

// ParseEDRPOU reads eight digits, ten of a sole proprietor, or a passport
// number of one without a tax number.
func ParseEDRPOU(s string) (EDRPOU, error) {
	s = strings.TrimSpace(s)
	if allDigits(s) && (len(s) == 8 || len(s) == 10) || passportPattern.MatchString(NormalizeDocumentNumber(s)) {
		return EDRPOU{newSecret(s)}, nil
	}
	return EDRPOU{}, ErrEDRPOU
}

// Personal reports whether the code belongs to a natural person. A passport's
// number has eight characters too, so the length alone does not say.
func (e EDRPOU) Personal() bool {
	return !e.IsZero() && (len(e.Reveal()) != 8 || !allDigits(e.Reveal()))
}

// DocumentType is eHealth's name of a kind of identity document. The set is
// open: an unknown type passes and its number is not checked.
type DocumentType string

// The document types of eHealth's dictionary DOCUMENT_TYPE that patients have.
const (
	DocumentPassport                DocumentType = "PASSPORT"
	DocumentNationalID              DocumentType = "NATIONAL_ID"
	DocumentBirthCertificate        DocumentType = "BIRTH_CERTIFICATE"
	DocumentForeignBirthCertificate DocumentType = "BIRTH_CERTIFICATE_FOREIGN"
	DocumentTemporaryPassport       DocumentType = "TEMPORARY_PASSPORT"
	DocumentTemporaryCertificate    DocumentType = "TEMPORARY_CERTIFICATE"
	DocumentResidencePermit         DocumentType = "PERMANENT_RESIDENCE_PERMIT"
	DocumentRefugeeCertificate      DocumentType = "REFUGEE_CERTIFICATE"
	DocumentComplementaryProtection DocumentType = "COMPLEMENTARY_PROTECTION_CERTIFICATE"
)

const upperUkrainian = "А-ЩЬЮЯҐЇІЄ"

var (
	passportPattern    = regexp.MustCompile(`^[` + upperUkrainian + `]{2}[0-9]{6}$`)
	nationalIDPattern  = regexp.MustCompile(`^[0-9]{9}$`)
	certificatePattern = regexp.MustCompile(`^[` + upperUkrainian + `A-Z0-9№/()-][А-ЯҐЇІЄA-Z0-9№/()-]{1,24}$`)
	permitPattern      = regexp.MustCompile(`^([` + upperUkrainian + `]{2}[0-9]{4,6}|[0-9]{9}|[` + upperUkrainian + `]{2}[0-9]{5}/[0-9]{5})$`)
)

// Document is an identity document: its kind and its number, normalised.
type Document struct {
	Type   DocumentType
	number secret
}

// ParseDocument reads a document number as its type demands, after
// NormalizeDocumentNumber. A type that is not in the list above takes any
// number of 1 to 255 characters that can be seen.
func ParseDocument(t DocumentType, number string) (Document, error) {
	d := ReadDocument(t, number)
	ok := visible(string(t)) && visible(d.Number())
	switch t {
	case DocumentPassport, DocumentRefugeeCertificate, DocumentComplementaryProtection:
		ok = ok && passportPattern.MatchString(d.Number())
	case DocumentNationalID:
		ok = ok && nationalIDPattern.MatchString(d.Number())
	case DocumentBirthCertificate, DocumentTemporaryPassport:
		ok = ok && certificatePattern.MatchString(d.Number())
	case DocumentTemporaryCertificate, DocumentResidencePermit:
		ok = ok && permitPattern.MatchString(d.Number())
	}
	if !ok {
		return Document{}, ErrDocument
	}
	return d, nil
}

// ReadDocument normalises the number and checks nothing: the registry holds
// numbers that no rule admits, and they must still be found.
func ReadDocument(t DocumentType, number string) Document {
	return Document{Type: t, number: newSecret(NormalizeDocumentNumber(number))}
}

// SignerDocument reads the document number that stands in a certificate in
// place of a РНОКПП: nine digits of an ID card, or a passport.
func SignerDocument(s string) (Document, error) {
	s = strings.TrimSpace(s)
	if nationalIDPattern.MatchString(s) {
		return ParseDocument(DocumentNationalID, s)
	}
	return ParseDocument(DocumentPassport, s)
}

// Number returns the normalised number in plain text.
func (d Document) Number() string { return d.number.Reveal() }

// IsZero reports whether there is no document.
func (d Document) IsZero() bool { return d == Document{} }

// lookAlikes pairs the Latin capitals with the Cyrillic ones they cannot be
// told from on paper. A phonetic transliteration must not be used here: it
// makes "AP123456" and "АР123456" two documents.
var lookAlikes = strings.NewReplacer(
	"A", "А", "B", "В", "C", "С", "E", "Е", "H", "Н", "I", "І", "K", "К", "M", "М", "O", "О", "P", "Р", "T", "Т", "X", "Х",
)

// NormalizeDocumentNumber upper-cases, drops white space, and maps the Latin
// look-alikes to Cyrillic, so that a number compares equal however it was
// typed. Apply it to both sides of a comparison.
func NormalizeDocumentNumber(s string) string {
	return lookAlikes.Replace(strings.ToUpper(strings.Join(strings.Fields(s), "")))
}

// DeclarationNumber is the public number of a declaration: 0001-XXXX-XXXX, or
// a UUID for those signed before March 2018. Never parse its parts.
type DeclarationNumber struct{ secret }

var (
	declarationNumberPattern = regexp.MustCompile(`^[0-9]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}$`)
	uuidPattern              = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)
	latinLookAlikes          = strings.NewReplacer(
		"А", "A", "Е", "E", "Н", "H", "К", "K", "М", "M", "Р", "P", "Т", "T", "Х", "X", "О", "0", "O", "0",
	)
)

// ParseDeclarationNumber reads a number as it stands in the registry.
func ParseDeclarationNumber(s string) (DeclarationNumber, error) {
	if declarationNumberPattern.MatchString(s) || uuidPattern.MatchString(strings.ToLower(s)) {
		return DeclarationNumber{newSecret(s)}, nil
	}
	return DeclarationNumber{}, ErrDeclarationNumber
}

// ReadDeclarationNumber reads what a person typed: upper-cased, Cyrillic
// look-alikes mapped to Latin, both letters O to zero.
func ReadDeclarationNumber(s string) (DeclarationNumber, error) {
	s = strings.TrimSpace(s)
	if uuidPattern.MatchString(strings.ToLower(s)) {
		return DeclarationNumber{newSecret(strings.ToLower(s))}, nil
	}
	return ParseDeclarationNumber(latinLookAlikes.Replace(strings.ToUpper(s)))
}

// KeepDeclarationNumber wraps a number found in the registry whatever its
// form: an unforeseen one is shown, not refused.
func KeepDeclarationNumber(s string) DeclarationNumber { return DeclarationNumber{newSecret(s)} }

// FormatDeclarationNumber makes the number of the n-th declaration as eHealth
// does: base 18 over its alphabet, least significant digit first.
func FormatDeclarationNumber(n uint64) DeclarationNumber {
	const alphabet = "0A1E2H3K4M5P6T7X89"
	symbols := []byte("00000000")
	for i := 0; i < len(symbols) && n > 0; i++ {
		symbols[i] = alphabet[n%uint64(len(alphabet))]
		n /= uint64(len(alphabet))
	}
	return DeclarationNumber{newSecret(fmt.Sprintf("0001-%s-%s", symbols[:4], symbols[4:]))}
}

// visible reports whether s is a text of 1 to 255 characters without control
// characters, which no database index, log or terminal takes well.
func visible(s string) bool {
	n := utf8.RuneCountInString(s)
	return n > 0 && n <= 255 && !strings.ContainsFunc(s, unicode.IsControl)
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
