package dstu4145_test

import (
	"encoding/hex"
	"fmt"

	"github.com/dovidka/dovidka/dstu/dstu4145"
	"github.com/dovidka/dovidka/dstu/gost34311"
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
