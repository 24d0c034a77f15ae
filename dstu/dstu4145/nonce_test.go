package dstu4145

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"math/big"
	"testing"
)

// TestNoncesAgreeWithRFC6979 gives the generator the seeds of RFC 6979, A.2.5 (P-256, SHA-256). Its k are the first
// outputs.
func TestNoncesAgreeWithRFC6979(t *testing.T) {
	t.Parallel()
	x, err := hex.DecodeString("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721")
	if err != nil {
		t.Fatal(err)
	}
	for message, want := range map[string]string{
		"sample": "a6e3c57dd01abe90086538398355dd4c3b17aa873382b0f24d6129493d8aad60",
		"test":   "d16b6ae827f17175e040871a1c7ec3500192c4c92677336ec2537acaee0008e0",
	} {
		digest := sha256.Sum256([]byte(message))
		got := make([]byte, 32)
		seedNonces(append(bytes.Clone(x), digest[:]...)).read(got)
		if hex.EncodeToString(got) != want {
			t.Errorf("k of %q is %x, want %s", message, got, want)
		}
	}
}

func TestMACAgreesWithHMAC(t *testing.T) {
	t.Parallel()
	g := seedNonces([]byte{1, 2, 3})
	for length := range maxSeed {
		message := bytes.Repeat([]byte{byte(length)}, length)
		h := hmac.New(sha256.New, g.key[:])
		h.Write(g.value[:])
		h.Write(message)
		if got := g.mac(g.value[:], message); !bytes.Equal(got[:], h.Sum(nil)) {
			t.Fatalf("the code of %d bytes differs", length)
		}
	}
}

func TestReduce(t *testing.T) {
	t.Parallel()
	eachCurve(t, func(t *testing.T, c *Curve) {
		length := c.OrderBytes() + extraBytes
		full := bytes.Repeat([]byte{0xff}, length)
		list := [][]byte{make([]byte, length), full, full[:c.OrderBytes()], full[:8*c.order.words], little(c.n, length)}
		g := seedNonces([]byte(c.Name()))
		for range 50 {
			b := make([]byte, length)
			g.read(b)
			list = append(list, b)
		}
		for _, b := range list {
			big := fromLittle(b)
			want := big.Mod(big, c.n)
			got := c.order.reduce(b)
			if got.big().Cmp(want) != 0 {
				t.Errorf("%x modulo n is %x, want %x", b, got.big(), want)
			}
		}
	})
}

func fromLittle(b []byte) *big.Int {
	z := new(big.Int)
	for i := len(b) - 1; i >= 0; i-- {
		z.Lsh(z, 8).Or(z, big.NewInt(int64(b[i])))
	}
	return z
}
