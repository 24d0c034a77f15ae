package scenarios

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dovidka/dovidka/internal/gateway/trembita"
)

// maxGrowth is what the process may take above what it had, at the worst moment of all attacks, in KiB.
const maxGrowth = 64 << 10

// attack is something that is done to exhaust the door. It returns the statuses of the answers.
type attack struct {
	name string
	run  func(busDoor, *testing.T)
}

// busDoor is the door of the bus as an attacker knows it.
type busDoor struct{ address string }

// TestBoundedMemory attacks the door of a process of its own, one attack after another. The process has to answer
// every request that came whole by 200 or 500, to take little memory for it, and to answer the next ordinary one.
func TestBoundedMemory(t *testing.T) {
	t.Parallel()
	p, s := serve(t, makeDemo(t))
	at, err := url.Parse(s.SOAP)
	if err != nil {
		t.Fatal(err)
	}
	door := busDoor{at.Host}
	for range 50 { // what is made at the first use is not an attacker's doing
		door.ordinary(t)
	}
	before := p.memory(t, "VmRSS")
	for _, a := range attacks() {
		t.Run(a.name, func(t *testing.T) {
			p.forgetPeak(t)
			a.run(door, t)
			if peak := p.memory(t, "VmHWM"); peak > before+maxGrowth {
				t.Errorf("resident memory went from %d KiB to %d", before, peak)
			} else {
				t.Logf("resident memory: %d KiB before all attacks, at most %d", before, peak)
			}
			door.ordinary(t)
		})
	}
}

func attacks() []attack {
	text := strings.Repeat("a", 1<<20-4<<10)
	return []attack{
		{"a body of 1 GiB in chunks", busDoor.gibibyte},
		{"100,000 attributes", once(busMessage(`<d:a ` + numbered(100_000, `a%d=""`, " ") + `/>`))},
		{"50,000 namespaces", once(busMessage(`<d:a ` + numbered(50_000, `xmlns:a%d="u"`, " ") + `/>`))},
		{"100,000 elements", once(busMessage(strings.Repeat(`<d:a/>`, 100_000)))},
		{"100,000 elements in the header", once(strings.Replace(busMessage(""), "<x:id>", strings.Repeat(`<d/>`, 100_000)+"<x:id>", 1))},
		{"100,000 levels", once(busMessage(strings.Repeat(`<d:a>`, 100_000)))},
		{"a text of a megabyte", once(busMessage(`<d:signature>` + text + `</d:signature>`))},
		{"an attribute of a megabyte", once(busMessage(`<d:signature a="` + text + `"/>`))},
		{"a name of a megabyte", once(busMessage(`<d:` + text + `/>`))},
		{"a header field of a megabyte", once(strings.Replace(busMessage(""), "<x:id>", "<x:id>"+text[:len(text)-4<<10], 1))},
		{"64 bodies of the largest size", busDoor.largest},
		{"64 bodies of the largest size in REST", busDoor.largestREST},
		{"what is not HTTP", busDoor.notHTTP},
		{"200 bodies that do not end", busDoor.stalled},
		{"10,000 idle connections", busDoor.idle},
	}
}

func numbered(count int, format, between string) string {
	parts := make([]string, count)
	for i := range parts {
		parts[i] = fmt.Sprintf(format, i)
	}
	return strings.Join(parts, between)
}

// busMessage is a message of the demonstration's client with something in its operation's element.
func busMessage(inside string) string {
	identifier := func(kind, subsystem, service string) string {
		return `i:objectType="` + kind + `"><i:xRoadInstance>SEVDEIR-TEST</i:xRoadInstance><i:memberClass>GOV</i:memberClass><i:memberCode>` +
			subsystem + `</i:subsystemCode>` + service
	}
	return `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" xmlns:x="http://x-road.eu/xsd/xroad.xsd"` +
		` xmlns:i="http://x-road.eu/xsd/identifiers" xmlns:d="` + trembita.Namespace + `"><e:Header><x:client ` +
		identifier("SUBSYSTEM", "43395033</i:memberCode><i:subsystemCode>DIIA_cons", "") + `</x:client><x:service ` +
		identifier("SERVICE", "42032422</i:memberCode><i:subsystemCode>DOVIDKA_prod", "<i:serviceCode>GetDeclarations_v1</i:serviceCode>") +
		`</x:service><x:id>bounds</x:id><x:protocolVersion>4.0</x:protocolVersion></e:Header><e:Body><d:GetDeclarations_v1>` + inside +
		`</d:GetDeclarations_v1></e:Body></e:Envelope>`
}

// once sends a message and waits for its answer.
func once(message string) func(busDoor, *testing.T) {
	return func(door busDoor, t *testing.T) {
		t.Helper()
		door.answered(t, strings.NewReader(busHead("Content-Length: "+strconv.Itoa(len(message)))+message))
	}
}

func busHead(fields string) string {
	return "POST / HTTP/1.1\r\nHost: bus\r\nContent-Type: text/xml\r\nConnection: close\r\n" + fields + "\r\n\r\n"
}

// ordinary sends what the door answers at once.
func (d busDoor) ordinary(t *testing.T) {
	t.Helper()
	once(busMessage(`<d:signature>`+base64.StdEncoding.EncodeToString([]byte("none"))+`</d:signature>`))(d, t)
}

func (d busDoor) dial(t *testing.T) net.Conn {
	t.Helper()
	conn, err := net.DialTimeout("tcp", d.address, patience)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	return conn
}

// answered sends a request, as much of it as is wanted, and expects one answer and no more.
func (d busDoor) answered(t *testing.T, request io.WriterTo) int {
	t.Helper()
	conn := d.dial(t)
	go request.WriteTo(conn) // the door may hang up before the end
	status := expectOne(t, conn)
	if status != http.StatusOK && status != http.StatusInternalServerError {
		t.Errorf("status %d", status)
	}
	return status
}

// expectOne reads to the end of the connection and returns the status of the answer.
func expectOne(t *testing.T, conn net.Conn) int {
	t.Helper()
	reader := bufio.NewReader(conn)
	response, err := http.ReadResponse(reader, nil)
	if err != nil {
		t.Errorf("no answer: %v", err)
		return 0
	}
	if body, err := io.ReadAll(response.Body); err != nil {
		t.Errorf("%s, %v: %.500s", response.Status, err, body)
	}
	if rest, _ := io.ReadAll(reader); len(rest) > 0 {
		t.Errorf("after the answer came %.100q", rest)
	}
	return response.StatusCode
}

// notHTTP sends what never reaches the door's handler.
func (d busDoor) notHTTP(t *testing.T) {
	for _, request := range []string{
		"\r\n\x00\r\n\r\n", "POST / HTTP/1.1\r\n\r\n", "POST / HTTP/3.0\r\nHost: bus\r\n\r\n", "OPTIONS * HTTP/1.1\r\nHost: bus\r\nConnection: close\r\n\r\n",
		busHead("Expect: nothing\r\nContent-Length: 0"), busHead("Transfer-Encoding: gzip"), busHead("X: " + strings.Repeat("x", 1<<20)),
	} {
		d.answered(t, strings.NewReader(request))
	}
}

// gibibyte sends chunks for as long as they are taken.
func (d busDoor) gibibyte(t *testing.T) { d.answered(t, endless{}) }

type endless struct{}

func (endless) WriteTo(w io.Writer) (int64, error) {
	chunk := fmt.Appendf(nil, "%x\r\n%s\r\n", 64<<10, strings.Repeat(" ", 64<<10))
	if _, err := io.WriteString(w, busHead("Transfer-Encoding: chunked")); err != nil {
		return 0, err
	}
	for sent := int64(0); ; sent += int64(len(chunk)) {
		if sent >= 1<<30 {
			return sent, nil
		}
		if _, err := w.Write(chunk); err != nil {
			return sent, err
		}
	}
}

// largest sends bodies that are as large as the door takes, all at once.
func (d busDoor) largest(t *testing.T) {
	request := largestRequest()
	var answers sync.WaitGroup
	for range 64 {
		answers.Go(func() { d.answered(t, strings.NewReader(request)) })
	}
	answers.Wait()
}

// largestREST does so in REST, where any status will do.
func (d busDoor) largestREST(t *testing.T) {
	body := `{"signature":"` + strings.Repeat("A", 1<<20-100) + `"}`
	request := strings.Replace(busHead("Content-Length: "+strconv.Itoa(len(body))+"\r\nUxp-Client: SEVDEIR-TEST/GOV/43395033/DIIA_cons"),
		"POST / ", "POST "+trembita.RESTBase+"/signed-declarations ", 1)
	request = strings.Replace(request, "text/xml", "application/json", 1) + body
	var answers sync.WaitGroup
	for range 64 {
		conn := d.dial(t)
		go io.WriteString(conn, request)
		answers.Go(func() {
			if status := expectOne(t, conn); status == http.StatusNotFound {
				t.Error("there is no such operation")
			}
		})
	}
	answers.Wait()
}

// stalled begins to send such bodies, and small ones, and stops before the end of each. Others are answered meanwhile.
func (d busDoor) stalled(t *testing.T) {
	large, small := largestRequest(), strings.Replace(busHead("Content-Length: 70000"), "close", "keep-alive", 1)+strings.Repeat(" ", 60<<10)
	for range 100 {
		for _, part := range []string{large[:len(large)-1], small} {
			conn := d.dial(t)
			defer conn.Close()
			go io.WriteString(conn, part) // as much as is taken
		}
	}
	for range 20 {
		d.ordinary(t)
	}
}

func largestRequest() string {
	const size = 1 << 20
	frame := busMessage("<d:signedContent></d:signedContent><d:signature>AAAA</d:signature>")
	message := busMessage("<d:signedContent>" + strings.Repeat("a", size-len(frame)) + "</d:signedContent><d:signature>AAAA</d:signature>")
	return busHead("Content-Length: "+strconv.Itoa(len(message))) + message
}

// idle opens connections and says nothing, or nothing more after one answer. They may be closed, and nobody else may
// suffer.
func (d busDoor) idle(t *testing.T) {
	const many = 10_000
	allowFiles(t, many+1000)
	message := busMessage("")
	request := strings.Replace(busHead("Content-Length: "+strconv.Itoa(len(message)))+message, "Connection: close\r\n", "", 1)
	for i := range many {
		conn := d.dial(t)
		if i%2 == 0 {
			if _, err := io.WriteString(conn, request); err != nil {
				t.Fatal(err)
			}
			response, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				t.Fatal(err)
			}
			io.Copy(io.Discard, response.Body)
		}
	}
	d.ordinary(t)
}
