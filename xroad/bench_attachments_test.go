package xroad_test

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"testing"

	"github.com/dovidka/dovidka/xroad"
)

// BenchmarkReadPackage reads a message with four attachments of a mebibyte each, and mime/multipart the same for
// comparison.
func BenchmarkReadPackage(b *testing.B) {
	const size = 1 << 20
	content := make([]byte, size)
	for i := range content {
		content[i] = byte(i * i >> 7)
	}
	for name, part := range map[string]string{
		"binary": "Content-Type: a/b\r\nContent-Transfer-Encoding: binary\r\n\r\n" + string(content),
		"base64": "Content-Type: a/b\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.StdEncoding.EncodeToString(content),
	} {
		body := multipartMessage(rootPart(), part, part, part, part)
		run := func(kind string, read func(io.Reader) error) {
			b.Run(name+"/"+kind, func(b *testing.B) {
				b.SetBytes(int64(len(body)))
				b.ReportAllocs()
				for b.Loop() {
					if err := read(bytes.NewReader(body)); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
		run("wanted", func(r io.Reader) error {
			_, err := xroad.ReadPackage(r, related, xroad.Limits{})
			return err
		})
		run("unwanted", func(r io.Reader) error {
			_, err := xroad.ReadMessage(r, related, xroad.Limits{})
			return err
		})
		run("mime", readByMIME)
	}
}

func readByMIME(r io.Reader) error {
	_, parameters, err := mime.ParseMediaType(related)
	if err != nil {
		return err
	}
	parts := multipart.NewReader(r, parameters["boundary"])
	for {
		part, err := parts.NextRawPart()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		var decoded io.Reader = part
		if part.Header.Get("Content-Transfer-Encoding") == "base64" {
			decoded = base64.NewDecoder(base64.StdEncoding, part)
		}
		if _, err := io.ReadAll(decoded); err != nil {
			return err
		}
	}
}
