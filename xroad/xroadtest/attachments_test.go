package xroadtest_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dovidka/dovidka/xroad"
	"github.com/dovidka/dovidka/xroad/xroadtest"
)

// exchanged is an exchange of attachments between a client and a provider of this package's.
type exchanged struct {
	sent, got, answered, received xroad.Attachments
	document                      []byte // in the payload, either way
}

// TestAttachments calls with attachments and as MTOM through both kinds of security servers.
func TestAttachments(t *testing.T) {
	t.Parallel()
	document := bytes.Repeat([]byte("Їжак\x00\xFF\r\n"), 500)
	for _, dialect := range []xroadtest.Dialect{xroadtest.XRoad, xroadtest.UXP} {
		for _, version := range []xroad.Version{xroad.SOAP11, xroad.SOAP12} {
			for _, mtom := range []bool{false, true} {
				if dialect == xroadtest.XRoad && version == xroad.SOAP12 {
					continue
				}
				t.Run(fmt.Sprintf("%d/%s/%t", dialect, version, mtom), func(t *testing.T) {
					t.Parallel()
					e := exchanged{
						sent:     xroad.Attachments{{ID: "b", MediaType: "a/b", Content: []byte("--\r\n")}, {ID: "a", MediaType: "text/plain", FileName: "Їжак.txt", Content: document}},
						answered: xroad.Attachments{{ID: "c@d", MediaType: "a/b; c=d", Content: []byte{}}, {ID: "a", MediaType: "x/y", Content: document[1:]}},
						document: document,
					}
					e.run(t, dialect, version, mtom)
					if diff := cmp.Diff(e.sent, e.got); diff != "" {
						t.Errorf("request: %s", diff)
					}
					if diff := cmp.Diff(e.answered, e.received); diff != "" {
						t.Errorf("answer: %s", diff)
					}
				})
			}
		}
	}
}

func (e *exchanged) run(t *testing.T, dialect xroadtest.Dialect, version xroad.Version, mtom bool) {
	t.Helper()
	type payload struct {
		Data xroad.Base64 `xml:"data"`
	}
	handler, err := xroad.NewHandler(xroad.Config{Operations: []xroad.Operation{{
		Name: "OpName_v1", Namespace: namespace, Attachments: true, MTOM: true,
		Handle: func(_ context.Context, r *xroad.Request) (any, error) {
			var in payload
			if err := r.Body.DecodeStrict(&in); err != nil || !bytes.Equal(in.Data, e.document) {
				t.Errorf("request: %d bytes, %v", len(in.Data), err)
			}
			e.got = r.Attachments
			return xroad.Reply{Payload: in, Attachments: e.answered}, nil
		},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	server := start(t, xroadtest.Config{Dialect: dialect}, handler)
	consumer := newClient(t, server.URL, func(c *xroad.ClientConfig) {
		c.Targets[0].Version, c.Targets[0].MTOM, c.Targets[0].Attachments = version, mtom, true
	})
	answer, err := consumer.Call(t.Context(), xroad.Call{Service: service(), Payload: payload{e.document}, Attachments: e.sent})
	if err != nil {
		t.Fatal(err)
	}
	var out payload
	if err := answer.Body.DecodeStrict(&out); err != nil || !bytes.Equal(out.Data, e.document) {
		t.Errorf("answer: %d bytes, %v", len(out.Data), err)
	}
	if answer.RequestHash == nil {
		t.Error("no requestHash")
	}
	e.received = answer.Attachments
}

// rawPart is a part with all the fields of its header.
type rawPart struct {
	header  map[string][]string
	content string
}

func rawParts(t *testing.T, contentType string, body []byte) []rawPart {
	t.Helper()
	_, parameters, err := mime.ParseMediaType(contentType)
	if err != nil {
		t.Fatal(err)
	}
	reader := multipart.NewReader(bytes.NewReader(body), parameters["boundary"])
	var parts []rawPart
	for {
		p, err := reader.NextRawPart()
		if err == io.EOF { //nolint:errorlint // as documented
			return parts
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(p)
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, rawPart{p.Header, string(content)})
	}
}

// packageCapture keeps what a provider is asked, and answers with a sample.
type packageCapture struct {
	contentType string
	body        []byte
	answer      []byte
	answerType  string
}

func (c *packageCapture) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.contentType = r.Header.Get("Content-Type")
	c.body, _ = io.ReadAll(r.Body)
	w.Header().Set("Content-Type", c.answerType)
	_, _ = w.Write(c.answer)
}

// TestSamplesForwarded sends what X-Road's own test sends with an attachment, and expects what it expects.
func TestSamplesForwarded(t *testing.T) {
	t.Parallel()
	const jetty = "multipart/related; charset=UTF-8; boundary=jetty771207119h3h10dty"
	read := func(name string) []byte {
		data, err := os.ReadFile(filepath.Join("..", "testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	asked, answered := read("xr-attachm.query"), read("xr-attachm2.answer")
	asking := xroad.ClientID{Instance: "EE", Class: "BUSINESS", Member: "consumer"}
	id := xroad.ServiceID{Instance: "EE", Class: "BUSINESS", Member: "producer", Service: "test"}
	for _, dialect := range []xroadtest.Dialect{xroadtest.XRoad, xroadtest.UXP} {
		behind := &packageCapture{answer: answered, answerType: jetty}
		server := start(t, xroadtest.Config{Dialect: dialect, Services: []xroadtest.Service{{ID: id, Handler: behind, Clients: []xroad.ClientID{asking}}}}, nil)
		response, body, err := post(t, server.URL, jetty, string(asked))
		if err != nil || response.StatusCode != http.StatusOK || response.Header.Get("Content-Type") != jetty {
			t.Fatalf("%v %v %s", response, err, body)
		}
		if behind.contentType != jetty {
			t.Errorf("content type %s", behind.contentType)
		}
		sent, got := rawParts(t, jetty, asked), rawParts(t, jetty, behind.body)
		if len(got) != 2 || got[0].content != sent[0].content {
			t.Fatalf("%+v", got)
		}
		// X-Road takes parts out of parts, and keeps the fields of their headers.
		attachment := rawPart{map[string][]string{"Content-Type": {"text/plain"}, "Client-Header": {"FooBar"}}, "blaah"}
		if dialect == xroadtest.UXP {
			attachment = sent[1]
		}
		if diff := cmp.Diff(attachment, got[1], cmp.AllowUnexported(rawPart{})); diff != "" {
			t.Error(diff)
		}
		back := rawParts(t, jetty, body)
		if len(back) != 2 || !strings.Contains(back[1].content, "blaah") {
			t.Errorf("%+v", back)
		}
		sum := func() []byte { s := sha512.Sum512([]byte(sent[0].content)); return s[:] }()
		if dialect == xroadtest.UXP {
			s := sha256.Sum256([]byte(sent[0].content))
			sum = s[:]
		}
		// PR-MESS, clause 2.3: of a multipart request the first part is what the hash is made of.
		if want := ">" + base64.StdEncoding.EncodeToString(sum) + "</xroad:requestHash>"; !strings.Contains(back[0].content, want) {
			t.Errorf("no %s in %s", want, back[0].content)
		}
	}
}

// TestRefusedPackages sends multipart messages as X-Road's tests do that must fail.
func TestRefusedPackages(t *testing.T) {
	t.Parallel()
	const related = "multipart/related; boundary=b"
	root := "--b\r\nContent-Type: text/xml\r\n\r\n" + envelope + "\r\n"
	for _, test := range []struct {
		name, contentType, body string
		code                    [2]string // X-Road's and UXP's; empty if answered
	}{
		{"no envelope", related, "--b\r\nContent-Type: text/plain\r\n\r\nblaah\r\n--b--\r\n", [2]string{"Client.InvalidContentType", "Client.InvalidContentType"}},
		{"empty", related, "", [2]string{"Client.MissingSoap", "Client.MissingSoap"}},
		{"no boundary", "multipart/related", root + "--b--\r\n", [2]string{"Client.InvalidContentType", "Client.InvalidContentType"}},
		{"part without type", related, root + "--b\r\nContent-ID: a\r\n\r\nx\r\n--b--\r\n", [2]string{"Client.InvalidContentType", ""}},
		{"start elsewhere", related + "; start=a", "--b\r\nContent-Type: a/b\r\n\r\nx\r\n" + strings.Replace(root, "\r\n\r\n", "\r\nContent-ID: <a>\r\n\r\n", 1) + "--b--\r\n", [2]string{"Client.InvalidContentType", ""}},
		{"start nowhere", related + "; start=a", root + "--b--\r\n", [2]string{"", "Client.InvalidContentType"}},
		{"cut", related, root, [2]string{"Client.MimeParsingFailed", "Client.MimeParsingFailed"}},
		{"too many parts", related, root + strings.Repeat("--b\r\nContent-Type: a/b\r\n\r\n\r\n", 1001) + "--b--\r\n", [2]string{"Client.MimeParsingFailed", "Client.MimeParsingFailed"}},
		{"parameters without quotes", "multipart/related; start-info=text/xml; type='application/xop+xml'; boundary=b", root + "--b--\r\n", [2]string{}},
		{"multipart/mixed", "multipart/mixed; boundary=b", root + "--b--\r\n", [2]string{"Client.InvalidContentType", "Client.InvalidContentType"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			for dialect, want := range test.code {
				server := start(t, xroadtest.Config{Dialect: xroadtest.Dialect(dialect)}, answering(200, "text/xml", changed(t, "x", "x")))
				response, body, err := post(t, server.URL, test.contentType, test.body)
				if err != nil {
					t.Fatal(err)
				}
				if want == "" {
					if response.StatusCode != http.StatusOK {
						t.Errorf("%d: %d %s", dialect, response.StatusCode, body)
					}
				} else if got := code(t, response, body); got != want {
					t.Errorf("%d: %s, want %s", dialect, got, want)
				}
			}
		})
	}
}

// TestTwoEnvelopes has a message refused of which the security server judges one envelope and start names another, with
// another client in it.
func TestTwoEnvelopes(t *testing.T) {
	t.Parallel()
	part := func(id, envelope string) string {
		return "--b\r\nContent-Type: text/xml\r\nContent-ID: <" + id + ">\r\n\r\n" + envelope + "\r\n"
	}
	message := part("judged", envelope) + part("meant", strings.Replace(envelope, "20_EIS_cons", "21_EIS_cons", 1)) + "--b--\r\n"
	server := start(t, xroadtest.Config{}, provider(t))
	response, body, err := post(t, server.URL, `multipart/related; boundary=b; start="<meant>"`, message)
	if err != nil {
		t.Fatal(err)
	}
	if got := code(t, response, body); got != "soap:Client.InvalidContentType" {
		t.Errorf("%s", got)
	}
}
