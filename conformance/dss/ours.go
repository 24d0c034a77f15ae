package main

import (
	"archive/zip"
	"bytes"
	"fmt"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"path"
	"strings"

	"golang.org/x/crypto/cryptobyte"

	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/cms/asic"
)

// sign makes a signature, with as many signers as told.
func (a *authority) sign(s *signature, signers int) error {
	var err error
	for i := range signers {
		who := a.signers[(s.signer+i)%len(a.signers)]
		opts := cms.SignOptions{Signer: who.Key, Certificate: who.Certificate, SigningTime: a.signed, Detached: s.detached}
		if rand.IntN(2) == 0 {
			opts.ContentTimeStamp = a.stamp(a.signed)
		}
		switch {
		case s.form == "cades" && i == 0:
			s.file, err = cms.Sign(s.documents[0].Content, opts)
		case s.form == "cades":
			s.file, err = cms.AddSignature(s.file, s.content(), opts)
		case i == 0:
			form := asic.Extended
			if s.form == "asics" {
				form = asic.Simple
			}
			s.file, err = asic.Sign(form, s.documents, opts)
		default:
			s.file, err = asic.AddSignature(s.file, opts)
		}
		if err != nil {
			return err
		}
	}
	return a.extend(s)
}

// content is that of a detached signature.
func (s *signature) content() []byte {
	if s.detached {
		return s.documents[0].Content
	}
	return nil
}

func (a *authority) extend(s *signature) error {
	opts := cms.ExtendOptions{Content: s.content()}
	material, err := a.longTerm(rand.IntN(2) == 0)
	if err != nil {
		return err
	}
	switch s.level {
	case "B":
		return nil
	case "LTA":
		opts.ArchiveTimeStamp = a.stamp(a.stated)
		fallthrough
	case "LT":
		opts.LongTerm = material
		fallthrough
	case "T":
		opts.TimeStamp = a.stamp(a.stamped)
	}
	if s.form == "cades" {
		s.file, err = cms.Extend(s.file, opts)
		return err
	}
	s.file, err = asic.Extend(s.file, a.stated, opts)
	return err
}

// part is a signature with a bit flipped in one part of it.
type part struct {
	what          string
	file, content []byte
}

// breakable breaks a signature part by part.
func breakable(s *signature) ([]part, error) {
	if s.form != "cades" {
		return breakableFiles(s)
	}
	out, err := breakableContainer(s.file)
	if err != nil {
		return nil, err
	}
	for i := range out {
		out[i].content = s.documents[0].Content
	}
	if s.detached {
		return append(out, part{"content", s.file, flipped(s.documents[0].Content)}), nil
	}
	// With its header, as a document of one byte occurs anywhere.
	var octets cryptobyte.Builder
	octets.AddASN1OctetString(s.documents[0].Content)
	content := octets.BytesOrPanic()
	at := bytes.Index(s.file, content)
	if at < 0 {
		return nil, fmt.Errorf("content of %d bytes not found", len(s.documents[0].Content))
	}
	inside := bytes.Clone(s.file)
	copy(inside[at+len(content)-len(s.documents[0].Content):], flipped(s.documents[0].Content))
	return append(out, part{"content", inside, nil}), nil
}

func breakableContainer(file []byte) ([]part, error) {
	sd, err := cms.Parse(file, cms.Limits{})
	if err != nil {
		return nil, err
	}
	si := sd.Signers[rand.IntN(len(sd.Signers))]
	fields := map[string][]byte{"value": si.Signature}
	for _, a := range si.SignedAttributes {
		if a.OID == "1.2.840.113549.1.9.4" {
			fields["message-digest"] = a.Values[0][2:]
		}
	}
	for _, a := range si.UnsignedAttributes {
		names := map[string]string{"1.2.840.113549.1.9.16.2.14": "signature-time-stamp", "0.4.0.1733.2.4": "archive-time-stamp"}
		if name, ok := names[a.OID]; ok {
			token, err := cms.Parse(a.Values[0], cms.Limits{})
			if err != nil {
				return nil, err
			}
			fields[name] = token.Signers[0].Signature
		}
	}
	var out []part
	for what, field := range fields {
		broken, err := flippedIn(file, field)
		if err != nil {
			return nil, err
		}
		out = append(out, part{what: what, file: broken})
	}
	return out, nil
}

// flippedIn flips a bit of field in file. The ends are spared: the headers of the INTEGERs in
// an ECDSA value stand there.
func flippedIn(file, field []byte) ([]byte, error) {
	at := bytes.Index(file, field)
	if at < 0 {
		return nil, fmt.Errorf("field of %d bytes not found", len(field))
	}
	out := bytes.Clone(file)
	copy(out[at:], flipped(field))
	return out, nil
}

func flipped(b []byte) []byte {
	out := bytes.Clone(b)
	out[len(out)*3/4] ^= 1 << rand.IntN(8)
	return out
}

// breakableFiles breaks the files of an ASiC: a document and one of the signatures.
func breakableFiles(s *signature) ([]part, error) {
	var out []part
	document := s.documents[rand.IntN(len(s.documents))].Name
	file, err := rewritten(s.file, document, func(b []byte) []byte { return flipped(b) })
	if err != nil {
		return nil, err
	}
	out = append(out, part{what: "document", file: file})
	var broken []part
	if _, err := rewritten(s.file, "", func(b []byte) []byte {
		if broken == nil {
			broken, err = breakableContainer(b)
		}
		return b
	}); err != nil {
		return nil, err
	}
	if err != nil {
		return nil, err
	}
	for _, p := range broken {
		first := true
		file, err := rewritten(s.file, "", func(b []byte) []byte {
			if !first {
				return b
			}
			first = false
			return p.file
		})
		if err != nil {
			return nil, err
		}
		out = append(out, part{what: p.what, file: file})
	}
	return out, nil
}

// rewritten writes a ZIP file anew with one file changed; without a name, the
// signatures.
func rewritten(file []byte, name string, change func([]byte) []byte) ([]byte, error) {
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			return nil, err
		}
		content, err := io.ReadAll(io.LimitReader(r, 1<<26))
		if err != nil {
			return nil, err
		}
		signature := strings.HasPrefix(f.Name, "META-INF/") && path.Ext(f.Name) == ".p7s"
		if name != "" && f.Name == name || name == "" && signature {
			content = change(content)
		}
		// Stored, with the sizes before it: readers of streams want no others.
		target, err := w.CreateRaw(&zip.FileHeader{
			Name: f.Name, Method: zip.Store, Flags: 1 << 11, CRC32: crc32.ChecksumIEEE(content),
			CompressedSize64: uint64(len(content)), UncompressedSize64: uint64(len(content)),
		})
		if err != nil {
			return nil, err
		}
		if _, err := target.Write(content); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
