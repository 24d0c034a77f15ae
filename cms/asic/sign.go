package asic

import (
	"crypto"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/dovidka/dovidka/cms"
)

// Form is a form of container.
type Form int

// The forms. The zero value is the one for any number of documents.
const (
	Extended Form = iota // ASiC-E: documents, and a manifest for each signature
	Simple               // ASiC-S: one document and the signatures over it
)

// Sign makes a container of documents with one signature over all of them.
// opts.Detached is not used: signatures in containers always are.
func Sign(form Form, documents []Document, opts cms.SignOptions) ([]byte, error) {
	c := &container{mime: mimeASiCE, documents: documents, files: map[string][]byte{}}
	if form == Simple {
		c.mime = mimeASiCS
	}
	if err := c.checkDocuments(); err != nil {
		return nil, fmt.Errorf("asic: sign: %w", err)
	}
	mime, err := newEntry(mimeFile, []byte(c.mime), true)
	if err != nil {
		return nil, err
	}
	entries := []entry{mime}
	for _, d := range documents {
		e, err := newEntry(d.Name, d.Content, false)
		if err != nil {
			return nil, fmt.Errorf("asic: sign: %w", err)
		}
		entries = append(entries, e)
	}
	return c.sign(entries, opts)
}

var errDocuments = errors.New("asic: no documents, or ones that such a container cannot hold")

// checkDocuments holds the documents to what Verify accepts.
func (c *container) checkDocuments() error {
	limits := Limits{}.withDefaults()
	switch {
	case len(c.documents) == 0:
		return fmt.Errorf("%w: none", errDocuments)
	case c.mime == mimeASiCS && len(c.documents) != 1:
		return fmt.Errorf("%w: %d in ASiC-S", errDocuments, len(c.documents))
	case len(c.documents) > limits.Files-3:
		return fmt.Errorf("%w: %d documents", ErrLimit, len(c.documents))
	}
	seen := map[string]bool{foldName(mimeFile): true}
	for _, d := range c.documents {
		folded := foldName(d.Name)
		if !safeName(d.Name) || len(d.Name) > maxNameBytes || seen[folded] || strings.HasPrefix(folded+"/", foldName(metaDir)) {
			return fmt.Errorf("%w: a name is not plain, reserved or there twice", errDocuments)
		}
		seen[folded] = true
	}
	return nil
}

// sign appends a signature to the entries of a container.
func (c *container) sign(entries []entry, opts cms.SignOptions) ([]byte, error) {
	opts.Detached = true
	if c.mime == mimeASiCS {
		p7s, err := cms.Sign(c.documents[0].Content, opts)
		if err != nil {
			return nil, err
		}
		return appendFiles(entries, opts.SigningTime, Document{simpleSignature, p7s})
	}
	n := 1
	for ; c.has(manifestName(n)) || c.has(signatureName(n)); n++ {
	}
	text, err := c.manifest(signatureName(n))
	if err != nil {
		return nil, err
	}
	p7s, err := cms.Sign(text, opts)
	if err != nil {
		return nil, err
	}
	return appendFiles(entries, opts.SigningTime, Document{manifestName(n), text}, Document{signatureName(n), p7s})
}

func manifestName(n int) string  { return fmt.Sprintf("%sASiCManifest%03d.xml", metaDir, n) }
func signatureName(n int) string { return fmt.Sprintf("%ssignature%03d.p7s", metaDir, n) }

func (c *container) has(name string) bool {
	_, ok := c.files[name]
	return ok
}

func appendFiles(entries []entry, at time.Time, files ...Document) ([]byte, error) {
	for _, f := range files {
		e, err := newEntry(f.Name, f.Content, false)
		if err != nil {
			return nil, err
		}
		entries = append(entries, e)
	}
	return writeZIP(entries, at)
}

// manifest writes the ASiCManifest for a signature over all documents (annex A.4).
func (c *container) manifest(signature string) ([]byte, error) {
	var b strings.Builder
	b.WriteString(xml.Header + `<asic:ASiCManifest xmlns:asic="http://uri.etsi.org/02918/v1.2.1#" xmlns:ds="http://www.w3.org/2000/09/xmldsig#">`)
	fmt.Fprintf(&b, "\n"+`<asic:SigReference URI="%s" MimeType="application/pkcs7-signature"/>`, percentEncoded(signature))
	for _, d := range c.documents {
		h := crypto.SHA256.New()
		h.Write(d.Content)
		fmt.Fprintf(&b, "\n"+`<asic:DataObjectReference URI="%s"><ds:DigestMethod Algorithm="%s"/><ds:DigestValue>%s</ds:DigestValue></asic:DataObjectReference>`,
			percentEncoded(d.Name), digestSHA256, base64.StdEncoding.EncodeToString(h.Sum(nil)))
	}
	b.WriteString("\n</asic:ASiCManifest>\n")
	if m, err := parseManifest([]byte(b.String())); err != nil || len(m.documents) != len(c.documents) {
		return nil, fmt.Errorf("asic: manifest: %w", errManifest)
	}
	return []byte(b.String()), nil
}

// percentEncoded is a name as a reference in a manifest: everything is escaped but the
// unreserved characters of RFC 3986, clause 2.3, and the slash.
func percentEncoded(name string) string {
	const unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/"
	var b strings.Builder
	for i := range len(name) {
		if strings.IndexByte(unreserved, name[i]) >= 0 {
			b.WriteByte(name[i])
		} else {
			fmt.Fprintf(&b, "%%%02X", name[i])
		}
	}
	return b.String()
}

// AddSignature adds a signature over all documents: in ASiC-E with a manifest of its
// own, in ASiC-S beside those in the one signature file. What is there stays.
func AddSignature(file []byte, opts cms.SignOptions) ([]byte, error) {
	c, entries, pairs, err := reopen(file)
	if err != nil {
		return nil, fmt.Errorf("asic: add signature: %w", err)
	}
	if c.mime == mimeASiCE {
		limits := Limits{}.withDefaults()
		if len(pairs) == limits.Signatures || len(entries)+2 > limits.Files {
			return nil, fmt.Errorf("asic: add signature: %w: the container is full", ErrLimit)
		}
		return c.sign(entries, opts)
	}
	opts.Detached = true
	return replace(entries, opts.SigningTime, func(e *entry) ([]byte, error) {
		if e.name != c.meta[0] {
			return nil, nil
		}
		return cms.AddSignature(c.files[e.name], c.documents[0].Content, opts)
	})
}

var errArchived = errors.New("asic: a time-stamp covers the files of the container, which must stay as they are")

// Extend extends every signature of a container, as [cms.Extend] does; opts.Content is
// not used. The time is that of the changed files. [CollectLongTerm] has what
// opts.LongTerm wants.
func Extend(file []byte, at time.Time, opts cms.ExtendOptions) ([]byte, error) {
	c, entries, pairs, err := reopen(file)
	if err != nil {
		return nil, fmt.Errorf("asic: extend: %w", err)
	}
	signed := map[string][]byte{}
	for _, p := range pairs {
		signed[p.File] = p.signed
	}
	return replace(entries, at, func(e *entry) ([]byte, error) {
		content, ok := signed[e.name]
		if !ok {
			return nil, nil
		}
		opts.Content = content
		return cms.Extend(c.files[e.name], opts)
	})
}

// reopen opens a container to add to it. It has to be sound as a container; whether its
// signatures are good is not asked.
func reopen(file []byte) (*container, []entry, []pair, error) {
	limits := Limits{}.withDefaults()
	entries, err := readZIP(file, limits)
	if err != nil {
		return nil, nil, nil, err
	}
	c, err := open(file, limits)
	if err != nil {
		return nil, nil, nil, err
	}
	pairs, err := c.pairs(limits)
	if err == nil && len(c.archives) > 0 {
		err = errArchived
	}
	return c, entries, pairs, err
}

// replace writes the container with the files that change gives new content.
func replace(entries []entry, at time.Time, change func(*entry) ([]byte, error)) ([]byte, error) {
	for i := range entries {
		content, err := change(&entries[i])
		if err != nil {
			return nil, err
		}
		if content == nil {
			continue
		}
		if entries[i], err = newEntry(entries[i].name, content, false); err != nil {
			return nil, err
		}
	}
	return writeZIP(entries, at)
}
