package gost28147

import (
	"bytes"
	"crypto/cipher"
	"math/rand/v2"
	"testing"
)

// random returns bytes that are the same in every run.
func random(n int) []byte {
	out := make([]byte, n)
	rand.NewChaCha8([32]byte{byte(n), byte(n >> 8)}).Read(out)
	return out
}

// TestManyBlocks compares what runs side by side, with assembly and without, with single blocks, for every substitution
// block and every number of blocks to three groups and a rest.
func TestManyBlocks(t *testing.T) {
	t.Parallel()
	for number, box := range accepted() {
		b, err := newBlock(random(KeySize), box)
		if err != nil {
			t.Fatal(err)
		}
		for _, vectors := range []bool{vectors(), false} {
			b.vectors = vectors
			for length := 0; length <= 3*groupSize+7*BlockSize; length += BlockSize {
				message := random(length)
				encrypted, decrypted := make([]byte, length), make([]byte, length)
				for i := 0; i < length; i += BlockSize {
					b.Encrypt(encrypted[i:], message[i:])
					b.Decrypt(decrypted[i:], message[i:])
				}
				got := make([]byte, length)
				NewECBEncrypter(b).CryptBlocks(got, message)
				if !bytes.Equal(got, encrypted) {
					t.Fatalf("block %d, vectors %v, %d bytes: %x, want %x", number, vectors, length, got, encrypted)
				}
				NewECBDecrypter(b).CryptBlocks(message, message)
				if !bytes.Equal(message, decrypted) {
					t.Fatalf("block %d, vectors %v, %d bytes in place: %x, want %x", number, vectors, length, message, decrypted)
				}
			}
		}
	}
}

// foreign hides the type, so that the modes go block by block.
type foreign struct{ cipher.Block }

// TestModesOfManyBlocks compares the modes over this cipher with the same modes block by block, cut anywhere.
func TestModesOfManyBlocks(t *testing.T) {
	t.Parallel()
	b, err := newBlock(random(KeySize), nil)
	if err != nil {
		t.Fatal(err)
	}
	iv := []byte{1, 2, 3, 4, 5, 6, 7, 0xfe}
	for name, start := range map[string]func(cipher.Block, []byte) cipher.Stream{
		"gamma": NewGamma, "CFB": NewCFBEncrypter, "CFB decryption": NewCFBDecrypter,
	} {
		for _, vectors := range []bool{vectors(), false} {
			b.vectors = vectors
			for _, length := range []int{1, 7, 8, 63, 64, 65, batch - 1, batch, batch + 9, 3*batch + 77} {
				message := random(length)
				want := make([]byte, length)
				start(foreign{b}, iv).XORKeyStream(want, message)
				for _, cut := range []int{0, 1, 8, length / 3, length} {
					if cut > length {
						continue
					}
					got := bytes.Clone(message)
					s := start(b, iv)
					s.XORKeyStream(got[:cut], got[:cut])
					s.XORKeyStream(got[cut:], got[cut:])
					if !bytes.Equal(got, want) {
						t.Fatalf("%s, vectors %v, %d bytes cut at %d differ", name, vectors, length, cut)
					}
				}
			}
		}
	}
}

func TestECBMisuse(t *testing.T) {
	t.Parallel()
	b, err := newBlock(make([]byte, KeySize), nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, misuse := range map[string]func(){
		"part of a block": func() { NewECBEncrypter(b).CryptBlocks(make([]byte, 16), make([]byte, 15)) },
		"into too short":  func() { NewECBDecrypter(b).CryptBlocks(make([]byte, 15), make([]byte, 16)) },
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
	got := make([]byte, 16)
	NewECBEncrypter(foreign{b}).CryptBlocks(got, got)
	NewECBDecrypter(foreign{b}).CryptBlocks(got, got)
	if !bytes.Equal(got, make([]byte, 16)) {
		t.Errorf("zeros come back as %x", got)
	}
}
