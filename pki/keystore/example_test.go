package keystore_test

import (
	"errors"
	"fmt"
	"os"

	"github.com/dovidka/dovidka/dstu/dstu4145"
	"github.com/dovidka/dovidka/pki"
	"github.com/dovidka/dovidka/pki/keystore"
)

func ExampleOpen() {
	file, err := os.ReadFile("testdata/uapki/test-diia.p12")
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = keystore.Open(file, []byte("a guess"))
	fmt.Println(errors.Is(err, keystore.ErrPassword))

	store, err := keystore.Open(file, []byte("testpassword"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(store.Format)
	for _, key := range store.Keys {
		fmt.Println(key) // shows the identifier of the public key only
	}
	// Output:
	// true
	// PKCS#12
	// key 5bc6c06ee1e00c1700e92aa7a9ad75f82d3cb7a9b66e3a98023209b24513315c
	// key 6b1b77c0d1a1b60473a98dd6d4fe5302742aede101daa21f2c83a67ccdedb782
}

// A Key-6.dat has two keys, which their usage tells apart, and no certificate.
func ExampleOpen_key6() {
	file, err := os.ReadFile("testdata/dstu-engine/Key-6.dat")
	if err != nil {
		fmt.Println(err)
		return
	}
	store, err := keystore.Open(file, []byte("tect4"))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, key := range store.Keys {
		public := key.Signer.Public().(*dstu4145.PublicKey)
		fmt.Println(public.Curve().Name(), key.Usage&keystore.UsageSignature != 0, len(key.Certificates))
	}
	// Output:
	// M257-PB true 0
	// M431-PB false 0
}

// The certificate of a key that came without one is told by the public key.
func ExampleKey() {
	file, err := os.ReadFile("testdata/uapki/test-diia.p12")
	if err != nil {
		fmt.Println(err)
		return
	}
	store, err := keystore.Open(file, []byte("testpassword"))
	if err != nil {
		fmt.Println(err)
		return
	}
	raw, err := os.ReadFile("testdata/uapki/diia-test-sign-7775603.cer")
	if err != nil {
		fmt.Println(err)
		return
	}
	certificate, err := pki.ParseCertificate(raw)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, key := range store.Keys {
		public := key.Signer.Public().(*dstu4145.PublicKey)
		fmt.Println(len(key.Certificates), public.Equal(certificate.PublicKey.Key))
	}
	// Output:
	// 0 true
	// 0 false
}

// A new key is put into a file for its owner, with the password that opens it.
func ExampleEncodePFX() {
	private, err := dstu4145.GenerateKey(dstu4145.M257(), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	key := keystore.Key{Signer: private, FriendlyName: "signature"} // its certificates, if there are any, in Certificates
	pfx, err := keystore.EncodePFX([]keystore.Key{key}, []byte("password"), keystore.PFXOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	store, err := keystore.Open(pfx, []byte("password"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(store.Keys[0].FriendlyName, private.Equal(store.Keys[0].Signer))
	// Output: signature true
}
