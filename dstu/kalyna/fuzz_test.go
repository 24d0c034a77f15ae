package kalyna_test

import (
	"bytes"
	"testing"

	"github.com/dovidka/dovidka/dstu/kalyna"
)

func FuzzUnwrapKey(f *testing.F) {
	for _, v := range load(f).Wrap {
		f.Add([]byte(v.KEK), []byte(v.Wrapped))
		f.Add([]byte(v.CEK), []byte(v.Wrapped))
	}
	f.Fuzz(func(t *testing.T, kek, wrapped []byte) {
		cek, err := kalyna.UnwrapKey(kek, wrapped)
		if err == nil && len(cek) != kalyna.KeySize256 {
			t.Errorf("key of %d bytes", len(cek))
		}
	})
}

func FuzzCFB(f *testing.F) {
	for _, v := range load(f).Vectors {
		if v.Mode == "CFB" {
			f.Add(v.Block/8, []byte(v.Key), []byte(v.IV), v.Q/8, []byte(v.Plaintext))
		}
	}
	f.Fuzz(func(t *testing.T, block int, key, iv []byte, segment int, message []byte) {
		b, err := kalyna.NewCipher(block, key)
		if err != nil {
			return
		}
		encrypter, err := kalyna.NewCFBEncrypter(b, iv, segment)
		if err != nil {
			return
		}
		got := bytes.Clone(message)
		encrypter.CryptLast(got, got)
		must(kalyna.NewCFBDecrypter(b, iv, segment))(t).CryptLast(got, got)
		if !bytes.Equal(got, message) {
			t.Errorf("%x comes back as %x", message, got)
		}
	})
}
