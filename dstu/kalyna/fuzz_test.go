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

// FuzzOpen wants that what opens seals back to the same bytes.
func FuzzOpen(f *testing.F) {
	for _, v := range load(f).Vectors {
		switch v.Mode {
		case "GCM":
			f.Add(false, v.Block/8, []byte(v.Key), []byte(v.IV), append(bytes.Clone(v.Ciphertext), v.Tag...), []byte(v.Additional))
		case "CCM":
			f.Add(true, v.Block/8, []byte(v.Key), []byte(v.IV), []byte(v.Ciphertext), []byte(v.Additional))
		}
	}
	f.Fuzz(func(t *testing.T, ccm bool, block int, key, nonce, sealed, additional []byte) {
		b, err := kalyna.NewCipher(block, key)
		if err != nil || len(nonce) != block {
			return
		}
		aead := must(kalyna.NewGCM(b, 16))(t)
		if ccm {
			aead = must(kalyna.NewCCM(b, 16, 4))(t)
		}
		opened, err := aead.Open(nil, nonce, sealed, additional)
		if err != nil {
			return
		}
		if again := aead.Seal(nil, nonce, opened, additional); !bytes.Equal(again, sealed) {
			t.Errorf("%x seals to %x, not to %x", opened, again, sealed)
		}
	})
}

func FuzzUnwrap(f *testing.F) {
	for _, v := range load(f).Vectors {
		if v.Mode == "KW" {
			f.Add(v.Block/8, []byte(v.Key), []byte(v.Ciphertext), len(v.Plaintext))
		}
	}
	f.Fuzz(func(t *testing.T, block int, key, wrapped []byte, length int) {
		b, err := kalyna.NewCipher(block, key)
		if err != nil {
			return
		}
		got, err := kalyna.Unwrap(b, wrapped, length)
		if err != nil {
			return
		}
		if again := must(kalyna.Wrap(b, got))(t); !bytes.Equal(again, wrapped) {
			t.Errorf("%x wraps to %x, not to %x", got, again, wrapped)
		}
	})
}
