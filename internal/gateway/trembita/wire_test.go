package trembita_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/gateway/trembita"
)

// captured is where requests of real clients are kept.
var captured = filepath.Join("..", "..", "..", "xroad", "testdata")

var (
	bodyElement = regexp.MustCompile(`(?s)(<(?:\w|-)+:Body>).*(</(?:\w|-)+:Body>)`)
	serviceCode = regexp.MustCompile(`(serviceCode>)\w+(</)`)
)

// withOurOperation puts our operation into a captured envelope. The rest stays
// as the client wrote it.
func withOurOperation(t *testing.T, message []byte) []byte {
	t.Helper()
	if !bodyElement.Match(message) || !serviceCode.Match(message) {
		t.Fatal("the sample has no body or no service code")
	}
	out := serviceCode.ReplaceAll(message, []byte("${1}GetDeclarations_v1${2}"))
	return bodyElement.ReplaceAllFunc(out, func(match []byte) []byte {
		parts := bodyElement.FindSubmatch(match)
		return bytes.Join([][]byte{parts[1], []byte(detached()), parts[2]}, nil)
	})
}

// TestCapturedRequests replays what real clients sent, byte by byte, with our
// operation in the place of theirs: requests over the wire, and a message that
// passed a UXP security server.
func TestCapturedRequests(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(captured, "wire-*.http"))
	if err != nil || len(files) < 3 {
		t.Fatalf("%d captured requests, %v", len(files), err)
	}
	w := newWorld(t, trembita.Config{}, answers(fullAnswer()))
	server := httptest.NewServer(w.door)
	t.Cleanup(server.Close)
	for _, file := range append(files, filepath.Join(captured, "uxp-request.xml")) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			head, body, found := bytes.Cut(data, []byte("\r\n\r\n"))
			if !found {
				head, body = []byte("POST / HTTP/1.1\r\nHost: a\r\nContent-Type: text/xml\r\nContent-Length: 0"), data
			}
			message := withOurOperation(t, body)
			head = regexp.MustCompile(`Content-Length: \d+`).ReplaceAll(head, fmt.Appendf(nil, "Content-Length: %d", len(message)))
			status, raw := exchange(t, server, append(append(head, "\r\n\r\n"...), message...))
			if status != http.StatusOK {
				t.Fatalf("%d %s", status, raw)
			}
			answer := read(t, raw)
			if diff := cmp.Diff(headerLines(read(t, message)), headerLines(answer)); diff != "" {
				t.Errorf("request has -, response has +:\n%s", diff)
			}
			if answer.result("resultCode") != trembita.ResultOK {
				t.Errorf("%s", raw)
			}
		})
	}
	for _, req := range w.requests() {
		if string(req.Content) != secretStatement || string(req.Container) != secretContainer {
			t.Errorf("the request arrived as %q over %q", req.Container, req.Content)
		}
	}
}

// exchange sends bytes over TCP and reads one response.
func exchange(t *testing.T, server *httptest.Server, request []byte) (int, []byte) {
	t.Helper()
	connection, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	if _, err := connection.Write(request); err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, body
}

// nasty values are what an echo usually spoils.
func nasty() map[string]string {
	return map[string]string{
		"markup":      `<>&"'`,
		"references":  `&amp; &lt; &#10; ]]>`,
		"Cyrillic":    "Їжак Ґорданівна — ’щ’",
		"outer space": "  value  ",
		"lines":       "one\ntwo\ttab\r\nthree\rfour",
		"long":        strings.Repeat("довге значення ", 200),
		"astral":      "🩺\U0010FFFD",
		"one id":      "321",
	}
}

// TestHeaderEcho sends values that an echo usually spoils, in an answer and in
// a fault.
func TestHeaderEcho(t *testing.T) {
	t.Parallel()
	for name, value := range nasty() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			escaped := strings.TrimSuffix(strings.TrimPrefix(field("a", value), "<d:a>"), "</d:a>")
			headers := "<x:issue>" + escaped + "</x:issue><x:id>" + escaped + "</x:id><x:userId>" + escaped + "</x:userId>" +
				`<r:representedParty xmlns:r="http://x-road.eu/xsd/representation.xsd"><r:partyClass>COM</r:partyClass><r:partyCode>` +
				escaped + `</r:partyCode></r:representedParty>`
			message := envelope(t, ourClient, headers, detached())
			for status, submit := range map[int]error{200: nil, 500: dovidka.NewFault(dovidka.CodeBusy, "busy")} {
				w := newWorld(t, trembita.Config{}, answers(fullAnswer()))
				if submit != nil {
					w = newWorld(t, trembita.Config{}, fails(submit))
				}
				got, answer := w.post(t, message)
				if got != status {
					t.Fatalf("%d %s", got, answer.text("Body", "Fault", "faultcode"))
				}
				if diff := cmp.Diff(headerLines(read(t, []byte(message))), headerLines(answer)); diff != "" {
					t.Errorf("request has -, response has +:\n%s", diff)
				}
				if id := answer.text("Header", "id"); id != value {
					t.Errorf("echoed %q", id)
				}
			}
		})
	}
	t.Run("absent stays absent", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, trembita.Config{}, answers(fullAnswer()))
		_, answer := w.post(t, envelope(t, ourClient, "<x:id>1</x:id>", attached()))
		if answer.at("Header", "userId") != nil || answer.at("Header", "issue") != nil {
			t.Error("a field appeared")
		}
	})
}

// TestNothingPersonalIsLogged runs every way a request can end and looks for
// the citizen, the caller's user and the answer in the log.
func TestNothingPersonalIsLogged(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	lines := 0
	run := func(submit error, messages ...string) {
		w := newWorld(t, trembita.Config{}, answers(fullAnswer()))
		if submit != nil {
			w = newWorld(t, trembita.Config{}, fails(submit))
		}
		for _, message := range messages {
			w.post(t, message)
		}
		lines += len(w.lines(t))
		log.WriteString(w.log.String())
	}
	run(nil, ours(t, detached()), ours(t, attached()), ours(t, payload(field("signature", secretStatement))),
		ours(t, payload(field("rnokpp", secretStatement))), envelope(t, "a/b/c/d", "<x:id>1</x:id><x:userId>"+secretUser+"</x:userId>", detached()),
		strings.Replace(ours(t, detached()), "serviceCode>GetDeclarations_v1", "serviceCode>Other_v1", 1), ours(t, detached())[:900])
	for _, code := range dovidka.Codes() {
		run(dovidka.NewFault(code, "cause"), ours(t, detached()))
	}
	if lines != 7+len(dovidka.Codes()) {
		t.Errorf("%d lines", lines)
	}
	for _, secret := range []string{
		secretUser, "3184710691", secretIssue, secretFamily, secretNumber, "urn:dovidka:statement", secretContainer, container64(), "1987-03-12", "Мар'яна",
		"resourceType",
	} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("the log tells %q", secret)
		}
	}
}

// FuzzDoor sends anything as anything: the answer is an envelope with status
// 200 or 500.
func FuzzDoor(f *testing.F) {
	w := newWorld(f, trembita.Config{}, answers(fullAnswer()))
	f.Add("text/xml", []byte(ours(f, detached())))
	f.Add("text/xml; charset=utf-8", []byte(ours(f, attached())))
	f.Add("application/soap+xml", []byte(strings.ReplaceAll(ours(f, attached()), "http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope")))
	f.Add("text/xml", []byte(ours(f, payload(field("signature", "!")))))
	f.Add("text/xml", []byte(ours(f, payload(field("purposeId", "p")+field("other", "o")))))
	f.Add(`multipart/related; boundary=b; start="<a>"`, []byte("--b\r\nContent-Type: text/xml\r\nContent-ID: <a>\r\n\r\n"+ours(f, attached())+"\r\n--b--"))
	f.Fuzz(func(t *testing.T, contentType string, message []byte) {
		r := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(message))
		r.Header["Content-Type"] = []string{contentType}
		out := httptest.NewRecorder()
		w.soap.ServeHTTP(out, r)
		if out.Code != 200 && out.Code != 500 {
			t.Errorf("%d", out.Code)
		}
		read(t, out.Body.Bytes())
	})
}
