package keystore_test

import (
	"encoding/asn1"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dovidka/dovidka/pki/keystore"
)

// PKCS#12 may be written in BER (RFC 7292, clause 4): indefinite lengths, and strings
// in segments, the encrypted content among them.
func TestBER(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ file, password string }{
		{"openssl/nomac.p12", "secret"},
		{"openssl/chain.p12", "secret"},
		{"dstu-engine/Key-6.dat", "tect4"},
		{"jkurwa/STORE_A040.dat", "password"},
	} {
		want := open(t, c.file, c.password)
		data := read(t, c.file)
		if want.Format == keystore.FormatPFX {
			data = withoutMAC(t, data) // it is over the bytes which change here
		}
		got, err := keystore.Open(toBER(t, data, 2), []byte(c.password))
		if err != nil {
			t.Errorf("%s: %v", c.file, err)
			continue
		}
		if len(got.Keys) != len(want.Keys) || !cmp.Equal(got.Certificates, want.Certificates) {
			t.Errorf("%s: %d keys, %d certificates", c.file, len(got.Keys), len(got.Certificates))
		}
		for i := range got.Keys {
			if got.Keys[i].String() != want.Keys[i].String() {
				t.Errorf("%s: key %d is %s, want %s", c.file, i, got.Keys[i], want.Keys[i])
			}
		}
	}
}

func withoutMAC(t *testing.T, pfx []byte) []byte {
	t.Helper()
	var content struct {
		Version int
		Safe    asn1.RawValue
		MAC     asn1.RawValue `asn1:"optional"`
	}
	if _, err := asn1.Unmarshal(pfx, &content); err != nil {
		t.Fatal(err)
	}
	out, err := asn1.Marshal(struct {
		Version int
		Safe    asn1.RawValue
	}{content.Version, content.Safe})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// toBER rewrites DER with indefinite lengths and with strings in two segments. Strings
// which hold an encoding are rewritten inside, as many levels down as inside says.
func toBER(t *testing.T, data []byte, inside int) []byte {
	t.Helper()
	var out []byte
	for len(data) > 0 {
		var v asn1.RawValue
		rest, err := asn1.Unmarshal(data, &v)
		if err != nil {
			t.Fatal(err)
		}
		data = rest
		tag := v.FullBytes[0]
		isString := tag == 0x04 || tag == 0x80
		switch {
		case v.IsCompound:
			out = append(append(append(out, tag, 0x80), toBER(t, v.Bytes, inside)...), 0, 0)
		case isString && len(v.Bytes) > 64:
			content := v.Bytes
			var inner asn1.RawValue
			if rest, err := asn1.Unmarshal(content, &inner); err == nil && len(rest) == 0 && inside > 0 && inner.Tag == asn1.TagSequence {
				content = toBER(t, content, inside-1)
			}
			half := len(content) / 2
			out = append(out, tag|0x20, 0x80)
			out = append(append(out, segment(t, content[:half])...), segment(t, content[half:])...)
			out = append(out, 0, 0)
		default:
			out = append(out, v.FullBytes...)
		}
	}
	return out
}

func segment(t *testing.T, content []byte) []byte {
	t.Helper()
	out, err := asn1.Marshal(content)
	if err != nil {
		t.Fatal(err)
	}
	return out
}
