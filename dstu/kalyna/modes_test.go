package kalyna_test

import (
	"bytes"
	"crypto/cipher"
	"errors"
	"fmt"
	"testing"

	"github.com/dovidka/dovidka/dstu/kalyna"
)

// sizes are the five variants of the standard, in bytes.
var sizes = []struct{ block, key int }{{16, 16}, {16, 32}, {32, 32}, {32, 64}, {64, 64}}

func counting(n int) []byte {
	out := make([]byte, n)
	for i := range out {
		out[i] = byte(i*i + 5*i + 3)
	}
	return out
}

// everySize runs a test for each variant.
func everySize(t *testing.T, test func(t *testing.T, b cipher.Block, iv []byte)) {
	t.Helper()
	for _, size := range sizes {
		t.Run(fmt.Sprintf("%d-%d", 8*size.block, 8*size.key), func(t *testing.T) {
			t.Parallel()
			test(t, must(kalyna.NewCipher(size.block, counting(size.key)))(t), counting(size.block + 7)[7:])
		})
	}
}

func TestStreamsInPieces(t *testing.T) {
	t.Parallel()
	everySize(t, func(t *testing.T, b cipher.Block, iv []byte) {
		message := counting(3*b.BlockSize() + 5)
		for name, start := range map[string]func(cipher.Block, []byte) (cipher.Stream, error){
			"CTR": kalyna.NewCTR, "OFB": kalyna.NewOFB,
		} {
			want := make([]byte, len(message))
			must(start(b, iv))(t).XORKeyStream(want, message)
			for cut := range message {
				s := must(start(b, iv))(t)
				got := bytes.Clone(message)
				s.XORKeyStream(got[:cut], got[:cut])
				s.XORKeyStream(got[cut:], got[cut:])
				if !bytes.Equal(got, want) {
					t.Errorf("%s cut at %d differs", name, cut)
				}
			}
		}
	})
}

// TestCounterCarries makes the counter pass a boundary of bytes and of words: E(iv) is all ones but for its first byte.
func TestCounterCarries(t *testing.T) {
	t.Parallel()
	everySize(t, func(t *testing.T, b cipher.Block, _ []byte) {
		size := b.BlockSize()
		start := bytes.Repeat([]byte{0xff}, size)
		start[0] = 0xfe
		iv := make([]byte, size)
		b.Decrypt(iv, start)
		got := make([]byte, 3*size)
		must(kalyna.NewCTR(b, iv))(t).XORKeyStream(got, got)
		want := make([]byte, 3*size)
		b.Encrypt(want, bytes.Repeat([]byte{0xff}, size))
		b.Encrypt(want[size:], make([]byte, size))
		b.Encrypt(want[2*size:], append([]byte{1}, make([]byte, size-1)...))
		if !bytes.Equal(got, want) {
			t.Errorf("gamma %x, want %x", got, want)
		}
	})
}

func TestCFBInPieces(t *testing.T) {
	t.Parallel()
	everySize(t, func(t *testing.T, b cipher.Block, iv []byte) {
		for _, segment := range []int{1, 8, 16, 32, 64} {
			if segment > b.BlockSize() {
				continue
			}
			for length := range 2*segment + 2 {
				message := counting(length)
				want := make([]byte, length)
				must(kalyna.NewCFBEncrypter(b, iv, segment))(t).CryptLast(want, message)
				for cut := 0; cut <= length; cut += segment {
					encrypter := must(kalyna.NewCFBEncrypter(b, iv, segment))(t)
					got := bytes.Clone(message)
					encrypter.CryptBlocks(got[:cut], got[:cut])
					encrypter.CryptLast(got[cut:], got[cut:])
					if !bytes.Equal(got, want) {
						t.Fatalf("segment %d, %d bytes cut at %d: %x, want %x", segment, length, cut, got, want)
					}
					must(kalyna.NewCFBDecrypter(b, iv, segment))(t).CryptLast(got, got)
					if !bytes.Equal(got, message) {
						t.Fatalf("segment %d, %d bytes: decrypts to %x", segment, length, got)
					}
				}
			}
		}
	})
}

func TestCMACInPieces(t *testing.T) {
	t.Parallel()
	everySize(t, func(t *testing.T, b cipher.Block, _ []byte) {
		message := counting(3*b.BlockSize() + 1)
		seen := map[string]int{}
		for length := range message {
			h := must(kalyna.NewCMAC(b, b.BlockSize()))(t)
			want := code(t, h, message[:length])
			if other, ok := seen[string(want)]; ok {
				t.Fatalf("%d and %d bytes have the same code", other, length)
			}
			seen[string(want)] = length
			cut := length * 2 / 3
			h.Reset()
			h.Write(message[:cut])
			h.Sum(nil) // must not disturb what follows
			h.Write(message[cut:length])
			if got := h.Sum([]byte("kept")); !bytes.Equal(got, append([]byte("kept"), want...)) {
				t.Fatalf("%d bytes in two pieces: %x, want %x", length, got, want)
			}
		}
		h := must(kalyna.NewCMAC(b, 8))(t)
		if h.Size() != 8 || h.BlockSize() != b.BlockSize() || len(code(t, h, message)) != 8 {
			t.Errorf("Size %d, BlockSize %d", h.Size(), h.BlockSize())
		}
	})
}

func TestWrapKeyRefuses(t *testing.T) {
	t.Parallel()
	v := load(t).Wrap[0]
	for i := range v.Wrapped {
		broken := bytes.Clone(v.Wrapped)
		broken[i] ^= 1
		if _, err := kalyna.UnwrapKey(v.KEK, broken); !errors.Is(err, kalyna.ErrUnwrap) {
			t.Errorf("byte %d changed: %v, want ErrUnwrap", i, err)
		}
	}
	if _, err := kalyna.UnwrapKey(v.CEK, v.Wrapped); !errors.Is(err, kalyna.ErrUnwrap) {
		t.Errorf("another key: %v, want ErrUnwrap", err)
	}
	for _, c := range []struct{ kek, iv, cek, wrapped int }{{31, 32, 32, 96}, {32, 31, 32, 95}, {32, 32, 33, 97}, {64, 32, 32, 0}} {
		_, wrap := kalyna.WrapKey(make([]byte, c.kek), make([]byte, c.iv), make([]byte, c.cek))
		_, unwrap := kalyna.UnwrapKey(make([]byte, c.kek), make([]byte, c.wrapped))
		if wrap == nil || unwrap == nil || errors.Is(unwrap, kalyna.ErrUnwrap) {
			t.Errorf("lengths %v: %v, %v", c, wrap, unwrap)
		}
	}
}

func TestBadLengths(t *testing.T) {
	t.Parallel()
	good := map[[2]int]bool{}
	for _, size := range sizes {
		good[[2]int{size.block, size.key}] = true
	}
	for _, block := range []int{-1, 0, 8, 16, 24, 32, 48, 64, 128} {
		for _, key := range []int{0, 1, 15, 16, 17, 24, 31, 32, 33, 48, 63, 64, 65, 128} {
			if _, err := kalyna.NewCipher(block, make([]byte, key)); (err == nil) != good[[2]int{block, key}] {
				t.Errorf("block of %d, key of %d: %v", block, key, err)
			}
		}
	}
	b := must(kalyna.NewCipher(32, make([]byte, 32)))(t)
	short := make([]byte, 31)
	_, ctr := kalyna.NewCTR(b, short)
	_, ofb := kalyna.NewOFB(b, short)
	_, cfb := kalyna.NewCFBEncrypter(b, short, 32)
	_, segment := kalyna.NewCFBDecrypter(b, make([]byte, 32), 64)
	_, odd := kalyna.NewCFBDecrypter(b, make([]byte, 32), 5)
	_, long := kalyna.NewCMAC(b, 33)
	_, tiny := kalyna.NewCMAC(b, 7)
	for i, err := range []error{ctr, ofb, cfb, segment, odd, long, tiny} {
		if err == nil {
			t.Errorf("case %d: a wrong length was taken", i)
		}
	}
}

// TestMisuse wants a panic where the interfaces of package cipher do.
func TestMisuse(t *testing.T) {
	t.Parallel()
	b := must(kalyna.NewCipher(16, make([]byte, 16)))(t)
	block, short := make([]byte, 16), make([]byte, 15)
	ended := must(kalyna.NewCFBEncrypter(b, block, 16))(t)
	ended.CryptLast(short, short)
	for name, misuse := range map[string]func(){
		"short source":       func() { b.Encrypt(block, short) },
		"short destination":  func() { b.Decrypt(short, block) },
		"part of a segment":  func() { must(kalyna.NewCFBEncrypter(b, block, 16))(t).CryptBlocks(block, short) },
		"CFB into too short": func() { must(kalyna.NewCFBEncrypter(b, block, 16))(t).CryptLast(short, block) },
		"CFB after the end":  func() { ended.CryptBlocks(block, block) },
		"part of a block":    func() { must(kalyna.NewECBEncrypter(b))(t).CryptBlocks(block, short) },
		"ECB into too short": func() { must(kalyna.NewECBDecrypter(b))(t).CryptBlocks(short, block) },
		"CTR into too short": func() { must(kalyna.NewCTR(b, block))(t).XORKeyStream(short, block) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			misuse()
		}()
	}
}
