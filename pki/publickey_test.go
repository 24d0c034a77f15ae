package pki_test

import (
	"bytes"
	"errors"
	"math/big"
	"slices"
	"strings"
	"testing"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/dovidka/dovidka/dstu/dstu4145"
	"github.com/dovidka/dovidka/dstu/gost28147"
	"github.com/dovidka/dovidka/dstu/gost34311"
	"github.com/dovidka/dovidka/pki"
	"github.com/dovidka/dovidka/pki/der"
)

// dstuParameters are the parameters of every curve, with and without DKE.
func dstuParameters() [][]byte {
	var out [][]byte
	for _, c := range dstu4145.Curves() {
		out = append(out, pki.MarshalDSTUParameters(c, nil), pki.MarshalDSTUParameters(c, gost28147.DefaultSBox()))
	}
	return out
}

func TestDSTUParametersOfEveryCurve(t *testing.T) {
	t.Parallel()
	for _, c := range dstu4145.Curves() {
		for _, sbox := range []*gost28147.SBox{nil, gost28147.DefaultSBox(), gost28147.TestSBox()} {
			curve, got, err := pki.ParseDSTUParameters(pki.MarshalDSTUParameters(c, sbox))
			if err != nil || curve != c || !got.Equal(sbox) {
				t.Errorf("%s: %v", c.Name(), err)
			}
		}
		var named cryptobyte.Builder
		named.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) { der.AddOID(b, c.OID()) })
		if curve, _, err := pki.ParseDSTUParameters(named.BytesOrPanic()); err != nil || curve != c {
			t.Errorf("%s by name: %v", c.Name(), err)
		}
	}
}

// explicit are explicit parameters which a test bends.
type explicit struct {
	m, a      int64
	middle    []int64
	b, base   []byte
	n         *big.Int
	dke, tail []byte
}

func explicitOf(c *dstu4145.Curve) explicit {
	e := explicit{m: int64(c.FieldBits()), a: int64(c.A()), b: c.B(), base: c.BasePoint(), n: c.Order()}
	for _, k := range c.Exponents() {
		e.middle = append(e.middle, int64(k)) // largest first
	}
	return e
}

func (e explicit) marshal() []byte {
	var b cryptobyte.Builder
	sequence := func(b *cryptobyte.Builder, f func(*cryptobyte.Builder)) { b.AddASN1(asn1.SEQUENCE, f) }
	sequence(&b, func(b *cryptobyte.Builder) {
		sequence(b, func(b *cryptobyte.Builder) {
			sequence(b, func(b *cryptobyte.Builder) {
				b.AddASN1Int64(e.m)
				if len(e.middle) == 1 {
					b.AddASN1Int64(e.middle[0])
					return
				}
				sequence(b, func(b *cryptobyte.Builder) {
					for _, k := range e.middle {
						b.AddASN1Int64(k)
					}
				})
			})
			b.AddASN1Int64(e.a)
			b.AddASN1OctetString(e.b)
			b.AddASN1BigInt(e.n)
			b.AddASN1OctetString(e.base)
		})
		if e.dke != nil {
			b.AddASN1OctetString(e.dke)
		}
		b.AddBytes(e.tail)
	})
	return b.BytesOrPanic()
}

func TestExplicitParametersMustBeStandard(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		change func(*explicit)
		want   error
	}{
		"as they are":             {func(*explicit) {}, nil},
		"exponents the other way": {func(e *explicit) { slices.Reverse(e.middle) }, nil},
		"another base point":      {func(e *explicit) { e.base[1] ^= 1 }, pki.ErrUnsupportedAlgorithm},
		"another b":               {func(e *explicit) { e.b[0] ^= 1 }, pki.ErrUnsupportedAlgorithm},
		"another a":               {func(e *explicit) { e.a ^= 1 }, pki.ErrUnsupportedAlgorithm},
		"another order":           {func(e *explicit) { e.n.Add(e.n, big.NewInt(2)) }, pki.ErrUnsupportedAlgorithm},
		"another polynomial":      {func(e *explicit) { e.middle[0]++ }, pki.ErrUnsupportedAlgorithm},
		"another field":           {func(e *explicit) { e.m = 433 }, pki.ErrUnsupportedAlgorithm},
		"short DKE":               {func(e *explicit) { e.dke = gost28147.DefaultSBox().DKE()[:63] }, errBadDKE},
		"unknown DKE":             {func(e *explicit) { e.dke = bytes.Repeat([]byte{1, 0x23}, 32) }, gost28147.ErrUnknownDKE},
		"something after":         {func(e *explicit) { e.dke, e.tail = gost28147.DefaultSBox().DKE(), []byte{5, 0} }, pki.ErrMalformed},
		"order of 100 bytes":      {func(e *explicit) { e.n.Lsh(e.n, 400) }, der.ErrLimit},
	}
	for name, tc := range cases {
		e := explicitOf(dstu4145.M431())
		tc.change(&e)
		_, _, err := pki.ParseDSTUParameters(e.marshal())
		if tc.want != nil && err == nil || !errors.Is(tc.want, errBadDKE) && !errors.Is(err, tc.want) {
			t.Errorf("%s: %v, want %v", name, err, tc.want)
		}
	}
}

// errBadDKE stands for an error of gost28147 which has no name.
var errBadDKE = errors.New("bad DKE")

func TestKeyPolicy(t *testing.T) {
	t.Parallel()
	for m, policy := range map[int]struct{ plain, archive bool }{163: {}, 191: {}, 233: {false, true}, 257: {true, true}, 431: {true, true}} {
		curve, _ := dstu4145.CurveBySize(m)
		key, err := dstu4145.GenerateKey(curve, nil)
		if err != nil {
			t.Fatal(err)
		}
		info := keyInfo(t, key)
		if err := (pki.KeyPolicy{}).Check(info); (err == nil) != policy.plain {
			t.Errorf("m=%d: %v", m, err)
		}
		if err := (pki.KeyPolicy{MinDSTUBits: 233}).Check(info); (err == nil) != policy.archive {
			t.Errorf("m=%d, archives: %v", m, err)
		}
	}
	if err := (pki.KeyPolicy{}).Check(pki.PublicKeyInfo{}); err == nil {
		t.Error("no key is strong enough")
	}
}

func TestSignatureAlgorithms(t *testing.T) {
	t.Parallel()
	data := []byte("data")
	dstu, ec := newDSTU(t), newEC(t)
	alg, digest, err := pki.SignatureAlgorithmFor(keyInfo(t, dstu), "")
	if err != nil {
		t.Fatal(err)
	}
	signature, err := keyInfo(t, dstu).Sign(dstu, alg, digest, data)
	if err != nil {
		t.Fatal(err)
	}
	null := []byte{5, 0}
	cases := map[string]struct {
		key    pki.PublicKeyInfo
		alg    pki.AlgorithmIdentifier
		digest string
		want   error
	}{
		"right":                  {keyInfo(t, dstu), alg, digest, nil},
		"NULL":                   {keyInfo(t, dstu), pki.AlgorithmIdentifier{OID: alg.OID, Parameters: null}, digest, nil},
		"digest within":          {keyInfo(t, dstu), alg, "", nil},
		"other key":              {keyInfo(t, newDSTU(t)), alg, digest, pki.ErrSignature},
		"other digest":           {keyInfo(t, dstu), alg, pki.OIDKupyna256, pki.ErrAlgorithmMismatch},
		"other family":           {keyInfo(t, ec), alg, digest, pki.ErrAlgorithmMismatch},
		"Kupyna":                 {keyInfo(t, dstu), pki.AlgorithmIdentifier{OID: pki.OIDDSTU4145Kupyna256}, "", pki.ErrSignature},
		"parameters":             {keyInfo(t, dstu), pki.AlgorithmIdentifier{OID: alg.OID, Parameters: []byte{4, 0}}, digest, pki.ErrUnsupportedAlgorithm},
		"SHA-1 with RSA":         {keyInfo(t, dstu), pki.AlgorithmIdentifier{OID: "1.2.840.113549.1.1.5"}, "", pki.ErrUnsupportedAlgorithm},
		"MD5 with RSA":           {keyInfo(t, dstu), pki.AlgorithmIdentifier{OID: "1.2.840.113549.1.1.4"}, "", pki.ErrUnsupportedAlgorithm},
		"SHA-1 with ECDSA":       {keyInfo(t, ec), pki.AlgorithmIdentifier{OID: "1.2.840.10045.4.1"}, "", pki.ErrUnsupportedAlgorithm},
		"RSA without digest":     {keyInfo(t, ec), pki.AlgorithmIdentifier{OID: "1.2.840.113549.1.1.1"}, "", pki.ErrUnsupportedAlgorithm},
		"RSA with SHA-1 outside": {keyInfo(t, ec), pki.AlgorithmIdentifier{OID: "1.2.840.113549.1.1.1"}, pki.OIDSHA1, pki.ErrUnsupportedAlgorithm},
		"PSS by default (SHA-1)": {keyInfo(t, ec), pki.AlgorithmIdentifier{OID: "1.2.840.113549.1.1.10", Parameters: []byte{0x30, 0}}, "", pki.ErrUnsupportedAlgorithm},
	}
	for name, tc := range cases {
		if err := tc.key.CheckSignature(tc.alg, tc.digest, data, signature); !errors.Is(err, tc.want) {
			t.Errorf("%s: %v, want %v", name, err, tc.want)
		}
	}
}

func TestKeyInfoErrorsHoldNoKey(t *testing.T) {
	t.Parallel()
	raw := certificate(t, diiaSeal).RawKey
	for i := range raw {
		bent := bytes.Clone(raw)
		bent[i] ^= 0x81
		if _, err := pki.ParsePublicKeyInfo(bent); err != nil && len(err.Error()) > 200 {
			t.Errorf("byte %d: error of %d bytes: %s", i, len(err.Error()), strings.ToValidUTF8(err.Error()[:80], "?"))
		}
	}
}

// TestBigEndianKeys: certificates of one old authority have all octet strings of the
// key the other way round.
func TestBigEndianKeys(t *testing.T) {
	t.Parallel()
	for _, c := range []*dstu4145.Curve{dstu4145.M257(), dstu4145.M431()} {
		key, err := dstu4145.GenerateKey(c, nil)
		if err != nil {
			t.Fatal(err)
		}
		public := key.Public().(*dstu4145.PublicKey)
		e := explicitOf(c)
		point := public.Bytes()
		slices.Reverse(e.b)
		slices.Reverse(e.base)
		slices.Reverse(point)
		spki := func(oid string) []byte {
			var b cryptobyte.Builder
			b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
				pki.AlgorithmIdentifier{OID: oid, Parameters: e.marshal()}.Add(b)
				b.AddASN1(asn1.BIT_STRING, func(b *cryptobyte.Builder) {
					b.AddUint8(0)
					b.AddASN1OctetString(point)
				})
			})
			return b.BytesOrPanic()
		}
		info, err := pki.ParsePublicKeyInfo(spki(pki.OIDDSTU4145BE))
		if err != nil || !public.Equal(info.Key) {
			t.Errorf("%s: %v", c.Name(), err)
		}
		if _, err := pki.ParsePublicKeyInfo(spki(pki.OIDDSTU4145)); err == nil {
			t.Errorf("%s: big-endian octets under the little-endian identifier", c.Name())
		}
		digest := gost34311.Sum([]byte("document"))
		signature, err := key.Sign(nil, digest[:], nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, oid := range []string{pki.OIDDSTU4145, pki.OIDDSTU4145BE} {
			err := info.CheckSignature(pki.AlgorithmIdentifier{OID: oid}, pki.OIDGOST34311, []byte("document"), signature)
			if (err == nil) != (oid == pki.OIDDSTU4145) {
				t.Errorf("%s: %s with r‖s: %v", c.Name(), oid, err)
			}
			slices.Reverse(signature)
			err = info.CheckSignature(pki.AlgorithmIdentifier{OID: oid}, pki.OIDGOST34311, []byte("document"), signature)
			if (err == nil) != (oid == pki.OIDDSTU4145BE) {
				t.Errorf("%s: %s with the octets reversed: %v", c.Name(), oid, err)
			}
			slices.Reverse(signature)
		}
	}
}
