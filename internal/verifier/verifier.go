package verifier

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/pki"
	"github.com/dovidka/dovidka/pki/czo"
)

// Config says whom to believe.
type Config struct {
	// Anchors are the pinned roots, Services gives the authorities of trust lists; one of
	// the two is needed.
	Anchors  []*pki.Certificate
	Services func() (*pki.Services, error)
	// TestRoots admits roots that are for tests, under which anybody can be anyone.
	TestRoots bool
	// Intermediates are certificates of authorities and their services, from
	// anywhere: no trust is taken from them.
	Intermediates []*pki.Certificate
	// CRLs gives the revocation lists at hand; nil when there are none.
	CRLs func() ([]*pki.CRL, error)
	// Revocation is the policy; the zero value requires a statement.
	Revocation cms.Revocation
	// Statuses is asked for statements that the lists at hand do not make; nil when
	// nobody is to be asked. Budget bounds all its questions about one request.
	Statuses cms.Statuses
	Budget   time.Duration
	// Cache keeps certificates between requests; nil keeps none.
	Cache *pki.CertificateCache
	// ClockSkew is forgiven between clocks; a minute when zero.
	ClockSkew time.Duration
	Now       func() time.Time // time.Now when nil
}

// Service verifies. Its methods may be called at once.
type Service struct {
	cfg  Config
	pool *pki.Pool
}

// New checks the configuration.
func New(cfg Config) (*Service, error) {
	if len(cfg.Anchors) == 0 && cfg.Services == nil {
		return nil, errors.New("verifier: at least one trust anchor or trust list is required")
	}
	if !cfg.TestRoots {
		if err := czo.RefuseTests(cfg.Anchors...); err != nil {
			return nil, fmt.Errorf("verifier: trust anchor: %w", err)
		}
	}
	if cfg.Services == nil {
		cfg.Services = func() (*pki.Services, error) { return nil, nil }
	}
	if cfg.Statuses != nil && cfg.Budget <= 0 {
		return nil, errors.New("verifier: asking for statuses needs a budget of time")
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.CRLs == nil {
		cfg.CRLs = func() ([]*pki.CRL, error) { return nil, nil }
	}
	return &Service{cfg, pki.NewPool(cfg.Intermediates...)}, nil
}

// Verify returns the natural person who signed the request, or a Fault whose
// Reason is the stable word of package cms for what is wrong. It returns
// CodeStorageUnavailable while revocation lists cannot be read or trust lists not be
// used.
func (s *Service) Verify(ctx context.Context, req dovidka.Request) (dovidka.Requester, error) {
	crls, err := s.cfg.CRLs()
	if err != nil {
		return dovidka.Requester{}, dovidka.NewFault(dovidka.CodeStorageUnavailable, "read revocation lists: %w", err)
	}
	services, err := s.cfg.Services()
	if err != nil {
		return dovidka.Requester{}, dovidka.NewFault(dovidka.CodeStorageUnavailable, "trust lists: %w", err)
	}
	now := s.cfg.Now()
	opts := cms.VerifyOptions{
		Content: req.Content, Anchors: s.cfg.Anchors, Services: services, Pool: s.pool, CRLs: crls,
		Time: now, Revocation: s.cfg.Revocation, ClockSkew: s.cfg.ClockSkew, Statuses: s.cfg.Statuses, Cache: s.cfg.Cache,
	}
	if s.cfg.Statuses != nil {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, s.cfg.Budget)
		defer cancel()
	}
	result, err := cms.VerifyContext(ctx, req.Container, opts)
	if err == nil && result.Reason == cms.ReasonContentMissing && req.Expected != nil {
		// Detached, and the content is with us: it is what we asked to be signed.
		opts.Content = req.Expected
		result, err = cms.VerifyContext(ctx, req.Container, opts)
	}
	if err != nil {
		return dovidka.Requester{}, fmt.Errorf("verify signature: %w", err)
	}
	if fault := refusal(result); fault != nil {
		return dovidka.Requester{}, fault
	}
	return requester(result, req, now)
}

// Ready reports whether signatures can be verified now: no trust list may be past its
// next update, unless that is accepted. With revocation required and nobody to ask,
// there must be revocation lists and none may be past its time. Whether those who are
// asked answer is not our readiness: requests are refused or not as configured.
func (s *Service) Ready(context.Context) error {
	if _, err := s.cfg.Services(); err != nil {
		return fmt.Errorf("trust lists: %w", err)
	}
	crls, err := s.cfg.CRLs()
	if err != nil {
		return fmt.Errorf("read revocation lists: %w", err)
	}
	if s.cfg.Revocation != cms.RevocationRequired || s.cfg.Statuses != nil {
		return nil
	}
	if len(crls) == 0 {
		return errors.New("revocation is required and there is no revocation list")
	}
	for _, l := range crls {
		if !l.NextUpdate.IsZero() && s.cfg.Now().After(l.NextUpdate) {
			return errors.New("a revocation list is past its time")
		}
	}
	return nil
}

// refusal says why the container may not authorise anything now, or nil.
func refusal(result *cms.Result) *dovidka.Fault {
	may := result.MayAuthorise()
	if may.Verdict == cms.Valid {
		return nil
	}
	return &dovidka.Fault{
		Code: code(result, may), Reason: string(may.Reason), Err: fmt.Errorf("signature is %s: %s", may.Verdict, may.Reason),
	}
}

// code sorts the many reasons into the few that a citizen can act on.
func code(result *cms.Result, may cms.Outcome) dovidka.Code {
	for _, layer := range result.Layers() {
		for _, c := range layer.Checks {
			switch {
			case c.Reason == cms.ReasonContentDiffers:
				return dovidka.CodeSignatureMismatch
			case c.Status != cms.Passed:
				return dovidka.CodeSignatureMalformed
			}
		}
	}
	if may.Reason == cms.ReasonNoPerson {
		if anySeal(result) {
			return dovidka.CodeSignerNotPerson
		}
		return dovidka.CodeSignerNotIdentified
	}
	switch culprit := firstUnsound(result); {
	case culprit == cms.CheckIdentity:
		return dovidka.CodeSignerNotIdentified
	case culprit == cms.CheckChain:
		return dovidka.CodeSignatureUntrusted
	case may.Verdict == cms.Indeterminate:
		return dovidka.CodeSignatureIndeterminate
	}
	return dovidka.CodeSignatureInvalid
}

// firstUnsound names the first check of a signature that did not pass, those
// that failed before those that could not be made.
func firstUnsound(result *cms.Result) string {
	for _, want := range []cms.CheckStatus{cms.Failed, cms.Unknown} {
		for _, layer := range result.Layers() {
			for _, signer := range layer.Signers {
				for _, c := range signer.Checks {
					if c.Status == want {
						return c.Name
					}
				}
			}
		}
	}
	return ""
}

func anySeal(result *cms.Result) bool {
	for _, layer := range result.Layers() {
		for _, signer := range layer.Signers {
			if signer.IsStamp || signer.Identity.IsSeal {
				return true
			}
		}
	}
	return false
}

// requester reads the person out of a container that may authorise: the
// signature nearest to the content that is a person's.
func requester(result *cms.Result, req dovidka.Request, now time.Time) (dovidka.Requester, error) {
	var person *cms.Signer
	for _, layer := range result.Layers() {
		for i := range layer.Signers {
			if layer.Signers[i].Identity.IsPerson() {
				person = &layer.Signers[i]
			}
		}
	}
	if person == nil {
		return dovidka.Requester{}, errors.New("a container without a person was let through")
	}
	out := dovidka.Requester{
		Name:        dovidka.NewSignerName(person.Identity.Surname.Reveal(), person.Identity.GivenName.Reveal()),
		Certificate: certificate(person.Certificate),
		Algorithm:   person.Algorithm, SignedAt: person.SigningTime, VerifiedAt: now.UTC(),
		Status: status(person.CheckedState.State), Content: result.InnermostContent(),
		ContainerDigest: sha256.Sum256(req.Container),
	}
	if err := identify(&out, person.Identity); err != nil {
		return dovidka.Requester{}, err
	}
	return out, nil
}

// status says what is known of revocation; whoever was revoked is not let here.
func status(s pki.State) string {
	if s == pki.StateGood {
		return "good"
	}
	return "not-checked"
}

// identify takes the numbers. A person without a РНОКПП has a document's number
// in its place; one with neither cannot be found in the registry.
func identify(out *dovidka.Requester, id pki.Identity) error {
	drfo := id.DRFO.Reveal()
	var err error
	if out.RNOKPP, err = dovidka.ReadRNOKPP(drfo); err != nil {
		if out.Document, err = dovidka.SignerDocument(drfo); err != nil {
			return dovidka.NewFault(dovidka.CodeSignerNotIdentified, "the certificate has no РНОКПП and no document in its place")
		}
	}
	if !id.UNZR.IsZero() {
		if out.UNZR, err = dovidka.ParseUNZR(id.UNZR.Reveal()); err != nil {
			return dovidka.NewFault(dovidka.CodeSignerNotIdentified, "the certificate has a malformed УНЗР")
		}
	}
	return nil
}

func certificate(c *pki.Certificate) dovidka.Certificate {
	fingerprint := c.Fingerprint()
	return dovidka.Certificate{
		Serial: hex.EncodeToString(c.SerialNumber.Bytes()), Issuer: c.Issuer.Reveal(), Fingerprint: hex.EncodeToString(fingerprint[:]),
	}
}
