package diia_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/delivery"
	"github.com/dovidka/dovidka/internal/delivery/diia"
	"github.com/dovidka/dovidka/internal/delivery/diia/diiatest"
	"github.com/dovidka/dovidka/xroad"
	"github.com/dovidka/dovidka/xroad/xroadtest"
)

// TestLive lets Spyne, whose services have messages of this form, validate what we
// send and answer it. conformance/notices/run.sh runs it.
func TestLive(t *testing.T) {
	tools := os.Getenv("DOVIDKA_LIVE")
	if tools == "" {
		t.Skip("conformance/notices/run.sh runs it")
	}
	for answer, c := range map[string]struct {
		err   error
		fault string // code
	}{
		"push": {nil, ""}, "nil": {nil, ""}, "error": {delivery.ErrRejected, ""},
		"other": {delivery.ErrAttention, "Client.SchemaValidationError"}, // the schema is not there for nothing
	} {
		for _, parameter := range []string{"", "request", `<запит & "'>`} {
			t.Run(answer+" "+parameter, func(t *testing.T) {
				server, err := xroadtest.New(xroadtest.Config{Dialect: xroadtest.UXP, Services: []xroadtest.Service{{
					ID: diiatest.Service(), Handler: spyne(t, filepath.Join(tools, "provider.py"), answer), Clients: []xroad.ClientID{diiatest.Client()},
				}}})
				if err != nil {
					t.Fatal(err)
				}
				defer server.Close()
				m, err := diia.New(diia.Config{
					Client: newClient(t, server.URL, nil), From: diiatest.Client(), Service: diiatest.Service(),
					PartnerID: "partner", TemplateID: "template", UserID: dovidka.NewUserID("dovidka"), RequestParameter: parameter,
				})
				if err != nil {
					t.Fatal(err)
				}
				got, err := m.Pass(t.Context(), notice(t))
				if !errors.Is(err, c.err) || got.Code != c.fault {
					t.Fatalf("error %v, code %q", err, got.Code)
				}
				if err != nil {
					return
				}
				read, err := hex.DecodeString(got.Reference)
				want := "partner|template|notice-1," + number
				if parameter != "" {
					want += "," + parameter + "=request-1"
				}
				if err != nil || string(read) != want {
					t.Errorf("Spyne has read %q, want %q", read, want)
				}
			})
		}
	}
}

// spyne answers by the program, which knows nothing of the bus: the header is put
// into its answer.
func spyne(t *testing.T, program, answer string) http.Handler {
	t.Helper()
	python := os.Getenv("PYTHON")
	if python == "" {
		python = "python3"
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		request, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		cmd := exec.CommandContext(r.Context(), python, program, answer)
		cmd.Stdin, cmd.Stderr = bytes.NewReader(request), os.Stderr
		response, err := cmd.Output()
		if err != nil {
			t.Error(err)
		}
		_, after, _ := bytes.Cut(request, []byte("<soap:Header>"))
		header, _, found := bytes.Cut(after, []byte("</soap:Header>"))
		before, body, hasBody := bytes.Cut(response, []byte("<soap11env:Body>"))
		if !found || !hasBody {
			t.Errorf("no header in %s, or no body in %s", request, response)
		}
		w.Header().Set("Content-Type", "text/xml; charset=utf-8")
		if bytes.Contains(body, []byte("Fault>")) {
			w.WriteHeader(http.StatusInternalServerError)
		}
		w.Write(bytes.Join([][]byte{before, []byte(`<soap11env:Header xmlns:xroad="http://x-road.eu/xsd/xroad.xsd" xmlns:id="http://x-road.eu/xsd/identifiers">`),
			header, []byte(`</soap11env:Header><soap11env:Body>`), body}, nil))
	})
}
