package vectors_test

import (
	"fmt"

	"github.com/dovidka/dovidka/dstu/dstu4145"
	"github.com/dovidka/dovidka/dstu/vectors"
)

// The tests of the edges are put to an implementation, which stands in place of ours here.
func ExampleLoadVerifyEdges() {
	files, err := vectors.LoadVerifyEdges()
	if err != nil {
		panic(err)
	}
	tests, wrong := 0, 0
	for _, file := range files {
		for _, group := range file.TestGroups {
			curve, ok := dstu4145.CurveByOID(group.OID)
			if !ok {
				panic(group.Curve)
			}
			key, err := dstu4145.ParsePublicKey(curve, group.PublicKey)
			if err != nil {
				panic(err)
			}
			for _, test := range group.Tests {
				tests++
				accepted := dstu4145.Verify(key, test.Digest, test.Sig)
				if test.Result != vectors.Acceptable && accepted != (test.Result == vectors.Valid) {
					wrong++
					fmt.Println(group.Curve, test.TcID, test.Comment, test.Flags)
				}
			}
		}
	}
	fmt.Println(tests > 7000, wrong)
	// Output: true 0
}
