package cms_test

import (
	"bytes"
	"errors"
	"path/filepath"
	"testing"

	"github.com/dovidka/dovidka/cms"
)

func seed(f *testing.F, patterns ...string) {
	f.Helper()
	for _, p := range patterns {
		names, err := filepath.Glob(p)
		if err != nil || len(names) == 0 {
			f.Fatalf("no files match %s: %v", p, err)
		}
		for _, n := range names {
			if raw := readFile(f, n); len(raw) < 64<<10 {
				f.Add(raw)
			}
		}
	}
}

func FuzzVerify(f *testing.F) {
	seed(f, synthetic+"/cms/*.p7s", "testdata/openssl/*.p7s", "testdata/real/*/*.p7*")
	var reference syntheticCase
	for _, c := range loadCases(f) {
		if c.ID == "p04-content-ts-and-signature-ts" {
			reference = c
		}
	}
	opts := reference.options(f)
	opts.Limits = cms.Limits{Size: 64 << 10}
	genuine := readFile(f, synthetic, reference.File)
	sd, err := cms.Parse(genuine, opts.Limits)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		r, err := cms.Verify(in, opts)
		if err != nil {
			t.Fatalf("bad input is an error of the options: %v", err)
		}
		if r.Verdict == "" || (r.Verdict == cms.Valid) != (r.Reason == cms.ReasonNone) {
			t.Fatalf("outcome %+v", r.Outcome)
		}
		// All valid containers of the corpus are over the same document, and a new
		// one cannot be made by accident.
		if r.Verdict == cms.Valid && !bytes.Equal(r.InnermostContent(), sd.Content) {
			t.Fatalf("forged content %q", r.InnermostContent())
		}
		if r.MayAuthorise().Verdict == cms.Valid && r.Verdict != cms.Valid {
			t.Fatal("authorises without being valid")
		}
	})
}

func FuzzParseTimeStamp(f *testing.F) {
	for _, c := range []string{"p03-cades-t.p7s", "p04-content-ts-and-signature-ts.p7s"} {
		sd, err := cms.Parse(readFile(f, synthetic, "cms", c), cms.Limits{})
		if err != nil {
			f.Fatal(err)
		}
		for _, a := range sd.Signers[0].UnsignedAttributes {
			f.Add(a.Values[0])
		}
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		if ts, err := cms.ParseTimeStamp(in); err == nil && (ts.Time.IsZero() || ts.DigestOID == "") {
			t.Error("token without time or digest")
		}
	})
}

// FuzzLongTerm: whatever is appended to a long-term signature, it is not taken for one of
// another document or of an earlier time, and extending it changes nothing signed.
func FuzzLongTerm(f *testing.F) {
	seed(f, "testdata/dss/*.p7s")
	root := certificates(f, "testdata/dss", []string{"root.cer"})
	opts := cms.VerifyOptions{
		Content: nil, Anchors: root, Time: root[0].NotBefore.AddDate(8, 0, 0), Limits: cms.Limits{Size: 64 << 10},
	}
	genuine, err := cms.Verify(readFile(f, "testdata/dss/lta.p7s"), opts)
	if err != nil || genuine.Verdict != cms.Valid {
		f.Fatal(genuine.Outcome, err)
	}
	made := genuine.Signers[0].TrustedTime.AddDate(0, 0, -1)
	f.Fuzz(func(t *testing.T, in []byte) {
		r, err := cms.Verify(in, opts)
		if err != nil {
			t.Fatal(err)
		}
		if r.Verdict == cms.Valid && (!bytes.Equal(r.InnermostContent(), genuine.Content) || r.Signers[0].TrustedTime.Before(made)) {
			t.Fatalf("valid: %q at %v", r.InnermostContent(), r.Signers[0].TrustedTime)
		}
		before, err := cms.Parse(in, opts.Limits)
		if err != nil || len(before.Signers) == 0 {
			return
		}
		refused := errors.New("no stamp")
		asked := 0
		out, err := cms.Extend(in, cms.ExtendOptions{
			Content: []byte("x"), Limits: opts.Limits,
			TimeStamp:        func(string, []byte) ([]byte, error) { asked++; return nil, refused },
			ArchiveTimeStamp: func(string, []byte) ([]byte, error) { asked++; return nil, refused },
		})
		if err == nil || out != nil {
			t.Fatalf("extended without a stamp, having asked %d times", asked)
		}
		same, err := cms.Change(in, func(*cms.Parts) {})
		if err != nil {
			t.Fatalf("not put together again: %v", err)
		}
		after, err := cms.Parse(same, opts.Limits)
		if err != nil || len(after.Signers) != len(before.Signers) || !bytes.Equal(after.Content, before.Content) {
			t.Fatalf("changed by being put together: %v", err)
		}
	})
}
