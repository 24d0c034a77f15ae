package trustlist_test

import (
	"fmt"
	"os"
	"time"

	"github.com/dovidka/dovidka/pki"
	"github.com/dovidka/dovidka/pki/trustlist"
)

// A list is read with its signer pinned; its services then end chains at the times at
// which it grants them.
func ExampleRead() {
	raw, err := os.ReadFile("testdata/made/dss-ec-sha512.xml")
	if err != nil {
		panic(err)
	}
	pinned, err := os.ReadFile("testdata/made/ec.cer")
	if err != nil {
		panic(err)
	}
	signer, err := pki.ParseCertificate(pinned)
	if err != nil {
		panic(err)
	}
	now := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)

	list, err := trustlist.Read(raw, trustlist.Options{Signers: []*pki.Certificate{signer}, Time: now})
	if err != nil {
		panic(err)
	}
	fmt.Println(list.Scheme.Territory, list.Scheme.SequenceNumber, list.Stale(now))
	for _, s := range list.Services() {
		for _, g := range s.Granted {
			fmt.Println(g.From.Format(time.DateOnly), g.Until.Format(time.DateOnly))
		}
	}
	// Output:
	// UA 17 false
	// 2026-02-01 0001-01-01
	// 2025-01-01 2025-08-01
}
