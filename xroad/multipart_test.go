package xroad_test

import (
	"bytes"
	"errors"
	"mime"
	"strings"
	"testing"

	"github.com/dovidka/dovidka/xroad"
)

// FuzzMultipart reads damaged multipart messages, with and without a root part named.
func FuzzMultipart(f *testing.F) {
	usual := envelope(allFields, testPayload)
	for _, in := range acceptedMultipart(usual) {
		f.Add(in.body, "")
		f.Add(in.body, "<root>")
	}
	f.Add(sample(f, "xrd4j-store-attachments-request.txt"), "rootpart")
	f.Add(multipartMessage(strings.Repeat("a: b\r\n", 20)+"\r\n"), "a")
	f.Fuzz(func(t *testing.T, body []byte, start string) {
		parameters := map[string]string{"boundary": "MIME_boundary"}
		if start != "" {
			parameters["start"] = start
		}
		contentType := mime.FormatMediaType("multipart/related", parameters)
		message, err := xroad.ReadMessage(bytes.NewReader(body), contentType, xroad.Limits{})
		var fault *xroad.Fault
		switch {
		case err == nil:
			if err := message.Header.Validate(); err != nil {
				t.Errorf("header accepted: %v", err)
			}
		case !errors.As(err, &fault):
			t.Errorf("error %v is no fault", err)
		}
	})
}

// TestManyParts has a message of parts without end given up.
func TestManyParts(t *testing.T) {
	t.Parallel()
	parts := make([]string, 1000)
	for i := range parts {
		parts[i] = "Content-ID: a\r\n\r\n"
	}
	parts[999] = "Content-Type: text/xml\r\nContent-ID: root\r\n\r\n" + envelope(allFields, testPayload)
	_, err := xroad.ReadMessage(bytes.NewReader(multipartMessage(parts...)), "multipart/related; boundary=MIME_boundary; start=root", xroad.Limits{})
	var fault *xroad.Fault
	if !errors.As(err, &fault) || fault.Code != xroad.CodeInvalidContentType {
		t.Errorf("error %v", err)
	}
}
