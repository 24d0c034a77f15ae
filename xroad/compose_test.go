package xroad_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/dovidka/dovidka/xroad"
)

// parsedPart is a part as mime/multipart reads it.
type parsedPart struct {
	ContentType, ID, Encoding, FileName, Content string
}

func parseParts(t testing.TB, body []byte, contentType string) (parts []parsedPart, parameters map[string]string) {
	t.Helper()
	media, parameters, err := mime.ParseMediaType(contentType)
	if err != nil || media != "multipart/related" {
		t.Fatalf("%q: %v", contentType, err)
	}
	reader := multipart.NewReader(bytes.NewReader(body), parameters["boundary"])
	for {
		p, err := reader.NextRawPart()
		if errors.Is(err, io.EOF) {
			return parts, parameters
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(p)
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, parsedPart{p.Header.Get("Content-Type"), p.Header.Get("Content-Id"), p.Header.Get("Content-Transfer-Encoding"), p.FileName(), string(content)})
	}
}

func TestMarshalPackage(t *testing.T) {
	t.Parallel()
	message := []byte(envelope(allFields, testPayload))
	attachments := xroad.Attachments{
		{ID: "data.bin", Content: []byte("\x00\r\n--\xFF")},
		{MediaType: "text/plain; charset=utf-8", FileName: `Їжак "1".txt`, Content: []byte("Ї")},
		{ID: "empty@b", MediaType: "a/b", FileName: "a\r\nX: b"},
	}
	body, contentType, err := xroad.MarshalPackage(xroad.SOAP11, message, attachments)
	if err != nil {
		t.Fatal(err)
	}
	parts, parameters := parseParts(t, body, contentType)
	if len(parts) != 4 || parts[2].ID == "" {
		t.Fatalf("%+v", parts)
	}
	want := []parsedPart{
		{"text/xml; charset=utf-8", parameters["start"], "8bit", "", string(message)},
		{"application/octet-stream", "<data.bin>", "binary", "", "\x00\r\n--\xFF"},
		{"text/plain; charset=utf-8", parts[2].ID, "binary", `Їжак "1".txt`, "Ї"},
		{"a/b", "<empty@b>", "binary", "a\r\nX: b", ""},
	}
	if diff := cmp.Diff(want, parts); diff != "" {
		t.Error(diff)
	}
	delete(parameters, "boundary")
	if diff := cmp.Diff(map[string]string{"type": "text/xml", "start": parameters["start"]}, parameters); diff != "" {
		t.Error(diff)
	}
	bare, contentType, err := xroad.MarshalPackage(xroad.SOAP12, message, nil)
	if err != nil || !bytes.Equal(bare, message) || contentType != xroad.SOAP12.ContentType() {
		t.Errorf("%s, %v", contentType, err)
	}
}

// badAttachments cannot be sent.
func badAttachments() map[string]xroad.Attachments {
	return map[string]xroad.Attachments{
		"identifier twice":               {{ID: "a"}, {ID: "a"}},
		"identifier with a line break":   {{ID: "a\r\nb"}},
		"identifier with a bracket":      {{ID: "a>"}},
		"identifier with a space":        {{ID: "a b"}},
		"identifier beyond ASCII":        {{ID: "Ї"}},
		"media type with a line break":   {{MediaType: "a/b\r\nX: c"}},
		"media type with a control":      {{MediaType: "a/b; c=\"\x01\""}},
		"media type without parameter":   {{MediaType: "a/b; c"}},
		"media type beyond ASCII":        {{MediaType: "a/b; c=\"Ї\""}},
		"file name that is not in UTF-8": {{FileName: "\xFF"}},
	}
}

func TestBadAttachments(t *testing.T) {
	t.Parallel()
	server := newStandIn(t, good)
	client := newTestClient(t, server.URL, nil)
	for name, attachments := range badAttachments() {
		if _, _, err := xroad.MarshalPackage(xroad.SOAP11, nil, attachments); err == nil {
			t.Errorf("%s: written", name)
		}
		call := testCall()
		call.Attachments = attachments
		_, err := client.Call(t.Context(), call)
		if failed := checkKind(t, err, xroad.ErrRefused); !failed.Undelivered || failed.Attempts != 0 {
			t.Errorf("%s: %+v", name, failed)
		}
		if answer := answerWith(t, xroad.Reply{Attachments: attachments}, nil); answer.Code != http.StatusInternalServerError {
			t.Errorf("%s: answered %d", name, answer.Code)
		}
	}
	call := testCall()
	call.Attachments = xroad.Attachments{{Content: make([]byte, 11<<20)}}
	_, err := client.Call(t.Context(), call)
	checkKind(t, err, xroad.ErrRefused)
	if len(server.requests()) != 0 {
		t.Error("something was sent")
	}
}

// answerWith lets an operation answer a request, which is an ordinary one if nil.
func answerWith(t testing.TB, answer any, request []byte) *httptest.ResponseRecorder {
	t.Helper()
	handler := newHandler(t, xroad.Config{Operations: []xroad.Operation{{
		Name: "OpName_v1", Namespace: "http://example.gov.ua/trembita/ns", MTOM: true,
		Handle: func(context.Context, *xroad.Request) (any, error) { return answer, nil },
	}}})
	contentType := xopType
	if request == nil {
		request, contentType = []byte(envelope(allFields, testPayload)), "text/xml"
	}
	r := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(request))
	r.Header.Set("Content-Type", contentType)
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return w
}

// randomAttachments are of all sizes and of what delimiters are made of.
func randomAttachments(random *rand.Rand) xroad.Attachments {
	pieces := []string{"\r", "\n", "\r\n", "--", "--xroad.", "\x00", "Ї", "\xFF", strings.Repeat("a", 500)}
	var all xroad.Attachments
	for i := range random.IntN(5) {
		a := xroad.Attachment{MediaType: []string{"text/plain", `application/pdf; name="a b"`, "a/b; c=d"}[random.IntN(3)], Content: []byte{}}
		if random.IntN(3) > 0 {
			a.ID = fmt.Sprintf("%d.%%%x@b/?c", i, random.Uint64())
		}
		if random.IntN(2) > 0 {
			a.FileName = []string{"a", "Їжак", `a"\b`, "../a b.pdf", "a;b='c'"}[random.IntN(5)]
		}
		for range random.IntN(60) {
			a.Content = append(a.Content, pieces[random.IntN(len(pieces))]...)
		}
		all = append(all, a)
	}
	return all
}

// TestPackagesReadBack writes anything and reads the same.
func TestPackagesReadBack(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(3, 4))
	message := []byte(envelope(allFields, testPayload))
	for i := range 500 {
		want := randomAttachments(random)
		body, contentType, err := xroad.MarshalPackage(xroad.Version(i%2), message, want)
		if err != nil {
			t.Fatal(err)
		}
		got, err := xroad.ReadPackage(bytes.NewReader(body), contentType, xroad.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Attachments) != len(want) {
			t.Fatalf("%d attachments, want %d", len(got.Attachments), len(want))
		}
		for i := range want {
			if want[i].ID == "" && got.Attachments[i].ID != "" {
				want[i].ID = got.Attachments[i].ID
			}
			if want[i].FileName == "" && strings.Contains(want[i].MediaType, "name=") {
				want[i].FileName = "a b"
			}
			if !bytes.Equal(want[i].Content, got.Attachments[i].Content) { // which cmp compares slowly
				t.Fatalf("%q became %q", want[i].Content, got.Attachments[i].Content)
			}
			want[i].Content, got.Attachments[i].Content = nil, nil
		}
		if diff := cmp.Diff(want, got.Attachments, cmpopts.EquateEmpty()); diff != "" {
			t.Fatal(diff)
		}
	}
}

// TestCallWithAttachments sends attachments and gets some, in both versions and as MTOM.
func TestCallWithAttachments(t *testing.T) {
	t.Parallel()
	document := bytes.Repeat([]byte("Їжак\x00\xFF\r\n"), 1000)
	for _, version := range []xroad.Version{xroad.SOAP11, xroad.SOAP12} {
		for _, mtom := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/%t", version, mtom), func(t *testing.T) {
				t.Parallel()
				want := xroad.Attachments{{ID: "b", MediaType: "a/b", Content: []byte("2")}, {ID: "a", MediaType: "text/plain", FileName: "a.txt", Content: document}}
				server := newStandIn(t, func(r received) reply {
					body, contentType, err := xroad.MarshalPackage(r.Version, []byte(good(r).body), want)
					if err != nil {
						t.Error(err)
					}
					return reply{status: 200, contentType: contentType, body: string(body)}
				})
				client := newTestClient(t, server.URL, func(c *xroad.ClientConfig) {
					c.Targets[0].Version, c.Targets[0].MTOM, c.Targets[0].Attachments = version, mtom, true
					c.Targets[0].Action = "urn:act"
				})
				call := testCall()
				call.Attachments = want
				call.Payload = struct {
					Text string       `xml:"text"`
					Data xroad.Base64 `xml:"data"`
				}{"short", document}
				answer, err := client.Call(t.Context(), call)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(want, answer.Attachments); diff != "" {
					t.Error(diff)
				}
				checkSentPackage(t, server.requests()[0], mtom, document, want)
			})
		}
	}
}

func checkSentPackage(t *testing.T, sent received, mtom bool, document []byte, want xroad.Attachments) {
	t.Helper()
	parts, parameters := parseParts(t, sent.body, sent.header.Get("Content-Type"))
	media, _, _ := strings.Cut(sent.Version.ContentType(), ";")
	rootType, action := sent.Version.ContentType(), ""
	if sent.Version == xroad.SOAP12 {
		rootType, action = rootType+`; action="urn:act"`, "urn:act"
	}
	wanted := map[string]string{"type": media, "start": parts[0].ID, "boundary": parameters["boundary"]}
	if mtom {
		wanted["type"], wanted["start-info"] = "application/xop+xml", media
		rootType = strings.Replace(rootType, media+"; charset=utf-8", `application/xop+xml; charset=utf-8; type="`+media+`"`, 1)
	}
	if action != "" {
		wanted["action"] = action
	}
	if diff := cmp.Diff(wanted, parameters); diff != "" {
		t.Error(diff)
	}
	if parts[0].ContentType != rootType || parts[0].Encoding != "8bit" {
		t.Errorf("root %+v", parts[0])
	}
	if inPlace := strings.Contains(parts[0].Content, base64.StdEncoding.EncodeToString(document)); inPlace == mtom {
		t.Errorf("document in its place: %t", inPlace)
	}
	if optimised := slices.ContainsFunc(parts[len(want)+1:], func(p parsedPart) bool { return p.Content == string(document) }); optimised != mtom {
		t.Errorf("document in a part: %t", optimised)
	}
	read, err := xroad.ReadPackage(bytes.NewReader(sent.body), sent.header.Get("Content-Type"), xroad.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	var payload struct {
		Text string       `xml:"text"`
		Data xroad.Base64 `xml:"data"`
	}
	if err := read.Body.DecodeStrict(&payload); err != nil || payload.Text != "short" || !bytes.Equal(payload.Data, document) {
		t.Errorf("%q, %v", payload.Text, err)
	}
	if diff := cmp.Diff(want, read.Attachments); diff != "" {
		t.Error(diff)
	}
}

// TestAttachmentsRepeated sends the same parts again when a message is repeated, whose envelope has another identifier.
func TestAttachmentsRepeated(t *testing.T) {
	t.Parallel()
	failing := faulty(xroad.Fault{Code: "Server.ServerProxy.ServiceFailed.NetworkError"})
	var asked atomic.Int32
	server := newStandIn(t, func(r received) reply {
		if asked.Add(1) == 1 {
			return failing(r)
		}
		return good(r)
	})
	client := newTestClient(t, server.URL, func(c *xroad.ClientConfig) { c.Targets[0].Idempotent, c.Targets[0].MTOM = true, true })
	call := testCall()
	call.Attachments = xroad.Attachments{{Content: []byte("a")}}
	call.Payload = struct {
		Data xroad.Base64 `xml:"data"`
	}{make([]byte, 2000)}
	if _, err := client.Call(t.Context(), call); err != nil {
		t.Fatal(err)
	}
	sent := server.requests()
	if len(sent) != 2 || sent[0].Header.ID == sent[1].Header.ID {
		t.Fatalf("%d messages", len(sent))
	}
	first, _ := parseParts(t, sent[0].body, sent[0].header.Get("Content-Type"))
	again, _ := parseParts(t, sent[1].body, sent[1].header.Get("Content-Type"))
	if diff := cmp.Diff(first[1:], again[1:]); diff != "" || len(first) != 3 {
		t.Errorf("%d parts, %s", len(first), diff)
	}
}

// TestUnwantedAttachments answers with what was not asked for.
func TestUnwantedAttachments(t *testing.T) {
	t.Parallel()
	server := newStandIn(t, func(r received) reply {
		body, contentType, err := xroad.MarshalPackage(r.Version, []byte(good(r).body), xroad.Attachments{{Content: []byte("a")}})
		return reply{status: 200, contentType: contentType, body: string(body), header: map[string]string{"X-Error": fmt.Sprint(err)}}
	})
	answer, err := newTestClient(t, server.URL, nil).Call(t.Context(), testCall())
	if err != nil || answer.Attachments != nil {
		t.Errorf("%+v, %v", answer, err)
	}
}

// TestAnswersWithAttachments has an operation answer in every way.
func TestAnswersWithAttachments(t *testing.T) {
	t.Parallel()
	document := bytes.Repeat([]byte("ab\xFF"), 1000)
	payload := struct {
		Data xroad.Base64 `xml:"data"`
	}{document}
	attachments := xroad.Attachments{{ID: "a", MediaType: "a/b", Content: []byte("x")}}
	optimised := xopMessage("<p:name>x</p:name>")
	for name, test := range map[string]struct {
		answer  any
		request []byte
		media   string
		parts   int // envelope included

		data, attached bool
	}{
		"payload":                             {payload, nil, "text/xml", 0, true, false},
		"reply without attachments":           {xroad.Reply{Payload: payload}, nil, "text/xml", 0, true, false},
		"attachments":                         {xroad.Reply{Payload: payload, Attachments: attachments}, nil, "multipart/related", 2, true, true},
		"pointer":                             {&xroad.Reply{Payload: payload, Attachments: attachments}, nil, "multipart/related", 2, true, true},
		"payload to an optimised request":     {payload, optimised, "multipart/related", 2, true, false},
		"attachments to an optimised request": {xroad.Reply{Payload: payload, Attachments: attachments}, optimised, "multipart/related", 3, true, true},
		"nothing to optimise":                 {nil, optimised, "multipart/related", 1, false, false},
		"nil pointer":                         {(*xroad.Reply)(nil), nil, "text/xml", 0, false, false},
		"attachments without payload":         {xroad.Reply{Attachments: attachments}, nil, "multipart/related", 2, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := answerWith(t, test.answer, test.request)
			contentType := w.Header().Get("Content-Type")
			if media, _, err := mime.ParseMediaType(contentType); w.Code != http.StatusOK || media != test.media || err != nil {
				t.Fatalf("%d %s %s", w.Code, contentType, w.Body)
			}
			if test.parts > 0 {
				if parts, _ := parseParts(t, w.Body.Bytes(), contentType); len(parts) != test.parts {
					t.Errorf("%d parts", len(parts))
				}
			}
			got, err := xroad.ReadPackage(w.Body, contentType, xroad.Limits{})
			if err != nil || got.Body.Name.Local != "OpName_v1Response" {
				t.Fatalf("%v", err)
			}
			var out struct {
				Data xroad.Base64 `xml:"data"`
			}
			if err := got.Body.Decode(&out); err != nil || len(out.Data) != 0 && !bytes.Equal(out.Data, document) {
				t.Errorf("%d bytes, %v", len(out.Data), err)
			}
			if len(out.Data) > 0 != test.data || len(got.Attachments) > 0 != test.attached {
				t.Errorf("%d bytes, %d attachments", len(out.Data), len(got.Attachments))
			}
		})
	}
}
