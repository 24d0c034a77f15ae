package cms_test

import (
	"bytes"
	"runtime"
	"testing"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/cms/cmstest"
	"github.com/dovidka/dovidka/pki"
)

// Bounds of the work for one hostile container. The time is a benchmark's business.
const (
	hostileSize   = 20 << 10
	hostileMemory = 16 << 20
)

// hostile is a container made to be expensive, with what it is verified with.
type hostile struct {
	name      string
	container []byte
	opts      cms.VerifyOptions
}

// hostileContainers are made by somebody who holds a good key and certificate, which
// anybody can get, and who fills 20 kB with what costs the verifier most.
func hostileContainers(t testing.TB) []hostile {
	t.Helper()
	a := newAuthority(t, cmstest.DSTU)
	who := must[*cmstest.Identity](t)(a.Issue(citizen))
	opts := verifyOptions(t, a, signedAt.Add(time.Minute))
	alone := opts // without the right issuer, all decoys are tried
	alone.Intermediates = nil
	return []hostile{
		{"segments", segments(), opts},
		{"elements", bytes.Repeat([]byte{0x05, 0x00}, hostileSize/2), opts},
		{"nested in BER", bytes.Repeat([]byte{0x30, 0x80}, hostileSize/2), opts},
		{"decoys", decoys(t, a, who), alone},
		{"statements", crowdOfStatements(t, a, who), opts},
		{"layers of statements", layersOfStatements(t, a, who), opts},
		{"archive time-stamps", archivedAgain(t, a, who), opts},
	}
}

// segments is a document cut into pieces of one byte.
func segments() []byte {
	body := bytes.Repeat([]byte{0x04, 0x01, 'x'}, hostileSize/3-8)
	return append(append([]byte{0x24, 0x80}, body...), 0, 0)
}

// decoys fills a container with certificates that have the issuer's name and key
// identifier and another key.
func decoys(t testing.TB, a *cmstest.Authority, who *cmstest.Identity) []byte {
	t.Helper()
	f := newForgery(who).useGOST()
	for {
		f.certs = append(f.certs, imitation(t, a))
		if raw := f.marshal(t); len(raw) > hostileSize {
			f.certs = f.certs[:len(f.certs)-1]
			return f.marshal(t)
		}
	}
}

func imitation(t testing.TB, a *cmstest.Authority) *pki.Certificate {
	t.Helper()
	other := newAuthority(t, cmstest.DSTU).CA.Certificate
	raw := bytes.ReplaceAll(other.Raw, other.SubjectKeyID, a.CA.Certificate.SubjectKeyID)
	return must[*pki.Certificate](t)(pki.ParseCertificate(raw))
}

// crowdOfStatements has the most signatures there may be, each with lists of its own.
func crowdOfStatements(t testing.TB, a *cmstest.Authority, who *cmstest.Identity) []byte {
	t.Helper()
	f := newForgery(who).useGOST()
	f.signers = 8
	for n := 1; ; n++ {
		f.unsigned = func([]byte) [][]byte { return [][]byte{revocationValues(t, a, n)} }
		if len(f.marshal(t)) > hostileSize {
			f.unsigned = func([]byte) [][]byte { return [][]byte{revocationValues(t, a, n-1)} }
			return f.marshal(t)
		}
	}
}

// layersOfStatements wraps such a container into three more.
func layersOfStatements(t testing.TB, a *cmstest.Authority, who *cmstest.Identity) []byte {
	t.Helper()
	f := newForgery(who).useGOST()
	for range 3 {
		f.signers = 4
		f.unsigned = func([]byte) [][]byte { return [][]byte{revocationValues(t, a, 1)} }
		inner := f.marshal(t)
		f = newForgery(who)
		f.content = inner
		f.useGOST()
	}
	f.signers = 2
	return f.marshal(t)
}

// archivedAgain has a list that is too old to answer now, and as many archive time-stamps
// as there may be, at each of which it might have answered.
func archivedAgain(t testing.TB, a *cmstest.Authority, who *cmstest.Identity) []byte {
	t.Helper()
	tsa := must[*cmstest.Identity](t)(a.TSA())
	list := must[*pki.CRL](t)(a.CRL(signedAt.AddDate(-1, 0, 0)))
	out := must[[]byte](t)(cms.Change(must[[]byte](t)(who.Sign([]byte("document"), signedAt, false)), func(p *cms.Parts) {
		p.Add(nil, []*pki.CRL{list})
	}))
	for i := range 8 {
		more := must[[]byte](t)(cms.Extend(out, cms.ExtendOptions{ArchiveTimeStamp: stamps(tsa, signedAt.Add(time.Duration(i)*time.Second))}))
		if len(more) > hostileSize {
			break
		}
		out = more
	}
	return out
}

// revocationValues holds the authority's list, which is genuine, several times.
func revocationValues(t testing.TB, a *cmstest.Authority, n int) []byte {
	t.Helper()
	list := must[*pki.CRL](t)(a.CRL(signedAt))
	return attr("1.2.840.113549.1.9.16.2.24", func(b *cryptobyte.Builder) {
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1(asn1.Tag(0).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) {
				b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
					for range n {
						b.AddBytes(list.Raw)
					}
				})
			})
		})
	})
}

// TestHostileMemory counts what the whole program allocates, so it runs alone.
func TestHostileMemory(t *testing.T) {
	for _, h := range hostileContainers(t) {
		if len(h.container) > hostileSize || len(h.container) < hostileSize/2 {
			t.Errorf("%s: %d bytes", h.name, len(h.container))
		}
		if _, err := cms.Verify(h.container, h.opts); err != nil { // tables are made once
			t.Fatal(err)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		r := must[*cms.Result](t)(cms.Verify(h.container, h.opts))
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used > hostileMemory {
			t.Errorf("%s: %d bytes allocated (%v)", h.name, used, r.Outcome)
		}
	}
}

func BenchmarkHostile(b *testing.B) {
	for _, h := range hostileContainers(b) {
		b.Run(h.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := cms.Verify(h.container, h.opts); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
