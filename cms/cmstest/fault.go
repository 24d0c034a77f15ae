package cmstest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
)

// Fault is a way to misbehave.
type Fault string

// Faults of any service.
const (
	Sound            Fault = ""                   // none
	Down             Fault = "down"               // cuts the connection
	Slow             Fault = "slow"               // does not answer before the asker gives up
	ServerError      Fault = "server error"       // HTTP 500
	WrongContentType Fault = "wrong content type" // the right bytes as text/html
	Oversized        Fault = "oversized"          // never ends
	Malformed        Fault = "malformed"          // half an answer
	RedirectLoop     Fault = "redirect loop"
	RedirectAway     Fault = "redirect away" // to another scheme
	WrongKey         Fault = "wrong key"     // of an authority with the same names
	Stale            Fault = "stale"         // three hours old, or a list that ran out
	Future           Fault = "future"        // dated tomorrow
)

// Faults of OCSP and time-stamping services.
const (
	WrongNonce Fault = "wrong nonce"
	NoNonce    Fault = "no nonce"
	NoEKU      Fault = "no EKU" // by a certificate of the authority that is not for this
	Denied     Fault = "denied" // an error of the protocol
)

// Faults of OCSP alone.
const (
	Unknown          Fault = "unknown"           // the responder knows no such certificate
	OtherSerial      Fault = "other serial"      // about another certificate
	RevokedResponder Fault = "revoked responder" // by a responder whose certificate is on the list
)

// OtherImprint is a time-stamp over something else.
const OtherImprint Fault = "other imprint"

// Service is one of [Services].
type Service struct {
	URL string

	contentType string
	answer      func(r *http.Request, fault Fault) ([]byte, error)

	mu       sync.Mutex
	fault    Fault // guarded by mu
	requests int   // guarded by mu
}

// Misbehave makes the service fail in one way from now on; Sound ends that.
func (s *Service) Misbehave(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = f
}

// Requests is how often the service was asked.
func (s *Service) Requests() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.requests
}

// ServeHTTP answers, or does not.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	fault := s.fault
	s.requests++
	s.mu.Unlock()
	switch fault {
	case Down:
		panic(http.ErrAbortHandler)
	case Slow:
		// A server notices that the asker is gone only when the question is read.
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	case ServerError:
		http.Error(w, "no", http.StatusInternalServerError)
		return
	case RedirectLoop:
		http.Redirect(w, r, s.URL, http.StatusTemporaryRedirect)
		return
	case RedirectAway:
		http.Redirect(w, r, "ftp"+strings.TrimPrefix(s.URL, "http"), http.StatusTemporaryRedirect)
		return
	case Oversized:
		w.Header().Set("Content-Type", s.contentType)
		for chunk := make([]byte, 64<<10); ; {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	}
	s.write(w, r, fault)
}

func (s *Service) write(w http.ResponseWriter, r *http.Request, fault Fault) {
	body, err := s.answer(r, fault)
	if err != nil {
		http.Error(w, fmt.Sprintf("cannot answer: %v", err), http.StatusBadRequest)
		return
	}
	if s.contentType == typeCRL {
		sum := sha256.Sum256(body)
		tag := `"` + hex.EncodeToString(sum[:8]) + `"`
		w.Header().Set("ETag", tag)
		if r.Header.Get("If-None-Match") == tag && fault == Sound {
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	w.Header().Set("Content-Type", s.contentType)
	switch fault {
	case WrongContentType:
		w.Header().Set("Content-Type", "text/html")
	case Malformed:
		body = body[:len(body)/2]
	}
	// The asker may be gone; there is nobody left to tell.
	_, _ = w.Write(body)
}
