package kalyna_test

import (
	"bytes"
	"crypto/cipher"
	"errors"
	"testing"

	"github.com/dovidka/dovidka/dstu/kalyna"
)

func aeads(t *testing.T, b cipher.Block) map[string]cipher.AEAD {
	t.Helper()
	return map[string]cipher.AEAD{
		"GCM": must(kalyna.NewGCM(b, 16))(t), "CCM": must(kalyna.NewCCM(b, 16, 4))(t), "CCM, short": must(kalyna.NewCCM(b, 8, 1))(t),
	}
}

// TestAEAD seals every length to three blocks, in place and behind a prefix, and opens it again; then with each byte of
// everything changed.
func TestAEAD(t *testing.T) {
	t.Parallel()
	everySize(t, func(t *testing.T, b cipher.Block, nonce []byte) {
		for name, aead := range aeads(t, b) {
			if aead.NonceSize() != b.BlockSize() {
				t.Errorf("%s: nonce of %d bytes", name, aead.NonceSize())
			}
			limit := min(3*b.BlockSize(), 255)
			for length := 0; length <= limit; length++ {
				message, additional := counting(length), counting(limit-length)
				sealed := aead.Seal([]byte("kept"), nonce, message, additional)[4:]
				if len(sealed) != length+aead.Overhead() {
					t.Fatalf("%s: %d bytes sealed to %d", name, length, len(sealed))
				}
				inPlace := append(bytes.Clone(message), make([]byte, aead.Overhead())...)[:length]
				if got := aead.Seal(inPlace[:0], nonce, inPlace, additional); !bytes.Equal(got, sealed) {
					t.Fatalf("%s: %d bytes in place: %x, want %x", name, length, got, sealed)
				}
				opened, err := aead.Open([]byte("kept"), nonce, sealed, additional)
				if err != nil || !bytes.Equal(opened, append([]byte("kept"), message...)) {
					t.Fatalf("%s: %d bytes open to %x, %v", name, length, opened, err)
				}
				again := bytes.Clone(sealed)
				if opened, err = aead.Open(again[:0], nonce, again, additional); err != nil || !bytes.Equal(opened, message) {
					t.Fatalf("%s: %d bytes open in place to %x, %v", name, length, opened, err)
				}
			}
			refuses(t, name, aead, nonce)
		}
	})
}

func refuses(t *testing.T, name string, aead cipher.AEAD, nonce []byte) {
	t.Helper()
	message, additional := counting(41), counting(23)
	sealed := aead.Seal(nil, nonce, message, additional)
	parts := [][]byte{sealed, additional}
	if name != "GCM" { // whose code does not cover the nonce
		parts = append(parts, nonce)
	}
	for _, part := range parts {
		for i := range part {
			part[i] ^= 0x10
			if opened, err := aead.Open(nil, nonce, sealed, additional); !errors.Is(err, kalyna.ErrOpen) || opened != nil {
				t.Errorf("%s with a byte changed: %x, %v", name, opened, err)
			}
			part[i] ^= 0x10
		}
	}
	for _, cut := range []int{0, 1, aead.Overhead() - 1, aead.Overhead(), len(sealed) - 1} {
		if _, err := aead.Open(nil, nonce, sealed[:cut], additional); !errors.Is(err, kalyna.ErrOpen) {
			t.Errorf("%s cut to %d bytes: %v", name, cut, err)
		}
	}
	// What is filled up by hand is another message.
	if _, err := aead.Open(nil, nonce, sealed, append(bytes.Clone(additional), 0)); !errors.Is(err, kalyna.ErrOpen) {
		t.Errorf("%s with a zero more: %v", name, err)
	}
}

// TestGMACIsGCM compares the two on every length: GMAC is GCM of nothing but additional data.
func TestGMACIsGCM(t *testing.T) {
	t.Parallel()
	everySize(t, func(t *testing.T, b cipher.Block, nonce []byte) {
		size := b.BlockSize()
		message := counting(3*size + 1)
		for length := 1; length < len(message); length++ {
			want := must(kalyna.NewGCM(b, size))(t).Seal(nil, nonce, nil, message[:length])
			h := must(kalyna.NewGMAC(b, size))(t)
			h.Write(message[:length])
			h.Reset()
			cut := (length + 2) / 3
			h.Write(message[:cut])
			h.Sum(nil) // must not disturb what follows
			h.Write(message[cut:length])
			if got := h.Sum([]byte("kept")); !bytes.Equal(got, append([]byte("kept"), want...)) {
				t.Fatalf("%d bytes: %x, want %x", length, got, want)
			}
		}
		h := must(kalyna.NewGMAC(b, 8))(t)
		if h.Size() != 8 || h.BlockSize() != size {
			t.Errorf("Size %d, BlockSize %d", h.Size(), h.BlockSize())
		}
	})
}

func TestXTSEveryLength(t *testing.T) {
	t.Parallel()
	everySize(t, func(t *testing.T, b cipher.Block, iv []byte) {
		for length := b.BlockSize(); length <= 4*b.BlockSize(); length++ {
			message := counting(length)
			out := make([]byte, length)
			inPlace := bytes.Clone(message)
			if kalyna.EncryptXTS(b, iv, out, message) != nil || kalyna.EncryptXTS(b, iv, inPlace, inPlace) != nil || !bytes.Equal(out, inPlace) {
				t.Fatalf("%d bytes: %x, in place %x", length, out, inPlace)
			}
			back := make([]byte, length)
			if kalyna.DecryptXTS(b, iv, back, out) != nil || kalyna.DecryptXTS(b, iv, inPlace, inPlace) != nil ||
				!bytes.Equal(back, message) || !bytes.Equal(inPlace, message) {
				t.Fatalf("%d bytes: back %x, in place %x", length, back, inPlace)
			}
		}
		short := make([]byte, b.BlockSize()-1)
		long := make([]byte, b.BlockSize())
		if kalyna.EncryptXTS(b, iv, short, short) == nil || kalyna.DecryptXTS(b, iv, short, long) == nil || kalyna.EncryptXTS(b, short, long, long) == nil {
			t.Error("a wrong length was taken")
		}
	})
}

func TestWrapEveryLength(t *testing.T) {
	t.Parallel()
	everySize(t, func(t *testing.T, b cipher.Block, _ []byte) {
		for length := 1; length <= 3*b.BlockSize(); length++ {
			key := counting(length)
			wrapped := must(kalyna.Wrap(b, key))(t)
			if got, err := kalyna.Unwrap(b, wrapped, length); err != nil || !bytes.Equal(got, key) {
				t.Fatalf("%d bytes: %x, %v", length, got, err)
			}
			for _, other := range []int{length - 1, length + 1, length + b.BlockSize(), 0, -1} {
				if got, err := kalyna.Unwrap(b, wrapped, other); err == nil {
					t.Fatalf("%d bytes unwrap to %d: %x", length, other, got)
				}
			}
			for i := 0; i < len(wrapped); i += 5 {
				wrapped[i] ^= 1
				if _, err := kalyna.Unwrap(b, wrapped, length); !errors.Is(err, kalyna.ErrUnwrap) {
					t.Fatalf("%d bytes with byte %d changed: %v", length, i, err)
				}
				wrapped[i] ^= 1
			}
		}
		for _, length := range []int{0, 1<<16 + 1} {
			if _, err := kalyna.Wrap(b, make([]byte, length)); err == nil {
				t.Errorf("a key of %d bytes was wrapped", length)
			}
		}
	})
}

func TestAEADMisuse(t *testing.T) {
	t.Parallel()
	b := must(kalyna.NewCipher(16, make([]byte, 16)))(t)
	for _, err := range []error{
		second(kalyna.NewGCM(b, 7)), second(kalyna.NewGCM(b, 17)), second(kalyna.NewGMAC(b, 17)), second(kalyna.NewCCM(b, 12, 4)),
		second(kalyna.NewCCM(b, 32, 4)), second(kalyna.NewCCM(b, 16, 0)), second(kalyna.NewCCM(b, 16, 9)),
	} {
		if err == nil {
			t.Error("a wrong length was taken")
		}
	}
	nonce := make([]byte, 16)
	for name, misuse := range map[string]func(){
		"short nonce":    func() { must(kalyna.NewGCM(b, 16))(t).Seal(nil, nonce[1:], nonce, nil) },
		"long nonce":     func() { _ = second(must(kalyna.NewCCM(b, 16, 4))(t).Open(nil, make([]byte, 17), nonce, nil)) },
		"nothing to tag": func() { must(kalyna.NewGCM(b, 16))(t).Seal(nil, nonce, nil, nil) },
		"GMAC of nothing": func() {
			must(kalyna.NewGMAC(b, 16))(t).Sum(nil)
		},
		"length in one byte": func() { must(kalyna.NewCCM(b, 16, 1))(t).Seal(nil, nonce, make([]byte, 256), nil) },
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

func second[T any](_ T, err error) error { return err }
