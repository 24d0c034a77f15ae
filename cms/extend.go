package cms

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/dovidka/dovidka/pki"
)

// Errors of [Extend] and [AddSignature]; test with errors.Is.
var (
	// ErrFrozen means that an archive time-stamp of an older version covers the whole
	// container, so that nothing can be added without breaking it.
	ErrFrozen = errors.New("cms: an archive time-stamp of version 1 or 2 freezes the container")
	// ErrIncomplete means that something which a verification years later needs is
	// missing.
	ErrIncomplete = errors.New("cms: long-term material is incomplete")
)

// LongTerm is what makes a signature CAdES-LT (ETSI EN 319 122-1, clause 6.3): the
// certificates of all chains and what was stated about them, all of which goes into the
// container. [CollectLongTerm] gathers it.
//
// The statement about the signer's certificate is one made after the signature was
// time-stamped: an older one does not know of a revocation in between, and proves
// something only as long as it is fresh. It will do if an archive time-stamp follows
// while it still is.
type LongTerm struct {
	// Anchors and Services are those to which the chains lead, as in [VerifyOptions]. They
	// are not put in: who verifies has them.
	Anchors      []*pki.Certificate
	Services     *pki.Services
	Certificates []*pki.Certificate
	CRLs         []*pki.CRL
	OCSPs        []*pki.OCSPResponse
	// Time is the present, at which the statements are held to be fresh and complete.
	Time time.Time
	Keys pki.KeyPolicy
}

// ExtendOptions say to what level a container is extended: whatever is set is done, in
// this order.
type ExtendOptions struct {
	// Content of a detached signature; only a time-stamp of the signature does without.
	Content []byte
	// TimeStamp is asked for a time-stamp token for each signature that has none, which
	// makes it CAdES-T.
	TimeStamp func(digestOID string, digest []byte) (token []byte, err error)
	// LongTerm makes the signatures CAdES-LT.
	LongTerm *LongTerm
	// ArchiveTimeStamp is asked for a time-stamp token over each signature and all that
	// the container has about it, which makes it CAdES-LTA. Done again before the
	// service's certificate expires, it keeps the proof alive.
	ArchiveTimeStamp func(digestOID string, digest []byte) (token []byte, err error)
	Limits           Limits
}

// Extend adds proofs to a container and changes nothing that was signed: the content,
// the signed attributes and the values of the signatures stay byte for byte.
func Extend(container []byte, opts ExtendOptions) ([]byte, error) {
	for _, step := range []struct {
		wanted bool
		run    func(*SignedData, *ExtendOptions) ([]byte, error)
	}{
		{opts.TimeStamp != nil, stampSignatures},
		{opts.LongTerm != nil, embedLongTerm},
		{opts.ArchiveTimeStamp != nil, stampArchive},
	} {
		if !step.wanted {
			continue
		}
		sd, err := Parse(container, opts.Limits)
		if err != nil {
			return nil, fmt.Errorf("cms: extend: %w", err)
		}
		switch {
		case len(sd.Signers) == 0:
			return nil, fmt.Errorf("cms: extend: %w: no signatures", ErrMalformed)
		case sd.isFrozen():
			return nil, fmt.Errorf("cms: extend: %w", ErrFrozen)
		}
		if container, err = step.run(sd, &opts); err != nil {
			return nil, fmt.Errorf("cms: extend: %w", err)
		}
	}
	return container, nil
}

// isFrozen reports whether an archive time-stamp covers the container as a whole.
func (sd *SignedData) isFrozen() bool {
	for i := range sd.Signers {
		for _, oid := range []string{oidAttrArchiveTimeStamp, oidAttrArchiveTimeStampV2} {
			if len(sd.Signers[i].unsignedValues(oid)) > 0 {
				return true
			}
		}
	}
	return false
}

func stampSignatures(sd *SignedData, opts *ExtendOptions) ([]byte, error) {
	parts := sd.parts()
	for i := range sd.Signers {
		si := &sd.Signers[i]
		if len(si.unsignedValues(oidAttrSignatureTimeStamp)) > 0 {
			continue
		}
		token, err := askStamp(opts.TimeStamp, si.DigestAlgorithm.OID, si.Signature)
		if err != nil {
			return nil, err
		}
		parts.signers[i].attach(oidAttrSignatureTimeStamp, token)
	}
	return parts.marshal()
}

// embedLongTerm puts the material in and proves that nothing more is needed: with the
// anchors alone every signature verifies, and there is a statement about every
// certificate on the way, those of the time-stamping services included.
func embedLongTerm(sd *SignedData, opts *ExtendOptions) ([]byte, error) {
	l := opts.LongTerm
	parts := sd.parts()
	parts.addCertificates(l.Certificates)
	parts.addStatements(l.CRLs, l.OCSPs)
	out, err := parts.marshal()
	if err != nil {
		return nil, err
	}
	extended, err := Parse(out, opts.Limits)
	if err != nil {
		return nil, err
	}
	content, check := chooseContent(extended, opts.Content)
	if check.Status != Passed {
		return nil, fmt.Errorf("long-term material: %s", check.Reason)
	}
	for i := range extended.Signers {
		v := &signerVerifier{
			sd: extended, si: &extended.Signers[i], content: content,
			opts:   VerifyOptions{Anchors: l.Anchors, Services: l.Services, Time: l.Time, ClockSkew: pki.DefaultClockSkew, Keys: l.Keys},
			budget: pki.NewBudget(chainSignatures), statements: pki.NewBudget(statusSignatures), hashes: partHashes{},
		}
		if err := v.provesItself(opts.ArchiveTimeStamp != nil); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// provesItself reports what a signature lacks to be verified from its container alone.
func (v *signerVerifier) provesItself(archived bool) error {
	if len(v.si.unsignedValues(oidAttrSignatureTimeStamp)) == 0 {
		return fmt.Errorf("%w: a signature has no time-stamp", ErrIncomplete)
	}
	if s := v.verify(); s.AtTime.Verdict != Valid {
		return fmt.Errorf("%w: a signature does not verify with it: %v", ErrIncomplete, s.AtTime)
	}
	if !archived && v.out.CheckedState.AsOf.Before(v.out.TrustedTime) {
		return fmt.Errorf("%w: the statement about %v is older than the time-stamp; ask for a newer one", ErrIncomplete, v.out.Certificate)
	}
	for _, chain := range append(v.stampChains, v.out.Chain) {
		for i, c := range chain[:len(chain)-1] {
			if st := v.statusAt(c, chain[i+1], v.out.TrustedTime); st.State != pki.StateGood {
				return fmt.Errorf("%w: no statement that %v is good: %s", ErrIncomplete, c, st.Reason)
			}
		}
	}
	return nil
}

// stampArchive makes an archive time-stamp of version 3 for each signature (ETSI EN 319
// 122-1, clause 5.5.3), with the index of what it covers (clause 5.5.2).
func stampArchive(sd *SignedData, opts *ExtendOptions) ([]byte, error) {
	content, check := chooseContent(sd, opts.Content)
	if check.Status != Passed {
		return nil, fmt.Errorf("archive time-stamp: %s", check.Reason)
	}
	parts, hashes := sd.parts(), partHashes{}
	for i := range sd.Signers {
		si := &sd.Signers[i]
		digest := si.DigestAlgorithm.OID
		if len(si.unsignedValues(oidAttrArchiveTimeStampV3)) == maxArchiveStamps {
			return nil, fmt.Errorf("%w: more than %d archive time-stamps", ErrLimit, maxArchiveStamps)
		}
		hashed, err := hashes.of(digest, sd, content)
		if err != nil {
			return nil, err
		}
		index, err := makeHashIndex(digest, hashed, si)
		if err != nil {
			return nil, err
		}
		data, err := archiveImprint(hashed.content, sd, si, index)
		if err != nil {
			return nil, err
		}
		token, err := askStamp(opts.ArchiveTimeStamp, digest, data)
		if err != nil {
			return nil, err
		}
		if token, err = withIndex(token, index); err != nil {
			return nil, err
		}
		parts.signers[i].attach(oidAttrArchiveTimeStampV3, token)
	}
	return parts.marshal()
}

// makeHashIndex lists everything that the container has besides the signature.
func makeHashIndex(digest string, parts *hashedParts, si *SignerInfo) ([]byte, error) {
	x := hashIndex{digest: digest}
	var attributes [][]byte
	for _, a := range si.UnsignedAttributes {
		for _, value := range a.Values {
			sum, err := pki.Sum(digest, x.octets(a, value))
			if err != nil {
				return nil, err
			}
			attributes = append(attributes, sum)
		}
	}
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		pki.AlgorithmIdentifier{OID: digest}.Add(b)
		for _, list := range [][][]byte{parts.certificates, parts.revocations, attributes} {
			b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
				for _, sum := range list {
					b.AddASN1OctetString(sum)
				}
			})
		}
	})
	return b.Bytes()
}

// withIndex puts the index into the unsigned attributes of a token.
func withIndex(token, index []byte) ([]byte, error) {
	sd, err := Parse(token, Limits{Size: maxStampSize, Signers: 1})
	if err != nil {
		return nil, err
	}
	parts := sd.parts()
	parts.signers = slices.Clone(parts.signers)
	parts.signers[0].attach(oidAttrHashIndexV3, index)
	return parts.marshal()
}
