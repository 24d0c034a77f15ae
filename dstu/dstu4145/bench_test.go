package dstu4145_test

import (
	"testing"

	"github.com/dovidka/dovidka/dstu/dstu4145"
)

func benchmarkInput(b *testing.B, c *dstu4145.Curve) (key *dstu4145.PrivateKey, digest, signature []byte) {
	b.Helper()
	key = newKey(b, c)
	digest = make([]byte, 32)
	signature, err := key.Sign(nil, digest, nil)
	if err != nil {
		b.Fatal(err)
	}
	return key, digest, signature
}

func benchmarkVerifyNewKey(b *testing.B, c *dstu4145.Curve) {
	b.Helper()
	key, digest, signature := benchmarkInput(b, c)
	encoded := key.PublicKey().Bytes()
	b.ReportAllocs()
	for b.Loop() {
		pub, err := dstu4145.ParsePublicKey(c, encoded)
		if err != nil || !dstu4145.Verify(pub, digest, signature) {
			b.Fatal("the signature does not verify")
		}
	}
}

func benchmarkVerifySameKey(b *testing.B, c *dstu4145.Curve) {
	b.Helper()
	key, digest, signature := benchmarkInput(b, c)
	b.ReportAllocs()
	for b.Loop() {
		if !dstu4145.Verify(key.PublicKey(), digest, signature) {
			b.Fatal("the signature does not verify")
		}
	}
}

func benchmarkSign(b *testing.B, c *dstu4145.Curve) {
	b.Helper()
	key, digest, _ := benchmarkInput(b, c)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := key.Sign(nil, digest, nil); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerify257NewKey(b *testing.B)  { benchmarkVerifyNewKey(b, dstu4145.M257()) }
func BenchmarkVerify257SameKey(b *testing.B) { benchmarkVerifySameKey(b, dstu4145.M257()) }
func BenchmarkSign257(b *testing.B)          { benchmarkSign(b, dstu4145.M257()) }
func BenchmarkVerify431NewKey(b *testing.B)  { benchmarkVerifyNewKey(b, dstu4145.M431()) }
func BenchmarkVerify431SameKey(b *testing.B) { benchmarkVerifySameKey(b, dstu4145.M431()) }
func BenchmarkSign431(b *testing.B)          { benchmarkSign(b, dstu4145.M431()) }
