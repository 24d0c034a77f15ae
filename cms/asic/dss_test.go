package asic_test

import (
	"os"
	"testing"

	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/cms/asic"
	"github.com/dovidka/dovidka/pki"
)

// TestContainersOfDSS: what EU DSS made is verified years later with its root alone.
func TestContainersOfDSS(t *testing.T) {
	t.Parallel()
	const dir = "../testdata/dss/"
	root := must[*pki.Certificate](t)(pki.ParseCertificate(must[[]byte](t)(os.ReadFile(dir + "root.cer"))))
	for file, want := range map[string]struct {
		level  cms.Level
		checks int // of the container
	}{
		"lta.asics": {cms.LevelLTA, 1},
		"lt.asice":  {cms.LevelLT, 1},
		"lta.asice": {cms.LevelLTA, 2}, // by an archive manifest
	} {
		r := must[*asic.Result](t)(asic.Verify(must[[]byte](t)(os.ReadFile(dir+file)), cms.VerifyOptions{
			Anchors: []*pki.Certificate{root}, Time: root.NotBefore.AddDate(8, 0, 0),
		}, asic.Limits{}))
		if r.Verdict != cms.Valid || len(r.Checks) != want.checks || len(r.Documents) != 1 || r.Signatures[0].Result.Signers[0].Level != want.level {
			t.Errorf("%s: %v, checks %v, at %s", file, r.Outcome, r.Checks, r.Signatures[0].Result.Signers[0].Level)
		}
	}
}
