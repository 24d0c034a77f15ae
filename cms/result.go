package cms

import (
	"fmt"
	"log/slog"
	"time"

	"github.com/dovidka/dovidka/pki"
)

// Reason says in a stable word what was found; programs may decide by it.
type Reason = pki.Reason

// Reasons of this package, besides those of package pki.
const (
	ReasonNone Reason = ""

	ReasonMalformed         Reason = "malformed"
	ReasonLimit             Reason = "limit_exceeded"
	ReasonTrailingData      Reason = "trailing_data"
	ReasonNotSignedData     Reason = "not_signed_data"
	ReasonNotDER            Reason = "not_der" // a signed part in BER
	ReasonNoSigners         Reason = "no_signers"
	ReasonContentMissing    Reason = "content_missing"      // detached, and not given
	ReasonContentDiffers    Reason = "content_differs"      // given and carried are not the same
	ReasonNoSignedAttrs     Reason = "no_signed_attributes" // plain CMS, not CAdES
	ReasonAttributeMissing  Reason = "attribute_missing"
	ReasonAttributeRepeated Reason = "attribute_repeated"
	ReasonAttributeInvalid  Reason = "attribute_malformed"
	ReasonContentType       Reason = "content_type_mismatch"
	ReasonDigestMismatch    Reason = "message_digest_mismatch" // the content was changed
	ReasonDigestUnlisted    Reason = "digest_not_listed"
	ReasonAlgorithmMismatch Reason = "algorithm_mismatch" // digest and signature, or signature and key
	ReasonNoCertificate     Reason = "signer_certificate_missing"
	ReasonESSMismatch       Reason = "signing_certificate_mismatch"
	ReasonNoESS             Reason = "signing_certificate_missing"
	ReasonSignature         Reason = "signature_invalid"
	ReasonAttributeOrder    Reason = "signed_attributes_unsorted" // remark on a passed check
	ReasonKeyUsage          Reason = "key_usage"
	ReasonSigningTime       Reason = "signing_time_in_future"

	ReasonStampMalformed Reason = "time_stamp_malformed"
	ReasonStampImprint   Reason = "time_stamp_imprint"
	ReasonStampSignature Reason = "time_stamp_signature"
	ReasonStampFuture    Reason = "time_stamp_in_future"
	ReasonStampOrder     Reason = "time_stamps_out_of_order"
	ReasonStampUsage     Reason = "time_stamp_key_usage" // not a time-stamping certificate
	ReasonStampNoCert    Reason = "time_stamp_certificate_missing"
	ReasonStampUntrusted Reason = "time_stamp_untrusted"
	ReasonStampRevoked   Reason = "time_stamp_certificate_revoked"
	ReasonStampStatus    Reason = "time_stamp_status_unknown" // nobody answered about its service

	ReasonArchiveIndex   Reason = "archive_time_stamp_index"       // missing, or names what the container does not have
	ReasonArchivePartial Reason = "archive_time_stamp_partial"     // remark: the container has what the newest does not cover
	ReasonArchiveForm    Reason = "archive_time_stamp_unsupported" // version 1 or 2: not looked at, proves nothing

	ReasonReferences           Reason = "references_mismatch"   // to something else than was used
	ReasonReferencesMalformed  Reason = "references_malformed"  //
	ReasonReferencesIncomplete Reason = "references_incomplete" // remark: not to everything that was used

	ReasonIdentityConflict  Reason = "identity_conflict"
	ReasonIdentityMalformed Reason = "identity_malformed"

	// Reasons of a refusal to authorise.
	ReasonNoPerson       Reason = "no_person"
	ReasonSeveralPersons Reason = "several_persons"
	ReasonTooOld         Reason = "signature_too_old"
	ReasonNestedInvalid  Reason = "nested_container"
)

// Verdict is the outcome of a verification (ETSI EN 319 102-1, clause 5.1.3).
type Verdict string

// The verdicts. Indeterminate means that something needed is missing; it is a
// refusal, but asking again with more at hand may help.
const (
	Valid         Verdict = "valid"
	Invalid       Verdict = "invalid"
	Indeterminate Verdict = "indeterminate"
)

// Outcome is a verdict with the reason for it; the reason of Valid is empty.
type Outcome struct {
	Verdict Verdict
	Reason  Reason
}

// Worse returns the outcome that weighs more: invalid, then indeterminate.
func (o Outcome) Worse(p Outcome) Outcome {
	if o.Verdict == Invalid || o.Verdict == Indeterminate && p.Verdict != Invalid {
		return o
	}
	return p
}

// String names the outcome for people.
func (o Outcome) String() string {
	if o.Reason == ReasonNone {
		return string(o.Verdict)
	}
	return fmt.Sprintf("%s: %s", o.Verdict, o.Reason)
}

// LogValue is the verdict with its reason. Results inherit it, so that logging one
// does not log the document in it.
func (o Outcome) LogValue() slog.Value { return slog.StringValue(o.String()) }

// CheckStatus is the outcome of one check.
type CheckStatus string

// The outcomes of a check.
const (
	Passed  CheckStatus = "passed"
	Failed  CheckStatus = "failed"
	Unknown CheckStatus = "unknown" // could not be carried out
	// Skipped: there is something that was not looked at, because nothing here
	// understands it. It weighs neither way and proves nothing.
	Skipped CheckStatus = "skipped"
)

// Names of checks, in the order in which they are made.
const (
	CheckFormat             = "format"
	CheckContent            = "content"
	CheckSignedAttributes   = "signed_attributes"
	CheckSigningCertificate = "signing_certificate"
	CheckAlgorithms         = "algorithms"
	CheckMessageDigest      = "message_digest"
	CheckSignature          = "signature"
	CheckKeyUsage           = "key_usage"
	CheckContentTimeStamp   = "content_time_stamp"
	CheckSignatureTimeStamp = "signature_time_stamp"
	CheckReferenceTimeStamp = "reference_time_stamp" // of CAdES-X, over references
	CheckArchiveTimeStamp   = "archive_time_stamp"
	CheckSigningTime        = "signing_time"
	CheckChain              = "chain"
	CheckRevocation         = "revocation"
	CheckReferences         = "references" // of CAdES-C, to certificates and statements
	CheckIdentity           = "identity"
)

// Check is one check that was made. The reason of a passed check is a remark.
type Check struct {
	Name   string
	Status CheckStatus
	Reason Reason
}

// Level is the form of a signature, in the letters of ETSI TS 101 733 (CAdES-BES,
// CAdES-T and so on), or LT and LTA where the container itself carries what a
// verification years later needs (ETSI EN 319 122-1, clause 6: the baseline levels of
// which BES and T are B-B and B-T).
type Level string

// The levels.
const (
	LevelBES   Level = "BES"
	LevelT     Level = "T"
	LevelC     Level = "C"
	LevelX     Level = "X"
	LevelXLong Level = "X-Long"
	LevelA     Level = "A"
	LevelLT    Level = "LT"
	LevelLTA   Level = "LTA"
)

// Result is what is known about a container after verification.
type Result struct {
	// Outcome of this container and of all inside it, each signature judged at its
	// own trusted time.
	Outcome
	// Content is what was signed, byte for byte. Do not use it before looking at
	// the verdict.
	Content  []byte
	Detached bool
	// Checks of the container as a whole; those of signatures are in Signers.
	Checks  []Check
	Signers []Signer
	// Nested is the container which is the content of this one, if it is one: the
	// way in which several people sign one after the other.
	Nested *Result
}

// Signer is one signature and whoever made it.
type Signer struct {
	// AtTime says whether the signature was valid at TrustedTime.
	AtTime Outcome
	// Now says whether the signer may be taken to be present and entitled now.
	Now Outcome

	Certificate *pki.Certificate   // nil if it was not found
	Chain       []*pki.Certificate // from Certificate to the anchor; nil if there is none
	// Identity is set when everything else about the signature was found good; it is
	// nobody's otherwise.
	Identity pki.Identity
	IsStamp  bool // an electronic seal, not a person
	Level    Level
	// SigningTime is what the signer claims; zero if nothing.
	SigningTime time.Time
	// ContentTime is when the content is proven to have existed, before it was
	// signed; zero without a content-time-stamp.
	ContentTime time.Time
	// TrustedTime is when the signature is proven to have existed, or the time of
	// verification when nothing proves that.
	TrustedTime  time.Time
	Digest       string // object identifiers
	Algorithm    string
	CheckedState pki.Status // of the certificate at TrustedTime
	Checks       []Check
}

// check is the outcome as a check; the remark is for a passed one.
func (o Outcome) check(name string, remark Reason) Check {
	switch o.Verdict {
	case Valid:
		return Check{name, Passed, remark}
	case Indeterminate:
		return Check{name, Unknown, o.Reason}
	}
	return Check{name, Failed, o.Reason}
}

// Find returns the check of a name.
func (s *Signer) Find(name string) (Check, bool) {
	for _, c := range s.Checks {
		if c.Name == name {
			return c, true
		}
	}
	return Check{}, false
}

func (s *Signer) pass(name string, remark Reason) {
	s.Checks = append(s.Checks, Check{name, Passed, remark})
}

func (s *Signer) fail(name string, why Reason) {
	s.Checks = append(s.Checks, Check{name, Failed, why})
}

func (s *Signer) unknown(name string, why Reason) {
	s.Checks = append(s.Checks, Check{name, Unknown, why})
}

// conclude sums checks up: the first failure decides, else the first that could not
// be made.
func conclude(checks []Check) Outcome {
	out := Outcome{Verdict: Valid}
	for _, c := range checks {
		switch {
		case c.Status == Failed:
			return Outcome{Invalid, c.Reason}
		case c.Status == Unknown && out.Verdict == Valid:
			out = Outcome{Indeterminate, c.Reason}
		}
	}
	return out
}

// Layers returns the containers from the outermost to the innermost.
func (r *Result) Layers() []*Result {
	var out []*Result
	for ; r != nil; r = r.Nested {
		out = append(out, r)
	}
	return out
}

// InnermostContent is the document under all the layers of signatures.
func (r *Result) InnermostContent() []byte {
	layers := r.Layers()
	return layers[len(layers)-1].Content
}

// MayAuthorise says whether the container may authorise something now: everything is
// valid, exactly one natural person signed, and that person's signature is good now.
// Seals beside the person's signature do no harm.
func (r *Result) MayAuthorise() Outcome {
	if r.Verdict != Valid {
		return r.Outcome
	}
	var person *Signer
	now := Outcome{Verdict: Valid}
	for _, layer := range r.Layers() {
		for i := range layer.Signers {
			s := &layer.Signers[i]
			if !s.Identity.IsPerson() {
				continue
			}
			if person != nil && !samePerson(person.Identity, s.Identity) {
				return Outcome{Invalid, ReasonSeveralPersons}
			}
			person = s
			now = now.Worse(s.Now)
		}
	}
	if person == nil {
		return Outcome{Invalid, ReasonNoPerson}
	}
	return now
}

func samePerson(a, b pki.Identity) bool {
	return a.DRFO.Equal(b.DRFO) && a.UNZR.Equal(b.UNZR)
}
