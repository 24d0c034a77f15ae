package xroad_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dovidka/dovidka/xroad"
)

// exchangeRaw sends bytes to a server over TCP and reads one response.
func exchangeRaw(t *testing.T, server *httptest.Server, request io.WriterTo) (*http.Response, []byte) {
	t.Helper()
	connection, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = connection.Close() }()
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		_, _ = request.WriteTo(connection) // a server may answer and close before it has read everything
	}()
	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	_ = connection.Close()
	<-sent
	return response, body
}

// TestWire replays what real clients sent, byte by byte, with our operation in the place of theirs.
func TestWire(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(newHandler(t, xroad.Config{}))
	t.Cleanup(server.Close)
	files, err := filepath.Glob(filepath.Join("testdata", "wire-*.http"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no samples: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			head, body, found := bytes.Cut(sample(t, filepath.Base(file)), []byte("\r\n\r\n"))
			if !found {
				t.Fatal("no empty line")
			}
			length := fmt.Sprintf("Content-Length: %d", len(body))
			body = []byte(strings.NewReplacer("getPersonInfoJs", testService, "http://trembita.gov.ua/TrembitaSoap/", testNamespace,
				"<inn>1234567890</inn>", "<name>Їжак</name>").Replace(string(body)))
			head = bytes.Replace(head, []byte(length), fmt.Appendf(nil, "Content-Length: %d", len(body)), 1)
			response, answer := exchangeRaw(t, server, bytes.NewBuffer(append(append(head, "\r\n\r\n"...), body...)))
			if response.StatusCode != http.StatusOK {
				t.Fatalf("%d %s", response.StatusCode, answer)
			}
			if diff := cmp.Diff(headerLines(independent(t, body)), headerLines(independent(t, answer))); diff != "" {
				t.Errorf("request has -, response has +:\n%s", diff)
			}
			payload := independent(t, answer).soap("Body").child(testNamespace, testService+"Response")
			if payload == nil || payload.child(testNamespace, "greeting").Text != "Вітаю, Їжак" {
				t.Errorf("%s", answer)
			}
		})
	}
}

// TestHandlerSamples sends X-Road's and UXP's requests to operations of their own names.
func TestHandlerSamples(t *testing.T) {
	t.Parallel()
	handler := newHandler(t, xroad.Config{Operations: []xroad.Operation{
		{Name: "getPersonaList", Element: "getPersonaListRequest", Namespace: "http://spring.io/guides/gs-producing-web-service", Handle: greet},
		{Name: "testQuery", Namespace: "http://cosumer.ee.xroad.net", Handle: greet},
		{Name: "test", Namespace: "http://cosumer.ee.xroad.net", Handle: greet},
		{Name: "getState", Namespace: xroad.NamespaceXRoad, Handle: greet},
		{Name: "helloService", Namespace: "http://test.x-road.global/producer", Handle: greet},
		{Name: "storeAttachments", Namespace: "http://test.x-road.global/producer", Handle: greet},
	}})
	sent := 0
	for name, test := range samples() {
		request := strings.HasSuffix(name, ".query") || strings.HasSuffix(name, "request.xml") || strings.HasSuffix(name, "request.txt")
		if !request {
			continue
		}
		sent++
		want := test.code
		switch {
		case strings.HasPrefix(name, "xr-meta-"): // a security server answers these itself
			want = xroad.CodeUnknownOperation
		case name == "xr-malformed-body3.query":
			want = xroad.CodeInconsistentHeaders
		}
		response := post(handler, test.contentType, sample(t, name))
		if want != "" {
			checkFault(t, response, want)
			continue
		}
		if response.Code != http.StatusOK {
			t.Errorf("%s: %d %s", name, response.Code, response.Body)
			continue
		}
		lines := headerLines(independent(t, bareEnvelope(sample(t, name))))
		if diff := cmp.Diff(lines, headerLines(independent(t, response.Body.Bytes()))); diff != "" {
			t.Errorf("%s: request has -, response has +:\n%s", name, diff)
		}
	}
	if sent < 10 {
		t.Errorf("only %d samples sent", sent)
	}
}

// TestHTTPForms sends what the forms of HTTP allow.
func TestHTTPForms(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(newHandler(t, xroad.Config{WSDL: testWSDL()}))
	t.Cleanup(server.Close)
	body := envelope(allFields, testPayload)
	length := fmt.Sprintf("Content-Length: %d\r\n", len(body))
	const host, media = "Host: a\r\n", "Content-Type: text/xml\r\n"
	tests := []struct {
		name, request string
		status        int
	}{
		{"plain", "POST / HTTP/1.1\r\n" + host + media + length + "\r\n" + body, 200},
		{"absolute form", "POST http://host.example/path?queryId=1 HTTP/1.1\r\n" + host + media + length + "\r\n" + body, 200},
		{"any path", "POST //a/../b HTTP/1.1\r\n" + host + media + length + "\r\n" + body, 200},
		{"HTTP/1.0", "POST / HTTP/1.0\r\n" + media + length + "\r\n" + body, 200},
		{"chunked", "POST / HTTP/1.1\r\n" + host + media + "Transfer-Encoding: chunked\r\n\r\n" + chunks(body, 7) + "0\r\n\r\n", 200},
		{"broken chunks", "POST / HTTP/1.1\r\n" + host + media + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", 500},
		{"odd Accept", "POST / HTTP/1.1\r\n" + host + media + length + "Accept: image/png\r\nAccept-Encoding: \r\n\r\n" + body, 200},
		{"SOAPAction", "POST / HTTP/1.1\r\n" + host + media + length + "SOAPAction: \"urn:other\"\r\n\r\n" + body, 200},
		{"empty SOAPAction", "POST / HTTP/1.1\r\n" + host + media + length + "SOAPAction:\r\n\r\n" + body, 200},
		{"no body", "POST / HTTP/1.1\r\n" + host + media + "Content-Length: 0\r\n\r\n", 500},
		{"GET", "GET / HTTP/1.1\r\n" + host + "\r\n", 500},
		{"GET of the description", "GET /?wsdl HTTP/1.1\r\n" + host + "\r\n", 200},
		{"GET of the description, capitals", "GET /x?WSDL HTTP/1.1\r\n" + host + "\r\n", 200},
		{"PUT", "PUT / HTTP/1.1\r\n" + host + media + length + "\r\n" + body, 500},
		{"DELETE", "DELETE / HTTP/1.1\r\n" + host + "\r\n", 500},
		{"unknown method", "BREW / HTTP/1.1\r\n" + host + "\r\n", 500},
		{"OPTIONS", "OPTIONS / HTTP/1.1\r\n" + host + "\r\n", 500},
		{"CONNECT", "CONNECT a:1 HTTP/1.1\r\n" + host + "\r\n", 500},
		{"POST to the description", "POST /?wsdl HTTP/1.1\r\n" + host + media + length + "\r\n" + body, 200},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			response, answer := exchangeRaw(t, server, strings.NewReader(test.request))
			if response.StatusCode != test.status {
				t.Errorf("%d %s", response.StatusCode, answer)
			}
			if response.Header.Get("Content-Encoding") != "" || response.ContentLength != int64(len(answer)) || len(answer) == 0 {
				t.Errorf("header %v for %d bytes", response.Header, len(answer))
			}
		})
	}
}

func chunks(text string, size int) string {
	var out strings.Builder
	for len(text) > 0 {
		n := min(size, len(text))
		_, _ = fmt.Fprintf(&out, "%x\r\n%s\r\n", n, text[:n])
		text = text[n:]
	}
	return out.String()
}

func TestExpectContinue(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(newHandler(t, xroad.Config{}))
	t.Cleanup(server.Close)
	connection, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = connection.Close() }()
	body := envelope(allFields, testPayload)
	_, _ = fmt.Fprintf(connection, "POST / HTTP/1.1\r\nHost: a\r\nContent-Type: text/xml\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n", len(body))
	reader := bufio.NewReader(connection)
	for _, want := range []int{http.StatusContinue, http.StatusOK} {
		response, err := http.ReadResponse(reader, nil)
		if err != nil {
			t.Fatal(err)
		}
		if response.StatusCode != want {
			t.Fatalf("%d, want %d", response.StatusCode, want)
		}
		_, _ = fmt.Fprint(connection, body)
	}
}

// endlessChunks is a chunked body of one gibibyte, if anybody reads so far.
type endlessChunks struct{ sent int64 }

func (c *endlessChunks) WriteTo(w io.Writer) (int64, error) {
	const size = 64 << 10
	chunk := fmt.Appendf(nil, "%x\r\n%s\r\n", size, strings.Repeat(" ", size))
	n, err := io.WriteString(w, "POST / HTTP/1.1\r\nHost: a\r\nContent-Type: text/xml\r\nTransfer-Encoding: chunked\r\n\r\n")
	c.sent = int64(n)
	for err == nil && c.sent < 1<<30 {
		n, err = w.Write(chunk)
		c.sent += int64(n)
	}
	return c.sent, err
}

func TestGibibyteBody(t *testing.T) {
	t.Parallel()
	const limit = 1 << 20
	server := httptest.NewServer(newHandler(t, xroad.Config{Limits: xroad.Limits{Size: limit}}))
	t.Cleanup(server.Close)
	body := &endlessChunks{}
	response, answer := exchangeRaw(t, server, body)
	if response.StatusCode != http.StatusInternalServerError {
		t.Errorf("%d", response.StatusCode)
	}
	if code, _, _ := faultOf(t, independent(t, answer)); code != "soap:"+xroad.CodeTooLarge {
		t.Errorf("code %s", code)
	}
	if body.sent > 64<<20 { // what fits into the buffers on the way is not counted exactly
		t.Errorf("server took %d bytes", body.sent)
	}
}

// TestAlways200Or500 damages good messages at random. The sequence is the same every time.
func TestAlways200Or500(t *testing.T) {
	t.Parallel()
	handler := newHandler(t, xroad.Config{WSDL: testWSDL()})
	random := rand.New(rand.NewPCG(1, 2))
	seeds := accepted()
	methods := []string{"POST", "POST", "POST", "POST", "GET", "HEAD", "PUT", "OPTIONS"}
	for range 5000 {
		in := seeds[random.IntN(len(seeds))]
		body := bytes.Clone(in.body)
		for range random.IntN(4) {
			damage(random, &body)
		}
		contentType := []byte(in.contentType)
		if random.IntN(5) == 0 {
			damage(random, &contentType)
		}
		request := httptest.NewRequest(methods[random.IntN(len(methods))], "/?wsdl", bytes.NewReader(body))
		request.Header["Content-Type"] = []string{string(contentType)}
		response := httptest.NewRecorder()
		handler.ServeHTTP(response, request)
		if response.Code != 200 && response.Code != 500 {
			t.Fatalf("%d for %s %q", response.Code, request.Method, body)
		}
		independent(t, response.Body.Bytes())
	}
}

func damage(random *rand.Rand, data *[]byte) {
	b := *data
	if len(b) == 0 {
		return
	}
	i, j := random.IntN(len(b)), random.IntN(len(b))
	switch random.IntN(4) {
	case 0:
		b[i] = byte(random.IntN(256))
	case 1:
		b = append(b[:i], b[min(len(b), i+random.IntN(20)):]...)
	case 2:
		b = append(b[:i], append(bytes.Clone(b[min(i, j):max(i, j)]), b[i:]...)...)
	case 3:
		b[i], b[j] = b[j], b[i]
	}
	*data = b
}

func FuzzHandler(f *testing.F) {
	handler := newHandler(f, xroad.Config{})
	for _, in := range accepted() {
		f.Add("POST", in.contentType, in.body)
	}
	f.Add("GET", "", []byte(nil))
	f.Fuzz(func(t *testing.T, method, contentType string, body []byte) {
		request := httptest.NewRequest("POST", "/", bytes.NewReader(body))
		request.Method = method
		request.Header["Content-Type"] = []string{contentType}
		response := httptest.NewRecorder()
		handler.ServeHTTP(response, request)
		if response.Code != 200 && response.Code != 500 {
			t.Errorf("%d", response.Code)
		}
		independent(t, response.Body.Bytes())
	})
}
