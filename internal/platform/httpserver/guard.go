package httpserver

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// lookEvery is how often requests look whether the files of certificates have
// changed. Handshakes always do.
const lookEvery = time.Second

// guard asks again with every request whether its client would be let in now: a
// connection is kept alive for as long as it is used, and must not outlive the
// certificate that opened it. One that is refused is cut, as it would have been
// in the handshake; no door has an answer for it. A request in work is finished.
type guard struct {
	keys   *keyring
	next   http.Handler
	logger *slog.Logger
}

// connection is what guard remembers of a connection.
type connection struct {
	net.Conn
	admitted atomic.Pointer[version] // the last that let it in
}

type connectionKey struct{}

// remember is the ConnContext of a server with a guard.
func remember(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, connectionKey{}, &connection{Conn: c})
}

func (g *guard) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c, _ := r.Context().Value(connectionKey{}).(*connection)
	now := g.keys.current(lookEvery)
	if c.admitted.Load() != now || !inDates(r.TLS.PeerCertificates[0], now.now()) {
		if err := now.admits(r.TLS); err != nil {
			g.logger.Info("a connection was cut: its client is admitted no more", slog.String("cause", err.Error()))
			_ = c.Close() // it is of no more use, whatever comes of it
			panic(http.ErrAbortHandler)
		}
		c.admitted.Store(now)
	}
	g.next.ServeHTTP(w, r)
}
