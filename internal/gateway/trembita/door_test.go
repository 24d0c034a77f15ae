package trembita_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/gateway"
	"github.com/dovidka/dovidka/internal/gateway/trembita"
	"github.com/dovidka/dovidka/xroad"
)

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	limiter, err := gateway.NewLimiter(gateway.LimiterConfig{})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]trembita.Config{
		"no disclosure": {Limiter: limiter},
		"no limiter":    {Disclosure: &fake{}},
	} {
		if _, err := trembita.New(c); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// TestRequest looks at what the disclosure is given.
func TestRequest(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("ї", 1000)
	want := dovidka.Request{
		Channel: dovidka.ChannelTrembita, ReceivedAt: sampleTime,
		Caller: dovidka.Caller{
			Name: ourClient, MessageID: "5b0c0d5e-message", TransactionID: "0d7c3d1c-transaction", Service: ourService,
		},
		Container: []byte(secretContainer),
	}
	tests := map[string]struct {
		body   string
		change func(*dovidka.Request)
	}{
		"attached": {attached(), func(*dovidka.Request) {}},
		"detached": {detached(), func(r *dovidka.Request) {
			r.Content, r.Caller.PurposeID = []byte(secretStatement), "purpose-7"
		}},
		"empty is absent": {
			payload("<d:purposeId/>" + "<d:signedContent></d:signedContent>" + field("signature", container64())), func(*dovidka.Request) {},
		},
		"base64 in lines": {payload("<d:signature>\n  " + container64()[:20] + "\r\n  " + container64()[20:] + "\n</d:signature>"), func(*dovidka.Request) {}},
		"unqualified":     {`<d:GetDeclarations_v1 xmlns:d="` + trembita.Namespace + `"><signature>` + container64() + `</signature></d:GetDeclarations_v1>`, func(*dovidka.Request) {}},
		"content in CDATA": {payload("<d:signedContent><![CDATA[" + secretStatement + "]]></d:signedContent>" + field("signature", container64())), func(r *dovidka.Request) {
			r.Content = []byte(secretStatement)
		}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, trembita.Config{Now: func() time.Time { return sampleTime }}, answers(fullAnswer()))
			status, answer := w.post(t, ours(t, tt.body))
			if status != http.StatusOK {
				t.Fatalf("%d %s", status, answer.text("Body", "Fault", "faultcode"))
			}
			want := want
			tt.change(&want)
			got := w.requests()[0]
			if got.ID == "" {
				t.Error("no request id")
			}
			if got.Caller.UserID.Reveal() != secretUser {
				t.Error("the user is lost")
			}
			got.ID, got.Caller.UserID = "", dovidka.UserID{}
			if diff := cmp.Diff(want, got, cmpopts.EquateComparable(dovidka.UserID{}, dovidka.SubjectID{})); diff != "" {
				t.Error(diff)
			}
		})
	}
	t.Run("long message id", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, trembita.Config{}, answers(fullAnswer()))
		for _, id := range []string{long, long, long + "a"} {
			status, answer := w.post(t, envelope(t, ourClient, "<x:id>"+id+"</x:id>", attached()))
			if status != http.StatusOK || answer.text("Header", "id") != id {
				t.Fatalf("%d, echoed %d bytes", status, len(answer.text("Header", "id")))
			}
		}
		got := w.requests()
		if a, b, c := got[0].Caller.MessageID, got[1].Caller.MessageID, got[2].Caller.MessageID; a != b || a == c || len(a) > 256 {
			t.Errorf("kept as %q, %q, %q", a, b, c)
		}
		if got[0].Caller.UserID.Reveal() != "" {
			t.Error("a user appeared")
		}
	})
}

// isOutcome says which refusals are an ordinary answer: those that need the
// message to have been processed.
func isOutcome(code dovidka.Code) bool {
	switch code {
	case dovidka.CodeMalformed, dovidka.CodeInvalid, dovidka.CodeTooLarge, dovidka.CodeRequestConflict, dovidka.CodeRequestUnknown,
		dovidka.CodeRateLimited, dovidka.CodeCallerUnknown:
		return false
	}
	return code.Class() == dovidka.ClassOperated
}

// TestEveryCode walks every code through the door, returned as an error and as
// the end of a request that came before.
func TestEveryCode(t *testing.T) {
	t.Parallel()
	faults := map[dovidka.Code]string{
		dovidka.CodeMalformed: "Client.InvalidRequest", dovidka.CodeInvalid: "Client.InvalidBody", dovidka.CodeTooLarge: "Client.TooLarge",
		dovidka.CodeRequestConflict: "Client.InvalidRequest", dovidka.CodeRequestUnknown: "Client.InvalidRequest",
		dovidka.CodeRateLimited: "Server.Busy", dovidka.CodeCallerUnknown: "Client.AccessDenied",
		dovidka.CodeRegistryUnavailable: "Server.RegistryUnavailable", dovidka.CodeStorageUnavailable: "Server.StorageUnavailable",
		dovidka.CodeTimeout: "Server.Timeout", dovidka.CodeBusy: "Server.Busy", dovidka.CodeInternal: "Server.InternalError",
	}
	texts := map[string]dovidka.Code{}
	for _, code := range dovidka.Codes() {
		fault := &dovidka.Fault{Code: code, Reason: "stable-reason", Err: errors.New("cause for logs")}
		for how, submit := range map[string]func(context.Context, dovidka.Request) (dovidka.Progress, error){
			"error": fails(fmt.Errorf("wrapped: %w", fault)),
			"progress": func(context.Context, dovidka.Request) (dovidka.Progress, error) {
				return dovidka.Progress{ID: requestID, State: dovidka.StateRefused, Fault: fault}, nil
			},
		} {
			w := newWorld(t, trembita.Config{}, submit)
			status, answer := w.post(t, ours(t, detached()))
			facts := w.lines(t)[0]
			if facts["outcome"] != string(code) || facts["cause"] != string(code)+": cause for logs" || facts["detail"] != "stable-reason" {
				t.Errorf("%s, %s: logged %v", code, how, facts)
			}
			var text string
			if isOutcome(code) {
				text = answer.result("resultText")
				if status != http.StatusOK || answer.result("resultCode") != trembita.ResultCode(code) || answer.result("resultDetail") != "stable-reason" {
					t.Errorf("%s, %s: %d %s %s", code, how, status, answer.result("resultCode"), answer.result("resultDetail"))
				}
				if id := answer.result("requestId"); id == "" || id != facts["request_id"] || how == "progress" && id != requestID {
					t.Errorf("%s, %s: request id %q, logged %v", code, how, id, facts["request_id"])
				}
				if answer.at("Body", "GetDeclarations_v1Response", "declarations") != nil {
					t.Errorf("%s, %s: a refusal with data", code, how)
				}
			} else {
				text = answer.text("Body", "Fault", "faultstring")
				if got := answer.text("Body", "Fault", "faultcode"); status != http.StatusInternalServerError || got != "soap:"+faults[code] {
					t.Errorf("%s, %s: %d %s", code, how, status, got)
				}
				if answer.text("Header", "id") != "5b0c0d5e-message" {
					t.Errorf("%s, %s: the fault does not echo the header", code, how)
				}
				if id := answer.text("Body", "Fault", "detail", "faultDetail") + answer.text("Body", "Fault", "detail"); facts["fault_id"] == nil || !strings.Contains(id, facts["fault_id"].(string)) {
					t.Errorf("%s, %s: detail %q, logged %v", code, how, id, facts["fault_id"])
				}
			}
			if !strings.ContainsAny(text, "іїєґ") || !strings.HasSuffix(text, ".") || strings.Contains(text, "cause") {
				t.Errorf("%s, %s: text %q", code, how, text)
			}
			if other, ok := texts[text]; ok && other != code {
				t.Errorf("%s and %s read the same", code, other)
			}
			texts[text] = code
		}
	}
}

// TestUnknownCode is said as an internal error, whatever a later release adds.
func TestUnknownCode(t *testing.T) {
	t.Parallel()
	for _, err := range []error{dovidka.NewFault("new-code", "cause"), errors.New("cause")} {
		w := newWorld(t, trembita.Config{}, fails(err))
		if status, answer := w.post(t, ours(t, attached())); status != 500 || answer.text("Body", "Fault", "faultcode") != "soap:Server.InternalError" {
			t.Errorf("%v: %d", err, status)
		}
	}
}

// TestAcceptedButLate tells the caller to send the same message again, which is
// then the same request.
func TestAcceptedButLate(t *testing.T) {
	t.Parallel()
	late := func(context.Context, dovidka.Request) (dovidka.Progress, error) {
		return dovidka.Progress{ID: requestID, State: dovidka.StateAccepted}, nil
	}
	for name, submit := range map[string]func(context.Context, dovidka.Request) (dovidka.Progress, error){
		"accepted":      late,
		"time ran out":  fails(fmt.Errorf("load case: %w", context.DeadlineExceeded)),
		"caller's time": fails(context.Canceled),
	} {
		w := newWorld(t, trembita.Config{}, submit)
		status, answer := w.post(t, ours(t, attached()))
		if got := answer.text("Body", "Fault", "faultcode"); status != 500 || got != "soap:Server.Timeout" {
			t.Errorf("%s: %d %s", name, status, got)
		}
		if text := answer.text("Body", "Fault", "faultstring"); !strings.Contains(text, "Повторіть те саме повідомлення") {
			t.Errorf("%s: %q", name, text)
		}
		if facts := w.lines(t)[0]; facts["outcome"] != "timeout" || facts["level"] != "WARN" {
			t.Errorf("%s: logged %v", name, facts)
		}
	}
}

// TestNotAdmitted keeps strangers away from the disclosure.
func TestNotAdmitted(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		clients []xroad.ClientID
		client  string
	}{
		"another subsystem": {nil, "SEVDEIR-TEST/GOV/43395033/OTHER_cons"},
		"another instance":  {nil, "SEVDEIR/GOV/43395033/DIIA_cons"},
		"another case":      {nil, "SEVDEIR-TEST/GOV/43395033/Diia_cons"},
		"nobody is":         {[]xroad.ClientID{}, ourClient},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, trembita.Config{Clients: tt.clients}, answers(fullAnswer()))
			status, answer := w.post(t, envelope(t, tt.client, "<x:id>1</x:id>", detached()))
			if got := answer.text("Body", "Fault", "faultcode"); status != 500 || got != "soap:Client.AccessDenied" {
				t.Errorf("%d %s", status, got)
			}
			if len(w.requests()) != 0 {
				t.Error("the disclosure was asked")
			}
			facts := w.lines(t)[0]
			if facts["caller"] != nil || facts["client"] != tt.client || facts["outcome"] != "caller-not-admitted" {
				t.Errorf("logged %v", facts)
			}
		})
	}
}

func TestRateLimited(t *testing.T) {
	t.Parallel()
	limiter, err := gateway.NewLimiter(gateway.LimiterConfig{PerSecond: 0.001, Burst: 2})
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, trembita.Config{Limiter: limiter}, answers(fullAnswer()))
	for i, want := range []int{200, 200, 500} {
		status, answer := w.post(t, ours(t, attached()))
		if status != want {
			t.Errorf("request %d: %d", i, status)
		}
		if got := answer.text("Body", "Fault", "faultcode"); status == 500 && got != "soap:Server.Busy" {
			t.Errorf("request %d: %s", i, got)
		}
	}
	// Another client has a rate of its own.
	if status, _ := w.post(t, envelope(t, "test1/GOV/00000088/SUB_CLIENT", "<x:id>1</x:id>", attached())); status != 200 {
		t.Errorf("another client: %d", status)
	}
	if n := len(w.requests()); n != 3 {
		t.Errorf("%d requests reached the disclosure", n)
	}
}

// TestRefusedBodies holds what the schema does not allow against the door.
func TestRefusedBodies(t *testing.T) {
	t.Parallel()
	bodies := map[string]string{
		"no signature":     payload(field("signedContent", secretStatement)),
		"empty signature":  payload("<d:signature/>"),
		"bad base64":       payload(field("signature", "!!!!")),
		"cut base64":       payload(field("signature", container64()[:21])),
		"two signatures":   payload(field("signature", container64()) + field("signature", container64())),
		"unknown element":  payload(field("signature", container64()) + field("password", "x")),
		"text":             payload(field("signature", container64()) + "text"),
		"long purpose":     payload(field("purposeId", strings.Repeat("ґ", 256)) + field("signature", container64())),
		"purpose in lines": payload(field("purposeId", "a\nb") + field("signature", container64())),
		"empty":            payload(""),
	}
	for name, body := range bodies {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, trembita.Config{}, nil)
			status, answer := w.post(t, ours(t, body))
			if got := answer.text("Body", "Fault", "faultcode"); status != 500 || got != "soap:Client.InvalidBody" {
				t.Errorf("%d %s", status, got)
			}
			if len(w.requests()) != 0 {
				t.Error("the disclosure was asked")
			}
			if facts := w.lines(t)[0]; facts["level"] != "INFO" || facts["outcome"] == "none" {
				t.Errorf("logged %v", facts)
			}
		})
	}
}

// TestRefusedMessages sends what is no message for us.
func TestRefusedMessages(t *testing.T) {
	t.Parallel()
	good := ours(t, attached())
	tests := map[string]struct{ message, code string }{
		"service contradicts":   {strings.Replace(good, "<i:serviceCode>GetDeclarations_v1<", "<i:serviceCode>GetEverything_v1<", 1), "Client.InconsistentHeaders"},
		"another operation":     {strings.ReplaceAll(good, "GetDeclarations_v1", "listMethods"), "Client.UnknownOperation"},
		"another namespace":     {strings.ReplaceAll(good, trembita.Namespace, "urn:other"), "Client.InconsistentHeaders"},
		"long service":          {strings.Replace(good, "DOVIDKA_prod", strings.Repeat("D", 2000), 1), "Client.InvalidBody"},
		"document type":         {`<!DOCTYPE a [<!ENTITY b "c">]>` + good, "Client.InvalidXml"},
		"too large":             {strings.Replace(good, "<e:Body>", "<e:Body>"+strings.Repeat(" ", 1<<20), 1), "Client.TooLarge"},
		"no message identifier": {strings.Replace(good, "<x:id>5b0c0d5e-message</x:id>", "", 1), "Client.MissingHeaderField"},
		"nothing":               {"", "Client.InvalidXml"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, trembita.Config{}, nil)
			status, answer := w.post(t, tt.message)
			if got := answer.text("Body", "Fault", "faultcode"); status != 500 || got != "soap:"+tt.code {
				t.Errorf("%d %s", status, got)
			}
			if len(w.requests()) != 0 {
				t.Error("the disclosure was asked")
			}
		})
	}
}

// TestPanic answers in the protocol whichever side of the handler breaks.
func TestPanic(t *testing.T) {
	t.Parallel()
	check := func(t *testing.T, out *httptest.ResponseRecorder) {
		t.Helper()
		fault := read(t, out.Body.Bytes()).at("Body", "Fault")
		if out.Code != 500 || fault.text("faultcode") != "soap:Server.InternalError" || out.Header().Get("Content-Type") != "text/xml; charset=utf-8" {
			t.Errorf("%d %v %s", out.Code, out.Header(), out.Body)
		}
	}
	t.Run("inside", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, trembita.Config{}, func(context.Context, dovidka.Request) (dovidka.Progress, error) { panic(secretFamily) })
		status, answer := w.post(t, ours(t, attached()))
		if got := answer.text("Body", "Fault", "faultcode"); status != 500 || got != "soap:Server.InternalError" {
			t.Errorf("%d %s", status, got)
		}
		if facts := w.lines(t)[0]; facts["level"] != "ERROR" || strings.Contains(w.log.String(), secretFamily) {
			t.Errorf("logged %v", facts)
		}
	})
	t.Run("outside", func(t *testing.T) {
		t.Parallel()
		out := httptest.NewRecorder()
		trembita.AnswerPanic(out, httptest.NewRequest(http.MethodPost, "/", nil))
		check(t, out)
	})
}

// TestShutdown finishes what is in work and refuses what comes after, both with
// statuses a security server passes on.
func TestShutdown(t *testing.T) {
	t.Parallel()
	entered, release := make(chan struct{}), make(chan struct{})
	w := newWorld(t, trembita.Config{}, func(context.Context, dovidka.Request) (dovidka.Progress, error) {
		close(entered)
		<-release
		a := fullAnswer()
		return dovidka.Progress{ID: requestID, Answer: &a}, nil
	})
	first, stopped := make(chan int, 1), make(chan error, 1)
	go func() {
		status, _ := w.post(t, ours(t, attached()))
		first <- status
	}()
	<-entered
	go func() { stopped <- w.soap.Shutdown(context.WithoutCancel(t.Context())) }()
	for { // until Shutdown has closed the door, a second request would be taken for work
		status, answer := w.post(t, "")
		if got := answer.text("Body", "Fault", "faultcode"); status == 500 && got == "soap:Server.Busy" {
			break
		}
	}
	select {
	case <-stopped:
		t.Fatal("stopped while a request was in work")
	default:
	}
	close(release)
	if status := <-first; status != 200 {
		t.Errorf("the request in work got %d", status)
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
}
