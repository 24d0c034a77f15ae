package kalyna_test

import (
	"bytes"
	"crypto/cipher"
	"hash"
	"testing"

	"github.com/dovidka/dovidka/dstu/kalyna"
	"github.com/dovidka/dovidka/dstu/vectors"
)

func load(t testing.TB) vectors.Kalyna {
	t.Helper()
	v, err := vectors.LoadKalyna()
	if err != nil {
		t.Fatal(err)
	}
	if len(v.Vectors) == 0 || len(v.Wrap) == 0 {
		t.Fatal("no vectors")
	}
	return v
}

func newCipher(t testing.TB, v vectors.KalynaVector) cipher.Block {
	t.Helper()
	b, err := kalyna.NewCipher(v.Block/8, v.Key)
	if err != nil {
		t.Fatal(err)
	}
	if b.BlockSize() != v.Block/8 {
		t.Fatalf("BlockSize %d, want %d", b.BlockSize(), v.Block/8)
	}
	return b
}

// crypt returns what a vector's mode makes of the plaintext, and of the ciphertext the other way round.
type crypt func(t *testing.T, b cipher.Block, v vectors.KalynaVector) (ciphertext, plaintext []byte)

func both(encrypt, decrypt func(dst, src []byte), v vectors.KalynaVector) (ciphertext, plaintext []byte) {
	ciphertext, plaintext = make([]byte, len(v.Plaintext)), make([]byte, len(v.Ciphertext))
	encrypt(ciphertext, v.Plaintext)
	decrypt(plaintext, v.Ciphertext)
	return ciphertext, plaintext
}

// must is for constructors; it takes t in between, so that a call's results can go straight in.
func must[T any](value T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func code(t *testing.T, h hash.Hash, data []byte) []byte {
	t.Helper()
	h.Write(data)
	return h.Sum(nil)
}

var modes = map[string]crypt{
	"ECB": func(_ *testing.T, b cipher.Block, v vectors.KalynaVector) ([]byte, []byte) {
		return both(b.Encrypt, b.Decrypt, v)
	},
	"CBC": func(_ *testing.T, b cipher.Block, v vectors.KalynaVector) ([]byte, []byte) {
		return both(cipher.NewCBCEncrypter(b, v.IV).CryptBlocks, cipher.NewCBCDecrypter(b, v.IV).CryptBlocks, v)
	},
	"CFB": func(t *testing.T, b cipher.Block, v vectors.KalynaVector) ([]byte, []byte) {
		return both(must(kalyna.NewCFBEncrypter(b, v.IV, v.Q/8))(t).CryptLast, must(kalyna.NewCFBDecrypter(b, v.IV, v.Q/8))(t).CryptLast, v)
	},
	"CTR": func(t *testing.T, b cipher.Block, v vectors.KalynaVector) ([]byte, []byte) {
		return both(must(kalyna.NewCTR(b, v.IV))(t).XORKeyStream, must(kalyna.NewCTR(b, v.IV))(t).XORKeyStream, v)
	},
	"OFB": func(t *testing.T, b cipher.Block, v vectors.KalynaVector) ([]byte, []byte) {
		return both(must(kalyna.NewOFB(b, v.IV))(t).XORKeyStream, must(kalyna.NewOFB(b, v.IV))(t).XORKeyStream, v)
	},
	"XTS": func(t *testing.T, b cipher.Block, v vectors.KalynaVector) ([]byte, []byte) {
		ciphertext, plaintext := make([]byte, len(v.Plaintext)), make([]byte, len(v.Ciphertext))
		if err := kalyna.EncryptXTS(b, v.IV, ciphertext, v.Plaintext); err != nil {
			t.Fatal(err)
		}
		if err := kalyna.DecryptXTS(b, v.IV, plaintext, v.Ciphertext); err != nil {
			t.Fatal(err)
		}
		return ciphertext, plaintext
	},
	"KW": func(t *testing.T, b cipher.Block, v vectors.KalynaVector) ([]byte, []byte) {
		return must(kalyna.Wrap(b, v.Plaintext))(t), must(kalyna.Unwrap(b, v.Ciphertext, len(v.Plaintext)))(t)
	},
	"GCM": func(t *testing.T, b cipher.Block, v vectors.KalynaVector) ([]byte, []byte) {
		aead := must(kalyna.NewGCM(b, v.Q/8))(t)
		sealed := aead.Seal(nil, v.IV, v.Plaintext, v.Additional)
		split := len(v.Plaintext)
		if !bytes.Equal(sealed[split:], v.Tag) {
			t.Errorf("tag %x, want %x", sealed[split:], v.Tag)
		}
		return sealed[:split], must(aead.Open(nil, v.IV, append(bytes.Clone(v.Ciphertext), v.Tag...), v.Additional))(t)
	},
	"CCM": func(t *testing.T, b cipher.Block, v vectors.KalynaVector) ([]byte, []byte) {
		aead := must(kalyna.NewCCM(b, v.Q/8, v.MaxLength/8))(t)
		return aead.Seal(nil, v.IV, v.Plaintext, v.Additional), must(aead.Open(nil, v.IV, v.Ciphertext, v.Additional))(t)
	},
}

var codes = map[string]func(b cipher.Block, size int) (hash.Hash, error){
	"CMAC": kalyna.NewCMAC,
	"GMAC": kalyna.NewGMAC,
}

func TestVectors(t *testing.T) {
	t.Parallel()
	checked := map[string]int{}
	for i, v := range load(t).Vectors {
		b := newCipher(t, v)
		if mode := modes[v.Mode]; mode != nil {
			checked[v.Mode]++
			ciphertext, plaintext := mode(t, b, v)
			if !bytes.Equal(ciphertext, v.Ciphertext) {
				t.Errorf("vector %d, %s: encrypts to %x, want %x", i, v.Mode, ciphertext, v.Ciphertext)
			}
			if !bytes.Equal(plaintext, v.Plaintext) {
				t.Errorf("vector %d, %s: decrypts to %x, want %x", i, v.Mode, plaintext, v.Plaintext)
			}
		}
		if start := codes[v.Mode]; start != nil {
			checked[v.Mode]++
			h := must(start(b, v.Q/8))(t)
			if got := code(t, h, v.Plaintext); !bytes.Equal(got, v.Tag) {
				t.Errorf("vector %d, %s: %x, want %x", i, v.Mode, got, v.Tag)
			}
		}
	}
	for mode := range modes {
		if checked[mode] == 0 {
			t.Errorf("no vector of %s", mode)
		}
	}
	for mode := range codes {
		if checked[mode] == 0 {
			t.Errorf("no vector of %s", mode)
		}
	}
}

func TestWrapKey(t *testing.T) {
	t.Parallel()
	for i, v := range load(t).Wrap {
		wrapped, err := kalyna.WrapKey(v.KEK, v.IV, v.CEK)
		if err != nil || !bytes.Equal(wrapped, v.Wrapped) {
			t.Errorf("vector %d: wrapped %x, %v, want %x", i, wrapped, err, v.Wrapped)
		}
		cek, err := kalyna.UnwrapKey(v.KEK, v.Wrapped)
		if err != nil || !bytes.Equal(cek, v.CEK) {
			t.Errorf("vector %d: unwrapped %x, %v, want %x", i, cek, err, v.CEK)
		}
	}
}
