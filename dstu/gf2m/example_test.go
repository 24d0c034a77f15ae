package gf2m_test

import (
	"fmt"

	"github.com/dovidka/dovidka/dstu/gf2m"
)

// Every element but zero has an inverse.
func ExampleField() {
	field, err := gf2m.NewField(257, 12)
	if err != nil {
		panic(err)
	}
	x := gf2m.Element{0x1234}
	var inverse, product gf2m.Element
	inverse.Invert(field, &x)
	product.Mul(field, &x, &inverse)
	fmt.Println(product == gf2m.One())
	// Output: true
}
