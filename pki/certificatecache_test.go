package pki_test

import (
	"testing"

	"github.com/dovidka/dovidka/pki"
)

func TestCertificateCache(t *testing.T) {
	t.Parallel()
	cache := pki.NewCertificateCache(2)
	parse := func(name string) *pki.Certificate {
		c, err := cache.Parse(read(t, "synthetic/pki/"+name+".cer"))
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	user, ca := parse("user"), parse("ca")
	if parse("user") == user {
		t.Error("a certificate is kept before anybody found it good")
	}
	cache.Keep(user, ca)
	if parse("user") != user || parse("ca") != ca {
		t.Error("what was kept is not found")
	}
	// The same name, another key.
	if imitator := parse("attacker-ca-same-name"); imitator == ca || imitator.CheckIssuedBy(parse("root")) == nil {
		t.Error("an imitation is taken for what is kept")
	}
	altered := append([]byte{}, user.Raw...)
	altered[len(altered)-1] ^= 1
	if c, err := cache.Parse(altered); err == nil && (c == user || c.CheckIssuedBy(ca) == nil) {
		t.Error("altered bytes are taken for what is kept")
	}
	cache.Keep(parse("root")) // user was used before ca
	if parse("ca") != ca || parse("user") == user {
		t.Error("not the one used least is gone")
	}
	if s := cache.Stats(); s.Entries != 2 || s.Evictions != 1 || s.Hits < 3 || s.Misses < 5 {
		t.Errorf("%+v", s)
	}
	var none *pki.CertificateCache
	none.Keep(user)
	if c, err := none.Parse(user.Raw); err != nil || c == user || none.Stats() != (pki.CertificateCacheStats{}) {
		t.Error("no cache keeps something")
	}
}
