package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// Bounds on what is read from a file, in bytes.
const (
	// maxContainer is beyond what the libraries take (20 MiB), so that they, and not
	// the reading, say what is too large; base64 takes a third more.
	maxContainer = 32 << 20
	maxContent   = 256 << 20 // of a document with a detached signature
	maxEvidence  = 64 << 20  // certificates, revocation lists, answers, keys
)

// readInput reads a file whole, or refuses it when it is larger than limit.
func readInput(ctx context.Context, path string, limit int) ([]byte, error) {
	data, err := readPrefix(ctx, path, limit+1)
	if err != nil {
		return nil, err
	}
	if len(data) > limit {
		return nil, fmt.Errorf("%s is larger than %d MiB, which is the most that is read", filepath.Base(path), limit>>20)
	}
	return data, nil
}

// readPrefix reads at most so many bytes of a file; "-" is the standard input. Only
// files and pipes are read: a device may have no end, and nobody may be writing to a
// pipe, in which case the context ends the wait.
func readPrefix(ctx context.Context, path string, limit int) ([]byte, error) {
	if path == "-" {
		path = "/dev/stdin"
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, unreadable(path, err)
	}
	pipe := info.Mode()&fs.ModeNamedPipe != 0
	switch {
	case info.IsDir():
		return nil, fmt.Errorf("%s is a folder; name a file in it", path)
	case !pipe && !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is neither a file nor a pipe; name a file", path)
	}
	// Opened without waiting, a pipe can be read with a deadline, and one that nobody
	// has opened for writing is seen to be empty.
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, unreadable(path, err)
	}
	defer f.Close()
	stop := context.AfterFunc(ctx, func() { _ = f.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	var buf bytes.Buffer
	if !pipe {
		buf.Grow(int(min(info.Size(), int64(limit))) + bytes.MinRead)
	}
	if _, err := buf.ReadFrom(io.LimitReader(f, int64(limit))); err != nil {
		return nil, errors.Join(ctx.Err(), unreadable(path, err))
	}
	if pipe && buf.Len() == 0 {
		return nil, fmt.Errorf("nothing was written to the pipe %s", path)
	}
	return buf.Bytes(), nil
}

func unreadable(path string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("there is no file %s", path)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("you may not read %s", path)
	}
	return fmt.Errorf("read: %w", err)
}

// byteOrderMark is how some programs begin a text in UTF-8.
const byteOrderMark = "\xef\xbb\xbf"

// unarmour returns the DER or the ZIP file inside PEM or base64, with whatever mark
// and white space around it, or what it was given.
func unarmour(data []byte) []byte {
	if isBinary(data) {
		return data
	}
	text := bytes.TrimSpace(bytes.TrimPrefix(data, []byte(byteOrderMark)))
	if block, _ := pem.Decode(text); block != nil {
		return block.Bytes
	}
	if inside, ok := decodeBase64(text); ok && isBinary(inside) {
		return inside
	}
	return data
}

// isBinary recognises by the first bytes an ASN.1 SEQUENCE longer than a line of text
// and a ZIP file.
func isBinary(data []byte) bool {
	return len(data) > 2 && data[0] == 0x30 && data[1] >= 0x80 || bytes.HasPrefix(data, []byte("PK\x03\x04"))
}

// decodeBase64 reads base64 broken into lines anyhow, padded or not.
func decodeBase64(text []byte) ([]byte, bool) {
	packed := make([]byte, 0, len(text))
	for _, c := range text {
		if c != ' ' && c != '\t' && c != '\r' && c != '\n' {
			packed = append(packed, c)
		}
	}
	packed = bytes.TrimRight(packed, "=")
	out := make([]byte, base64.RawStdEncoding.DecodedLen(len(packed)))
	n, err := base64.RawStdEncoding.Decode(out, packed)
	return out[:n], err == nil && n > 0
}
