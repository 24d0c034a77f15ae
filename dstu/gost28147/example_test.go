package gost28147_test

import (
	"bytes"
	"fmt"

	"github.com/dovidka/dovidka/dstu/gost28147"
)

// The key of a document travels wrapped; a byte changed on the way is noticed.
func ExampleWrapKey() {
	kek, iv, key := bytes.Repeat([]byte{1}, gost28147.KeySize), []byte("8 bytes!"), bytes.Repeat([]byte{2}, gost28147.KeySize)
	wrapped, err := gost28147.WrapKey(kek, iv, key, gost28147.DefaultSBox())
	if err != nil {
		panic(err)
	}
	unwrapped, err := gost28147.UnwrapKey(kek, wrapped, gost28147.DefaultSBox())
	fmt.Println(len(wrapped), bytes.Equal(unwrapped, key), err)
	wrapped[0] ^= 1
	_, err = gost28147.UnwrapKey(kek, wrapped, gost28147.DefaultSBox())
	fmt.Println(err)
	// Output:
	// 44 true <nil>
	// gost28147: wrapped key does not authenticate
}

// Enveloped data and key containers are encrypted with feedback; content of any length is decrypted as it arrives.
func ExampleNewCFBDecrypter() {
	key, iv := bytes.Repeat([]byte{1}, gost28147.KeySize), []byte("8 bytes!")
	b, err := gost28147.NewCipher(key, gost28147.DefaultSBox())
	if err != nil {
		panic(err)
	}
	content := []byte("Лікар бачить лише те, на що пацієнт погодився.")
	gost28147.NewCFBEncrypter(b, iv).XORKeyStream(content, content)

	decrypter := gost28147.NewCFBDecrypter(b, iv)
	decrypter.XORKeyStream(content[:9], content[:9])
	decrypter.XORKeyStream(content[9:], content[9:])
	fmt.Println(string(content))
	// Output: Лікар бачить лише те, на що пацієнт погодився.
}
