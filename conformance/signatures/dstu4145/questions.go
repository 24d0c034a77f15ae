package main

import (
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"github.com/dovidka/dovidka/dstu/dstu4145"
	"github.com/dovidka/dovidka/dstu/vectors"
)

// source reads random bytes that follow from the seed.
type source struct{ *rand.Rand }

func (s source) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(s.Uint32())
	}
	return len(p), nil
}

func (s source) bytes(size int) []byte {
	out := make([]byte, size)
	_, _ = s.Read(out)
	return out
}

// octets writes a word of hexadecimal for the line.
func octets(b []byte) string {
	if len(b) == 0 {
		return "-"
	}
	return hex.EncodeToString(b)
}

func wants(answers ...string) func(string) error {
	return func(answer string) error {
		if slices.Contains(answers, answer) {
			return nil
		}
		return fmt.Errorf("want %s", strings.Join(answers, " or "))
	}
}

// refuses takes an error for a refusal, as some programs answer.
func refuses(answer string) error {
	if answer == "false" || strings.HasPrefix(answer, "error ") {
		return nil
	}
	return errors.New("want false or an error")
}

// polynomialCurves are the ones the other programs know.
func polynomialCurves() []*dstu4145.Curve {
	return slices.DeleteFunc(dstu4145.Curves(), (*dstu4145.Curve).OptimalNormalBasis)
}

// verification is a question about a signature of ours, every fifth with a bit changed.
func verification(random source, c *dstu4145.Curve, size, i int) (question, error) {
	key, err := dstu4145.GenerateKey(c, random)
	if err != nil {
		return question{}, err
	}
	digest := random.bytes(size)
	sig, err := key.Sign(random, digest, nil)
	if err != nil {
		return question{}, err
	}
	q := question{suite: "verifies ours", judge: wants("true")}
	if i%5 == 4 {
		q.suite, q.judge = "refuses ours with a bit changed", refuses
		bit := random.IntN(c.OrderBits() - 1)
		if random.IntN(2) == 1 {
			bit += 8 * c.OrderBytes()
		}
		sig[bit/8] ^= 1 << (bit % 8)
	}
	q.line = fmt.Sprintf("verify %s %s %s %s", c.OID(), octets(key.PublicKey().Bytes()), octets(digest), octets(sig))
	return q, nil
}

// signing asks for a signature, which we verify; the public key has to be the one we derive.
func signing(random source, c *dstu4145.Curve, size int) (question, error) {
	key, err := dstu4145.GenerateKey(c, random)
	if err != nil {
		return question{}, err
	}
	digest := random.bytes(size)
	return question{
		suite: "signs for us", line: fmt.Sprintf("sign %s %s %s", c.OID(), octets(key.Bytes()), octets(digest)),
		judge: func(answer string) error {
			public, sig, _ := strings.Cut(answer, " ")
			if public != octets(key.PublicKey().Bytes()) {
				return fmt.Errorf("our public key is %x", key.PublicKey().Bytes())
			}
			b, err := hex.DecodeString(sig)
			if err != nil {
				return fmt.Errorf("no hexadecimal: %w", err)
			}
			if !dstu4145.Verify(key.PublicKey(), digest, b) {
				return errors.New("does not verify here")
			}
			b[random.IntN(len(b)-1)] ^= 1
			if dstu4145.Verify(key.PublicKey(), digest, b) {
				return errors.New("verifies here with a bit changed")
			}
			return nil
		},
	}, nil
}

// agreement asks for the value shared with a key of ours.
func agreement(random source, c *dstu4145.Curve, cofactor bool) (question, error) {
	key, err := dstu4145.GenerateKey(c, random)
	if err != nil {
		return question{}, err
	}
	peer, err := dstu4145.GenerateKey(c, random)
	if err != nil {
		return question{}, err
	}
	agree, scheme := key.ECDH, "standard"
	if cofactor {
		agree, scheme = key.CofactorECDH, "cofactor"
	}
	shared, err := agree(peer.PublicKey())
	if err != nil {
		return question{}, err
	}
	return question{
		suite: "agrees on a key, " + scheme,
		line:  fmt.Sprintf("agree %s %s %s %s", c.OID(), octets(key.Bytes()), octets(peer.PublicKey().Bytes()), scheme),
		judge: wants(new(big.Int).SetBytes(shared).Text(16)),
	}, nil
}

func bouncyCastleQuestions(random source, count int) ([]question, error) {
	curves := polynomialCurves()
	var out []question
	for i := range count {
		c := curves[random.IntN(len(curves))]
		size := []int{32, 48, 64}[random.IntN(3)]
		verify, err := verification(random, c, size, i)
		if err != nil {
			return nil, err
		}
		sign, err := signing(random, c, size)
		if err != nil {
			return nil, err
		}
		agree, err := agreement(random, c, i%2 == 1)
		if err != nil {
			return nil, err
		}
		out = append(out, verify, sign, agree)
	}
	return out, nil
}

// jkurwaQuestions keep to what jkurwa computes by the standard: digests that fit the field, for it reduces longer ones
// by the polynomial where the standard cuts them. Most are for the curve of today's signatures. (It never ends reading
// the curve of 191 bits.)
func jkurwaQuestions(random source, count int) ([]question, error) {
	list, err := vectors.LoadCurves()
	if err != nil {
		return nil, err
	}
	var out []question
	for _, v := range list {
		if v.Basis != "PB" || v.M < 257 {
			continue
		}
		exponents := make([]string, 0, 3)
		for _, e := range v.Exponents[1:] {
			exponents = append(exponents, strconv.Itoa(e))
		}
		slices.Reverse(exponents)
		out = append(out, question{suite: "knows the curves", judge: wants("ok"), line: fmt.Sprintf("curve %s %d %s %d %x %x %x %x",
			v.OID, v.M, strings.Join(exponents, ","), v.A, &v.B.Int, &v.N.Int, &v.X.Int, &v.Y.Int)})
	}
	for i := range count {
		m, size := 257, 32
		if i%10 == 0 {
			m, size = []int{307, 367, 431}[random.IntN(3)], 32
			if m == 431 && random.IntN(2) == 1 {
				size = 48
			}
		}
		c, ok := dstu4145.CurveBySize(m)
		if !ok {
			return nil, fmt.Errorf("no curve of %d bits", m)
		}
		verify, err := verification(random, c, size, i)
		if err != nil {
			return nil, err
		}
		sign, err := signing(random, c, size)
		if err != nil {
			return nil, err
		}
		out = append(out, verify, sign)
	}
	return out, nil
}

// edgeQuestions are the tests of package vectors that a program can be asked by its numbers: of the right length, in
// polynomial basis.
func edgeQuestions() ([]question, error) {
	files, err := vectors.LoadVerifyEdges()
	if err != nil {
		return nil, err
	}
	var out []question
	for _, file := range files {
		for _, g := range file.TestGroups {
			c, ok := dstu4145.CurveByOID(g.OID)
			if !ok || c.OptimalNormalBasis() {
				continue
			}
			for _, test := range g.Tests {
				if len(test.Sig) != c.SignatureSize() || len(test.Digest) == 0 {
					continue
				}
				judge := wants("true")
				if test.Result == vectors.Invalid {
					judge = refuses
				}
				out = append(out, question{
					suite: "edges of signatures, " + string(test.Result), judge: judge,
					line: fmt.Sprintf("verify %s %s %s %s", g.OID, octets(g.PublicKey), octets(test.Digest), octets(test.Sig)),
				})
			}
		}
	}
	keys, err := vectors.LoadKeyEdges()
	if err != nil {
		return nil, err
	}
	for _, g := range keys.TestGroups {
		c, ok := dstu4145.CurveByOID(g.OID)
		if !ok || c.OptimalNormalBasis() {
			continue
		}
		for _, test := range g.PublicTests {
			q := question{suite: "edges of keys", line: fmt.Sprintf("key %s %s", g.OID, octets(test.Key))}
			switch {
			case test.Encoding != "LE":
				continue
			case test.Result == vectors.Valid:
				q.judge = wants(fmt.Sprintf("%x %x", &test.X.Int, &test.Y.Int))
			case slices.Contains(test.Flags, "NoPoint"):
				q.judge = refuses
			default:
				continue // membership in the subgroup and the length are not this function's affair
			}
			out = append(out, q)
		}
	}
	return out, nil
}
