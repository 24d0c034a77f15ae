package kalyna_test

import (
	"bytes"
	"fmt"

	"github.com/dovidka/dovidka/dstu/kalyna"
)

// The key of a document travels wrapped; a byte changed on the way is noticed.
func ExampleWrapKey() {
	kek, iv, key := bytes.Repeat([]byte{1}, 32), bytes.Repeat([]byte{2}, 32), bytes.Repeat([]byte{3}, 32)
	wrapped, err := kalyna.WrapKey(kek, iv, key)
	if err != nil {
		panic(err)
	}
	unwrapped, err := kalyna.UnwrapKey(kek, wrapped)
	fmt.Println(len(wrapped), bytes.Equal(unwrapped, key), err)
	wrapped[0] ^= 1
	_, err = kalyna.UnwrapKey(kek, wrapped)
	fmt.Println(err)
	// Output:
	// 96 true <nil>
	// kalyna: wrapped key does not authenticate
}

// Content arrives in pieces: whole segments go through CryptBlocks, the end through CryptLast.
func ExampleNewCFBDecrypter() {
	key, iv := bytes.Repeat([]byte{1}, 32), bytes.Repeat([]byte{2}, 32)
	b, err := kalyna.NewCipher(kalyna.BlockSize256, key)
	if err != nil {
		panic(err)
	}
	encrypter, err := kalyna.NewCFBEncrypter(b, iv, kalyna.BlockSize256)
	if err != nil {
		panic(err)
	}
	content := []byte("Лікар бачить лише те, на що пацієнт погодився.")
	encrypter.CryptLast(content, content)

	decrypter, err := kalyna.NewCFBDecrypter(b, iv, kalyna.BlockSize256)
	if err != nil {
		panic(err)
	}
	decrypter.CryptBlocks(content[:64], content[:64])
	decrypter.CryptLast(content[64:], content[64:])
	fmt.Println(string(content))
	// Output: Лікар бачить лише те, на що пацієнт погодився.
}

// CCM protects what it encrypts, and the header beside it.
func ExampleNewCCM() {
	key, nonce := bytes.Repeat([]byte{1}, 32), bytes.Repeat([]byte{2}, 16) // a nonce never serves twice
	b, err := kalyna.NewCipher(kalyna.BlockSize128, key)
	if err != nil {
		panic(err)
	}
	aead, err := kalyna.NewCCM(b, 16, 4)
	if err != nil {
		panic(err)
	}
	sealed := aead.Seal(nil, nonce, []byte("content"), []byte("header"))
	opened, err := aead.Open(nil, nonce, sealed, []byte("header"))
	fmt.Println(string(opened), err)
	_, err = aead.Open(nil, nonce, sealed, []byte("another header"))
	fmt.Println(err)
	// Output:
	// content <nil>
	// kalyna: message does not authenticate
}

// GCM does not protect its nonce, so the nonce goes into the additional data as well.
func ExampleNewGCM() {
	key, nonce := bytes.Repeat([]byte{1}, 32), bytes.Repeat([]byte{2}, 32) // a block long, and never the same twice
	b, err := kalyna.NewCipher(kalyna.BlockSize256, key)
	if err != nil {
		panic(err)
	}
	aead, err := kalyna.NewGCM(b, 16)
	if err != nil {
		panic(err)
	}
	header := append([]byte("header"), nonce...)
	sealed := aead.Seal(nil, nonce, []byte("content"), header)
	opened, err := aead.Open(nil, nonce, sealed, header)
	fmt.Println(string(opened), err, aead.NonceSize(), aead.Overhead())
	// Output: content <nil> 32 16
}
