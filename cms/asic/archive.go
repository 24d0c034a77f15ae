package asic

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/pki"
)

// archive is an ASiCArchiveManifest with the time-stamp over it (ETSI EN 319 162-1,
// annex A.7): it names files of the container, signatures among them.
type archive struct {
	name     string
	manifest manifest
}

// takeArchives finds the archive manifests, which are beside those of the signatures.
func (c *container) takeArchives(used map[string]bool) error {
	for _, name := range c.meta {
		if !isXML(name, "ASiCArchiveManifest") {
			continue
		}
		m, err := parseManifest(c.files[name])
		if err != nil {
			return refusal{ReasonManifest}
		}
		if _, ok := c.files[m.signature]; !ok || !strings.HasPrefix(m.signature, metaDir) || used[m.signature] {
			return refusal{ReasonMissingFile}
		}
		used[name], used[m.signature] = true, true
		if c.archives = append(c.archives, archive{name, m}); len(c.archives) > maxArchives {
			return fmt.Errorf("%w: more than %d archive manifests", ErrLimit, maxArchives)
		}
	}
	return nil
}

const maxArchives = 8

// checkArchives verifies the time-stamps over the files and tells which files they
// cover. They are no part of what makes a signature valid: each signature proves
// itself. One that is broken still makes the container invalid, since somebody changed
// it.
func (c *container) checkArchives(r *Result, opts cms.VerifyOptions) (map[string]bool, error) {
	covered := map[string]bool{}
	for _, a := range c.archives {
		o, err := c.verifyArchive(a, opts)
		if err != nil {
			return nil, err
		}
		check := cms.Check{Name: CheckArchiveManifest, Status: cms.Passed, Reason: o.Reason}
		switch o.Verdict {
		case cms.Invalid:
			check.Status = cms.Failed
		case cms.Indeterminate:
			check.Status = cms.Unknown
		case cms.Valid:
			for _, d := range a.manifest.documents {
				covered[d.name] = true
			}
		}
		r.Checks = append(r.Checks, check)
		r.Outcome = r.Worse(o)
	}
	return covered, nil
}

func (c *container) verifyArchive(a archive, opts cms.VerifyOptions) (cms.Outcome, error) {
	invalid := func(why cms.Reason) (cms.Outcome, error) { return cms.Outcome{Verdict: cms.Invalid, Reason: why}, nil }
	for _, d := range a.manifest.documents {
		content, ok := c.files[d.name]
		if !ok {
			return invalid(ReasonMissingFile)
		}
		if !d.matches(content) {
			return invalid(ReasonDigest)
		}
	}
	ts, err := cms.ParseTimeStamp(c.files[a.manifest.signature])
	if err != nil {
		return invalid(cms.ReasonStampMalformed)
	}
	sum, err := pki.Sum(ts.DigestOID, c.files[a.name])
	if err != nil {
		return invalid(pki.ReasonAlgorithmRejected)
	}
	if !bytes.Equal(sum, ts.Imprint) {
		return invalid(cms.ReasonStampImprint)
	}
	return ts.Verify(opts)
}
