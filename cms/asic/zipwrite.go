package asic

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"time"
)

// newEntry packs a file; it is stored as it is when that is shorter or stored is set.
func newEntry(name string, content []byte, stored bool) (entry, error) {
	e := entry{rawName: name, name: name, method: methodStored, data: content, crc: crc32.ChecksumIEEE(content)}
	if !stored {
		var b bytes.Buffer
		w, err := flate.NewWriter(&b, flate.DefaultCompression)
		if err != nil {
			return e, err // cannot happen: the level is known
		}
		if _, err := w.Write(content); err != nil {
			return e, err
		}
		if err := w.Close(); err != nil {
			return e, err
		}
		if b.Len() < len(content) {
			e.method, e.data = methodDeflated, b.Bytes()
		}
	}
	if uint64(len(content)) > 1<<31 {
		return e, fmt.Errorf("%w: file of %d bytes", ErrLimit, len(content))
	}
	e.size, e.compressed = uint32(len(content)), uint32(len(e.data))
	return e, nil
}

// writeZIP writes a ZIP file in the plainest form, which readZIP accepts: the local
// headers complete, the entries one after the other, nothing else.
func writeZIP(entries []entry, at time.Time) ([]byte, error) {
	var out, directory []byte
	le := binary.LittleEndian
	stamp := dosTime(at)
	for i := range entries {
		e := &entries[i]
		e.offset = uint32(len(out))
		// From the version needed to the length of the name: the same in both headers
		// (APPNOTE.TXT, clauses 4.3.7 and 4.3.12).
		common := le.AppendUint16(nil, 20)
		common = le.AppendUint16(common, e.flags&^(1<<3)|flagUTF8)
		common = le.AppendUint16(common, e.method)
		common = le.AppendUint32(common, stamp)
		common = le.AppendUint32(common, e.crc)
		common = le.AppendUint32(common, e.compressed)
		common = le.AppendUint32(common, e.size)
		common = le.AppendUint16(common, uint16(len(e.rawName)))

		out = append(le.AppendUint32(out, localSignature), common...)
		out = append(le.AppendUint16(out, 0), e.rawName...) // no extra field
		out = append(out, e.data...)
		if uint64(len(out)) > 1<<31 {
			return nil, fmt.Errorf("%w: container of %d bytes", ErrLimit, len(out))
		}
		directory = le.AppendUint16(le.AppendUint32(directory, centralSignature), 20)
		directory = append(directory, common...)
		directory = append(directory, make([]byte, 12)...) // no extra field, no comment, first disk, attributes
		directory = append(le.AppendUint32(directory, e.offset), e.rawName...)
	}
	offset := len(out)
	out = append(out, directory...)
	out = le.AppendUint32(out, endSignature)
	out = le.AppendUint32(out, 0) // one disk
	out = le.AppendUint16(le.AppendUint16(out, uint16(len(entries))), uint16(len(entries)))
	out = le.AppendUint32(le.AppendUint32(out, uint32(len(directory))), uint32(offset))
	return le.AppendUint16(out, 0), nil
}

// dosTime is the date and time of APPNOTE.TXT, clause 4.4.6, which begins in 1980.
func dosTime(t time.Time) uint32 {
	t = t.UTC()
	year := min(max(t.Year(), 1980), 2107) - 1980
	date := uint32(year)<<9 | uint32(t.Month())<<5 | uint32(t.Day())
	return date<<16 | uint32(t.Hour())<<11 | uint32(t.Minute())<<5 | uint32(t.Second())/2
}
