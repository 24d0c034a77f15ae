package xroad_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dovidka/dovidka/xroad"
)

// begin sends a message of which the last byte is held back. What it returns sends that and hands over the answer.
func begin(handler http.Handler, message string) (end func() *httptest.ResponseRecorder) {
	body, sender := io.Pipe()
	request := httptest.NewRequest(http.MethodPost, "/", body)
	request.Header.Set("Content-Type", "text/xml")
	response := httptest.NewRecorder()
	last := len(message) - 1
	var both sync.WaitGroup
	both.Go(func() { handler.ServeHTTP(response, request); _ = body.Close() })
	both.Go(func() { _, _ = io.WriteString(sender, message[:last]) })
	return func() *httptest.ResponseRecorder {
		_, _ = io.WriteString(sender, message[last:])
		_ = sender.Close()
		both.Wait()
		return response
	}
}

// sized is a good message of so many bytes.
func sized(size int) string {
	message := envelope(allFields, testPayload)
	return message + "<!--" + strings.Repeat(" ", size-len(message)-len("<!---->")) + "-->"
}

// TestLargeBodies has room for one large body at a time.
func TestLargeBodies(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		handler := newHandler(t, xroad.Config{MaxBuffered: 4 << 20, Limits: xroad.Limits{Size: 1 << 20}})
		first := begin(handler, sized(1<<20))
		synctest.Wait()
		second := begin(handler, sized(100<<10))
		synctest.Wait()
		for range 10 { // small ones go on
			if got := post(handler, "text/xml", []byte(sized(2000))); got.Code != http.StatusOK {
				t.Errorf("%d %s", got.Code, got.Body)
			}
		}
		time.Sleep(29 * time.Second)
		if got := first(); got.Code != http.StatusOK {
			t.Errorf("%d %s", got.Code, got.Body)
		}
		third := begin(handler, sized(1<<20))
		synctest.Wait()
		time.Sleep(31 * time.Second) // of which it waits no more than 30
		if got := second(); got.Code != http.StatusOK {
			t.Errorf("%d %s", got.Code, got.Body)
		}
		late := third()
		checkFault(t, late, xroad.CodeBusy)
		if late.Header().Get("Connection") != "close" {
			t.Error("connection kept in the middle of a body")
		}
		if got := post(handler, "text/xml", []byte(sized(1<<20))); got.Code != http.StatusOK {
			t.Errorf("%d %s", got.Code, got.Body)
		}
	})
}

// TestSmallBodies has room for four small bodies of the largest kind.
func TestSmallBodies(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const size = 64 << 10
		handler := newHandler(t, xroad.Config{MaxBuffered: 1<<20 + 4*size, Limits: xroad.Limits{Size: 1 << 20}})
		var begun []func() *httptest.ResponseRecorder
		for range 4 {
			begun = append(begun, begin(handler, sized(size)))
			synctest.Wait()
		}
		checkFault(t, post(handler, "text/xml", []byte(sized(2000))), xroad.CodeBusy)
		for _, end := range begun {
			if got := end(); got.Code != http.StatusOK {
				t.Errorf("%d %s", got.Code, got.Body)
			}
		}
		if got := post(handler, "text/xml", []byte(sized(2000))); got.Code != http.StatusOK {
			t.Errorf("%d %s", got.Code, got.Body)
		}
	})
}

// TestUnheedingOperationsKeepTheirRoom lets operations hold the bodies of requests that were answered long ago.
func TestUnheedingOperationsKeepTheirRoom(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		handler := newHandler(t, xroad.Config{
			MaxBuffered: 1 << 20, Limits: xroad.Limits{Size: 1 << 20}, Timeout: time.Second, ReadTimeout: time.Second,
			Operations: []xroad.Operation{operation(func(context.Context, *xroad.Request) (any, error) { time.Sleep(time.Hour); return nil, nil })},
		})
		checkFault(t, post(handler, "text/xml", []byte(sized(1<<20))), xroad.CodeTimeout)
		checkFault(t, post(handler, "text/xml", []byte(sized(1<<20))), xroad.CodeBusy)
		time.Sleep(time.Hour)
		checkFault(t, post(handler, "text/xml", []byte(sized(1<<20))), xroad.CodeTimeout)
		time.Sleep(time.Hour)
	})
}
