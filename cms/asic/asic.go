// Package asic reads, verifies and makes associated signature containers (ETSI EN 319
// 162-1): ZIP files which hold documents together with CAdES signatures over them, in
// the forms ASiC-S, with one document, and ASiC-E, with manifests.
//
// [IsContainer] recognises such a file and [Verify] judges it. Verify is stricter
// about the ZIP file than other readers on purpose: what it calls valid has one reading
// only. [Sign] makes a container; [AddSignature] and [Extend] add to one, the latter what
// [CollectLongTerm] has gathered.
package asic

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/dovidka/dovidka/cms"
)

// Media types, which the file "mimetype" states.
const (
	mimeASiCE = "application/vnd.etsi.asic-e+zip"
	mimeASiCS = "application/vnd.etsi.asic-s+zip"

	mimeFile = "mimetype"
	metaDir  = "META-INF/"
)

// Reasons of this package, besides those of cms and pki.
const (
	ReasonZIP            cms.Reason = "asic_zip_malformed"
	ReasonMimetype       cms.Reason = "asic_mimetype"
	ReasonManifest       cms.Reason = "asic_manifest_malformed"
	ReasonMissingFile    cms.Reason = "asic_file_missing"
	ReasonUnsignedFile   cms.Reason = "asic_file_unsigned"
	ReasonUnexpectedFile cms.Reason = "asic_file_unexpected" // in META-INF
	ReasonDigest         cms.Reason = "asic_digest_mismatch"
	ReasonNoSignature    cms.Reason = "asic_no_signature"
)

// Names of the checks of the container as a whole.
const (
	// CheckContainer is of its layout, its manifests and the digests in them.
	CheckContainer = "container"
	// CheckArchiveManifest is of the time-stamps over the container's files (ETSI EN 319
	// 162-1, annex A.7).
	CheckArchiveManifest = "archive_manifest"
)

// Limits bound the work for one container. Zero fields mean the defaults.
type Limits struct {
	Size       int // bytes of the container; 20 MiB
	Files      int // 64
	Unpacked   int // bytes of all files together; 32 MiB
	Signatures int // signature files; 8
}

func (l Limits) withDefaults() Limits {
	if l.Size <= 0 {
		l.Size = 20 << 20
	}
	if l.Files <= 0 {
		l.Files = 64
	}
	if l.Unpacked <= 0 {
		l.Unpacked = 32 << 20
	}
	if l.Signatures <= 0 {
		l.Signatures = 8
	}
	return l
}

// Document is a file of the container which is not part of its machinery.
type Document struct {
	Name    string
	Content []byte
}

// Signature is one signature file with what it was found to be.
type Signature struct {
	File     string
	Manifest string // "" in ASiC-S
	Result   *cms.Result
}

// Result is what is known about a container after verification.
type Result struct {
	cms.Outcome
	// Checks of the container; those of the signatures are in their results.
	Checks     []cms.Check
	Documents  []Document
	Signatures []Signature
}

// refusal carries a reason to the top.
type refusal struct{ reason cms.Reason }

func (r refusal) Error() string { return string(r.reason) }

// IsContainer reports whether a file is meant to be a ZIP file, by its first bytes, or
// by its last when something was put before it. CMS is never taken for one.
func IsContainer(file []byte) bool {
	var first, end [4]byte
	binary.LittleEndian.PutUint32(first[:], localSignature)
	binary.LittleEndian.PutUint32(end[:], endSignature)
	tail := file[max(0, len(file)-endRecordSize-maxComment):]
	isSequence := len(file) > 0 && file[0] == 0x30
	return bytes.HasPrefix(file, first[:]) || !isSequence && bytes.Contains(tail, end[:])
}

// Verify verifies a container. Every signature must be valid and cover every
// document. opts.Content is not used. The error is about the options.
func Verify(container []byte, opts cms.VerifyOptions, limits Limits) (*Result, error) {
	return VerifyContext(context.Background(), container, opts, limits)
}

// VerifyContext is Verify with a bound for what opts.Statuses does.
func VerifyContext(ctx context.Context, container []byte, opts cms.VerifyOptions, limits Limits) (*Result, error) {
	limits = limits.withDefaults()
	c, err := open(container, limits)
	if err != nil {
		return refused(err), nil
	}
	pairs, err := c.pairs(limits)
	if err != nil {
		return refused(err), nil
	}
	r := &Result{
		Outcome: cms.Outcome{Verdict: cms.Valid}, Documents: c.documents,
		Checks: []cms.Check{{Name: CheckContainer, Status: cms.Passed}},
	}
	archived, err := c.checkArchives(r, opts)
	if err != nil {
		return nil, err
	}
	for _, p := range pairs {
		opts.Content = p.signed
		result, err := cms.VerifyContext(ctx, c.files[p.File], opts)
		if err != nil {
			return nil, err
		}
		for i := range result.Signers {
			// The time-stamp over the files stands for one in the signature.
			if s := &result.Signers[i]; archived[p.File] && s.Level == cms.LevelLT {
				s.Level = cms.LevelLTA
			}
		}
		p.Result = result
		r.Signatures = append(r.Signatures, p.Signature)
		r.Outcome = r.Worse(result.Outcome)
	}
	return r, nil
}

func refused(err error) *Result {
	var r refusal
	reason := ReasonZIP
	switch {
	case errors.As(err, &r):
		reason = r.reason
	case errors.Is(err, ErrLimit):
		reason = cms.ReasonLimit
	}
	return &Result{
		Outcome: cms.Outcome{Verdict: cms.Invalid, Reason: reason},
		Checks:  []cms.Check{{Name: CheckContainer, Status: cms.Failed, Reason: reason}},
	}
}

// container is an opened container.
type container struct {
	mime      string
	files     map[string][]byte
	meta      []string // names below META-INF, in their order
	documents []Document
	archives  []archive
}

// open unpacks everything within the limits.
func open(raw []byte, limits Limits) (*container, error) {
	entries, err := readZIP(raw, limits)
	if err != nil {
		return nil, err
	}
	c := &container{files: map[string][]byte{}}
	left := limits.Unpacked
	for i, e := range entries {
		content, err := e.content(left)
		if err != nil {
			return nil, err
		}
		left -= len(content)
		if e.isDir {
			continue
		}
		switch {
		case e.name == mimeFile:
			// First and stored, so that programs recognise the file by its beginning
			// (ETSI EN 319 162-1, annex A.1).
			if i != 0 || e.method != methodStored {
				return nil, refusal{ReasonMimetype}
			}
			c.mime = string(content)
		case strings.HasPrefix(e.name, metaDir):
			c.meta = append(c.meta, e.name)
		default:
			c.documents = append(c.documents, Document{e.name, content})
		}
		c.files[e.name] = content
	}
	if c.mime != mimeASiCE && c.mime != mimeASiCS {
		return nil, refusal{ReasonMimetype}
	}
	return c, nil
}

// pair is a signature file and the bytes it is over.
type pair struct {
	Signature
	signed []byte
}

func (c *container) pairs(limits Limits) ([]pair, error) {
	if len(c.documents) == 0 {
		return nil, refusal{ReasonMissingFile}
	}
	if c.mime == mimeASiCS {
		return c.simplePair()
	}
	return c.manifestPairs(limits)
}

// simplePair is ASiC-S: one document, one signature file (clause 4.3.3).
func (c *container) simplePair() ([]pair, error) {
	switch {
	case len(c.documents) != 1:
		return nil, refusal{ReasonUnsignedFile}
	case len(c.meta) == 0:
		return nil, refusal{ReasonNoSignature}
	case len(c.meta) != 1 || c.meta[0] != simpleSignature && c.meta[0] != simpleSignatureOld:
		return nil, refusal{ReasonUnexpectedFile}
	}
	return []pair{{Signature{File: c.meta[0]}, present(c.documents[0].Content)}}, nil
}

// Names of the signature file of ASiC-S; the second is of programs which name it after
// the format.
const (
	simpleSignature    = metaDir + "signature.p7s"
	simpleSignatureOld = metaDir + "signature.p7m"
)

// manifestPairs is ASiC-E: every signature file is named by one manifest, which
// names every document (clause 4.4.3).
func (c *container) manifestPairs(limits Limits) ([]pair, error) {
	var out []pair
	used := map[string]bool{}
	for _, name := range c.meta {
		if !isManifest(name) {
			continue
		}
		if len(out) == limits.Signatures {
			return nil, fmt.Errorf("%w: more than %d signatures", ErrLimit, limits.Signatures)
		}
		m, err := parseManifest(c.files[name])
		if err != nil {
			return nil, refusal{ReasonManifest}
		}
		if err := c.checkManifest(m); err != nil {
			return nil, err
		}
		if used[m.signature] {
			return nil, refusal{ReasonManifest}
		}
		used[name], used[m.signature] = true, true
		out = append(out, pair{Signature{File: m.signature, Manifest: name}, present(c.files[name])})
	}
	if len(out) == 0 {
		return nil, refusal{ReasonNoSignature}
	}
	if err := c.takeArchives(used); err != nil {
		return nil, err
	}
	for _, name := range c.meta {
		if !used[name] {
			return nil, refusal{ReasonUnexpectedFile}
		}
	}
	return out, nil
}

func isManifest(name string) bool { return isXML(name, "ASiCManifest") }

func isXML(name, prefix string) bool {
	base := strings.TrimPrefix(name, metaDir)
	return strings.HasPrefix(base, prefix) && path.Ext(base) == ".xml"
}

func (c *container) checkManifest(m manifest) error {
	if _, ok := c.files[m.signature]; !ok || !strings.HasPrefix(m.signature, metaDir) || isManifest(m.signature) {
		return refusal{ReasonMissingFile}
	}
	named := map[string]bool{}
	for _, r := range m.documents {
		content, ok := c.files[r.name]
		if !ok {
			return refusal{ReasonMissingFile}
		}
		if !r.matches(content) {
			return refusal{ReasonDigest}
		}
		named[r.name] = true
	}
	for _, d := range c.documents {
		if !named[d.Name] {
			return refusal{ReasonUnsignedFile}
		}
	}
	return nil
}

// present makes sure that empty content is content and not its absence.
func present(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}
