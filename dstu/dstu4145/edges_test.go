package dstu4145_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/dovidka/dovidka/dstu/dstu4145"
	"github.com/dovidka/dovidka/dstu/vectors"
)

// edgeCurve finds a curve by the name and the identifier of a group.
func edgeCurve(t *testing.T, name, oid string) *dstu4145.Curve {
	t.Helper()
	c, ok := dstu4145.CurveByOID(oid)
	if !ok || c.Name() != strings.Replace(name, "_", "-", 1) {
		t.Fatalf("curve %s %s is not known", name, oid)
	}
	return c
}

// TestVerifyEdges runs every edge case of a signature twice, as a key has other tables from its second use on. What is
// merely acceptable is refused.
func TestVerifyEdges(t *testing.T) {
	t.Parallel()
	files, err := vectors.LoadVerifyEdges()
	if err != nil || len(files) != 15 {
		t.Fatalf("%d files: %v", len(files), err)
	}
	for _, file := range files {
		t.Run(file.TestGroups[0].Curve, func(t *testing.T) {
			t.Parallel()
			count := 0
			for _, group := range file.TestGroups {
				c := edgeCurve(t, group.Curve, group.OID)
				for _, test := range group.Tests {
					count++
					pub, err := dstu4145.ParsePublicKey(c, group.PublicKey)
					if err != nil {
						t.Fatal(err)
					}
					for _, use := range []string{"first", "second"} {
						if got := dstu4145.Verify(pub, test.Digest, test.Sig); got != (test.Result == vectors.Valid) {
							t.Errorf("test %d, %s %v, %s use of the key: %v", test.TcID, test.Comment, test.Flags, use, got)
						}
					}
				}
			}
			if count != file.NumberOfTests || count < 300 {
				t.Errorf("%d tests, the file speaks of %d", count, file.NumberOfTests)
			}
		})
	}
}

// TestKeyEdges reads every edge case of an encoded key.
func TestKeyEdges(t *testing.T) {
	t.Parallel()
	file, err := vectors.LoadKeyEdges()
	if err != nil || len(file.TestGroups) != 15 {
		t.Fatalf("%d groups: %v", len(file.TestGroups), err)
	}
	count := 0
	for _, group := range file.TestGroups {
		c := edgeCurve(t, group.Curve, group.OID)
		for _, test := range group.PublicTests {
			count++
			parse, encoded := dstu4145.ParsePublicKey, []byte(test.Key)
			if test.Encoding == "BE" {
				parse = dstu4145.ParsePublicKeyBE
				encoded = slices.Clone(encoded)
				slices.Reverse(encoded)
			}
			pub, err := parse(c, test.Key)
			if (err == nil) != (test.Result == vectors.Valid) {
				t.Errorf("%s, test %d, %s %v: %v", c.Name(), test.TcID, test.Comment, test.Flags, err)
			} else if err == nil && !bytes.Equal(pub.Bytes(), encoded) {
				t.Errorf("%s, test %d comes back as %x", c.Name(), test.TcID, pub.Bytes())
			}
		}
		for _, test := range group.PrivateTests {
			count++
			key, err := dstu4145.NewPrivateKey(c, test.Private)
			if (err == nil) != (test.Result == vectors.Valid) {
				t.Errorf("%s, test %d, %s %v: %v", c.Name(), test.TcID, test.Comment, test.Flags, err)
			} else if err == nil && !bytes.Equal(key.PublicKey().Bytes(), test.Public) {
				t.Errorf("%s, test %d, %s has the public key %x, want %x", c.Name(), test.TcID, test.Comment, key.PublicKey().Bytes(), test.Public)
			}
		}
	}
	if count != file.NumberOfTests || count < 1000 {
		t.Errorf("%d keys, the file speaks of %d", count, file.NumberOfTests)
	}
}
