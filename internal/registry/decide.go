package registry

import (
	"errors"
	"slices"

	"github.com/dovidka/dovidka"
)

// Ages at which the law changes who signs.
const (
	ageOfSigning  = 14 // from here on a person signs for him- or herself
	ageOfMajority = 18
)

// Causes of refusals, for the ledger and the logs; none is told outside.
var (
	errSignerName       = errors.New("certificate names another person")
	errSignerUNZR       = errors.New("certificate holds another УНЗР")
	errSelfOther        = errors.New("own declarations are asked for with another person's data")
	errSignerYoung      = errors.New("signer is under 14")
	errSubjectName      = errors.New("subject has another name")
	errSubjectNumber    = errors.New("subject has another number or document")
	errSubjectBirthDate = errors.New("subject has another birth date")
	errSubjectAge       = errors.New("subject's age does not fit the relation")
	errSubjectSelf      = errors.New("signer and subject are one person")
	errNotConfidant     = errors.New("no confidant relationship in force")
	errUnknownRelation  = errors.New("relation is not known")
	errNoBirthDate      = errors.New("person has no birth date")
	errGrantScope       = errors.New("grant is of an unknown scope")
	errGrantBasis       = errors.New("grant names neither a signer nor a legal ground, or both")
	errGrantSubject     = errors.New("grant of an inquiry names no subject")
)

// decide applies the rules to what was found and returns the person whose
// record is opened. It is a pure function of its arguments.
//
// Exactly one person must answer to an identifier before names are looked at:
// where two active persons share one РНОКПП, choosing by name would show one of
// them a record that may be the other's.
func decide(c dovidka.GrantClaims, found Found, day dovidka.Date) (dovidka.ID, error) {
	if !c.Scope.Known() {
		return "", errGrantScope
	}
	inquiry := c.Subject.Relation == dovidka.RelationThirdParty
	if byLaw, bySigner := c.Ground != "", c.Requester != (dovidka.GrantPerson{}); byLaw != inquiry || byLaw == bySigner {
		return "", errGrantBasis
	}
	if inquiry {
		return inquired(c.Subject, found)
	}
	signer, err := only(found.Requesters)
	if err != nil {
		return "", dovidka.NewFault(dovidka.CodePatientNotFound, "requester: %w", err)
	}
	if err := checkSigner(c.Requester, signer.Patient); err != nil {
		return "", &dovidka.Fault{Code: dovidka.CodeSubjectMismatch, Err: err}
	}
	age, ok := signer.Patient.BirthDate.AgeOn(day)
	if !ok {
		return "", errNoBirthDate
	}
	if age < ageOfSigning {
		return "", &dovidka.Fault{Code: dovidka.CodeConfidantRequired, Err: errSignerYoung}
	}
	if c.Subject.Relation == dovidka.RelationSelf {
		if err := sameSubject(unproved(c.Subject, c.Requester), signer); err != nil {
			return "", &dovidka.Fault{Code: dovidka.CodeSubjectMismatch, Err: errors.Join(errSelfOther, err)}
		}
		return signer.Patient.ID, nil
	}
	// Whoever may not act for a person does not learn whether the registry
	// knows that person either: one code for both.
	subject, err := only(found.Subjects)
	if err != nil {
		return "", dovidka.NewFault(dovidka.CodeRelationNotConfirmed, "subject: %w", err)
	}
	if err := checkRelation(c.Subject, signer, subject, day); err != nil {
		return "", &dovidka.Fault{Code: dovidka.CodeRelationNotConfirmed, Err: err}
	}
	return subject.Patient.ID, nil
}

// inquired returns the person whom a body inquires about. A body that has the
// number right and the name wrong learns no more than one that has neither.
func inquired(said dovidka.Subject, found Found) (dovidka.ID, error) {
	if !said.Identified() || said.Name.IsZero() {
		return "", errGrantSubject
	}
	subject, err := only(found.Subjects)
	if err != nil {
		return "", dovidka.NewFault(dovidka.CodePatientNotFound, "subject: %w", err)
	}
	if err := sameSubject(said, subject); err != nil {
		return "", &dovidka.Fault{Code: dovidka.CodePatientNotFound, Err: errors.Join(dovidka.ErrContradicted, err)}
	}
	return subject.Patient.ID, nil
}

func only(list []Candidate) (Candidate, error) {
	switch len(list) {
	case 0:
		return Candidate{}, dovidka.ErrNobody
	case 1:
		return list[0], nil
	default:
		return Candidate{}, dovidka.ErrAmbiguous
	}
}

// checkSigner compares the certificate with the person found by its number. An
// УНЗР that contradicts is another person's certificate or another person's
// row; one that either side lacks says nothing.
func checkSigner(signer dovidka.GrantPerson, p dovidka.Patient) error {
	if !signer.Name.Matches(p.Name) {
		return errSignerName
	}
	if !signer.UNZR.IsZero() && !p.UNZR.IsZero() && signer.UNZR != p.UNZR {
		return errSignerUNZR
	}
	return nil
}

// unproved leaves out what a certificate proves of its holder: the registry
// need not have it too. Where it has something else, checkSigner refuses.
func unproved(said dovidka.Subject, signer dovidka.GrantPerson) dovidka.Subject {
	if said.UNZR == signer.UNZR {
		said.UNZR = dovidka.UNZR{}
	}
	if said.Document == signer.Document {
		said.Document = dovidka.Document{}
	}
	return said
}

// sameSubject reports the first thing said of the subject that is not true of
// the person. What was not said is not compared.
func sameSubject(s dovidka.Subject, c Candidate) error {
	switch {
	case !s.RNOKPP.IsZero() && s.RNOKPP != c.Patient.RNOKPP,
		!s.UNZR.IsZero() && s.UNZR != c.Patient.UNZR,
		!s.Document.IsZero() && !slices.Contains(c.Documents, s.Document):
		return errSubjectNumber
	case !s.Name.IsZero() && !s.Name.Equal(c.Patient.Name):
		return errSubjectName
	case !s.BirthDate.IsZero() && s.BirthDate != c.Patient.BirthDate:
		return errSubjectBirthDate
	}
	return nil
}

// checkRelation decides whether the signer may act for the subject: a child
// under 14, or an adult ward. Between 14 and 18 a person signs alone.
func checkRelation(s dovidka.Subject, signer, subject Candidate, day dovidka.Date) error {
	if signer.Patient.ID == subject.Patient.ID {
		return errSubjectSelf
	}
	if err := sameSubject(s, subject); err != nil {
		return err
	}
	age, ok := subject.Patient.BirthDate.AgeOn(day)
	if !ok {
		return errNoBirthDate
	}
	switch s.Relation {
	case dovidka.RelationChild:
		ok = age < ageOfSigning
	case dovidka.RelationWard:
		ok = age >= ageOfMajority
	default:
		return errUnknownRelation
	}
	if !ok {
		return errSubjectAge
	}
	if !subject.Confidant {
		return errNotConfidant
	}
	return nil
}
