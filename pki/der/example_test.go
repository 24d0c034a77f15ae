package der_test

import (
	"errors"
	"fmt"

	"github.com/dovidka/dovidka/pki/der"
)

// A container in BER becomes DER; a parser of signed parts asks for those as they came.
func ExampleNormalise() {
	ber := []byte{0x30, 0x80, 0x24, 0x80, 0x04, 0x01, 'a', 0x04, 0x01, 'b', 0x00, 0x00, 0x02, 0x01, 0x07, 0x00, 0x00}
	doc, err := der.Normalise(ber, der.Limits{})
	if err != nil {
		panic(err)
	}
	fmt.Printf("%x %v %v\n", doc.DER, doc.Verbatim([]byte{0x02, 0x01, 0x07}), doc.Verbatim([]byte{0x04, 0x02, 'a', 'b'}))
	fmt.Println(errors.Is(der.Check(ber, der.Limits{}), der.ErrMalformed))
	// Output:
	// 300704026162020107 true false
	// true
}
