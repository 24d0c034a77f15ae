package vectors_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"flag"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/dovidka/dovidka/dstu/vectors"
)

var update = flag.Bool("update", false, "write the files that are generated from code")

const header = "Made by the tests of github.com/dovidka/dovidka/dstu/vectors out of a plain model of ДСТУ 4145-2002"

// TestGeneratedEdges makes the files of edge cases again and compares.
func TestGeneratedEdges(t *testing.T) {
	t.Parallel()
	list := models(t)
	published, err := vectors.LoadDSTU4145()
	if err != nil {
		t.Fatal(err)
	}
	keys := vectors.KeyEdges{Algorithm: "DSTU4145", Header: []string{header}, Notes: keyNotes, TestGroups: make([]vectors.KeyGroup, len(list))}
	var made sync.WaitGroup
	for i, c := range list {
		if slow(c) {
			continue
		}
		made.Go(func() {
			b := &builder{c: c, t: t, published: published.Generated}
			b.signatures()
			compare(t, "edges/verify-"+c.Name+".json", vectors.VerifyEdges{
				Algorithm: "DSTU4145", NumberOfTests: b.count, Header: []string{header}, Notes: verifyNotes, TestGroups: b.groups,
			})
			keys.TestGroups[i] = (&builder{c: c, t: t}).keys() // in the same goroutine: the model remembers multiples
		})
	}
	made.Wait()
	if !everyCurve {
		return
	}
	for i := range keys.TestGroups {
		for j := range keys.TestGroups[i].PublicTests {
			keys.NumberOfTests++
			keys.TestGroups[i].PublicTests[j].TcID = keys.NumberOfTests
		}
		for j := range keys.TestGroups[i].PrivateTests {
			keys.NumberOfTests++
			keys.TestGroups[i].PrivateTests[j].TcID = keys.NumberOfTests
		}
	}
	compare(t, "edges/keys.json", keys)
}

// slow tells which curves the race detector makes too slow to compute with.
func slow(c *curve) bool {
	return !everyCurve && c.Name != "M163_PB" && c.Name != "M173_ONB"
}

// compare holds a file to what it should be, or writes it.
func compare(t *testing.T, name string, want any) {
	t.Helper()
	text := render(t, want)
	if *update {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Error(err)
		}
		if err := os.WriteFile(name, text, 0o644); err != nil {
			t.Error(err)
		}
		return
	}
	have, err := os.ReadFile(name)
	if err != nil || !bytes.Equal(have, text) {
		t.Errorf("%s is not what the model makes (%v): go test ./dstu/vectors -run TestGeneratedEdges -args -update", name, err)
	}
}

// render writes JSON with a line for every test.
func render(t *testing.T, v any) []byte {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Error(err)
		return nil
	}
	for _, key := range []string{`{"tcId"`, `{"type"`, `"notes"`, `"testGroups"`, `"privateTests"`} {
		text = bytes.ReplaceAll(text, []byte(key), []byte("\n"+key))
	}
	return append(text, '\n')
}

// builder collects the tests of one curve. Its random numbers follow from the curve's name.
type builder struct {
	c         *curve
	t         *testing.T
	drawn     uint64
	published []vectors.Signature // of all curves
	groups    []vectors.VerifyGroup
	count     int

	d *big.Int // of the current group
	q *multiples
}

// random returns count bytes that are always the same.
func (b *builder) random(count int) []byte {
	var out []byte
	for len(out) < count {
		sum := sha256.Sum256(binary.BigEndian.AppendUint64([]byte("edges of "+b.c.Name), b.drawn))
		out = append(out, sum[:]...)
		b.drawn++
	}
	return out[:count]
}

// below returns a number between 1 and limit − 1.
func (b *builder) below(limit *big.Int) *big.Int {
	v := new(big.Int).SetBytes(b.random(limit.BitLen()/8 + 9))
	v.Mod(v, new(big.Int).Sub(limit, big.NewInt(1)))
	return v.Add(v, big.NewInt(1))
}

// group begins the tests of another key.
func (b *builder) group(d *big.Int) {
	c := b.c
	q := c.negate(c.p.times(d))
	b.d, b.q = d, c.multiples(q)
	b.groups = append(b.groups, vectors.VerifyGroup{
		Type: "Dstu4145Verify", Curve: c.Name, OID: c.OID, PrivateKey: vectors.Int{Int: *d}, PublicKey: c.compress(q),
	})
}

// expect adds a test. The model has to come to the result its author meant.
func (b *builder) expect(result vectors.Result, comment string, digest, sig []byte, flags ...string) {
	b.t.Helper()
	holds := b.c.verify(b.q, digest, sig)
	if holds != (result != vectors.Invalid) {
		b.t.Errorf("%s, %s: the model says %v, meant is %s", b.c.Name, comment, holds, result)
	}
	for _, flag := range flags {
		if _, ok := verifyNotes[flag]; !ok {
			b.t.Errorf("no note explains %s", flag)
		}
	}
	b.count++
	g := &b.groups[len(b.groups)-1]
	g.Tests = append(g.Tests, vectors.VerifyTest{TcID: b.count, Comment: comment, Flags: flags, Digest: digest, Sig: slices.Clone(sig), Result: result})
}

// join is the signature r‖s.
func (b *builder) join(r, s *big.Int) []byte {
	half := b.c.orderBytes()
	return append(little(r, half), little(s, half)...)
}

// result is R = s·P + r·Q.
func (b *builder) result(r, s *big.Int) *point { return b.c.add(b.c.p.times(s), b.q.times(r)) }

// digest returns a digest whose field element is y/x, so that a signature whose R has this x gives r = ρ(y). It is
// one of 32 bytes if that is enough for the field; bits beyond the field are drawn, for they have to be ignored.
func (b *builder) digest(y *big.Int, x element) []byte {
	f := b.c.f
	h := f.integer(f.mul(f.element(y), f.invert(x)))
	size := 32
	for 8*size < b.c.M {
		size += 16
	}
	return b.padded(h, size)
}

// padded writes h as a digest of the given size with anything in the bits beyond the field.
func (b *builder) padded(h *big.Int, size int) []byte {
	v := number(b.random(size))
	v.Rsh(v, uint(b.c.M)).Lsh(v, uint(b.c.M))
	return little(v.Or(v, h), size)
}

// whole returns a number whose low L(n)−1 bits are r, as long as an element may be.
func (b *builder) whole(r *big.Int) *big.Int {
	v := low(number(b.random(b.c.fieldBytes())), b.c.M)
	shift := uint(b.c.orderBits() - 1)
	v.Rsh(v, shift).Lsh(v, shift)
	return v.Or(v, r)
}

// fit adds the test of any r and s whatever: a digest is made for which they are right. If they lead to infinity there
// is none, and the test must fail.
func (b *builder) fit(comment string, r, s *big.Int, flags ...string) {
	b.t.Helper()
	if sum := b.result(r, s); sum != nil {
		b.expect(vectors.Valid, comment, b.digest(b.whole(r), sum.x), b.join(r, s), flags...)
		return
	}
	b.expect(vectors.Invalid, comment+", R = ∞", b.random(32), b.join(r, s), append(flags, "PointAtInfinity")...)
}

// TestEveryFlagIsUsed keeps notes and files together, and counts the files.
func TestEveryFlagIsUsed(t *testing.T) {
	t.Parallel()
	files, err := vectors.LoadVerifyEdges()
	if err != nil || len(files) != 15 {
		t.Fatalf("%d files: %v", len(files), err)
	}
	keys, err := vectors.LoadKeyEdges()
	if err != nil {
		t.Fatal(err)
	}
	used := map[string]int{}
	results := map[vectors.Result]int{}
	for _, file := range files {
		count := 0
		for _, g := range file.TestGroups {
			for _, test := range g.Tests {
				count++
				results[test.Result]++
				for _, flag := range test.Flags {
					used[flag]++
				}
			}
		}
		if count != file.NumberOfTests || count < 200 {
			t.Errorf("%d tests of %d", count, file.NumberOfTests)
		}
	}
	for _, g := range keys.TestGroups {
		for _, test := range g.PublicTests {
			for _, flag := range test.Flags {
				used[flag]++
			}
		}
		for _, test := range g.PrivateTests {
			for _, flag := range test.Flags {
				used[flag]++
			}
		}
	}
	for flag := range verifyNotes {
		if used[flag] == 0 {
			t.Errorf("no test is about %s", flag)
		}
	}
	for flag := range keyNotes {
		if used[flag] == 0 {
			t.Errorf("no key is about %s", flag)
		}
	}
	if results[vectors.Valid] < 1000 || results[vectors.Invalid] < 1000 {
		t.Errorf("results are %v", results)
	}
}
