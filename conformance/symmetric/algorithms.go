package main

import (
	"crypto/cipher"
	"crypto/hmac"
	"fmt"
	"hash"
	"math/rand/v2"

	"github.com/dovidka/dovidka/dstu/gost28147"
	"github.com/dovidka/dovidka/dstu/gost34311"
	"github.com/dovidka/dovidka/dstu/kalyna"
	"github.com/dovidka/dovidka/dstu/kupyna"
)

// algorithm is one kind of question. differs tells where the other program is known to answer something else; there an
// equal answer counts as wrong, so that the exception goes when the reason does.
type algorithm struct {
	name    string
	ask     func(*rand.Rand) question
	answer  func(question) []byte
	differs func(question) bool
}

func algorithms() []algorithm {
	all := hashes()
	for _, size := range []struct{ block, key int }{{16, 16}, {16, 32}, {32, 32}, {32, 64}, {64, 64}} {
		all = append(all, kalynaModes(size.block, size.key)...)
	}
	return append(all, gost()...)
}

const longest = 300

// some returns up to limit random bytes, in multiples of unit.
func some(r *rand.Rand, unit, least, limit int) []byte {
	return exactly(r, unit*(least+r.IntN(limit/unit-least+1)))
}

func exactly(r *rand.Rand, n int) []byte {
	out := make([]byte, n)
	for i := range out {
		out[i] = byte(r.Uint32())
	}
	return out
}

func hashes() (all []algorithm) {
	for _, v := range []struct {
		size int
		hash func() hash.Hash
		mac  func([]byte) (hash.Hash, error)
	}{{32, kupyna.New256, kupyna.NewMAC256}, {48, kupyna.New384, kupyna.NewMAC384}, {64, kupyna.New512, kupyna.NewMAC512}} {
		all = append(all, algorithm{
			name: fmt.Sprintf("Kupyna-%d", 8*v.size),
			ask: func(r *rand.Rand) question {
				return question{algorithm: "kupyna", bits: 8 * v.size, message: some(r, 1, 0, longest)}
			},
			answer: func(q question) []byte { return sum(v.hash(), q.message) },
		}, algorithm{
			name: fmt.Sprintf("Kupyna-%d MAC", 8*v.size),
			ask: func(r *rand.Rand) question {
				return question{algorithm: "kupyna-mac", bits: 8 * v.size, key: exactly(r, v.size), message: some(r, 1, 0, longest)}
			},
			answer: func(q question) []byte { return sum(must(v.mac(q.key)), q.message) },
		})
	}
	return all
}

// kalynaModes asks whole blocks where Bouncy Castle takes nothing else.
func kalynaModes(block, key int) []algorithm {
	mode := func(name string, fill func(*rand.Rand, *question), answer func(cipher.Block, question) []byte) algorithm {
		return algorithm{
			name: fmt.Sprintf("Kalyna-%d/%d %s", 8*block, 8*key, name),
			ask: func(r *rand.Rand) question {
				q := question{algorithm: "kalyna-" + name, bits: 8 * block, key: exactly(r, key), iv: exactly(r, block)}
				fill(r, &q)
				return q
			},
			answer: func(q question) []byte { return answer(must(kalyna.NewCipher(block, q.key)), q) },
		}
	}
	whole := func(r *rand.Rand, q *question) { q.message = some(r, block, 1, 5*block) }
	loose := func(r *rand.Rand, q *question) { q.message = some(r, 1, 0, longest) }
	coded := func(r *rand.Rand, q *question) { whole(r, q); q.size = block }
	sealed := func(r *rand.Rand, q *question) { coded(r, q); q.additional = some(r, block, 1, 5*block) }
	ccm := mode("ccm", sealed, func(b cipher.Block, q question) []byte {
		return must(kalyna.NewCCM(b, q.size, 4)).Seal(nil, q.iv, q.message, q.additional)
	})
	ccm.differs = func(q question) bool { return counterWraps(block, q) }
	return []algorithm{
		mode("ecb", whole, func(b cipher.Block, q question) []byte {
			for i := 0; i < len(q.message); i += block {
				b.Encrypt(q.message[i:], q.message[i:])
			}
			return q.message
		}),
		mode("cbc", whole, func(b cipher.Block, q question) []byte {
			cipher.NewCBCEncrypter(b, q.iv).CryptBlocks(q.message, q.message)
			return q.message
		}),
		mode("cfb", whole, func(b cipher.Block, q question) []byte {
			must(kalyna.NewCFBEncrypter(b, q.iv, block)).CryptLast(q.message, q.message)
			return q.message
		}),
		mode("ofb", loose, func(b cipher.Block, q question) []byte { return xor(must(kalyna.NewOFB(b, q.iv)), q.message) }),
		mode("ctr", loose, func(b cipher.Block, q question) []byte { return xor(must(kalyna.NewCTR(b, q.iv)), q.message) }),
		mode("cmac", coded, func(b cipher.Block, q question) []byte { return sum(must(kalyna.NewCMAC(b, q.size)), q.message) }),
		mode("gmac", coded, func(b cipher.Block, q question) []byte { return sum(must(kalyna.NewGMAC(b, q.size)), q.message) }),
		mode("gcm", sealed, func(b cipher.Block, q question) []byte {
			return must(kalyna.NewGCM(b, q.size)).Seal(nil, q.iv, q.message, q.additional)
		}),
		ccm,
		mode("xts", whole, func(b cipher.Block, q question) []byte {
			if err := kalyna.EncryptXTS(b, q.iv, q.message, q.message); err != nil {
				panic(err)
			}
			return q.message
		}),
		mode("wrap", whole, func(b cipher.Block, q question) []byte { return must(kalyna.Wrap(b, q.message)) }),
	}
}

// counterWraps tells where CCM of older versions of Bouncy Castle repeats its gamma: it counts in one byte without a carry.
func counterWraps(block int, q question) bool {
	start := make([]byte, block)
	must(kalyna.NewCipher(block, q.key)).Encrypt(start, q.iv)
	return int(start[0])+len(q.message)/block+1 > 255
}

func gost() []algorithm {
	mode := func(name string, fill func(*rand.Rand, *question), answer func(cipher.Block, question) []byte) algorithm {
		return algorithm{
			name: "GOST 28147 " + name,
			ask: func(r *rand.Rand) question {
				q := question{algorithm: "gost28147-" + name, key: exactly(r, gost28147.KeySize), iv: exactly(r, gost28147.BlockSize)}
				fill(r, &q)
				return q
			},
			answer: func(q question) []byte { return answer(must(gost28147.NewCipher(q.key, nil)), q) },
		}
	}
	whole := func(r *rand.Rand, q *question) { q.message = some(r, gost28147.BlockSize, 1, longest) }
	loose := func(r *rand.Rand, q *question) { q.message = some(r, 1, 0, longest) }
	return []algorithm{
		mode("ecb", whole, func(b cipher.Block, q question) []byte {
			for i := 0; i < len(q.message); i += gost28147.BlockSize {
				b.Encrypt(q.message[i:], q.message[i:])
			}
			return q.message
		}),
		mode("cfb", loose, func(b cipher.Block, q question) []byte { return xor(gost28147.NewCFBEncrypter(b, q.iv), q.message) }),
		mode("gamma", loose, func(b cipher.Block, q question) []byte { return xor(gost28147.NewGamma(b, q.iv), q.message) }),
		// Bouncy Castle follows the note of the standard that a single block is filled up by another.
		mode("mac", func(r *rand.Rand, q *question) { q.message = some(r, 1, 9, longest) }, func(_ cipher.Block, q question) []byte {
			code := must(gost28147.MAC(q.key, nil, q.message))
			return code[:]
		}),
		{
			name: "GOST 34.311",
			ask: func(r *rand.Rand) question {
				return question{algorithm: "gost34311", message: some(r, 1, 0, longest)}
			},
			answer: func(q question) []byte { return sum(gost34311.New(), q.message) },
		},
		{
			name: "HMAC GOST 34.311",
			ask: func(r *rand.Rand) question {
				return question{algorithm: "gost34311-hmac", key: some(r, 1, 1, 80), message: some(r, 1, 0, longest)}
			},
			answer: func(q question) []byte { return sum(hmac.New(gost34311.New, q.key), q.message) },
		},
	}
}

func sum(h hash.Hash, message []byte) []byte {
	h.Write(message)
	return h.Sum(nil)
}

func xor(s cipher.Stream, message []byte) []byte {
	s.XORKeyStream(message, message)
	return message
}

// must is for lengths that are chosen here.
func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}
