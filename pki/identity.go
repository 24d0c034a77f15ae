package pki

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"
)

// Errors of [Certificate.Identity]; test with errors.Is. None of them, nor the text
// around them, contains a value from the certificate.
var (
	// ErrIdentityConflict means that the certificate states two different values, or
	// the same attribute twice, where a person has one.
	ErrIdentityConflict = errors.New("pki: certificate states conflicting identities")
	// ErrIdentityMalformed means that a number is not of the form it must have.
	ErrIdentityMalformed = errors.New("pki: certificate states a malformed identity")
)

// Identity is who a certificate says its holder is. Fields which the certificate
// does not state are zero.
type Identity struct {
	// DRFO is the taxpayer's number (РНОКПП) or, for people without one, the series
	// and number of their passport or the number of their identity card.
	DRFO Personal
	// UNZR is the number in the demographic register, YYYYMMDD-NNNNN.
	UNZR Personal
	// EDRPOU is the code of the legal entity for which the holder acts.
	EDRPOU     Personal
	Surname    Personal
	GivenName  Personal
	CommonName Personal
	// IsSeal: the holder is a legal entity (electronic seal, or the semantics
	// identifier of legal persons), not a natural person.
	IsSeal bool
}

// IsPerson reports whether exactly one natural person is identified: not a seal, and
// at least one of the numbers is stated.
func (i Identity) IsPerson() bool {
	return !i.IsSeal && (!i.DRFO.IsZero() || !i.UNZR.IsZero())
}

// Identity reads the holder out of the certificate: the numbers from
// subjectDirectoryAttributes, serialNumber and organizationIdentifier (ETSI EN 319
// 412-1, clause 5.1.3), the names from the subject. A number stated in two places
// must be the same number.
func (c *Certificate) Identity() (Identity, error) {
	id := Identity{IsSeal: c.IsSeal() || c.hasLegalSemantics()}
	subject := c.Subject.Attributes()
	for _, name := range []struct {
		field *Personal
		oid   string
	}{{&id.Surname, OIDSurname}, {&id.GivenName, OIDGivenName}, {&id.CommonName, OIDCommonName}} {
		values := attributeValues(subject, name.oid)
		switch {
		case len(values) > 1:
			return Identity{}, fmt.Errorf("%w: attribute %s repeated", ErrIdentityConflict, name.oid)
		case len(values) == 0:
			continue
		case strings.ContainsFunc(values[0], unicode.IsControl):
			return Identity{}, fmt.Errorf("%w: control character in attribute %s", ErrIdentityMalformed, name.oid)
		}
		*name.field = NewPersonal(values[0])
	}
	serials := attributeValues(subject, OIDSerialNumber)
	organizations := attributeValues(subject, OIDOrganizationIdentifier)
	numbers := []struct {
		field    *Personal
		name     string
		sda      string
		prefix   string
		stated   []string
		wellForm func(string) bool
	}{
		{&id.DRFO, "DRFO", OIDSubjectDRFO, "TINUA-", serials, validDRFO},
		{&id.UNZR, "UNZR", OIDSubjectUNZR, "PNOUA-", serials, validUNZR},
		{&id.EDRPOU, "EDRPOU", OIDSubjectEDRPOU, "NTRUA-", organizations, validEDRPOU},
	}
	for _, n := range numbers {
		values, err := c.directoryValues(n.sda, n.name)
		if err != nil {
			return Identity{}, err
		}
		stated := withPrefix(n.stated, n.prefix)
		if len(stated) > 1 {
			return Identity{}, fmt.Errorf("%w: more than one %s in the subject", ErrIdentityConflict, n.name)
		}
		values = append(values, stated...)
		v, err := agree(n.name, values, n.wellForm)
		if err != nil {
			return Identity{}, err
		}
		*n.field = NewPersonal(v)
	}
	return id, nil
}

func withPrefix(values []string, prefix string) []string {
	var out []string
	for _, v := range values {
		if rest, ok := strings.CutPrefix(v, prefix); ok {
			out = append(out, rest)
		}
	}
	return out
}

// directoryValues returns the values of one kind in subjectDirectoryAttributes, of
// which there may be one attribute with one value.
func (c *Certificate) directoryValues(oid, name string) ([]string, error) {
	var values []string
	attributes := 0
	for _, a := range c.directory {
		if a.oid == oid {
			// A number that cannot be read may contradict one that can.
			if a.unreadable {
				return nil, fmt.Errorf("%w: %s is not a text", ErrIdentityMalformed, name)
			}
			attributes++
			for _, v := range a.values {
				values = append(values, v.Reveal())
			}
		}
	}
	if attributes > 1 || len(values) > 1 {
		return nil, fmt.Errorf("%w: more than one %s", ErrIdentityConflict, name)
	}
	return values, nil
}

// agree reduces the statements of one number to the number.
func agree(name string, values []string, wellFormed func(string) bool) (string, error) {
	var found []string
	for _, v := range values {
		v = strings.Trim(v, " ")
		if strings.ContainsFunc(v, unicode.IsControl) {
			return "", fmt.Errorf("%w: control character in %s", ErrIdentityMalformed, name)
		}
		// Zeros alone fill the place of a number which somebody does not have; taken
		// for a number they would be the same one for everybody.
		if strings.Trim(v, "0") != "" && !slices.Contains(found, v) {
			found = append(found, v)
		}
	}
	switch {
	case len(found) == 0:
		return "", nil
	case len(found) > 1:
		return "", fmt.Errorf("%w: two values of %s", ErrIdentityConflict, name)
	case !wellFormed(found[0]):
		return "", fmt.Errorf("%w: %s", ErrIdentityMalformed, name)
	}
	return found[0], nil
}

// hasLegalSemantics looks for the semantics identifier of legal persons in the
// qcStatements (RFC 3739, clause 3.2.6.1; ETSI EN 319 412-1, clause 5.1.1) and for
// the statement that the certificate is one for seals (ETSI EN 319 412-5, clause 4.2.3).
func (c *Certificate) hasLegalSemantics() bool {
	for _, q := range c.QCStatements {
		switch q.OID {
		case oidQCSyntaxV2, oidQCType:
			for _, oid := range oidsWithin(q.Info) {
				if oid == oidSemanticsLegal || oid == oidQCTypeSeal {
					return true
				}
			}
		}
	}
	return false
}

// validDRFO accepts a РНОКПП with a right check digit and what stands in its place
// for people who refused one: the number of an identity card (9 digits) or of a
// passport (two Ukrainian letters and 6 digits).
func validDRFO(s string) bool {
	if digits(s, 10) {
		return validCheckDigit(s)
	}
	return digits(s, 9) || passportPattern().MatchString(s)
}

var passportPattern = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[АБВГҐДЕЄЖЗИІЇЙКЛМНОПРСТУФХЦЧШЩЬЮЯ]{2}\d{6}$`)
})

// validCheckDigit checks the last digit of a РНОКПП.
func validCheckDigit(s string) bool {
	weights := [...]int{-1, 5, 7, 9, 4, 6, 10, 5, 7}
	sum := 0
	for i, w := range weights {
		sum += w * int(s[i]-'0')
	}
	return ((sum%11)+11)%11%10 == int(s[9]-'0')
}

func validUNZR(s string) bool {
	if len(s) != 14 || s[8] != '-' || !digits(s[:8], 8) || !digits(s[9:], 5) {
		return false
	}
	_, err := time.Parse("20060102", s[:8])
	return err == nil
}

// validEDRPOU accepts the code of a legal entity and, for entrepreneurs, what stands
// in its place: their own number.
func validEDRPOU(s string) bool {
	return digits(s, 8) || validDRFO(s)
}

func digits(s string, n int) bool {
	if len(s) != n {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}
