package kalyna_test

import (
	"bytes"
	"crypto/cipher"
	"testing"

	"github.com/dovidka/dovidka/dstu/kalyna"
)

// foreign hides the type, so that the modes go block by block.
type foreign struct{ cipher.Block }

// TestManyBlocks compares what goes through many blocks at once with single blocks, for every number of blocks to a batch
// and a rest.
func TestManyBlocks(t *testing.T) {
	t.Parallel()
	everySize(t, func(t *testing.T, b cipher.Block, iv []byte) {
		for length := 0; length <= 1200; length += b.BlockSize() {
			message := counting(length)
			encrypted, decrypted := make([]byte, length), make([]byte, length)
			for i := 0; i < length; i += b.BlockSize() {
				b.Encrypt(encrypted[i:], message[i:])
				b.Decrypt(decrypted[i:], message[i:])
			}
			got := make([]byte, length)
			must(kalyna.NewECBEncrypter(b))(t).CryptBlocks(got, message)
			if !bytes.Equal(got, encrypted) {
				t.Fatalf("%d bytes: %x, want %x", length, got, encrypted)
			}
			copy(got, message)
			must(kalyna.NewECBDecrypter(b))(t).CryptBlocks(got, got)
			if !bytes.Equal(got, decrypted) {
				t.Fatalf("%d bytes in place: %x, want %x", length, got, decrypted)
			}
			must(kalyna.NewECBDecrypter(foreign{b}))(t).CryptBlocks(encrypted, encrypted)
			must(kalyna.NewECBEncrypter(foreign{b}))(t).CryptBlocks(got, got)
			if !bytes.Equal(encrypted, message) || !bytes.Equal(got, message) {
				t.Fatalf("%d bytes do not come back", length)
			}
			stream, slow := must(kalyna.NewCTR(b, iv))(t), must(kalyna.NewCTR(foreign{b}, iv))(t)
			want := make([]byte, length)
			stream.XORKeyStream(got, message)
			for i := range message { // a byte at a time never takes the quick way
				slow.XORKeyStream(want[i:i+1], message[i:i+1])
			}
			if !bytes.Equal(got, want) {
				t.Fatalf("CTR of %d bytes: %x, want %x", length, got, want)
			}
			must(kalyna.NewCFBEncrypter(b, iv, b.BlockSize()))(t).CryptBlocks(got, message)
			must(kalyna.NewCFBEncrypter(foreign{b}, iv, b.BlockSize()))(t).CryptBlocks(want, message)
			if !bytes.Equal(got, want) {
				t.Fatalf("CFB of %d bytes: %x, want %x", length, got, want)
			}
			must(kalyna.NewCFBDecrypter(b, iv, b.BlockSize()))(t).CryptBlocks(got, got)
			if !bytes.Equal(got, message) {
				t.Fatalf("CFB of %d bytes comes back as %x", length, got)
			}
		}
	})
}
