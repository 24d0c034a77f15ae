package cms_test

import (
	"bytes"
	"testing"

	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/pki"
)

// TestLongTermOfDSS: what EU DSS made for decades is verified years later with its root
// alone.
func TestLongTermOfDSS(t *testing.T) {
	t.Parallel()
	root := certificates(t, "testdata/dss", []string{"root.cer"})
	document := []byte("document\n")
	opts := cms.VerifyOptions{Anchors: root, Time: root[0].NotBefore.AddDate(8, 0, 0)}
	for file, tc := range map[string]struct {
		level    cms.Level
		want     cms.Outcome
		detached bool
	}{
		"t.p7s":            {cms.LevelT, indeterminate(pki.ReasonStatusNoSource), false},
		"lt.p7s":           {cms.LevelLT, good, false},
		"lta.p7s":          {cms.LevelLTA, good, false},
		"lta-old.p7s":      {cms.LevelLTA, good, false}, // index of TS 101 733
		"lta-detached.p7s": {cms.LevelLTA, good, true},
	} {
		raw, opts := readFile(t, "testdata/dss", file), opts
		if tc.detached {
			opts.Content = document
		}
		r := must[*cms.Result](t)(cms.Verify(raw, opts))
		s := r.Signers[0]
		if r.Outcome != tc.want || s.Level != tc.level || !bytes.Equal(r.Content, document) {
			t.Errorf("%s: %v at %s, want %v at %s: %+v", file, r.Outcome, s.Level, tc.want, tc.level, s.Checks)
		}
		if tc.level != cms.LevelLTA {
			continue
		}
		if archive, _ := s.Find(cms.CheckArchiveTimeStamp); archive.Status != cms.Passed || archive.Reason != cms.ReasonNone {
			t.Errorf("%s: archive time-stamp %v", file, archive)
		}
		without := must[[]byte](t)(cms.Change(raw, func(p *cms.Parts) { p.DropStatements() }))
		if r := must[*cms.Result](t)(cms.Verify(without, opts)); r.Outcome != invalid(cms.ReasonArchiveIndex) {
			t.Errorf("%s without its lists: %v", file, r.Outcome)
		}
		extended := must[[]byte](t)(cms.Change(raw, func(p *cms.Parts) { p.Attach("1.2.3.4", []byte{5, 0}) }))
		r = must[*cms.Result](t)(cms.Verify(extended, opts))
		if archive, _ := r.Signers[0].Find(cms.CheckArchiveTimeStamp); r.Outcome != good || archive.Reason != cms.ReasonArchivePartial {
			t.Errorf("%s with an attribute more: %v, %v", file, r.Outcome, archive)
		}
	}
}
