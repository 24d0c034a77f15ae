package gost28147_test

import (
	"bytes"
	"crypto/cipher"
	"errors"
	"testing"

	"github.com/dovidka/dovidka/dstu/gost28147"
	"github.com/dovidka/dovidka/dstu/vectors"
)

func load(t *testing.T) vectors.GOST28147 {
	t.Helper()
	v, err := vectors.LoadGOST28147()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func sbox(t *testing.T, name string) *gost28147.SBox {
	t.Helper()
	switch name {
	case "DKE#1":
		return gost28147.DefaultSBox()
	case "GostR3411-94-TestParamSet":
		return gost28147.TestSBox()
	}
	t.Fatalf("unknown substitution block %q", name)
	return nil
}

func TestVectors(t *testing.T) {
	t.Parallel()
	file := load(t)
	list := append(file.Published, file.Generated...)
	if len(list) == 0 {
		t.Fatal("no vectors")
	}
	checks := 0
	check := func(i int, what string, got, want []byte) {
		checks++
		if !bytes.Equal(got, want) {
			t.Errorf("vector %d: %s %x, want %x", i, what, got, want)
		}
	}
	for i, v := range list {
		box := sbox(t, v.SBox)
		b, err := gost28147.NewCipher(v.Key, box)
		if err != nil {
			t.Fatal(err)
		}
		if v.ECB != nil {
			out := make([]byte, len(v.Plaintext))
			for j := 0; j < len(out); j += gost28147.BlockSize {
				b.Encrypt(out[j:], v.Plaintext[j:])
			}
			check(i, "ECB", out, v.ECB)
			for j := 0; j < len(out); j += gost28147.BlockSize {
				b.Decrypt(out[j:], out[j:])
			}
			check(i, "ECB decryption", out, v.Plaintext)
		}
		if v.CFB != nil {
			check(i, "CFB", stream(gost28147.NewCFBEncrypter(b, v.IV), v.Plaintext), v.CFB)
			check(i, "CFB decryption", stream(gost28147.NewCFBDecrypter(b, v.IV), v.CFB), v.Plaintext)
		}
		if v.Gamma != nil {
			check(i, "gamma", stream(gost28147.NewGamma(b, v.IV), v.Plaintext), v.Gamma)
		}
		if v.MAC != nil {
			data := v.Plaintext
			if v.MACInput != nil {
				data = v.MACInput
			}
			mac, err := gost28147.MAC(v.Key, box, data)
			if err != nil {
				t.Fatal(err)
			}
			check(i, "MAC", mac[:], v.MAC)
		}
	}
	if want := 24; checks < want {
		t.Errorf("%d checks, want at least %d: fields have gone unread", checks, want)
	}
}

func stream(s cipher.Stream, in []byte) []byte {
	out := make([]byte, len(in))
	s.XORKeyStream(out, in)
	return out
}

// TestStreamsInPieces feeds every split of a message and compares with one call.
func TestStreamsInPieces(t *testing.T) {
	t.Parallel()
	b, err := gost28147.NewCipher(make([]byte, gost28147.KeySize), nil)
	if err != nil {
		t.Fatal(err)
	}
	iv := []byte("12345678")
	message := bytes.Repeat([]byte("0123456789"), 5)
	for name, start := range map[string]func() cipher.Stream{
		"CFB encryption": func() cipher.Stream { return gost28147.NewCFBEncrypter(b, iv) },
		"CFB decryption": func() cipher.Stream { return gost28147.NewCFBDecrypter(b, iv) },
		"gamma":          func() cipher.Stream { return gost28147.NewGamma(b, iv) },
	} {
		want := stream(start(), message)
		for cut := range message {
			s := start()
			got := append(stream(s, message[:cut]), stream(s, message[cut:])...)
			if !bytes.Equal(got, want) {
				t.Errorf("%s cut at %d differs", name, cut)
			}
		}
		inPlace := bytes.Clone(message)
		start().XORKeyStream(inPlace, inPlace)
		if !bytes.Equal(inPlace, want) {
			t.Errorf("%s in place differs", name)
		}
	}
}

func TestKeyWrap(t *testing.T) {
	t.Parallel()
	list := load(t).Wrap
	if len(list) == 0 {
		t.Fatal("no vectors")
	}
	for i, v := range list {
		wrapped, err := gost28147.WrapKey(v.KEK, v.IV, v.CEK, nil)
		if err != nil || !bytes.Equal(wrapped, v.Wrapped) {
			t.Errorf("vector %d: wrapped %x, %v, want %x", i, wrapped, err, v.Wrapped)
		}
		cek, err := gost28147.UnwrapKey(v.KEK, v.Wrapped, nil)
		if err != nil || !bytes.Equal(cek, v.CEK) {
			t.Errorf("vector %d: unwrapped %x, %v, want %x", i, cek, err, v.CEK)
		}
		for j := range v.Wrapped {
			broken := bytes.Clone(v.Wrapped)
			broken[j] ^= 1
			if _, err := gost28147.UnwrapKey(v.KEK, broken, nil); !errors.Is(err, gost28147.ErrUnwrap) {
				t.Errorf("vector %d with byte %d changed: %v, want ErrUnwrap", i, j, err)
			}
		}
		if _, err := gost28147.UnwrapKey(v.KEK, v.Wrapped[1:], nil); err == nil {
			t.Errorf("vector %d: short wrapped key accepted", i)
		}
	}
	kek := make([]byte, gost28147.KeySize)
	for _, c := range []struct{ kek, iv, cek int }{{31, 8, 32}, {32, 7, 32}, {32, 8, 31}} {
		if _, err := gost28147.WrapKey(kek[:c.kek], make([]byte, c.iv), make([]byte, c.cek), nil); err == nil {
			t.Errorf("WrapKey with lengths %v accepted", c)
		}
	}
}

func TestParseDKE(t *testing.T) {
	t.Parallel()
	boxes := []*gost28147.SBox{gost28147.TestSBox()}
	for n := 1; n <= 10; n++ {
		s, err := gost28147.NumberedSBox(n)
		if err != nil {
			t.Fatal(err)
		}
		boxes = append(boxes, s)
	}
	for i, s := range boxes {
		parsed, err := gost28147.ParseDKE(s.DKE())
		if err != nil || parsed != s {
			t.Errorf("block %d does not parse back: %v", i, err)
		}
		for row := range 8 { // every row must be a permutation, or decryption of the standard has no meaning
			var seen uint16
			for _, b := range s.DKE()[8*row : 8*row+8] {
				seen |= 1<<(b>>4) | 1<<(b&15)
			}
			if seen != 0xffff {
				t.Errorf("block %d, row %d is not a permutation", i, row)
			}
		}
		for j := range i {
			if s.Equal(boxes[j]) {
				t.Errorf("blocks %d and %d are equal", i, j)
			}
		}
	}
	if !gost28147.DefaultSBox().Equal(nil) || gost28147.DefaultSBox() != boxes[1] {
		t.Error("the default is not DKE №1")
	}
	for _, n := range []int{-1, 0, 11} {
		if _, err := gost28147.NumberedSBox(n); err == nil {
			t.Errorf("block №%d exists", n)
		}
	}
	identity := bytes.Repeat([]byte{0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef}, 8)
	if _, err := gost28147.ParseDKE(identity); !errors.Is(err, gost28147.ErrUnknownDKE) {
		t.Errorf("the identity block: %v, want ErrUnknownDKE", err)
	}
	for _, length := range []int{0, 63, 65, 128} {
		if _, err := gost28147.ParseDKE(make([]byte, length)); err == nil {
			t.Errorf("block of %d bytes accepted", length)
		}
	}
}

func TestBadInput(t *testing.T) {
	t.Parallel()
	for _, length := range []int{0, 31, 33} {
		if _, err := gost28147.NewCipher(make([]byte, length), nil); err == nil {
			t.Errorf("key of %d bytes accepted", length)
		}
		if _, err := gost28147.MAC(make([]byte, length), nil, nil); err == nil {
			t.Errorf("MAC with a key of %d bytes accepted", length)
		}
	}
	b, err := gost28147.NewCipher(make([]byte, gost28147.KeySize), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if recover() == nil {
			t.Error("a start vector of 7 bytes did not panic")
		}
	}()
	gost28147.NewCFBDecrypter(b, make([]byte, 7))
}

func FuzzParseDKE(f *testing.F) {
	f.Add(gost28147.DefaultSBox().DKE())
	f.Add(gost28147.TestSBox().DKE())
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, dke []byte) {
		s, err := gost28147.ParseDKE(dke)
		if err == nil && !bytes.Equal(s.DKE(), dke) {
			t.Errorf("%x parses to %x", dke, s.DKE())
		}
	})
}

func FuzzUnwrapKey(f *testing.F) {
	file, err := vectors.LoadGOST28147()
	if err != nil {
		f.Fatal(err)
	}
	for _, v := range file.Wrap {
		f.Add([]byte(v.KEK), []byte(v.Wrapped))
	}
	f.Fuzz(func(t *testing.T, kek, wrapped []byte) {
		cek, err := gost28147.UnwrapKey(kek, wrapped, nil)
		if err == nil && len(cek) != gost28147.KeySize {
			t.Errorf("key of %d bytes", len(cek))
		}
	})
}

func benchmark(b *testing.B, start func(cipher.Block) func(data []byte)) {
	b.Helper()
	block, err := gost28147.NewCipher(make([]byte, gost28147.KeySize), nil)
	if err != nil {
		b.Fatal(err)
	}
	data := make([]byte, 1<<14)
	run := start(block)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		run(data)
	}
}

func BenchmarkECB(b *testing.B) {
	benchmark(b, func(block cipher.Block) func([]byte) {
		mode := gost28147.NewECBEncrypter(block)
		return func(data []byte) { mode.CryptBlocks(data, data) }
	})
}

func BenchmarkGamma(b *testing.B) {
	benchmark(b, func(block cipher.Block) func([]byte) {
		stream := gost28147.NewGamma(block, make([]byte, gost28147.BlockSize))
		return func(data []byte) { stream.XORKeyStream(data, data) }
	})
}

func BenchmarkCFB(b *testing.B) {
	benchmark(b, func(block cipher.Block) func([]byte) {
		stream := gost28147.NewCFBEncrypter(block, make([]byte, gost28147.BlockSize))
		return func(data []byte) { stream.XORKeyStream(data, data) }
	})
}

func BenchmarkCFBDecrypt(b *testing.B) {
	benchmark(b, func(block cipher.Block) func([]byte) {
		stream := gost28147.NewCFBDecrypter(block, make([]byte, gost28147.BlockSize))
		return func(data []byte) { stream.XORKeyStream(data, data) }
	})
}
