package keystore_test

import (
	"errors"
	"fmt"
	"os"

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
