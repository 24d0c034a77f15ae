package registry

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"time"

	"github.com/dovidka/dovidka"
)

// Store is what Service needs of the data. Both methods read one snapshot each
// and wrap ErrUnavailable when the data cannot be reached for a reason that may
// pass.
type Store interface {
	// Find looks up the persons a request names. It returns only usable ones,
	// and at most two for each of the requester and the subject: enough to know
	// none and one from several.
	Find(ctx context.Context, q Query) (Found, error)
	// Record gathers the declarations of a usable person and of everybody
	// merged into that person, transitively. It returns dovidka.ErrNobody when
	// the person is not usable (any more), and ErrTooMuch beyond its bounds.
	Record(ctx context.Context, person dovidka.ID) (dovidka.Patient, []dovidka.Declaration, error)
}

// Errors a Store wraps.
var (
	// ErrUnavailable says that the store cannot be reached now.
	ErrUnavailable = errors.New("registry store is unavailable")
	// ErrTooMuch says that a person has more duplicates or declarations than
	// anybody can have: the data are damaged, and half of them is no answer.
	ErrTooMuch = errors.New("record is larger than its bound")
)

// Bounds of one record. The largest sets seen in de-duplication are of a few
// tens of persons, and a patient signs a declaration once in some years.
const (
	MaxMerged       = 256
	MaxDeclarations = 2000
)

// Identifier is how a person is looked up: by the first of РНОКПП, УНЗР and
// document that is given.
type Identifier struct {
	RNOKPP   dovidka.RNOKPP
	UNZR     dovidka.UNZR
	Document dovidka.Document
}

// IsZero reports whether nothing is given.
func (i Identifier) IsZero() bool { return i == Identifier{} }

// Query names the persons of one request.
type Query struct {
	Requester Identifier
	// Subject is zero when the requester asks for own declarations.
	Subject Identifier
	// Day is the day on which a confidant relationship must be in force.
	Day dovidka.Date
}

// Found is what a Query found.
type Found struct {
	Requesters []Candidate
	Subjects   []Candidate
}

// Candidate is a usable person who matches an identifier.
type Candidate struct {
	Patient   dovidka.Patient
	Documents []dovidka.Document
	// Confidant reports, for a subject, whether one of the found requesters is
	// his or her confidant person: an active, verified relationship that has
	// not expired.
	Confidant bool
}

// Config is what New needs.
type Config struct {
	Store Store
	// GrantKey is the ledger's public key.
	GrantKey ed25519.PublicKey
	// Now is the clock; time.Now when nil.
	Now func() time.Time
}

// Service opens records to the holders of grants.
type Service struct {
	store Store
	key   ed25519.PublicKey
	now   func() time.Time
}

// New checks the configuration and returns a Service.
func New(c Config) (*Service, error) {
	if c.Store == nil {
		return nil, errors.New("registry: Store is required")
	}
	if len(c.GrantKey) != ed25519.PublicKeySize {
		return nil, errors.New("registry: GrantKey is not an Ed25519 public key")
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return &Service{store: c.Store, key: c.GrantKey, now: c.Now}, nil
}

// Read returns the record the grant opens: the patient with all declarations,
// those under merged duplicates included, or as much of it as the grant's scope
// says. A grant that does not open is an internal fault, since only the ledger
// makes them. Faults:
//
//   - CodePatientNotFound: nobody, or several, answer to the signer's
//     identifier, or to that of an inquiry, whose other particulars must be true
//     too; the cause (dovidka.ErrNobody, dovidka.ErrAmbiguous,
//     dovidka.ErrContradicted) is not told outside;
//   - CodeSubjectMismatch: the certificate names another person than the
//     registry does, or own declarations were asked for with somebody else's data;
//   - CodeConfidantRequired: the signer is under 14;
//   - CodeRelationNotConfirmed: the signer may not act for the subject, or the
//     registry does not know one such subject, with the same causes;
//   - CodeRegistryUnavailable, CodeTimeout: the store did not answer.
func (s *Service) Read(ctx context.Context, grant dovidka.Grant) (dovidka.Record, error) {
	now := s.now()
	claims, err := grant.Open(s.key, now)
	if err != nil {
		return dovidka.Record{}, dovidka.NewFault(dovidka.CodeInternal, "open grant: %w", err)
	}
	day := dovidka.DateOf(now.In(dovidka.Kyiv()))
	found, err := s.store.Find(ctx, queryOf(claims, day))
	if err != nil {
		return dovidka.Record{}, storeFault("find person", err)
	}
	id, err := decide(claims, found, day)
	if err != nil {
		return dovidka.Record{}, err
	}
	patient, declarations, err := s.store.Record(ctx, id)
	if err != nil {
		return dovidka.Record{}, storeFault("read record", err)
	}
	dovidka.SortDeclarations(declarations, day)
	record := dovidka.Record{Patient: patient, Declarations: declarations, AsOf: now, Scope: claims.Scope}
	if claims.Scope == dovidka.ScopeStatus {
		record = statusOnly(record, claims, day)
	}
	return record, nil
}

// queryOf makes the look-up a grant permits.
func queryOf(c dovidka.GrantClaims, day dovidka.Date) Query {
	q := Query{Day: day, Requester: Identifier{RNOKPP: c.Requester.RNOKPP, UNZR: c.Requester.UNZR, Document: c.Requester.Document}}
	if c.Subject.Relation != dovidka.RelationSelf {
		q.Subject = Identifier{RNOKPP: c.Subject.RNOKPP, UNZR: c.Subject.UNZR, Document: c.Subject.Document}
	}
	return q
}

func storeFault(action string, err error) error {
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return dovidka.NewFault(dovidka.CodeTimeout, "%s: %w", action, err)
	case errors.Is(err, ErrUnavailable):
		return dovidka.NewFault(dovidka.CodeRegistryUnavailable, "%s: %w", action, err)
	case errors.Is(err, dovidka.ErrNobody):
		// The person was found a moment ago and merged or closed since.
		return dovidka.NewFault(dovidka.CodePatientNotFound, "%s: %w", action, err)
	default:
		return fmt.Errorf("%s: %w", action, err)
	}
}
