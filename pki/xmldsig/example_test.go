package xmldsig_test

import (
	"fmt"
	"os"
	"time"

	"github.com/dovidka/dovidka/pki/xmldsig"
)

// What was verified is the tree, and from the tree it is read.
func ExampleVerifyEnveloped() {
	raw, err := os.ReadFile("testdata/xmlsec/p384-mixed.xml")
	if err != nil {
		panic(err)
	}
	doc, err := xmldsig.Parse(raw, xmldsig.Limits{})
	if err != nil {
		panic(err)
	}
	signature, err := xmldsig.VerifyEnveloped(doc, xmldsig.Options{})
	if err != nil {
		panic(err)
	}
	// Whether this certificate is to be believed is for the caller to say.
	fmt.Println(signature.Certificate.Subject.Reveal(), signature.SigningTime.Format(time.DateOnly))
	text, _ := doc.Root.Children[1].Element.Text()
	fmt.Println(text)
	// Output:
	// C=UA, CN=xmlsec p384 2026-11-01
	// Довідка & підпис
}
