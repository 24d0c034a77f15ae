package asic_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/cms/asic"
	"github.com/dovidka/dovidka/cms/cmstest"
	"github.com/dovidka/dovidka/pki"
)

type authority struct {
	*cmstest.Authority
	who, tsa *cmstest.Identity
}

func newAuthority(t testing.TB, family cmstest.Family) authority {
	t.Helper()
	a := must[*cmstest.Authority](t)(cmstest.NewAuthority(family, signedAt))
	return authority{
		a, must[*cmstest.Identity](t)(a.Issue(pki.Person{Surname: "ТЕСТЕНКО", DRFO: "3000000014"})), must[*cmstest.Identity](t)(a.TSA()),
	}
}

func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func (a authority) options() cms.SignOptions {
	return cms.SignOptions{
		Signer: a.who.Key, Certificate: a.who.Certificate, SigningTime: signedAt,
		TimeStamp: func(oid string, digest []byte) ([]byte, error) { return a.tsa.Stamp(signedAt, oid, digest) },
	}
}

func (a authority) verify(t testing.TB, file []byte) *asic.Result {
	t.Helper()
	opts := must[cms.VerifyOptions](t)(a.VerifyOptions(signedAt.Add(time.Hour)))
	return must[*asic.Result](t)(asic.Verify(file, opts, asic.Limits{}))
}

// material is what long-term signatures need.
func (a authority) material(t testing.TB) *cms.LongTerm {
	t.Helper()
	at := signedAt.Add(time.Minute)
	return &cms.LongTerm{
		Anchors: []*pki.Certificate{a.Root.Certificate}, Certificates: []*pki.Certificate{a.CA.Certificate}, Time: signedAt.Add(time.Hour),
		CRLs: []*pki.CRL{must[*pki.CRL](t)(a.CRL(at)), must[*pki.CRL](t)(a.RootCRL(at))},
	}
}

var documents = []asic.Document{
	{Name: "довідка про декларацію.pdf", Content: bytes.Repeat([]byte("text "), 1000)},
	{Name: "папка/a&b=100%+'\"<x>.txt", Content: []byte("x")},
	{Name: "empty", Content: nil},
}

func TestSignedContainersVerify(t *testing.T) {
	t.Parallel()
	for _, family := range []cmstest.Family{cmstest.DSTU, cmstest.EC} {
		a := newAuthority(t, family)
		for _, tc := range []struct {
			form      asic.Form
			documents []asic.Document
		}{
			{asic.Extended, documents},
			{asic.Extended, documents[:1]},
			{asic.Simple, documents[:1]},
			{asic.Simple, documents[1:2]},
		} {
			file := must[[]byte](t)(asic.Sign(tc.form, tc.documents, a.options()))
			file = must[[]byte](t)(asic.AddSignature(file, a.options()))
			check := func(what string, level cms.Level) {
				t.Helper()
				r := a.verify(t, file)
				if r.Verdict != cms.Valid || len(r.Documents) != len(tc.documents) {
					t.Fatalf("%s: %v, %d documents", what, r.Outcome, len(r.Documents))
				}
				signatures := 0
				for _, s := range r.Signatures {
					for _, one := range s.Result.Signers {
						signatures++
						if one.Level != level {
							t.Errorf("%s: level %s, want %s", what, one.Level, level)
						}
					}
				}
				if signatures != 2 {
					t.Errorf("%s: %d signatures", what, signatures)
				}
				for i, d := range r.Documents {
					if d.Name != tc.documents[i].Name || !bytes.Equal(d.Content, tc.documents[i].Content) {
						t.Errorf("%s: document %q changed", what, d.Name)
					}
				}
			}
			check("signed", cms.LevelT)
			agrees(t, file)
			file = must[[]byte](t)(asic.Extend(file, signedAt, cms.ExtendOptions{LongTerm: a.material(t)}))
			check("extended", cms.LevelLT)
			agrees(t, file)
			file = must[[]byte](t)(asic.Extend(file, signedAt, cms.ExtendOptions{
				ArchiveTimeStamp: func(oid string, digest []byte) ([]byte, error) {
					return a.tsa.Stamp(signedAt.Add(time.Minute), oid, digest)
				},
			}))
			check("archived", cms.LevelLTA)
			for i := range 200 {
				broken := bytes.Clone(file)
				broken[(i*7919)%len(file)] ^= 1 << (i % 8)
				if r := a.verify(t, broken); r.Verdict == cms.Valid && !sameDocuments(r.Documents, tc.documents) {
					t.Errorf("a bit changed other documents: %v", r.Outcome)
				}
			}
		}
	}
}

func sameDocuments(a, b []asic.Document) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Name != b[i].Name || !bytes.Equal(a[i].Content, b[i].Content) {
			return false
		}
	}
	return true
}

// agrees reads a container with another reader of ZIP files.
func agrees(t *testing.T, file []byte) {
	t.Helper()
	z := must[*zip.Reader](t)(zip.NewReader(bytes.NewReader(file), int64(len(file))))
	for i, f := range z.File {
		content := read(t, f) // checks the sum
		if i == 0 && (f.Name != "mimetype" || f.Method != zip.Store || !bytes.HasPrefix(file[38:], content)) {
			t.Error("a program does not recognise the file by its beginning")
		}
		if f.NonUTF8 || !f.Modified.Equal(signedAt) {
			t.Errorf("%q: UTF-8 %v, modified %v", f.Name, !f.NonUTF8, f.Modified)
		}
	}
}

func TestSignRefuses(t *testing.T) {
	t.Parallel()
	a := newAuthority(t, cmstest.EC)
	one := func(name string) []asic.Document { return []asic.Document{{Name: name, Content: []byte("x")}} }
	var many []asic.Document
	for i := range 62 {
		many = append(many, one(fmt.Sprint(i))...)
	}
	for name, list := range map[string][]asic.Document{
		"none": nil, "no name": one(""), "upwards": one("../x"), "absolute": one("/x"), "backslash": one(`a\b`), "drive": one("c:x"),
		"mimetype": one("Mimetype"), "META-INF": one("meta-inf/x"), "folder": one("META-INF"), "slash at the end": one("x/"),
		"not UTF-8": one("\xff"), "too long": one(strings.Repeat("x", 256)), "twice": append(one("x"), one("X")...), "too many": many,
	} {
		if _, err := asic.Sign(asic.Extended, list, a.options()); err == nil {
			t.Errorf("%s: signed", name)
		}
	}
	if _, err := asic.Sign(asic.Simple, documents, a.options()); err == nil {
		t.Error("three documents in ASiC-S")
	}
	if _, err := asic.Sign(asic.Simple, documents[2:], a.options()); err == nil {
		t.Error("nothing signed in ASiC-S")
	}
	full := must[[]byte](t)(asic.Sign(asic.Extended, documents, a.options()))
	for range 7 {
		full = must[[]byte](t)(asic.AddSignature(full, a.options()))
	}
	if r := a.verify(t, full); r.Verdict != cms.Valid || len(r.Signatures) != 8 {
		t.Errorf("eight signatures: %v", r.Outcome)
	}
	if _, err := asic.AddSignature(full, a.options()); err == nil {
		t.Error("nine signatures, which Verify does not read")
	}
	for _, bad := range [][]byte{nil, full[:100], readFile(t, "asic/a18-no-mimetype.asice")} {
		if _, err := asic.AddSignature(bad, a.options()); err == nil {
			t.Error("signature added to no container")
		}
		if _, err := asic.Extend(bad, signedAt, cms.ExtendOptions{}); err == nil {
			t.Error("no container extended")
		}
		if _, err := asic.CollectLongTerm(t.Context(), bad, cms.VerifyOptions{Time: signedAt}); err == nil {
			t.Error("material collected for no container")
		}
	}
}

// TestArchiveManifest: a time-stamp over the files of a container is verified and
// reported.
func TestArchiveManifest(t *testing.T) {
	t.Parallel()
	a := newAuthority(t, cmstest.EC)
	sound := must[[]byte](t)(asic.Sign(asic.Extended, []asic.Document{{Name: "a.txt", Content: []byte("x")}}, a.options()))
	sound = must[[]byte](t)(asic.Extend(sound, signedAt, cms.ExtendOptions{LongTerm: a.material(t)}))
	z := must[*zip.Reader](t)(zip.NewReader(bytes.NewReader(sound), int64(len(sound))))
	var files []file
	for _, f := range z.File[1:] {
		files = append(files, file{f.Name, string(read(t, f))})
	}
	stamp := func(text string) file {
		sum := must[[]byte](t)(pki.Sum(pki.OIDSHA256, []byte(text)))
		return file{"META-INF/timestamp001.tst", string(must[[]byte](t)(a.tsa.Stamp(signedAt.Add(time.Minute), pki.OIDSHA256, sum)))}
	}
	manifest := file{"META-INF/ASiCArchiveManifest.xml", manifestOf("META-INF/timestamp001.tst", files...)}
	other := file{manifest.name, manifestOf("META-INF/timestamp001.tst", append(files[:2:2], file{files[2].name, "other"})...)}
	check := func(status cms.CheckStatus, why cms.Reason) cms.Check {
		return cms.Check{Name: asic.CheckArchiveManifest, Status: status, Reason: why}
	}
	for name, tc := range map[string]struct {
		more  []file
		want  cms.Reason
		check cms.Check
		level cms.Level
	}{
		"none":             {nil, "", cms.Check{}, cms.LevelLT},
		"sound":            {[]file{manifest, stamp(manifest.content)}, "", check(cms.Passed, ""), cms.LevelLTA},
		"other bytes":      {[]file{manifest, stamp("x")}, cms.ReasonStampImprint, check(cms.Failed, cms.ReasonStampImprint), cms.LevelLT},
		"a file changed":   {[]file{other, stamp(other.content)}, asic.ReasonDigest, check(cms.Failed, asic.ReasonDigest), cms.LevelLT},
		"no token":         {[]file{manifest, {"META-INF/timestamp001.tst", "x"}}, cms.ReasonStampMalformed, check(cms.Failed, cms.ReasonStampMalformed), cms.LevelLT},
		"without its file": {[]file{manifest}, asic.ReasonMissingFile, cms.Check{}, ""},
		"broken":           {[]file{{manifest.name, "<x/>"}}, asic.ReasonManifest, cms.Check{}, ""},
		"token alone":      {[]file{stamp("x")}, asic.ReasonUnexpectedFile, cms.Check{}, ""},
	} {
		container := pack(t, mimeE, append(files[:len(files):len(files)], tc.more...)...)
		r := a.verify(t, container)
		if r.Reason != tc.want || (r.Verdict == cms.Valid) != (tc.want == "") {
			t.Errorf("%s: %v, want %q", name, r.Outcome, tc.want)
		}
		if tc.level == "" {
			continue
		}
		if got := append(r.Checks, cms.Check{})[1]; got != tc.check || r.Signatures[0].Result.Signers[0].Level != tc.level {
			t.Errorf("%s: %v at %s", name, got, r.Signatures[0].Result.Signers[0].Level)
		}
	}
	if _, err := asic.AddSignature(pack(t, mimeE, append(files, manifest, stamp(manifest.content))...), a.options()); err == nil {
		t.Error("changed what a time-stamp covers")
	}
}
