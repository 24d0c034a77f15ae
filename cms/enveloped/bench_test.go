package enveloped_test

import (
	"crypto/elliptic"
	"testing"

	"github.com/dovidka/dovidka/cms/enveloped"
	"github.com/dovidka/dovidka/pki"
)

// BenchmarkEncrypt and BenchmarkDecrypt take a document of 64 KiB.
func BenchmarkEncrypt(b *testing.B) {
	eachScheme(b, func(b *testing.B, p person, opts enveloped.EncryptOptions, content []byte) {
		for b.Loop() {
			if _, err := enveloped.Encrypt(content, opts); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkDecrypt(b *testing.B) {
	eachScheme(b, func(b *testing.B, p person, opts enveloped.EncryptOptions, content []byte) {
		container, err := enveloped.Encrypt(content, opts)
		if err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			if _, err := enveloped.Decrypt(container, p.opens()); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func eachScheme(b *testing.B, run func(*testing.B, person, enveloped.EncryptOptions, []byte)) {
	national, international := dstuPerson(b, 431), ecPerson(b, elliptic.P256())
	for i, scheme := range enveloped.Schemes() {
		p := international
		if i < 4 {
			p = national
		}
		b.Run(string(scheme), func(b *testing.B) {
			content := make([]byte, 64<<10)
			b.SetBytes(int64(len(content)))
			b.ReportAllocs()
			run(b, p, enveloped.EncryptOptions{Recipients: []*pki.Certificate{p.cert}, Time: now, Scheme: scheme}, content)
		})
	}
}
