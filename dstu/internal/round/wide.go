package round

import "sync"

// WideSize is how many bytes [Wide.Encrypt] and [Wide.Decrypt] take at a time.
const WideSize = 128

// Wide does rounds in vector registers of 64 bytes, without a look-up in memory by what passes through. Its functions may
// be called where [HasWide] says so. The assembly knows where its fields are.
type Wide struct {
	boxes [4][256]byte
	// matrices multiply a byte by the coefficient k of the circulant matrix, as the instruction GF2P8AFFINEQB wants it: the
	// byte 7−i tells which bits make bit i.
	matrices [8]uint64
	shifts   map[int]*[64]byte // by columns of a state: for each byte of a register the one it comes from
	shift16  [128]byte         // the same for sixteen columns
}

// ForwardWide is for encryption and for Kupyna.
func ForwardWide() *Wide { return forwardWide() }

// BackwardWide is for decryption.
func BackwardWide() *Wide { return backwardWide() }

var forwardWide = sync.OnceValue(func() *Wide { return newWide(&sboxes, vector, -1) })

var backwardWide = sync.OnceValue(func() *Wide { return newWide(inverses(), inverseVector, 1) })

func newWide(boxes *[4][256]byte, vector [8]byte, direction int) *Wide {
	w := &Wide{boxes: *boxes, shifts: map[int]*[64]byte{}}
	for k, coefficient := range vector {
		for j := range 8 {
			product := multiply(1<<j, coefficient)
			for i := range 8 {
				w.matrices[k] |= uint64(product>>i&1) << (8*(7-i) + j)
			}
		}
	}
	for _, columns := range []int{2, 4, 8} {
		var shift [64]byte
		for at := range shift {
			column, row := at/8, at%8
			first := column - column%columns
			from := (column + direction*(row*columns/8) + columns) % columns
			shift[at] = byte(8*(first+from) + row)
		}
		w.shifts[columns] = &shift
	}
	for at := range w.shift16 {
		column, row := at/8, at%8
		distance := row
		if row == 7 { // Kupyna moves the last row by more
			distance = 11
		}
		w.shift16[at] = byte(8*((column-distance+16)%16) + row)
	}
	return w
}

// Encrypt encrypts blocks of the given number of columns, [WideSize] bytes at a time. The round keys fill 64 bytes each.
func (w *Wide) Encrypt(dst, src []byte, columns int, keys []uint64) {
	if pairs := len(src) / WideSize; pairs > 0 {
		encryptWide(&dst[0], &src[0], pairs, &keys[0], len(keys)/8-1, w, w.shifts[columns])
	}
}

// Decrypt is the inverse of Encrypt; the keys come in the order of use, and all but the first and the last went through the
// inverse matrix.
func (w *Wide) Decrypt(dst, src []byte, columns int, keys []uint64) {
	if pairs := len(src) / WideSize; pairs > 0 {
		decryptWide(&dst[0], &src[0], pairs, &keys[0], len(keys)/8-1, w, w.shifts[columns])
	}
}

// Permute passes two states of eight columns through a round for each 16 words of constants. Before each round the first
// eight are added to the first state bit by bit, and the others to the second modulo 2⁶⁴.
func (w *Wide) Permute(s *[16]uint64, constants []uint64) {
	permuteWide(s, &constants[0], len(constants)/16, w, w.shifts[8])
}

// Permute16 is like Permute for states of sixteen columns.
func (w *Wide) Permute16(s *[32]uint64, constants []uint64) {
	permuteWide16(s, &constants[0], len(constants)/32, w, &w.shift16)
}
