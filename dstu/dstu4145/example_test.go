package dstu4145_test

import (
	"bytes"
	"encoding/hex"
	"fmt"

	"github.com/dovidka/dovidka/dstu/dstu4145"
	"github.com/dovidka/dovidka/dstu/gost34311"
	"github.com/dovidka/dovidka/dstu/kupyna"
)

// A signature over a document is checked with the public key and the curve of the signer's certificate.
func ExampleVerify() {
	encoded, err := hex.DecodeString("1a28a93a8741e6a1e2b972f47865ae755fdc5d58024938e43e69d387a23fccad01")
	if err != nil {
		panic(err)
	}
	signature, err := hex.DecodeString("6e69e330464cd760d5e1884309e95dd64362045f96d7b55933aca2377f61f955" +
		"6a03c6f9821405b8ab5064e687cbb72a9584b9f5b605177dfbbb199c94219738")
	if err != nil {
		panic(err)
	}
	key, err := dstu4145.ParsePublicKey(dstu4145.M257(), encoded)
	if err != nil {
		panic(err)
	}
	genuine := gost34311.Sum([]byte("Довідка"))
	altered := gost34311.Sum([]byte("Довідка."))
	fmt.Println(dstu4145.Verify(key, genuine[:], signature))
	fmt.Println(dstu4145.Verify(key, altered[:], signature))
	// Output:
	// true
	// false
}

// A digest is signed with a new key; who verifies has the public key as certificates hold it.
func ExamplePrivateKey_Sign() {
	private, err := dstu4145.GenerateKey(dstu4145.M257(), nil)
	if err != nil {
		panic(err)
	}
	digest := kupyna.Sum256([]byte("Довідка"))
	signature, err := private.Sign(nil, digest[:], nil)
	if err != nil {
		panic(err)
	}

	public, err := dstu4145.ParsePublicKey(dstu4145.M257(), private.PublicKey().Bytes())
	if err != nil {
		panic(err)
	}
	fmt.Println(len(signature), dstu4145.Verify(public, digest[:], signature))
	// Output: 64 true
}

// Both sides of a key agreement come to the same number, out of which a key is derived.
func ExamplePrivateKey_CofactorECDH() {
	ours, err := dstu4145.GenerateKey(dstu4145.M431(), nil)
	if err != nil {
		panic(err)
	}
	theirs, err := dstu4145.GenerateKey(dstu4145.M431(), nil)
	if err != nil {
		panic(err)
	}
	z, err := ours.CofactorECDH(theirs.PublicKey())
	if err != nil {
		panic(err)
	}
	same, err := theirs.CofactorECDH(ours.PublicKey())
	if err != nil {
		panic(err)
	}
	fmt.Println(len(z), bytes.Equal(z, same))
	// Output: 54 true
}
