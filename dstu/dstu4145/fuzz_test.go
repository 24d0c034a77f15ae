package dstu4145_test

import (
	"bytes"
	"testing"

	"github.com/dovidka/dovidka/dstu/dstu4145"
	"github.com/dovidka/dovidka/dstu/vectors"
)

func FuzzParsePublicKey(f *testing.F) {
	list := dstu4145.Curves()
	file, err := vectors.LoadDSTU4145()
	if err != nil {
		f.Fatal(err)
	}
	for _, v := range file.Generated {
		for i := range list {
			f.Add(byte(i), []byte(v.PublicKey))
		}
	}
	f.Add(byte(0), []byte{})
	f.Fuzz(func(t *testing.T, i byte, encoded []byte) {
		c := list[int(i)%len(list)]
		pub, err := dstu4145.ParsePublicKey(c, encoded)
		if err != nil {
			return
		}
		if !bytes.Equal(pub.Bytes(), encoded) {
			t.Fatalf("%x parses to %x", encoded, pub.Bytes())
		}
		// A key that was accepted must stand a verification.
		dstu4145.Verify(pub, make([]byte, 32), bytes.Repeat([]byte{1}, c.SignatureSize()))
	})
}

func FuzzVerify(f *testing.F) {
	file, err := vectors.LoadDSTU4145()
	if err != nil {
		f.Fatal(err)
	}
	type genuine struct {
		pub               *dstu4145.PublicKey
		digest, signature []byte
	}
	var list []genuine
	for _, v := range file.Generated {
		for _, c := range dstu4145.Curves() {
			pub, err := dstu4145.ParsePublicKey(c, v.PublicKey)
			if err != nil || !dstu4145.Verify(pub, v.Hash, v.Signature) {
				continue
			}
			list = append(list, genuine{pub, v.Hash, v.Signature})
			f.Add(byte(len(list)-1), []byte(v.Hash), []byte(v.Signature))
		}
	}
	if len(list) != len(file.Generated) {
		f.Fatalf("%d usable vectors of %d", len(list), len(file.Generated))
	}
	f.Fuzz(func(t *testing.T, i byte, digest, signature []byte) {
		v := list[int(i)%len(list)]
		same := bytes.Equal(digest, v.digest) && bytes.Equal(signature, v.signature)
		if ok := dstu4145.Verify(v.pub, v.digest, signature); ok && !bytes.Equal(signature, v.signature) {
			t.Errorf("a forged signature: %x", signature)
		}
		if ok := dstu4145.Verify(v.pub, digest, signature); same && !ok {
			t.Error("the genuine signature is refused")
		}
	})
}
