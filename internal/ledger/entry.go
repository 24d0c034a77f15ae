package ledger

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode"

	"github.com/dovidka/dovidka"
)

// entry is the body of a row. Its JSON (compact, fields in this order, times in
// UTC) is what the hashes cover, so a field is never renamed, moved or removed;
// a new one is added with omitempty.
type entry struct {
	Version   int               `json:"v"`
	Index     int64             `json:"index"`
	At        time.Time         `json:"at"`
	Kind      dovidka.EventKind `json:"kind"`
	RequestID dovidka.ID        `json:"request,omitempty"`
	GrantID   dovidka.ID        `json:"grant,omitempty"`
	ConsentID dovidka.ID        `json:"consentId,omitempty"`
	Subject   dovidka.Pseudonym `json:"subject,omitempty"`
	Requester dovidka.Pseudonym `json:"requester,omitempty"`
	Relation  dovidka.Relation  `json:"relation,omitempty"`
	Channel   dovidka.Channel   `json:"channel,omitempty"`
	Caller    string            `json:"caller,omitempty"`
	Service   string            `json:"service,omitempty"`
	MessageID string            `json:"message,omitempty"`
	Transact  string            `json:"transaction,omitempty"`
	UserID    dovidka.Pseudonym `json:"user,omitempty"`
	Purpose   string            `json:"purpose,omitempty"`
	PurposeID string            `json:"purposeId,omitempty"`
	Ground    string            `json:"ground,omitempty"`
	Scope     dovidka.Scope     `json:"scope,omitempty"`
	Recipient string            `json:"recipient,omitempty"`
	Code      dovidka.Code      `json:"code,omitempty"`
	Detail    string            `json:"detail,omitempty"`
	Digest    string            `json:"digest,omitempty"`
	Signer    *certificateBody  `json:"certificate,omitempty"`
	Consent   *consentBody      `json:"consent,omitempty"`
	Notice    *noticeBody       `json:"notice,omitempty"`
}

type certificateBody struct {
	Serial      string `json:"serial"`
	Issuer      string `json:"issuer"`
	Fingerprint string `json:"fingerprint"`
}

// consentBody holds what of a consent does not stand in the entry around it.
type consentBody struct {
	TextVersion string    `json:"textVersion"`
	TextDigest  string    `json:"textDigest"`
	ExpiresAt   time.Time `json:"expiresAt"`
}

// noticeBody holds what of an exchange about a notice does not stand in the entry
// around it.
type noticeBody struct {
	ID            dovidka.ID            `json:"id"`
	Outcome       dovidka.NoticeOutcome `json:"outcome"`
	Reference     string                `json:"reference,omitempty"`
	Code          string                `json:"code,omitempty"`
	Hash          string                `json:"requestHash,omitempty"`
	HashAlgorithm string                `json:"requestHashAlgorithm,omitempty"`
}

const entryVersion = 1

// maxBody bounds an entry. Every text in it is bounded by maxText, so no entry
// comes near.
const (
	maxBody = 64 << 10
	maxText = 512
)

// errEntry tells of an entry that must not be written: a defect of ours.
var errEntry = errors.New("entry cannot be recorded")

// follow makes the row that comes after the head.
func (e entry) follow(head Head) (Row, error) {
	e.Version, e.Index, e.At = entryVersion, head.Count+1, e.At.UTC()
	body, err := e.encode()
	if err != nil {
		return Row{}, err
	}
	return Row{Columns: e.columns(), Body: body, PreviousHash: head.Hash, Hash: chain(head.Hash, body)}, nil
}

func (e entry) encode() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(e); err != nil {
		return nil, fmt.Errorf("%w: %w", errEntry, err)
	}
	body := bytes.TrimSuffix(b.Bytes(), []byte("\n"))
	if len(body) > maxBody {
		return nil, fmt.Errorf("%w: it is too long", errEntry)
	}
	return body, nil
}

// columns returns what of the entry is stored in columns.
func (e entry) columns() Columns {
	c := Columns{
		Index: e.Index, At: e.At, Kind: e.Kind, RequestID: e.RequestID,
		Subject: e.Subject, Requester: e.Requester, Recipient: e.Recipient,
	}
	switch e.Kind {
	case dovidka.EventConsentGiven:
		c.Once = onceGiven(e.ConsentID)
	case dovidka.EventConsentWithdrawn:
		c.Once = onceWithdrawn(e.ConsentID)
		if e.ConsentID == "" {
			c.Once = onceNothingWithdrawn(e.RequestID)
		}
	case dovidka.EventGranted:
		c.Once = onceGranted(e.RequestID)
	case dovidka.EventDisclosed:
		c.Once = onceDisclosed(e.GrantID, e.Digest)
	case dovidka.EventNotified:
		c.Once = onceNotified(e.RequestID, e.MessageID)
	}
	return c
}

// The keys of what may happen only once.
func onceGiven(consent dovidka.ID) string            { return "given:" + string(consent) }
func onceWithdrawn(consent dovidka.ID) string        { return "withdrawn:" + string(consent) }
func onceNothingWithdrawn(request dovidka.ID) string { return "nothing-withdrawn:" + string(request) }
func onceGranted(request dovidka.ID) string          { return "granted:" + string(request) }
func onceDisclosed(grant dovidka.ID, digest string) string {
	return "disclosed:" + string(grant) + ":" + digest
}

func onceNotified(request dovidka.ID, message string) string {
	return "notified:" + string(request) + ":" + message
}

// open reads the row's body after checking the row's own hash.
func (r Row) open() (entry, error) {
	if !bytes.Equal(r.Hash, chain(r.PreviousHash, r.Body)) {
		return entry{}, fmt.Errorf("%w: entry %d: its hash does not cover it", ErrBroken, r.Index)
	}
	e, err := decode(r.Body)
	if err != nil {
		return entry{}, fmt.Errorf("%w: entry %d: %w", ErrBroken, r.Index, err)
	}
	return e, nil
}

// decode reads a body and insists on the one form that encode gives.
func decode(body []byte) (entry, error) {
	var e entry
	if len(body) > maxBody {
		return entry{}, errors.New("its body is too long")
	}
	if err := dovidka.DecodeStrict(body, &e); err != nil {
		return entry{}, fmt.Errorf("its body cannot be read: %w", err)
	}
	if e.Version != entryVersion {
		return entry{}, fmt.Errorf("its body has version %d", e.Version)
	}
	again, err := e.encode()
	if err != nil || !bytes.Equal(again, body) {
		return entry{}, errors.New("its body is not in canonical form")
	}
	return e, nil
}

// event returns the entry as readers see it.
func (e entry) event(r Row) dovidka.Event {
	out := dovidka.Event{
		Index: e.Index, At: e.At, Kind: e.Kind, RequestID: e.RequestID, GrantID: e.GrantID, ConsentID: e.ConsentID,
		Subject: e.Subject, Requester: e.Requester, Relation: e.Relation,
		Channel: e.Channel, Caller: e.Caller, Service: e.Service, MessageID: e.MessageID, TransactionID: e.Transact,
		UserID: e.UserID, Purpose: e.Purpose, PurposeID: e.PurposeID,
		Ground: e.Ground, Scope: e.Scope, Code: e.Code, Detail: e.Detail, Digest: e.Digest,
		PreviousHash: hex.EncodeToString(r.PreviousHash), Hash: hex.EncodeToString(r.Hash),
	}
	if e.Signer != nil {
		out.Certificate = dovidka.Certificate(*e.Signer)
	}
	if e.Consent != nil {
		c := e.consent()
		out.Consent = &c
	}
	if n := e.Notice; n != nil {
		out.Notice = &dovidka.NoticeRecord{
			ID: n.ID, Outcome: n.Outcome, Reference: n.Reference, Code: n.Code, RequestHash: n.Hash, RequestHashAlgorithm: n.HashAlgorithm,
		}
	}
	return out
}

// consent returns the consent that an entry "consent-given" records.
func (e entry) consent() dovidka.Consent {
	out := dovidka.Consent{
		ID: e.ConsentID, Subject: e.Subject, Given: e.Requester, Relation: e.Relation, Purpose: e.Purpose,
		Recipient: e.Recipient, SignatureDigest: e.Digest, GivenAt: e.At,
	}
	if e.Signer != nil {
		out.Certificate = dovidka.Certificate(*e.Signer)
	}
	if e.Consent != nil {
		out.TextVersion, out.TextDigest, out.ExpiresAt = e.Consent.TextVersion, e.Consent.TextDigest, e.Consent.ExpiresAt
	}
	return out
}

// about starts an entry with what the request tells of the caller.
func (s *Service) about(kind dovidka.EventKind, req dovidka.Request) entry {
	return entry{
		Kind: kind, RequestID: dovidka.ID(bound(string(req.ID))), Channel: dovidka.Channel(bound(string(req.Channel))),
		Caller: bound(req.Caller.Name), Service: bound(req.Caller.Service), MessageID: bound(req.Caller.MessageID),
		Transact: bound(req.Caller.TransactionID), UserID: s.pseudonyms.user(req.Caller), PurposeID: bound(req.Caller.PurposeID),
	}
}

// signedBy adds what is known of the signer and of the container.
func (e *entry) signedBy(who dovidka.Requester, pseudonym dovidka.Pseudonym) {
	e.Requester = pseudonym
	e.Digest = hex.EncodeToString(who.ContainerDigest[:])
	e.Signer = &certificateBody{
		Serial: bound(who.Certificate.Serial), Issuer: bound(who.Certificate.Issuer), Fingerprint: bound(who.Certificate.Fingerprint),
	}
}

// bound makes a text of a stranger fit to be stored: PostgreSQL refuses NUL and
// what is not UTF-8, an index refuses long keys, and a terminal that shows the
// log obeys control characters.
func bound(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == unicode.ReplacementChar {
			return '?'
		}
		return r
	}, strings.ToValidUTF8(s, "?"))
	if len(s) <= maxText {
		return s
	}
	return strings.ToValidUTF8(s[:maxText], "") + "…"
}

var plainCode = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9._:/-]{0,63}$`)

// code returns s when it is a code, and nothing when it could be a sentence or
// a number about somebody.
func code(s string) string {
	if plainCode.MatchString(s) {
		return s
	}
	return ""
}
