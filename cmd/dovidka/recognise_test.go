package main

import (
	"bytes"
	"encoding/base64"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// FuzzRecognise: whatever a file holds, it is described or refused, and a container in
// base64 is the container.
func FuzzRecognise(f *testing.F) {
	seeds := 0
	for _, pattern := range []string{
		"../../pki/testdata/real/*.crl", "../../pki/testdata/real/*.ocsp", "../../pki/testdata/real/*/*.cer", "../../cms/testdata/synthetic/*/p*.p7s",
		"../../cms/testdata/synthetic/*/n7*.p7s", "../../cms/testdata/real/*.p7b", "../../cms/testdata/real/*/*.pem",
	} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data)
			f.Add([]byte(byteOrderMark + base64.StdEncoding.EncodeToString(data) + "\r\n"))
			seeds++
		}
	}
	if seeds < 30 {
		f.Fatalf("only %d seeds", seeds)
	}
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, data []byte) {
		if plain := unarmour(data); isBinary(plain) {
			if again := unarmour([]byte(base64.StdEncoding.EncodeToString(plain))); !bytes.Equal(again, plain) {
				t.Error("base64 of a container is not the container")
			}
		}
		found, err := recognise(data)
		if err != nil {
			return
		}
		shown := describeFile("file", found, at)
		if len(shown.Certificates)+len(shown.CRLs)+len(shown.OCSPs) == 0 {
			t.Error("recognised, and nothing was found")
		}
		var text strings.Builder
		if err := showFiles(&text, []shownFile{shown}); err != nil {
			t.Error(err)
		}
		if strings.ContainsFunc(text.String(), func(r rune) bool { return r != '\n' && printable(string(r)) != string(r) }) {
			t.Error("control characters are printed")
		}
		if err := printJSON(io.Discard, shown); err != nil {
			t.Error(err)
		}
	})
}
