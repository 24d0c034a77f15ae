package asic

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"path"
	"strings"
	"unicode/utf8"
)

// Errors of the container's layout; test with errors.Is.
var (
	ErrZIP   = errors.New("asic: malformed ZIP container")
	ErrLimit = errors.New("asic: limit exceeded")
)

// Signatures and sizes of APPNOTE.TXT, clauses 4.3.7, 4.3.12 and 4.3.16.
const (
	localSignature     = 0x04034b50
	centralSignature   = 0x02014b50
	endSignature       = 0x06054b50
	descriptorSign     = 0x08074b50
	localHeaderSize    = 30
	centralHeaderSize  = 46
	endRecordSize      = 22
	flagDescriptor     = 1 << 3
	flagUTF8           = 1 << 11
	methodStored       = 0
	methodDeflated     = 8
	maxNameBytes       = 255
	maxComment         = 1<<16 - 1
	descriptorBodySize = 12
)

// entry is a file of the container.
type entry struct {
	rawName    string
	name       string // without the slash at the end of a folder's
	isDir      bool   // a folder, which some writers list
	method     uint16
	flags      uint16
	crc        uint32
	compressed uint32
	size       uint32
	offset     uint32 // of the local header
	data       []byte // as stored
}

// readZIP reads the layout of a ZIP file so strictly that two readers cannot see two
// documents in it: the local headers agree with the central directory, the entries
// follow each other from the first byte on in the same order, and nothing stands
// before, between or after. That is why archive/zip, which is forgiving by design,
// is not used.
func readZIP(b []byte, limits Limits) ([]entry, error) {
	if len(b) > limits.Size {
		return nil, fmt.Errorf("%w: %d bytes", ErrLimit, len(b))
	}
	if len(b) < endRecordSize {
		return nil, ErrZIP
	}
	end := b[len(b)-endRecordSize:]
	le := binary.LittleEndian
	count := int(le.Uint16(end[10:]))
	wideSize, wideOffset := uint64(le.Uint32(end[12:])), uint64(le.Uint32(end[16:]))
	switch {
	case le.Uint32(end) != endSignature, le.Uint32(end[4:]) != 0, int(le.Uint16(end[8:])) != count,
		le.Uint16(end[20:]) != 0, wideSize+wideOffset != uint64(len(b)-endRecordSize):
		return nil, fmt.Errorf("%w: end record", ErrZIP)
	case count > limits.Files:
		return nil, fmt.Errorf("%w: %d files", ErrLimit, count)
	}
	offset := int(wideOffset)
	entries, err := readDirectory(b[offset:len(b)-endRecordSize], count)
	if err != nil {
		return nil, err
	}
	at := 0
	for i := range entries {
		if at, err = entries[i].locate(b[:offset], at); err != nil {
			return nil, err
		}
	}
	if at != offset {
		return nil, fmt.Errorf("%w: bytes between the files and the directory", ErrZIP)
	}
	return entries, nil
}

func readDirectory(b []byte, count int) ([]entry, error) {
	le := binary.LittleEndian
	seen := map[string]bool{}
	entries := make([]entry, 0, count)
	for range count {
		if len(b) < centralHeaderSize || le.Uint32(b) != centralSignature {
			return nil, fmt.Errorf("%w: central directory", ErrZIP)
		}
		nameLen, extraLen, commentLen := int(le.Uint16(b[28:])), int(le.Uint16(b[30:])), int(le.Uint16(b[32:]))
		whole := centralHeaderSize + nameLen + extraLen + commentLen
		if len(b) < whole || nameLen > maxNameBytes || le.Uint16(b[34:]) != 0 {
			return nil, fmt.Errorf("%w: central directory", ErrZIP)
		}
		e := entry{
			flags: le.Uint16(b[8:]), method: le.Uint16(b[10:]), crc: le.Uint32(b[16:]),
			compressed: le.Uint32(b[20:]), size: le.Uint32(b[24:]), offset: le.Uint32(b[42:]),
		}
		e.rawName = string(b[centralHeaderSize : centralHeaderSize+nameLen])
		e.name, e.isDir = strings.CutSuffix(e.rawName, "/")
		if err := e.check(seen); err != nil {
			return nil, err
		}
		seen[foldName(e.name)] = true
		entries = append(entries, e)
		b = b[whole:]
	}
	if len(b) != 0 {
		return nil, fmt.Errorf("%w: central directory", ErrZIP)
	}
	return entries, nil
}

// foldName makes names equal which a file system may take for the same file.
func foldName(s string) string { return strings.ToLower(s) }

func (e *entry) check(seen map[string]bool) error {
	switch {
	case e.flags&^(flagDescriptor|flagUTF8|0x6) != 0:
		return fmt.Errorf("%w: encrypted or of another kind", ErrZIP)
	case e.method != methodStored && e.method != methodDeflated:
		return fmt.Errorf("%w: compression method %d", ErrZIP, e.method)
	case !safeName(e.name), e.isDir && e.size != 0:
		return fmt.Errorf("%w: file name", ErrZIP)
	case seen[foldName(e.name)]:
		return fmt.Errorf("%w: two files of one name", ErrZIP)
	}
	return nil
}

// safeName accepts relative paths below the container's root in their plainest form.
func safeName(s string) bool {
	return s != "" && utf8.ValidString(s) && !strings.ContainsAny(s, "\\:\x00") &&
		!strings.HasPrefix(s, "/") && !strings.HasSuffix(s, "/") && path.Clean(s) == s && s != ".." && !strings.HasPrefix(s, "../")
}

// locate checks the local header at offset at against the directory, takes the data
// and returns where the next entry must begin.
func (e *entry) locate(b []byte, at int) (int, error) {
	le := binary.LittleEndian
	if uint64(e.offset) != uint64(at) || len(b)-at < localHeaderSize || le.Uint32(b[at:]) != localSignature {
		return 0, fmt.Errorf("%w: local header", ErrZIP)
	}
	h := b[at:]
	nameLen, extraLen := int(le.Uint16(h[26:])), int(le.Uint16(h[28:]))
	begin := at + localHeaderSize + nameLen + extraLen
	if begin > len(b) || uint64(e.compressed) > uint64(len(b)-begin) || string(b[at+localHeaderSize:at+localHeaderSize+nameLen]) != e.rawName ||
		le.Uint16(h[6:]) != e.flags || le.Uint16(h[8:]) != e.method {
		return 0, fmt.Errorf("%w: local header differs from the directory", ErrZIP)
	}
	end := begin + int(e.compressed)
	e.data = b[begin:end]
	if e.flags&flagDescriptor == 0 {
		if le.Uint32(h[14:]) != e.crc || le.Uint32(h[18:]) != e.compressed || le.Uint32(h[22:]) != e.size {
			return 0, fmt.Errorf("%w: local header differs from the directory", ErrZIP)
		}
		return end, nil
	}
	return e.skipDescriptor(b, end)
}

// skipDescriptor checks the record after the data, with or without its signature.
func (e *entry) skipDescriptor(b []byte, at int) (int, error) {
	var want [descriptorBodySize]byte
	binary.LittleEndian.PutUint32(want[0:], e.crc)
	binary.LittleEndian.PutUint32(want[4:], e.compressed)
	binary.LittleEndian.PutUint32(want[8:], e.size)
	rest := b[at:]
	if len(rest) >= 4 && binary.LittleEndian.Uint32(rest) == descriptorSign {
		rest, at = rest[4:], at+4
	}
	if !bytes.HasPrefix(rest, want[:]) {
		return 0, fmt.Errorf("%w: data descriptor", ErrZIP)
	}
	return at + descriptorBodySize, nil
}

// content inflates a file of at most limit bytes.
func (e *entry) content(limit int) ([]byte, error) {
	if uint64(e.size) > uint64(limit) {
		return nil, fmt.Errorf("%w: file of %d bytes", ErrLimit, e.size)
	}
	out := e.data
	if e.method == methodDeflated {
		source := bytes.NewReader(e.data)
		inflated, err := io.ReadAll(io.LimitReader(flate.NewReader(source), int64(e.size)+1))
		if err != nil || source.Len() != 0 {
			return nil, fmt.Errorf("%w: compressed data", ErrZIP)
		}
		out = inflated
	}
	if len(out) != int(e.size) || crc32.ChecksumIEEE(out) != e.crc {
		return nil, fmt.Errorf("%w: size or checksum", ErrZIP)
	}
	return out, nil
}
