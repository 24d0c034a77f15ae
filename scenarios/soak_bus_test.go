package scenarios

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/dovidka/dovidka/xroad/xroadtest"
)

// soakBus is a security server that fails by chance, and what it saw. Both its
// links have mutual TLS with pinned certificates.
type soakBus struct {
	dir      string
	server   *xroadtest.Server
	identity [2]*tls.Certificate // of the security server: now, and after its renewal

	mu        sync.Mutex                      // protects what follows
	exchanges map[string][]xroadtest.Exchange // by message id
	faults    map[xroadtest.Fault]int
	requests  int
	forwarded int
}

// Files of a soakBus. The pin files hold what the name says: whom to expect.
const (
	doorName, memberName     = "door", "member"
	pinsAtDoor, pinsAtMember = "pins-at-door.pem", "pins-at-member.pem"
)

// newSoakBus makes the certificates, and has a system's SOAP door expect the
// security server.
func newSoakBus(t testing.TB, s system) *soakBus {
	t.Helper()
	b := &soakBus{dir: t.TempDir(), exchanges: map[string][]xroadtest.Exchange{}, faults: map[xroadtest.Fault]int{}}
	for i := range b.identity {
		b.identity[i] = newIdentity(t, "ss1.invalid")
	}
	if err := b.expect(b.identity[0]); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{doorName, memberName} {
		b.writeIdentity(t, name)
	}
	reconfigure(t, s, func(c map[string]any) {
		trembita, _ := c["trembita"].(map[string]any)
		trembita["insecure"] = false
		trembita["tls"] = map[string]any{
			"certificate": b.path(doorName + ".pem"), "key": b.path(doorName + ".key"), "client_certificates": []string{b.path(pinsAtDoor)},
		}
	})
	return b
}

// reconfigure changes the sections of a system's configuration.
func reconfigure(t testing.TB, s system, change func(map[string]any)) {
	t.Helper()
	data, err := os.ReadFile(s.Config)
	if err != nil {
		t.Fatal(err)
	}
	var config map[string]any
	if err := yaml.Unmarshal(data, &config); err != nil {
		t.Fatal(err)
	}
	change(config)
	if data, err = yaml.Marshal(config); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(s.Config, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func (b *soakBus) path(name string) string { return filepath.Join(b.dir, name) }

func newIdentity(t testing.TB, name string) *tls.Certificate {
	t.Helper()
	identity, err := xroadtest.NewIdentity(name)
	if err != nil {
		t.Fatal(err)
	}
	return identity
}

func (b *soakBus) writeIdentity(t testing.TB, name string) {
	t.Helper()
	certificate, key, err := xroadtest.EncodePEM(newIdentity(t, name+".invalid"))
	if err != nil {
		t.Fatal(err)
	}
	for file, data := range map[string][]byte{name + ".pem": certificate, name + ".key": key} {
		if err := os.WriteFile(b.path(file), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// expect writes whom door and member expect, as operators should: a whole file
// in the place of the one before.
func (b *soakBus) expect(identities ...*tls.Certificate) error {
	var all []byte
	for _, identity := range identities {
		certificate, _, err := xroadtest.EncodePEM(identity)
		if err != nil {
			return err
		}
		all = append(all, certificate...)
	}
	var errs []error
	for _, name := range []string{pinsAtDoor, pinsAtMember} {
		errs = append(errs, os.WriteFile(b.path(name+".new"), all, 0o600), os.Rename(b.path(name+".new"), b.path(name)))
	}
	return errors.Join(errs...)
}

func (b *soakBus) leaf(t testing.TB, name string) *x509.Certificate {
	t.Helper()
	pair, err := tls.LoadX509KeyPair(b.path(name+".pem"), b.path(name+".key"))
	if err != nil {
		t.Fatal(err)
	}
	return pair.Leaf
}

// start puts the security server before the door.
func (b *soakBus) start(t testing.TB, door string) {
	t.Helper()
	b.server = startSecurityServer(t, door, func(c *xroadtest.Config) {
		c.Identity, c.Consumers, c.Observe = b.identity[0], []*x509.Certificate{b.leaf(t, memberName)}, b.observe
		for i := range c.Services {
			c.Services[i].Certificates, c.Services[i].Timeout = []*x509.Certificate{b.leaf(t, doorName)}, soakPatience
		}
	})
}

func (b *soakBus) observe(e xroadtest.Exchange) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.exchanges[e.ID] = append(b.exchanges[e.ID], e)
	fault := e.Fault
	if strings.HasPrefix(string(fault), "cut after ") {
		fault = "cut after so many bytes"
	}
	b.faults[fault]++
	b.requests++
	b.forwarded += e.Forwarded
}

// misbehave makes three requests of ten fail, in any of the ways there are, and
// lets others wait.
func (b *soakBus) misbehave(seed uint64) {
	chance := rand.New(rand.NewPCG(seed, 0))
	faults := xroadtest.Faults()
	b.server.MisbehaveBy(func() (xroadtest.Fault, time.Duration) {
		fault := xroadtest.Sound
		switch n := chance.IntN(100); {
		case n < 25:
			fault = faults[chance.IntN(len(faults))]
		case n < 30:
			fault = xroadtest.CutAfter(chance.IntN(40_000))
		}
		if holds(fault) && chance.IntN(4) > 0 {
			fault = xroadtest.Sound // they cost seconds, in which there is no load
		}
		return fault, time.Duration(chance.IntN(20)) * time.Millisecond
	})
}

// holds reports whether a fault ends only when somebody gives up.
func holds(f xroadtest.Fault) bool {
	return f == xroadtest.Slow || f == xroadtest.Stalled || f == xroadtest.SlowRequest || f == xroadtest.EndlessRequest
}

// reached reports whether a message that was forwarded with this fault came to
// the door whole.
func reached(f xroadtest.Fault) bool {
	return f != xroadtest.CutRequest && f != xroadtest.SlowRequest && f != xroadtest.EndlessRequest
}

// renew changes the security server's certificate under way: both are expected,
// then it has the new one, then only that is expected. Wait lets a part of the
// time pass.
func (b *soakBus) renew(wait func(part float64)) error {
	wait(0.3)
	if err := b.expect(b.identity[0], b.identity[1]); err != nil {
		return err
	}
	wait(0.1)
	b.server.Rotate(b.identity[1])
	wait(0.2)
	return b.expect(b.identity[1])
}
