package cms_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/cms/cmstest"
	"github.com/dovidka/dovidka/pki"
)

// TestArchiveTimeStamps: what an archive time-stamp proves and when it does not.
func TestArchiveTimeStamps(t *testing.T) {
	t.Parallel()
	a := newArchive(t, cmstest.EC)
	other := must[*cmstest.Identity](t)(a.TSA())
	old := must[*cmstest.Identity](t)(a.TSA()) // whose key is lost in the second year
	lost := signedAt.AddDate(1, 0, 0)
	a.Revoke(old.Certificate, lost, 1)
	now := signedAt.AddDate(5, 0, 0)
	list := must[*pki.CRL](t)(a.CRL(now))

	material := a.material(t, signedAt.Add(time.Minute))
	material.Certificates = append(material.Certificates, old.Certificate, other.Certificate)
	extend := func(container []byte, opts cms.ExtendOptions) []byte {
		return must[[]byte](t)(cms.Extend(container, opts))
	}
	archived := func(container []byte, tsa *cmstest.Identity, at time.Time) []byte {
		return extend(container, cms.ExtendOptions{ArchiveTimeStamp: stamps(tsa, at)})
	}
	change := func(container []byte, f func(*cms.Parts)) []byte { return must[[]byte](t)(cms.Change(container, f)) }

	bes := a.sign(t, false)
	byOld := extend(bes, cms.ExtendOptions{TimeStamp: stamps(old, signedAt)})
	byOldLT := change(byOld, func(p *cms.Parts) { p.Add(material.Certificates, material.CRLs) })
	lta := archived(extend(bes, cms.ExtendOptions{TimeStamp: stamps(a.tsa, signedAt), LongTerm: material}), a.tsa, signedAt.Add(time.Hour))
	stranger := newArchive(t, cmstest.EC)
	first := archived(byOldLT, old, signedAt.Add(time.Hour))
	contentByOld := must[[]byte](t)(cms.Sign(document, cms.SignOptions{
		Signer: a.who.Key, Certificate: a.who.Certificate, SigningTime: signedAt, ContentTimeStamp: stamps(old, signedAt),
	}))
	cases := map[string]struct {
		container []byte
		want      cms.Outcome
		archive   cms.Check
	}{
		"key of the content's time-stamp lost after the signature's": {
			extend(contentByOld, cms.ExtendOptions{TimeStamp: stamps(a.tsa, signedAt), LongTerm: material}), good, cms.Check{},
		},
		"key of the content's time-stamp lost, nothing proves the signature": {
			change(contentByOld, func(p *cms.Parts) { p.Add(material.Certificates, material.CRLs) }), invalid(cms.ReasonStampRevoked), cms.Check{},
		},
		"LTA": {lta, good, cms.Check{Name: cms.CheckArchiveTimeStamp, Status: cms.Passed}},
		"key of the time-stamp lost later, not archived": {byOldLT, invalid(cms.ReasonStampRevoked), cms.Check{}},
		"key of the time-stamp lost later, archived before": {
			archived(byOldLT, a.tsa, lost.Add(-time.Hour)), good, cms.Check{Name: cms.CheckArchiveTimeStamp, Status: cms.Passed},
		},
		"key of the time-stamp lost before it was archived": {
			archived(byOldLT, a.tsa, lost.Add(time.Hour)), invalid(cms.ReasonStampRevoked), cms.Check{Name: cms.CheckArchiveTimeStamp, Status: cms.Passed},
		},
		"key of the first archive lost too, archived again before": {
			archived(first, other, lost.Add(-time.Hour)), good, cms.Check{Name: cms.CheckArchiveTimeStamp, Status: cms.Passed},
		},
		"archived again too late": {
			archived(first, other, lost.Add(time.Hour)), invalid(cms.ReasonStampRevoked),
			cms.Check{Name: cms.CheckArchiveTimeStamp, Status: cms.Failed, Reason: cms.ReasonStampRevoked},
		},
		"only archived": {
			archived(change(bes, func(p *cms.Parts) { p.Add(material.Certificates, material.CRLs) }), a.tsa, signedAt), good,
			cms.Check{Name: cms.CheckArchiveTimeStamp, Status: cms.Passed},
		},
		"certificate taken out": {
			change(lta, func(p *cms.Parts) { p.DropCertificate(a.CA.Certificate) }), invalid(cms.ReasonArchiveIndex),
			cms.Check{Name: cms.CheckArchiveTimeStamp, Status: cms.Failed, Reason: cms.ReasonArchiveIndex},
		},
		"statements taken out": {
			change(lta, func(p *cms.Parts) { p.DropStatements() }), invalid(cms.ReasonArchiveIndex),
			cms.Check{Name: cms.CheckArchiveTimeStamp, Status: cms.Failed, Reason: cms.ReasonArchiveIndex},
		},
		"time-stamp taken out": {
			change(lta, func(p *cms.Parts) { p.DropAttribute(0) }), invalid(cms.ReasonArchiveIndex),
			cms.Check{Name: cms.CheckArchiveTimeStamp, Status: cms.Failed, Reason: cms.ReasonArchiveIndex},
		},
		"certificate put in": {
			change(lta, func(p *cms.Parts) { p.Add(crowd(t, a.Authority, 1), nil) }), good,
			cms.Check{Name: cms.CheckArchiveTimeStamp, Status: cms.Passed, Reason: cms.ReasonArchivePartial},
		},
		"attribute put in": {
			change(lta, func(p *cms.Parts) { p.Attach("1.2.3.4", []byte{5, 0}) }), good,
			cms.Check{Name: cms.CheckArchiveTimeStamp, Status: cms.Passed, Reason: cms.ReasonArchivePartial},
		},
		"archive of another signature": {
			change(bes, func(p *cms.Parts) { p.Attach(oidArchiveStamp, archiveToken(t, lta)) }), invalid(cms.ReasonArchiveIndex),
			cms.Check{Name: cms.CheckArchiveTimeStamp, Status: cms.Failed, Reason: cms.ReasonArchiveIndex},
		},
		"archive before the time-stamp": {
			archived(extend(bes, cms.ExtendOptions{TimeStamp: stamps(a.tsa, signedAt.Add(time.Hour)), LongTerm: a.material(t, signedAt.Add(2*time.Hour))}), a.tsa, signedAt),
			invalid(cms.ReasonStampOrder), cms.Check{Name: cms.CheckArchiveTimeStamp, Status: cms.Passed},
		},
		"archive by a stranger": {
			archived(lta, stranger.tsa, signedAt.AddDate(1, 0, 0)), invalid(cms.ReasonStampUntrusted),
			cms.Check{Name: cms.CheckArchiveTimeStamp, Status: cms.Failed, Reason: cms.ReasonStampUntrusted},
		},
		"no archive but the attribute": {
			change(byOldLT, func(p *cms.Parts) { p.Attach(oidArchiveStamp, []byte{5, 0}) }), invalid(cms.ReasonStampRevoked),
			cms.Check{Name: cms.CheckArchiveTimeStamp, Status: cms.Failed, Reason: cms.ReasonStampMalformed},
		},
		"a token without an index": {
			change(bes, func(p *cms.Parts) {
				p.Attach(oidArchiveStamp, must[[]byte](t)(a.tsa.Stamp(signedAt, pki.OIDSHA256, make([]byte, 32))))
			}),
			invalid(cms.ReasonArchiveIndex), cms.Check{Name: cms.CheckArchiveTimeStamp, Status: cms.Failed, Reason: cms.ReasonArchiveIndex},
		},
		"version 2 proves nothing": {
			change(byOldLT, func(p *cms.Parts) { p.Attach(oidArchiveStampV2, archiveToken(t, lta)) }), invalid(cms.ReasonStampRevoked),
			cms.Check{Name: cms.CheckArchiveTimeStamp, Status: cms.Skipped, Reason: cms.ReasonArchiveForm},
		},
	}
	for name, tc := range cases {
		r := a.rootOnly(t, tc.container, nil, now, list)
		s := r.Signers[0]
		if got, _ := s.Find(cms.CheckArchiveTimeStamp); r.Outcome != tc.want || got != tc.archive {
			t.Errorf("%s: %v, archive %v; want %v, %v: %+v", name, r.Outcome, got, tc.want, tc.archive, s.Checks)
		}
	}
}

// TestArchivedWhileFresh: a list from before the time-stamp, which was fresh when it was
// archived, answers years later.
func TestArchivedWhileFresh(t *testing.T) {
	t.Parallel()
	a := newArchive(t, cmstest.EC)
	now := signedAt.AddDate(5, 0, 0)
	stale := must[[]byte](t)(cms.Extend(a.sign(t, false), cms.ExtendOptions{
		TimeStamp: stamps(a.tsa, signedAt), LongTerm: a.material(t, signedAt.Add(-time.Hour)), ArchiveTimeStamp: stamps(a.tsa, signedAt.Add(time.Hour)),
	}))
	if r := a.rootOnly(t, stale, nil, now); r.Outcome != good {
		t.Errorf("with the archive: %v", r.Outcome)
	}
	without := must[[]byte](t)(cms.Change(stale, func(p *cms.Parts) { p.DropAttribute(1) }))
	if r := a.rootOnly(t, without, nil, now); r.Outcome != indeterminate(pki.ReasonStatusStale) {
		t.Errorf("without it: %v", r.Outcome)
	}
}

// TestSeveralArchives: each has its own check, and there is a bound.
func TestSeveralArchives(t *testing.T) {
	t.Parallel()
	a := newArchive(t, cmstest.EC)
	now := signedAt.AddDate(5, 0, 0)
	lta := must[[]byte](t)(cms.Extend(a.sign(t, false), cms.ExtendOptions{
		TimeStamp: stamps(a.tsa, signedAt), LongTerm: a.material(t, signedAt.Add(time.Minute)), ArchiveTimeStamp: stamps(a.tsa, signedAt.Add(time.Hour)),
	}))
	attach := func(container []byte, oid string, value []byte) []byte {
		return must[[]byte](t)(cms.Change(container, func(p *cms.Parts) { p.Attach(oid, value) }))
	}
	var archives []cms.Check
	for _, c := range a.rootOnly(t, attach(lta, oidArchiveStampV2, []byte{5, 0}), nil, now).Signers[0].Checks {
		if c.Name == cms.CheckArchiveTimeStamp {
			archives = append(archives, c)
		}
	}
	if len(archives) != 2 || archives[0].Status != cms.Passed || archives[0].Reason != cms.ReasonArchivePartial || archives[1].Status != cms.Skipped {
		t.Errorf("one version verified, another skipped: %v", archives)
	}
	many := lta
	for i := range 7 {
		many = must[[]byte](t)(cms.Extend(many, cms.ExtendOptions{ArchiveTimeStamp: stamps(a.tsa, signedAt.Add(time.Duration(i+2)*time.Hour))}))
	}
	if r := a.rootOnly(t, many, nil, now); r.Outcome != good || !r.Signers[0].TrustedTime.Equal(signedAt) {
		t.Errorf("eight archive time-stamps: %v", r.Outcome)
	}
	if _, err := cms.Extend(many, cms.ExtendOptions{ArchiveTimeStamp: stamps(a.tsa, now)}); !errors.Is(err, cms.ErrLimit) {
		t.Errorf("nine archive time-stamps, which Verify does not read: %v", err)
	}
	if r := a.rootOnly(t, attach(many, oidArchiveStamp, archiveToken(t, many)), nil, now); r.Outcome != invalid(cms.ReasonLimit) {
		t.Errorf("nine archive time-stamps: %v", r.Outcome)
	}
}

// archiveToken is the last archive time-stamp of a container.
func archiveToken(t testing.TB, container []byte) []byte {
	t.Helper()
	attrs := must[*cms.SignedData](t)(cms.Parse(container, cms.Limits{})).Signers[0].UnsignedAttributes
	for _, a := range slices.Backward(attrs) {
		if a.OID == oidArchiveStamp {
			return a.Values[0]
		}
	}
	t.Fatal("no archive time-stamp")
	return nil
}
