package dstu4145_test

import (
	"encoding/hex"
	"testing"

	"github.com/dovidka/dovidka/dstu/dstu4145"
	"github.com/dovidka/dovidka/dstu/gost34311"
)

// TestBigEndian verifies what Bouncy Castle 1.72 signed under the big-endian algorithm
// identifier, in its byte order and in no other.
func TestBigEndian(t *testing.T) {
	t.Parallel()
	for _, v := range []struct {
		curve                   int
		message, key, signature string
	}{
		{
			163, "big-endian 0", "0748b1d77fce1ee8b5a5ba1b9764952532a38b56a5",
			"01f57d3e7e1fc6e273f17ade350356ca8b7c3a4dc202312ed63157fa2c54b3298347688113a7085bf253",
		},
		{
			257, "big-endian 6", "019a64264e0a10a918ba842fbff3bcc969227dc9beacdbce32b136789ebdb790b8",
			"18f49bc67cc09507fa147628a34946c4c9b6c4c360bf1155641e4e60565819522e9f04aa306a5e22158507c3bc52977ab8da5b0683c1e526d4a462ff087a82d1",
		},
		{
			431, "big-endian 9", "36412301dd963448b515e267a20b3d6dcfc859a6c055b3d4eae852c28b08bec061cc15e7ed4e42286c2eb440208b0eb18af20b5116df",
			"2247242975372bb8266430c96a210c567d429c2f8715fde40e81cb342bdeed547ab4ca00bfcd9f1c6396793c59204dfb356a9c6fedd3042ec7532c14711ad6b" +
				"19773d81deb4befa08d238f729f9de76013dbe62c04ae1ea6f69b3bb7ef0272d5d7dc086177ec049da4b33851",
		},
	} {
		c, ok := dstu4145.CurveBySize(v.curve)
		if !ok {
			t.Fatalf("no curve of %d bits", v.curve)
		}
		key, err := dstu4145.ParsePublicKeyBE(c, unhex(t, v.key))
		if err != nil {
			t.Fatal(err)
		}
		digest, signature := gost34311.Sum([]byte(v.message)), unhex(t, v.signature)
		if !dstu4145.VerifyBE(key, digest[:], signature) {
			t.Errorf("%s: the signature does not verify", c.Name())
		}
		if dstu4145.Verify(key, digest[:], signature) {
			t.Errorf("%s: the signature verifies in the other byte order", c.Name())
		}
		signature[len(signature)/3] ^= 1
		if dstu4145.VerifyBE(key, digest[:], signature) {
			t.Errorf("%s: a changed signature verifies", c.Name())
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
