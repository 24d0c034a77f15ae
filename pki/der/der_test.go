package der_test

import (
	"bytes"
	"encoding/asn1"
	"encoding/hex"
	"errors"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/cryptobyte"

	"github.com/dovidka/dovidka/pki/der"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestNormalise(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		in, want string
		err      error
	}{
		"DER stays":                   {in: "3003020101", want: "3003020101"},
		"indefinite":                  {in: "3080 020101 0000", want: "3003020101"},
		"indefinite inside":           {in: "3080 3180 020101 0000 020102 0000", want: "3008 3103020101 020102"},
		"long form of a short length": {in: "308103 020101", want: "3003020101"},
		"padded length":               {in: "30820003 020101", want: "3003020101"},
		"segments":                    {in: "2480 0402aabb 0401cc 0000", want: "0403aabbcc"},
		"definite segments":           {in: "2407 0402aabb 0401cc", want: "0403aabbcc"},
		"no segments":                 {in: "2400", want: "0400"},
		"bit string segments":         {in: "2380 030200aa 030200bb 0000", want: "030300aabb"},
		"empty bit string segment":    {in: "2380 030100 0000", want: "030100"},
		"no bit string segments":      {in: "2300", err: der.ErrMalformed},
		"empty input":                 {in: "", err: der.ErrMalformed},
		"trailing":                    {in: "3000 00", err: der.ErrTrailing},
		"no end":                      {in: "3080 020101", err: der.ErrMalformed},
		"half an end":                 {in: "3080 020101 00", err: der.ErrMalformed},
		"truncated":                   {in: "3004 020101", err: der.ErrMalformed},
		"child beyond its parent":     {in: "3003 020201", err: der.ErrMalformed},
		"indefinite primitive":        {in: "0480 0000", err: der.ErrMalformed},
		"foreign segment":             {in: "2403 020101", err: der.ErrMalformed},
		"segment of segments":         {in: "2405 2403 0401aa", err: der.ErrMalformed},
		"high tag":                    {in: "1f0101", err: der.ErrMalformed},
		"length of 127 octets":        {in: "30ff", err: der.ErrMalformed},
		"length of 4 GiB":             {in: "3084ffffffff", err: der.ErrMalformed},
		"empty integer":               {in: "0200", err: der.ErrMalformed},
		"long identifier":             {in: "068200c8" + strings.Repeat("81", 199) + "01", err: der.ErrLimit},
		"nested too deep":             {in: strings.Repeat("3080", 40), err: der.ErrLimit},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc, err := der.Normalise(unhex(t, tc.in), der.Limits{})
			if !errors.Is(err, tc.err) {
				t.Fatalf("error %v, want %v", err, tc.err)
			}
			if err == nil && !bytes.Equal(doc.DER, unhex(t, tc.want)) {
				t.Errorf("%x, want %s", doc.DER, tc.want)
			}
		})
	}
}

func TestVerbatim(t *testing.T) {
	t.Parallel()
	in := unhex(t, "3080 3003020101 3080 020102 0000 0000")
	doc, err := der.Normalise(in, der.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if !doc.Verbatim(unhex(t, "3003020101")) {
		t.Error("part in DER is not recognised")
	}
	if doc.Verbatim(unhex(t, "3003020102")) {
		t.Error("rewritten part is taken for original")
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	wide := append([]byte{0x30, 0x82, 0x01, 0x90}, bytes.Repeat([]byte{0x05, 0x00}, 200)...)
	for name, tc := range map[string]struct {
		in     []byte
		limits der.Limits
	}{
		"size":     {wide, der.Limits{Size: 100}},
		"elements": {wide, der.Limits{Elements: 200}},
		"depth":    {unhex(t, "3004 3002 0500"), der.Limits{Depth: 2}},
		"integer":  {unhex(t, "0203 010101"), der.Limits{Integer: 2}},
	} {
		if err := der.Check(tc.in, tc.limits); !errors.Is(err, der.ErrLimit) {
			t.Errorf("%s: Check: %v", name, err)
		}
		if _, err := der.Normalise(tc.in, tc.limits); !errors.Is(err, der.ErrLimit) {
			t.Errorf("%s: Normalise: %v", name, err)
		}
		if err := der.Check(tc.in, der.Limits{}); err != nil {
			t.Errorf("%s: with the usual limits: %v", name, err)
		}
	}
}

func TestOIDAgreesWithEncodingASN1(t *testing.T) {
	t.Parallel()
	for _, oid := range []asn1.ObjectIdentifier{
		{0, 4, 0, 1862, 1, 1}, {1, 2, 804, 2, 1, 1, 1, 1, 3, 1, 1}, {2, 5, 4, 3}, {2, 999, 3}, {1, 3, 6, 1, 4, 1, 19398, 1}, {2, 16, 1<<31 - 1},
	} {
		want, err := asn1.Marshal(oid)
		if err != nil {
			t.Fatal(err)
		}
		var b cryptobyte.Builder
		der.AddOID(&b, oid.String())
		got, err := b.Bytes()
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%v: %x, want %x (%v)", oid, got, want, err)
		}
		s := cryptobyte.String(want)
		var text string
		if !der.ReadOID(&s, &text) || text != oid.String() {
			t.Errorf("%v reads as %q", oid, text)
		}
	}
	// The example of ITU-T X.667: an identifier made of a UUID.
	s := cryptobyte.String(unhex(t, "0614 69 83f09ad4ebdfbca6a298a9c0fdb4a1d2b28c1b00"))
	var text string
	if der.ReadOID(&s, &text) && !strings.HasPrefix(text, "2.25.") {
		t.Errorf("UUID identifier reads as %q", text)
	}
	// What is read is written back, however large the arcs.
	for _, oid := range []string{"2.25.329800735698586629295641978511506172918", "2.68653298256608305.2.1", "2.999", "0.0", "2.0"} {
		var b cryptobyte.Builder
		der.AddOID(&b, oid)
		s := cryptobyte.String(b.BytesOrPanic())
		if !der.ReadOID(&s, &text) || text != oid || !s.Empty() {
			t.Errorf("%s is read back as %q", oid, text)
		}
	}
	for _, bad := range []string{"", "1", "3.1", "1.40", "1.x", "1.2.-3", "1.2.+3", "1..2", "2.1." + strings.Repeat("9", 400)} {
		var b cryptobyte.Builder
		der.AddOID(&b, bad)
		if _, err := b.Bytes(); err == nil {
			t.Errorf("%q is written", bad)
		}
	}
}

func TestTime(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"170d3235303330313132303030305a":                  "2025-03-01T12:00:00Z",
		"180f32303235303330313132303030305a":              "2025-03-01T12:00:00Z",
		"181132303235303330313132303030302e355a":          "2025-03-01T12:00:00.5Z",
		"181232303235303330313132303030302e35305a":        "", // zero at the end of the fraction
		"18133230323530333031313230303030" + "2b30323030": "", // not Z
		"170b3235303330313132303" + "05a":                 "",
		"180f32303235313333313132303030305a":              "", // month 13
	} {
		s := cryptobyte.String(unhex(t, in+strings.Repeat("0", len(in)%2)))
		var got time.Time
		ok := der.ReadTime(&s, &got)
		if ok != (want != "") || ok && got.Format(time.RFC3339Nano) != want {
			t.Errorf("%s: %v %v, want %q", in, ok, got, want)
		}
	}
}

func FuzzNormalise(f *testing.F) {
	for _, s := range []string{
		"3003020101", "308002010100000000", "3080318002010100000201020000", "24800402aabb0401cc0000", "2380030200aa030200bb0000",
		"30820003020101", "3084ffffffff", "06032a0304", "0203010101",
	} {
		f.Add(unhex(f, s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		limits := der.Limits{Size: 1 << 16}
		doc, err := der.Normalise(in, limits)
		strict := der.Check(in, limits)
		if err != nil {
			if strict == nil {
				t.Fatalf("DER %x is refused: %v", in, err)
			}
			return
		}
		if strict == nil && !bytes.Equal(doc.DER, in) {
			t.Fatalf("DER %x became %x", in, doc.DER)
		}
		if err := der.Check(doc.DER, limits); err != nil {
			t.Fatalf("%x became %x, which is not DER: %v", in, doc.DER, err)
		}
		if len(doc.DER) > len(in) {
			t.Fatalf("%x grew to %x", in, doc.DER)
		}
	})
}
