package xroad_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/dovidka/dovidka/xroad"
)

// FuzzMultipart reads damaged multipart messages, with and without a root part named.
func FuzzMultipart(f *testing.F) {
	usual := envelope(allFields, testPayload)
	for _, in := range acceptedMultipart(usual) {
		f.Add(in.body, "")
		f.Add(in.body, "<root>")
	}
	for _, form := range packageForms() {
		f.Add(form.body, "")
	}
	for _, defect := range packageDefects() {
		if len(defect.body) < 10_000 {
			f.Add(defect.body, "root")
		}
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
		whole, err := xroad.ReadPackage(bytes.NewReader(body), contentType, xroad.Limits{})
		pieces, errPieces := xroad.ReadPackage(iotest.OneByteReader(bytes.NewReader(body)), contentType, xroad.Limits{})
		if (err == nil) != (errPieces == nil) {
			t.Fatalf("%v, and in pieces %v", err, errPieces)
		}
		if err != nil {
			return
		}
		if message == nil || !bytes.Equal(message.Body.Raw, whole.Body.Raw) {
			t.Error("read otherwise with attachments")
		}
		if diff := cmp.Diff(whole.Attachments, pieces.Attachments); diff != "" {
			t.Errorf("in pieces: %s", diff)
		}
		checkWrittenBack(t, whole.Attachments)
	})
}

// checkWrittenBack writes attachments, unless their headers are such as are not written, and reads the same.
func checkWrittenBack(t *testing.T, attachments xroad.Attachments) {
	t.Helper()
	body, contentType, err := xroad.MarshalPackage(xroad.SOAP11, []byte(envelope(allFields, testPayload)), attachments)
	if err != nil {
		return
	}
	again, err := xroad.ReadPackage(bytes.NewReader(body), contentType, xroad.Limits{})
	if err != nil || len(again.Attachments) != len(attachments) {
		t.Fatalf("%v in %q", err, body)
	}
	for i, a := range attachments {
		got := again.Attachments[i]
		if !bytes.Equal(a.Content, got.Content) || a.ID != "" && a.ID != got.ID || strings.TrimSpace(a.MediaType) != got.MediaType {
			t.Errorf("%+v became %+v", a, got)
		}
	}
}

// repeated gives out a text again and again.
type repeated struct {
	text   string
	offset int
	read   int64
}

// Read implements io.Reader.
func (r *repeated) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		copied := copy(p[n:], r.text[r.offset:])
		n, r.offset = n+copied, (r.offset+copied)%len(r.text)
	}
	r.read += int64(n)
	return n, nil
}

// TestHostileParts has messages without end refused at the limits, and whatever is not wanted cost no memory. It is not
// parallel, for it counts what is allocated.
func TestHostileParts(t *testing.T) { //nolint:paralleltest // see above
	const size, little, attachment = 1 << 20, 192 << 10, "Content-Type: application/octet-stream\r\n\r\n"
	root := string(multipartMessage(rootPart()))
	root = strings.TrimSuffix(root, "--MIME_boundary--\r\n")
	for _, test := range []struct {
		name, begin, repeat, end string
		keep                     bool
		code                     string // empty if accepted
		memory, bytes            int64
	}{
		{"unwanted attachment", root + "--MIME_boundary\r\n" + attachment, "\x00\xFF0123456789\r\n", "\r\n--MIME_boundary--\r\n", false, "", little, size},
		{"unwanted line feeds", root + "--MIME_boundary\r\n" + attachment, "\n", "\r\n--MIME_boundary--\r\n", false, "", little, size},
		{"unwanted nest", root + "--MIME_boundary\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n", "--a\r\n\r\n--a--\r\n", "\r\n--MIME_boundary--\r\n", false, "", little, size},
		{"wanted nest", root + "--MIME_boundary\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n", "--a\r\n\r\n--a--\r\n", "\r\n--MIME_boundary--\r\n", true, "", 6 * size, size},
		{"endless attachment", root + "--MIME_boundary\r\n" + attachment, "0123456789", "", false, xroad.CodeTooLarge, little, size},
		{"endless attachment beyond its limit", root + "--MIME_boundary\r\n" + attachment, "0123456789", "", true, xroad.CodeTooLarge, little, 64 << 10},
		{"endless wanted attachment", root + "--MIME_boundary\r\n" + attachment, "0123456789", "", true, xroad.CodeTooLarge, 6 * size, size},
		{"parts without end", root, "--MIME_boundary\r\n\r\n\r\n", "", true, xroad.CodeTooLarge, little, 64 << 10},
		{"parts without end before the root", "", "--MIME_boundary\r\nContent-Type: a/b\r\n\r\n\r\n", "", true, xroad.CodeTooLarge, little, 64 << 10},
		{"header without end", root + "--MIME_boundary\r\n", "X: a\r\n", "", true, xroad.CodeTooLarge, little, 64 << 10},
		{"header field without end", root + "--MIME_boundary\r\n", "X: a;", "", true, xroad.CodeTooLarge, little, 64 << 10},
		{"header of the root without end", "--MIME_boundary\r\n", "Content-Type: text/xml\r\n ", "", true, xroad.CodeTooLarge, little, 64 << 10},
		{"delimiters without end", "", "--MIME_boundary", "", true, xroad.CodeInvalidContentType, little, size},
		{"padding without end", "--MIME_boundary", " ", "", true, xroad.CodeInvalidContentType, little, size},
		{"preamble without end", "", "a\n", "", true, xroad.CodeTooLarge, little, size},
		{"epilogue without end", root + "--MIME_boundary--\r\n", "a", "", true, xroad.CodeTooLarge, little, size},
	} {
		source := &repeated{text: strings.Repeat(test.repeat, 256)}
		middle := io.Reader(source)
		if test.end != "" {
			middle = io.LimitReader(source, size-4096)
		}
		body := io.MultiReader(strings.NewReader(test.begin), middle, strings.NewReader(test.end))
		read := func() error {
			_, err := xroad.ReadMessage(body, related+"; start=root", xroad.Limits{Size: size})
			return err
		}
		if test.keep {
			read = func() error {
				limits := xroad.Limits{Size: size}
				if test.memory == little {
					limits.Part = 16 << 10
				}
				_, err := xroad.ReadPackage(body, related+"; start=root", limits)
				return err
			}
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		err := read()
		runtime.ReadMemStats(&after)
		var fault *xroad.Fault
		if errors.As(err, &fault) != (test.code != "") || fault != nil && fault.Code != test.code {
			t.Errorf("%s: error %v", test.name, err)
		}
		if used := int64(after.TotalAlloc - before.TotalAlloc); used > test.memory {
			t.Errorf("%s: %d KiB allocated", test.name, used>>10)
		}
		if source.read > test.bytes+8192 {
			t.Errorf("%s: %d bytes read", test.name, source.read)
		}
	}
}

// TestAttachmentsByOperation hands attachments to those who want them.
func TestAttachmentsByOperation(t *testing.T) {
	t.Parallel()
	for _, wanted := range []bool{true, false} {
		var got xroad.Attachments
		handler := newHandler(t, xroad.Config{Operations: []xroad.Operation{{
			Name: "OpName_v1", Namespace: "http://example.gov.ua/trembita/ns", Attachments: wanted,
			Handle: func(_ context.Context, r *xroad.Request) (any, error) {
				got = r.Attachments
				return nil, nil
			},
		}}})
		request := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(multipartMessage(rootPart(), "Content-ID: a\r\n\r\nb")))
		request.Header.Set("Content-Type", related)
		response := httptest.NewRecorder()
		handler.ServeHTTP(response, request)
		if response.Code != http.StatusOK || (len(got) == 1) != wanted || wanted && string(got[0].Content) != "b" {
			t.Errorf("wanted %t: %d, %+v", wanted, response.Code, got)
		}
	}
}
