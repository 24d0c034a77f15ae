package enveloped

import (
	"bytes"
	"encoding/hex"
	"errors"
	"testing"
)

// TestAESWrapVectors has all vectors of RFC 3394, clause 4.
func TestAESWrapVectors(t *testing.T) {
	t.Parallel()
	const kek = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
	const cek = "00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f"
	for _, v := range []struct {
		kek, cek int // bytes of the two above
		want     string
	}{
		{16, 16, "1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5"},
		{24, 16, "96778b25ae6ca435f92b5b97c050aed2468ab8a17ad84e5d"},
		{32, 16, "64e8c3f9ce0f5ba263e9777905818a2a93c8191e7d6e8ae7"},
		{24, 24, "031d33264e15d33268f24ec260743edce1c6c7ddee725a936ba814915c6762d2"},
		{32, 24, "a8f9bc1612c68b3ff6e6f4fbe30e71e4769c8b80a32cb8958cd5d17d6b254da1"},
		{32, 32, "28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21"},
	} {
		key, plain := unhex(t, kek[:2*v.kek]), unhex(t, cek[:2*v.cek])
		wrapped, err := aesWrap(key, plain)
		if err != nil || hex.EncodeToString(wrapped) != v.want {
			t.Errorf("wrap %d under %d: %x, %v", v.cek, v.kek, wrapped, err)
		}
		if back, err := aesUnwrap(key, wrapped); err != nil || !bytes.Equal(back, plain) {
			t.Errorf("unwrap %d under %d: %x, %v", v.cek, v.kek, back, err)
		}
		for i := range wrapped {
			wrapped[i] ^= 0x10
			if back, err := aesUnwrap(key, wrapped); !errors.Is(err, ErrDecrypt) || back != nil {
				t.Errorf("unwrap with byte %d changed: %x, %v", i, back, err)
			}
			wrapped[i] ^= 0x10
		}
	}
	for _, n := range []int{0, 8, 16, 23, 25, maxEncryptedKey + 8} {
		if _, err := aesUnwrap(make([]byte, 16), make([]byte, n)); !errors.Is(err, ErrDecrypt) {
			t.Errorf("unwrap %d bytes: %v", n, err)
		}
	}
	for _, n := range []int{0, 8, 17} {
		if _, err := aesWrap(make([]byte, 16), make([]byte, n)); !errors.Is(err, ErrUnsupported) {
			t.Errorf("wrap %d bytes: %v", n, err)
		}
	}
}

// TestPadding: every last byte but the sixteen right ones fails, and those only when all
// of the padding agrees.
func TestPadding(t *testing.T) {
	t.Parallel()
	c, err := cipherByOID(oidAES128CBC)
	if err != nil {
		t.Fatal(err)
	}
	key := make([]byte, 16)
	for size := range 40 {
		plain := bytes.Repeat([]byte{'x'}, size)
		s, err := c.seal(key, plain)
		if err != nil {
			t.Fatal(err)
		}
		open, err := c.reader(s.algorithm.Parameters)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := open(key, s); err != nil || !bytes.Equal(got, plain) {
			t.Fatalf("%d bytes: %q, %v", size, got, err)
		}
	}
	// One block: what the vector is changed by, the plaintext is changed by.
	iv := make([]byte, 16)
	s, err := c.seal(key, nil) // sixteen times 16
	if err != nil {
		t.Fatal(err)
	}
	copy(iv, s.algorithm.Parameters[2:])
	for pad := range 256 {
		for broken := range 15 { // the last byte says how many there are
			at := bytes.Clone(iv)
			for i := range at {
				at[i] ^= 16 ^ byte(pad)
			}
			inside := 16-broken <= pad
			at[broken] ^= 0x40
			_, err := openCBC(key, at, s.ciphertext)
			good := pad >= 1 && pad <= 16 && !inside
			if (err == nil) != good || err != nil && !errors.Is(err, ErrDecrypt) {
				t.Fatalf("padding %d with byte %d broken: %v", pad, broken, err)
			}
		}
	}
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
