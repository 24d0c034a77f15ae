package diia

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/platform/httpserver"
)

// listen puts the door behind a real listener and returns its address.
func (w *world) listen(t *testing.T) string {
	t.Helper()
	s, err := httpserver.Listen(t.Context(), httpserver.Config{
		Name: "rest", Address: "127.0.0.1:0", Handler: w.handler, Insecure: true, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return s.Addr().String()
}

// raw writes bytes to the door and returns the first answer. The connection
// stays open until then, so whatever is missing never comes.
func raw(t *testing.T, address, text string) (*http.Response, []byte) {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, text); err != nil {
		t.Fatal(err)
	}
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, body
}

func TestBodiesOnTheWire(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *Config) { c.Limits = Limits{BodyTimeout: 20 * time.Millisecond, RequestBytes: 100} })
	address := w.listen(t)
	head := "POST " + pathRequests + " HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
	tests := []struct {
		name, text string
		status     int
		detail     string
	}{
		{"never whole", head + "Content-Length: 50\r\n\r\n{\"action\":", 400, detailBody},
		{"never whole, in pieces", head + "Transfer-Encoding: chunked\r\n\r\n2\r\n{\"\r\n", 400, detailBody},
		{"never begun", head + "Content-Length: 50\r\n\r\n", 400, detailBody},
		{"broken pieces", head + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400, detailBody},
		{"announced too long", head + "Content-Length: 101\r\n\r\n", 413, ""},
		{"too long, in pieces", head + "Transfer-Encoding: chunked\r\n\r\nff\r\n" + strings.Repeat(" ", 255) + "\r\n", 413, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			answer, body := raw(t, address, tt.text)
			if answer.StatusCode != tt.status || !strings.Contains(string(body), fmt.Sprintf(`"detail":%q`, tt.detail)) && tt.detail != "" {
				t.Errorf("%d %s", answer.StatusCode, body)
			}
			if !answer.Close {
				t.Error("the connection goes on in the middle of a body")
			}
		})
	}
}

func TestHeadersOnTheWire(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	address := w.listen(t)
	for name, line := range map[string]string{
		"bare line feed": "X-Request-ID: " + sampleRequest + "\nSet-Cookie: a=b",
		"folded":         "X-Request-ID: " + sampleRequest + "\r\n Set-Cookie: a=b",
		"latin":          "X-Request-ID: \xd0\x9f",
		"twice":          "X-Request-ID: " + sampleRequest + "\r\nX-Request-ID: " + sampleRequest,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			answer, _ := raw(t, address, "GET "+pathRequests+"/"+sampleID+" HTTP/1.1\r\nHost: a\r\n"+line+"\r\n\r\n")
			if len(answer.Header.Values("Set-Cookie")) != 0 || len(answer.Header.Values("X-Request-ID")) > 1 {
				t.Errorf("headers: %v", answer.Header)
			}
		})
	}
}

// TestWorkOutlivesTheBodysDeadline: the time a body may take is not the time
// the work may take.
func TestWorkOutlivesTheBodysDeadline(t *testing.T) {
	t.Parallel()
	const bodyTime = 30 * time.Millisecond
	entered, release := make(chan struct{}), make(chan struct{})
	w := newWorld(t, func(c *Config) {
		c.Limits.BodyTimeout = bodyTime
		c.Disclosure = slow{entered: entered, release: release}
	})
	address := w.listen(t)
	status := make(chan int, 1)
	go func() {
		resp, err := http.Post("http://"+address+pathRequests, typeJSON, strings.NewReader("{}"))
		if err != nil {
			t.Error(err)
			status <- 0
			return
		}
		resp.Body.Close()
		status <- resp.StatusCode
	}()
	<-entered
	time.Sleep(2 * bodyTime) // past the deadline, which is the network's and not ours to fake
	close(release)
	if got := <-status; got != http.StatusForbidden {
		t.Errorf("answered %d", got)
	}
}

// slow works until it is released, and says whether it was cancelled meanwhile.
type slow struct {
	Disclosure
	entered, release chan struct{}
}

func (s slow) Prepare(ctx context.Context, _ dovidka.Ask) (dovidka.Prepared, error) {
	close(s.entered)
	<-s.release
	if ctx.Err() != nil {
		return dovidka.Prepared{}, ctx.Err()
	}
	return dovidka.Prepared{}, dovidka.NewFault(dovidka.CodeConsentRequired, "no consent")
}
