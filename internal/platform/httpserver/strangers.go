package httpserver

import (
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"log/slog"
	"sync"
	"time"
)

// tellEvery is how often a refused certificate is logged at most: anybody may
// show one as often as he pleases, and one line is what an operator needs who
// has forgotten a certificate or got a wrong one.
const tellEvery = time.Minute

// strangers tells of clients whose certificate is refused in the handshake.
type strangers struct {
	logger *slog.Logger
	now    func() time.Time

	mu     sync.Mutex // protects what follows
	next   time.Time  // when the next one may be told of
	untold int        // since the last
}

func (s *strangers) tell(state tls.ConnectionState, cause error) {
	s.mu.Lock()
	now := s.now()
	if now.Before(s.next) {
		s.untold++
		s.mu.Unlock()
		return
	}
	untold := s.untold
	s.next, s.untold = now.Add(tellEvery), 0
	s.mu.Unlock()
	attrs := []any{slog.String("cause", cause.Error()), slog.Int("others_before", untold)}
	if len(state.PeerCertificates) > 0 {
		pin := sha256.Sum256(state.PeerCertificates[0].Raw)
		attrs = append(attrs, slog.String("fingerprint", hex.EncodeToString(pin[:])))
	}
	s.logger.Info("a client was refused by its certificate", attrs...)
}
