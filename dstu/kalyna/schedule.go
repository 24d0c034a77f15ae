package kalyna

import (
	"encoding/binary"

	"github.com/dovidka/dovidka/dstu/internal/round"
)

// rounds tells the number of rounds by the words of the key (ДСТУ 7624:2014, clause 5).
func rounds(keyWords int) int {
	switch keyWords {
	case 2:
		return 10
	case 4:
		return 14
	default:
		return 18
	}
}

// expandKey makes the round keys (ДСТУ 7624:2014, clause 5): an intermediate key from the whole key, from both the keys
// of even rounds, and each odd one by turning the even one before it.
func expandKey(words int, key []byte) []uint64 {
	k := make([]uint64, len(key)/8)
	loadWords(k, key)
	count := rounds(len(k))
	keys := make([]uint64, (count+1)*words)
	intermediate := intermediateKey(words, k)

	constant := uint64(0x0001000100010001)
	for i := 0; i <= count; {
		// A key twice as long as the block gives two round keys before it is turned.
		for half := k; len(half) >= words && i <= count; half = half[words:] {
			var sum [8]uint64
			for j := range words {
				sum[j] = intermediate[j] + constant
			}
			s := keys[i*words : (i+1)*words]
			add(s, half, sum[:])
			shuffle(s)
			xor(s, sum[:])
			shuffle(s)
			add(s, s, sum[:])
			constant <<= 1
			i += 2
		}
		first := k[0]
		copy(k, k[1:])
		k[len(k)-1] = first
	}
	for i := 1; i < count; i += 2 {
		turn(keys[i*words:(i+1)*words], keys[(i-1)*words:])
	}
	clear(k)
	return keys
}

func intermediateKey(words int, key []uint64) [8]uint64 {
	var state [8]uint64
	s := state[:words]
	s[0] = uint64(words + len(key) + 1)
	k0, k1 := key[:words], key[len(key)-words:]
	add(s, s, k0)
	shuffle(s)
	xor(s, k1)
	shuffle(s)
	add(s, s, k0)
	shuffle(s)
	return state
}

// invertKeys puts the round keys and their columns in the order of decryption; all but the first and the last go through
// the inverse matrix.
func invertKeys(words int, keys []uint64) []uint64 {
	t := round.Backward()
	out := make([]uint64, 0, len(keys))
	for i := len(keys) - words; i >= 0; i -= words {
		inner := i > 0 && i < len(keys)-words
		for j := range words {
			w := keys[i+(words-j)%words]
			if inner {
				w = unmix(t, w)
			}
			out = append(out, w)
		}
	}
	return out
}

// newWideKeys repeats the round keys for [round.Wide].
func newWideKeys(words int, keys []uint64) *wideKeys {
	t := round.Backward()
	var w wideKeys
	for i := 0; i < len(keys); i += words {
		for j := range 8 {
			up, down := keys[i+j%words], keys[len(keys)-words-i+j%words]
			if i > 0 && i < len(keys)-words {
				down = unmix(t, down)
			}
			w.encrypting = append(w.encrypting, up)
			w.decrypting = append(w.decrypting, down)
		}
	}
	return &w
}

// shuffle is substitution, shift and mixing without a key.
func shuffle(s []uint64) {
	t := round.Forward()
	var o [8]uint64
	n := copy(o[:], s)
	// from is the column which row i of column j comes from.
	from := func(i, j int) uint64 { return o[(j-i*n/8+n)%n] }
	for j := range s {
		s[j] = t.Column(from(0, j), from(1, j), from(2, j), from(3, j), from(4, j), from(5, j), from(6, j), from(7, j))
	}
}

func add(out, a, b []uint64) {
	for i := range out {
		out[i] = a[i] + b[i]
	}
}

func xor(out, a []uint64) {
	for i := range out {
		out[i] ^= a[i]
	}
}

// turn moves the bytes of a round key 2c+3 places down, where c is the number of columns.
func turn(out, in []uint64) {
	var bytes [2 * BlockSize512]byte
	size := 8 * len(out)
	for i := range out {
		binary.LittleEndian.PutUint64(bytes[8*i:], in[i])
	}
	copy(bytes[size:2*size], bytes[:size])
	loadWords(out, bytes[2*len(out)+3:])
}
