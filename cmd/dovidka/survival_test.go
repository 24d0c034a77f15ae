package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/cms/cmstest"
	"github.com/dovidka/dovidka/internal/gateway/trembita"
	"github.com/dovidka/dovidka/internal/platform/database"
	"github.com/dovidka/dovidka/internal/portal"
	"github.com/dovidka/dovidka/internal/registry"
	registrysql "github.com/dovidka/dovidka/internal/registry/sqlstore"
	"github.com/dovidka/dovidka/pki"
)

// TestSurvival sends the whole component what strangers and bad luck can send.
// Each time there is a clear answer in the door's own protocol, nothing is
// recorded by half, the component goes on, and its log, debug level included,
// says nothing of whose data it was.
func TestSurvival(t *testing.T) {
	t.Parallel()
	o := newOriginal(t)
	for name, test := range map[string]func(*testing.T, *original){
		"bodies":           survivesBodies,
		"slow bodies":      survivesSlowBodies,
		"other bytes":      survivesOtherBytes,
		"nobody's number":  survivesNobodysNumber,
		"merged in circle": survivesMergeCycle,
		"one nonce":        survivesOneNonce,
		"one request":      survivesOneRequest,
		"full disk":        survivesFullDisk,
		"PostgreSQL lost":  survivesLostDatabase,
		"strangers":        survivesStrangers,
		"security servers": survivesSecurityServers,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, o)
		})
	}
}

// survivesBodies sends what cannot be read, or is too much of it.
func survivesBodies(t *testing.T, o *original) {
	w := o.start(t, nil)
	prepared, err := w.prepare()
	if err != nil {
		t.Fatal(err)
	}
	const ask = "/api/v1/declaration-requests"
	sign := ask + "/" + string(prepared.ID) + "/signature"
	huge := strings.Repeat("a", 4<<20)
	for name, c := range map[string]struct {
		method, path, kind, body string
		status                   int
	}{
		"no JSON":           {http.MethodPost, ask, "application/json", `{"subject":`, 400},
		"nothing":           {http.MethodPost, ask, "application/json", ``, 400},
		"NULs":              {http.MethodPost, ask, "application/json", "\x00\x00", 400},
		"deep JSON":         {http.MethodPost, ask, "application/json", strings.Repeat(`[`, 10_000), 400},
		"a huge number":     {http.MethodPost, ask, "application/json", `{"subject":` + strings.Repeat("9", 10_000) + `}`, 422},
		"not UTF-8":         {http.MethodPost, ask, "application/json", "{\"subject\":{\"relation\":\"\xff\"}}", 400},
		"an oversized ask":  {http.MethodPost, ask, "application/json", `{"x":"` + huge + `"}`, 413},
		"no container":      {http.MethodPut, sign, "application/pkcs7-signature", "not a container", 422},
		"an endless length": {http.MethodPut, sign, "application/pkcs7-signature", "\x30\x84\xff\xff\xff\xff\x06\x09", 422},
		"deep DER":          {http.MethodPut, sign, "application/pkcs7-signature", strings.Repeat("\x30\x80", 10_000), 422},
		"a huge container":  {http.MethodPut, sign, "application/pkcs7-signature", huge, 413},
		"base64 of nothing": {http.MethodPut, sign, "application/json", `{"signature":""}`, 422},
	} {
		resp, body := w.call(c.method, w.at.REST+c.path, c.kind, strings.NewReader(c.body))
		var refused struct {
			Error struct{ Reason, Title, Message, RequestID string }
		}
		if err := json.Unmarshal(body, &refused); err != nil || resp.StatusCode != c.status ||
			refused.Error.Reason == "" || refused.Error.Title == "" || refused.Error.Message == "" || refused.Error.RequestID == "" {
			t.Errorf("REST, %s: %s %.300s", name, resp.Status, body)
		}
	}
	bomb := `<!DOCTYPE l [<!ENTITY a "aaaaaaaaaaaaaaaa">` +
		`<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><l>&c;</l>`
	for name, body := range map[string]string{
		"nothing": "", "no XML": "not XML", "half of it": `<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body>`,
		"a bomb": bomb, "a DOCTYPE": `<!DOCTYPE l SYSTEM "file:///etc/passwd"><l/>`,
		"deep XML": strings.Repeat("<a>", 100_000), "many attributes": "<a " + strings.Repeat(`b="c" `, 50_000) + "/>",
		"NULs": "\x00\x00", "an oversized message": "<a>" + huge + "</a>",
	} {
		resp, answer := w.call(http.MethodPost, w.at.SOAP, "text/xml; charset=utf-8", strings.NewReader(body))
		var fault *portal.SOAPFault
		_, err := portal.ReadMessage(answer)
		if resp.StatusCode != http.StatusInternalServerError || !errors.As(err, &fault) || fault.Text == "" || !strings.Contains(fault.Code, "Client") {
			t.Errorf("SOAP, %s: %s %v %.300s", name, resp.Status, err, answer)
		}
	}
	for _, e := range w.ledger() {
		if e.Kind != dovidka.EventRefused {
			t.Errorf("the ledger has an entry %q of these", e.Kind)
		}
	}
	w.healthy()
}

// survivesSlowBodies begins bodies and does not go on. Each door gives up after
// a while and says so; meanwhile others are served.
func survivesSlowBodies(t *testing.T, o *original) {
	w := o.start(t, nil)
	var dialer net.Dialer
	var all sync.WaitGroup
	for _, head := range []string{
		"POST /api/v1/declaration-requests HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{",
		"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\nContent-Length: 1000\r\n\r\n<",
	} {
		address := w.app.rest.Addr().String()
		if strings.HasPrefix(head, "POST / ") {
			address = w.app.trembita.Addr().String()
		}
		for range 20 {
			conn, err := dialer.DialContext(t.Context(), "tcp", address)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			all.Go(func() {
				_, err := io.WriteString(conn, head)
				if err := errors.Join(err, conn.SetReadDeadline(time.Now().Add(patience))); err != nil {
					t.Error(err)
				}
				answer, err := io.ReadAll(conn) // until the door hangs up
				if err != nil || !bytes.HasPrefix(answer, []byte("HTTP/1.1 ")) || bytes.HasPrefix(answer, []byte("HTTP/1.1 2")) {
					t.Errorf("answer to a slow body: %.200q, %v", answer, err)
				}
			})
		}
	}
	w.healthy()
	all.Wait()
	w.healthy()
}

// survivesOtherBytes puts a good signature beside a statement that it does not
// sign, and signs what is no statement.
func survivesOtherBytes(t *testing.T, o *original) {
	w := o.start(t, nil)
	citizen := w.signer("ostap")
	said, other := w.statement(), w.statement()
	if code, answer := w.send(w.message(w.sign(citizen, said), other)); code != trembita.ResultCode(dovidka.CodeSignatureMismatch) || answer.Sealed != nil {
		t.Errorf("SOAP, another statement in clear text: %s", code)
	}
	detached := *citizen
	detached.Detached = true
	if code, answer := w.send(w.message(w.sign(&detached, said), other)); !strings.HasPrefix(code, "SIGNATURE_") || answer.Sealed != nil {
		t.Errorf("SOAP, detached from another statement: %s", code)
	}
	container := w.sign(citizen, said)
	container[len(container)-5] ^= 1 // in the signature's value
	if code, answer := w.send(w.message(container, said)); code != trembita.ResultCode(dovidka.CodeSignatureInvalid) || answer.Sealed != nil {
		t.Errorf("SOAP, a flipped bit: %s", code)
	}
	for name, content := range map[string][]byte{
		"no statement": []byte("Прошу надати декларації"), "for another": bytes.Replace(said, []byte(`"audience":"dovidka"`), []byte(`"audience":"other"`), 1),
		"to another": bytes.Replace(said, []byte("DIIA_cons"), []byte("DIIA_else"), 1),
	} {
		if code, answer := w.send(w.message(w.sign(citizen, content), content)); code == trembita.ResultOK || code == "" || answer.Sealed != nil {
			t.Errorf("SOAP, %s: %s", name, code)
		}
	}
	for _, e := range w.ledger() {
		if e.Kind != dovidka.EventRefused {
			t.Errorf("the ledger has an entry %q of these", e.Kind)
		}
	}
	w.healthy()
}

// survivesNobodysNumber signs with certificates that name nobody: without a
// number, with one that is none, and those of an organisation.
func survivesNobodysNumber(t *testing.T, o *original) {
	authority, err := cmstest.NewAuthority(cmstest.EC, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	list, err := authority.CRL(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	root, ca, crl := filepath.Join(dir, "root.cer"), filepath.Join(dir, "ca.cer"), filepath.Join(dir, "list.crl")
	for path, der := range map[string][]byte{root: authority.Root.Certificate.Raw, ca: authority.CA.Certificate.Raw, crl: list.Raw} {
		if err := os.WriteFile(path, der, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	w := o.start(t, func(c *Config) {
		c.Verifier.Anchors, c.Verifier.Intermediates = append(c.Verifier.Anchors, root), append(c.Verifier.Intermediates, ca)
		c.Verifier.CRLs = append(c.Verifier.CRLs, crl)
	})
	person := func(drfo string) func() (*cmstest.Identity, error) {
		return func() (*cmstest.Identity, error) {
			return authority.Issue(pki.Person{Surname: "Вигаданий", GivenName: "Остап Ігорович", DRFO: drfo})
		}
	}
	for name, c := range map[string]struct {
		issue func() (*cmstest.Identity, error)
		code  dovidka.Code
	}{
		"no number":      {person(""), dovidka.CodeSignerNotIdentified},
		"a wrong number": {person("3075751270"), dovidka.CodeSignerNotIdentified},
		"an organisation": {func() (*cmstest.Identity, error) {
			return authority.Seal(pki.Organization{Name: "Установа", EDRPOU: "40000001", Locality: "Київ"})
		}, dovidka.CodeSignerNotPerson},
	} {
		identity, err := c.issue()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		citizen := &portal.Citizen{Key: identity.Key, Certificate: identity.Certificate}
		id, container := w.prepared(citizen)
		_, err = w.rest().Submit(t.Context(), id, container)
		var refusal *portal.Refusal
		if !errors.As(err, &refusal) || refusal.Reason != c.code {
			t.Errorf("REST, %s: %v", name, err)
		}
		content := w.statement()
		if code, answer := w.send(w.message(w.sign(citizen, content), content)); code != trembita.ResultCode(c.code) || answer.Sealed != nil {
			t.Errorf("SOAP, %s: %s", name, code)
		}
	}
	w.ledger()
	w.healthy()
}

// survivesMergeCycle merges the sample's duplicate and its master into each
// other, and into a third.
func survivesMergeCycle(t *testing.T, o *original) {
	var pair registry.MergedPair
	rows := registry.SampleRows()
	for _, row := range rows {
		if p, ok := row.(*registry.MergedPair); ok {
			pair = *p
		}
	}
	third := dovidka.ID("00000000-0000-4000-8000-0000000000cc")
	w := o.start(t, func(c *Config) {
		cycle := []registry.Row{}
		for i, ends := range [][2]dovidka.ID{
			{pair.MergePersonID, pair.MasterPersonID}, {third, pair.MergePersonID}, {pair.MasterPersonID, third}, {pair.MergePersonID, third},
		} {
			row := pair
			row.ID = dovidka.ID("00000000-0000-4000-8000-00000000000" + string(rune('1'+i)))
			row.MasterPersonID, row.MergePersonID = ends[0], ends[1]
			cycle = append(cycle, &row)
		}
		importRows(t, c.Databases.Registry, cycle)
	})
	citizen := w.signer("ostap")
	id, container := w.prepared(citizen)
	result, err := w.rest().Submit(t.Context(), id, container)
	if err != nil {
		t.Fatal(err)
	}
	var numbers []string
	for _, d := range result.Result.Declarations {
		numbers = append(numbers, d.Number)
	}
	slices.Sort(numbers)
	if len(numbers) != 3 || len(slices.Compact(numbers)) != 3 {
		t.Errorf("declarations %v; the three are expected, each once", numbers)
	}
	w.ledger()
	w.healthy()
}

// importRows writes rows into a registry.
func importRows(t *testing.T, url string, rows []registry.Row) {
	t.Helper()
	db, err := database.Open(t.Context(), database.Config{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	store, err := registrysql.New(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	var lines []byte
	for _, row := range rows {
		if lines, err = registry.AppendLine(lines, row); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := registry.Import(t.Context(), store, bytes.NewReader(lines), registry.ImportOptions{}); err != nil {
		t.Fatal(err)
	}
}

// survivesOneNonce sends one statement in several messages at once: one of them
// is the request, all others are replays.
func survivesOneNonce(t *testing.T, o *original) {
	w := o.start(t, nil)
	content := w.statement()
	container := w.sign(w.signer("ostap-ec"), content)
	const copies = 12
	codes := make(chan string, copies)
	for range copies {
		message := w.message(container, content)
		go func() {
			code, _ := w.send(message)
			codes <- code
		}()
	}
	got := map[string]int{}
	for range copies {
		got[<-codes]++
	}
	if got[trembita.ResultOK] != 1 || got[trembita.ResultCode(dovidka.CodeSignatureReplayed)] != copies-1 {
		t.Errorf("results %v", got)
	}
	granted := 0
	for _, e := range w.ledger() {
		if e.Kind == dovidka.EventGranted {
			granted++
		}
	}
	if granted != 1 {
		t.Errorf("%d grants", granted)
	}
}

// survivesOneRequest sends two containers for one request at once, each several
// times: one of the two wins, whoever sent it gets the one answer, and the
// other is a conflict.
func survivesOneRequest(t *testing.T, o *original) {
	w := o.start(t, nil)
	citizen := w.signer("ostap-ec")
	p, err := w.prepare()
	if err != nil {
		t.Fatal(err)
	}
	detached := *citizen
	detached.Detached = true
	containers := [][]byte{w.sign(citizen, p.ToBeSigned.Content), w.sign(&detached, p.ToBeSigned.Content)}
	const copies = 12
	results := make(chan string, copies)
	for i := range copies {
		go func() {
			result, err := w.rest().Submit(t.Context(), p.ID, containers[i%2])
			var refusal *portal.Refusal
			switch {
			case errors.As(err, &refusal):
				results <- string(refusal.Reason)
			case err != nil:
				results <- err.Error()
			default:
				results <- result.Receipt.Hash
			}
		}()
	}
	got := map[string]int{}
	for range copies {
		got[<-results]++
	}
	if len(got) != 2 || got[string(dovidka.CodeRequestConflict)] != copies/2 {
		t.Errorf("results %v", got)
	}
	w.ledger()
}
