package xroadtest

import (
	"archive/zip"
	"bytes"
	"crypto/rand"
	"fmt"
	"net/http"
	"net/url"
	"sync"

	"github.com/dovidka/dovidka/xroad"
)

// What is kept of past exchanges, the oldest forgotten first.
const (
	mostRecords = 128
	mostKept    = 16 << 20 // bytes in all
)

// record is a message that passed.
type record struct {
	id       string
	client   xroad.ClientID
	response bool
	name     string // random part of the container's name
	message  []byte
}

// archive keeps the last messages, for those who ask for them signed.
type archive struct {
	mu   sync.Mutex
	kept []record // guarded by mu
	size int      // guarded by mu
}

func (a *archive) keep(e *Exchange, response bool, message []byte) {
	if len(message) > mostKept {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.kept = append(a.kept, record{e.ID, e.Client, response, rand.Text()[:10], message})
	a.size += len(message)
	for len(a.kept) > mostRecords || a.size > mostKept {
		a.size -= len(a.kept[0].message)
		a.kept = a.kept[1:]
	}
}

func (a *archive) find(id string, client xroad.ClientID, requests, responses bool) []record {
	a.mu.Lock()
	defer a.mu.Unlock()
	var found []record
	for _, r := range a.kept {
		if r.id == id && r.client == client && (r.response && responses || !r.response && requests) {
			found = append(found, r)
		}
	}
	return found
}

// signed answers GET /signature, in X-Road /asic, ?queryId=&xRoadInstance=&memberClass=&memberCode=&subsystemCode=
// with a ZIP of containers, or with one container where requestOnly or responseOnly and unique are among the parameters
// (UG-SIGDOC, clause 2). Failures are a status and plain text.
func (s *Server) signed(r *http.Request) *answer {
	query := r.URL.Query()
	client := xroad.ClientID{
		Instance: query.Get("xRoadInstance"), Class: query.Get("memberClass"), Member: query.Get("memberCode"),
		Subsystem: query.Get("subsystemCode"),
	}
	id, only := query.Get("queryId"), query.Has("requestOnly") || query.Has("responseOnly")
	switch {
	case id == "" || client.Validate() != nil:
		return plain(http.StatusBadRequest, "Parameters queryId, xRoadInstance, memberClass and memberCode must be specified")
	case query.Has("requestOnly") && query.Has("responseOnly"):
		return plain(http.StatusBadRequest, "requestOnly and responseOnly cannot be used at the same time")
	case query.Has("unique") && !only:
		return plain(http.StatusBadRequest, "unique is not applicable without requestOnly or responseOnly")
	}
	found := s.archive.find(id, client, !query.Has("responseOnly"), !query.Has("requestOnly"))
	if len(found) == 0 {
		return plain(http.StatusNotFound, "No signed documents found")
	}
	if query.Has("unique") && len(found) > 1 {
		return plain(http.StatusInternalServerError, "There is more than one document")
	}
	name, contentType := url.PathEscape(id), "application/zip"
	if only {
		name += "-" + found[0].kind()
	}
	var file []byte
	var err error
	if query.Has("unique") {
		file, err = s.container(found[0].message)
		name, contentType = name+".asics", mimeASiCS
	} else {
		file, err = s.bundle(found)
		name += ".zip"
	}
	if err != nil {
		return plain(http.StatusInternalServerError, err.Error())
	}
	a := &answer{rest: true, status: http.StatusOK, contentType: contentType, body: file, header: http.Header{}}
	a.header.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	return a
}

func plain(status int, text string) *answer {
	return &answer{rest: true, status: status, contentType: "text/plain; charset=utf-8", body: []byte(text)}
}

func (r *record) kind() string {
	if r.response {
		return "response"
	}
	return "request"
}

// bundle puts a container for each message into a ZIP, named as UXP and X-Road name them.
func (s *Server) bundle(found []record) ([]byte, error) {
	var out bytes.Buffer
	all := zip.NewWriter(&out)
	for i := range found {
		r := &found[i]
		container, err := s.container(r.message)
		if err != nil {
			return nil, err
		}
		name := fmt.Sprintf("%s-%s-%s.asics", url.PathEscape(r.id), r.kind(), r.name)
		entry, err := all.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
		if err != nil {
			return nil, err
		}
		_, _ = entry.Write(container) // a bytes.Buffer does not fail
	}
	if err := all.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// show answers a GET that is no call, with the faults that fit.
func (s *Server) show(w http.ResponseWriter, r *http.Request, page func(*http.Request) *answer, fault Fault) {
	switch fault {
	case Down:
		panic(http.ErrAbortHandler)
	case Slow:
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	}
	a := page(r)
	if code, ok := fault.code(); ok {
		a = plain(http.StatusInternalServerError, "as the test wants it: "+s.config.spell(code))
	}
	s.send(w, r, a, fault)
}
