package dovidka

import (
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"
)

// GrantClaims is what a grant says: who may read whose record, how much of it,
// why, and until when. It rests on a consent, or on the legal ground of an
// inquiry.
type GrantClaims struct {
	ID        ID
	RequestID ID
	ConsentID ID     // empty with a Ground
	Ground    string // empty with a ConsentID
	Purpose   string
	Recipient string
	Scope     Scope
	// Number is the one declaration that ScopeStatus is asked of; zero for any.
	Number DeclarationNumber
	// Requester is the signer, zero with a Ground; Subject is the person whose
	// record is opened, as the statement or the inquiry names it. When the
	// relation is self that is the signer, and what the statement says must be
	// true of him or her.
	Requester GrantPerson
	Subject   Subject
	IssuedAt  time.Time
	ExpiresAt time.Time
}

// GrantPerson identifies the signer to the registry.
type GrantPerson struct {
	RNOKPP   RNOKPP
	Document Document
	UNZR     UNZR
	Name     SignerName
}

// Grant opens the registry for one reading. Only the ledger can make one,
// because only it holds the signing key; making it is recording it. The zero
// Grant opens nothing.
type Grant struct {
	id        ID
	payload   []byte // personal: JSON of grantJSON
	signature []byte
}

// ErrGrant is the answer to a grant that is forged, altered or out of time.
var ErrGrant = errors.New("grant is not valid")

// grantContext separates these signatures from any other use of the key.
const grantContext = "dovidka grant v1"

type grantJSON struct {
	ID        ID              `json:"id"`
	RequestID ID              `json:"request_id"`
	ConsentID ID              `json:"consent_id,omitempty"`
	Ground    string          `json:"ground,omitempty"`
	Purpose   string          `json:"purpose"`
	Recipient string          `json:"recipient"`
	Scope     Scope           `json:"scope"`
	Number    string          `json:"number,omitempty"`
	Requester grantPersonJSON `json:"requester"`
	Subject   SubjectJSON     `json:"subject"`
	IssuedAt  time.Time       `json:"issued_at"`
	ExpiresAt time.Time       `json:"expires_at"`
}

type grantPersonJSON struct {
	RNOKPP   string        `json:"rnokpp,omitempty"`
	UNZR     string        `json:"unzr,omitempty"`
	Document *DocumentJSON `json:"document,omitempty"`
	Surname  string        `json:"surname"`
	Given    string        `json:"given"`
}

// SignGrant makes a grant of the claims under the ledger's key.
func SignGrant(c GrantClaims, key ed25519.PrivateKey) (Grant, error) {
	if len(key) != ed25519.PrivateKeySize {
		return Grant{}, errors.New("sign grant: key is not an Ed25519 private key")
	}
	person := grantPersonJSON{
		RNOKPP: c.Requester.RNOKPP.Reveal(), UNZR: c.Requester.UNZR.Reveal(),
		Surname: c.Requester.Name.Surname(), Given: c.Requester.Name.Given(),
	}
	if d := c.Requester.Document; !d.IsZero() {
		person.Document = &DocumentJSON{d.Type, d.Number()}
	}
	payload, err := json.Marshal(grantJSON{
		ID: c.ID, RequestID: c.RequestID, ConsentID: c.ConsentID, Ground: c.Ground, Purpose: c.Purpose, Recipient: c.Recipient,
		Scope: c.Scope, Number: c.Number.Reveal(), Requester: person, Subject: c.Subject.Plain(), IssuedAt: c.IssuedAt.UTC(), ExpiresAt: c.ExpiresAt.UTC(),
	})
	if err != nil {
		return Grant{}, fmt.Errorf("encode grant: %w", err)
	}
	signature, err := key.Sign(nil, payload, &ed25519.Options{Context: grantContext})
	if err != nil {
		return Grant{}, fmt.Errorf("sign grant: %w", err)
	}
	return Grant{id: c.ID, payload: payload, signature: signature}, nil
}

// ID returns the grant's name in the ledger. It is not verified.
func (g Grant) ID() ID { return g.id }

// Open checks the signature and the time and returns what the grant says. It
// returns ErrGrant otherwise.
func (g Grant) Open(key ed25519.PublicKey, now time.Time) (GrantClaims, error) {
	if len(key) != ed25519.PublicKeySize ||
		ed25519.VerifyWithOptions(key, g.payload, g.signature, &ed25519.Options{Context: grantContext}) != nil {
		return GrantClaims{}, ErrGrant
	}
	var in grantJSON
	if err := DecodeStrict(g.payload, &in); err != nil || in.ID != g.id {
		return GrantClaims{}, ErrGrant
	}
	if now.Before(in.IssuedAt) || !now.Before(in.ExpiresAt) {
		return GrantClaims{}, ErrGrant
	}
	subject := Subject{
		Relation: in.Subject.Relation,
		Name:     PersonName{in.Subject.LastName, in.Subject.FirstName, in.Subject.SecondName},
		RNOKPP:   RNOKPP{newSecret(in.Subject.RNOKPP)}, UNZR: UNZR{newSecret(in.Subject.UNZR)},
		BirthDate: BirthDate{newSecret(in.Subject.BirthDate)},
	}
	if d := in.Subject.Document; d != nil {
		subject.Document = ReadDocument(d.Type, d.Number)
	}
	person := GrantPerson{
		RNOKPP: RNOKPP{newSecret(in.Requester.RNOKPP)}, UNZR: UNZR{newSecret(in.Requester.UNZR)},
		Name: NewSignerName(in.Requester.Surname, in.Requester.Given),
	}
	if d := in.Requester.Document; d != nil {
		person.Document = ReadDocument(d.Type, d.Number)
	}
	return GrantClaims{
		ID: in.ID, RequestID: in.RequestID, ConsentID: in.ConsentID, Ground: in.Ground, Purpose: in.Purpose, Recipient: in.Recipient,
		Scope: in.Scope, Number: DeclarationNumber{newSecret(in.Number)}, Requester: person, Subject: subject, IssuedAt: in.IssuedAt, ExpiresAt: in.ExpiresAt,
	}, nil
}

// Format hides the grant's content from every verb of fmt.
func (g Grant) Format(f fmt.State, _ rune) { io.WriteString(f, "grant "+string(g.id)) }

// LogValue shows the grant's name only.
func (g Grant) LogValue() slog.Value { return slog.StringValue(string(g.id)) }

// MarshalText shows the grant's name only.
func (g Grant) MarshalText() ([]byte, error) { return []byte(g.id), nil }
