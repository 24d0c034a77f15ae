package pki

import (
	"bytes"
	"fmt"
	"math/big"
	"slices"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/dovidka/dovidka/dstu/dstu4145"
	"github.com/dovidka/dovidka/dstu/gost28147"
	"github.com/dovidka/dovidka/pki/der"
)

// maxParametersSize bounds the parameters; the widest curve with DKE takes 330 bytes.
const maxParametersSize = 1024

// ParseDSTUParameters parses the parameters of a DSTU 4145 key (order 1399-12):
//
//	DSTU4145Params ::= SEQUENCE {
//	    definition CHOICE { namedCurve OBJECT IDENTIFIER, ecbinary ECBinary },
//	    dke        OCTET STRING OPTIONAL }
//
// Explicit parameters are accepted only if they are those of a standard curve, base
// point included: with a base point of his choice anybody can make a signature fit
// somebody else's key. An absent DKE is №1; one off the list of gost28147 is refused.
func ParseDSTUParameters(params []byte) (*dstu4145.Curve, *gost28147.SBox, error) {
	return parseDSTUParameters(params, false)
}

func parseDSTUParameters(params []byte, bigEndian bool) (*dstu4145.Curve, *gost28147.SBox, error) {
	if err := der.Check(params, der.Limits{Size: maxParametersSize, Integer: 64}); err != nil {
		return nil, nil, fmt.Errorf("parse DSTU 4145 parameters: %w", err)
	}
	s := cryptobyte.String(params)
	var body cryptobyte.String
	if !s.ReadASN1(&body, asn1.SEQUENCE) || !s.Empty() {
		return nil, nil, malformed("DSTU 4145 parameters")
	}
	curve, err := readCurve(&body, bigEndian)
	if err != nil {
		return nil, nil, err
	}
	sbox := gost28147.DefaultSBox()
	if !body.Empty() {
		var dke cryptobyte.String
		if !body.ReadASN1(&dke, asn1.OCTET_STRING) || !body.Empty() {
			return nil, nil, malformed("DSTU 4145 parameters")
		}
		if sbox, err = gost28147.ParseDKE(dke); err != nil {
			return nil, nil, fmt.Errorf("parse DSTU 4145 parameters: %w", err)
		}
	}
	return curve, sbox, nil
}

func readCurve(s *cryptobyte.String, bigEndian bool) (*dstu4145.Curve, error) {
	if s.PeekASN1Tag(asn1.OBJECT_IDENTIFIER) {
		var oid string
		if !der.ReadOID(s, &oid) {
			return nil, malformed("DSTU 4145 parameters")
		}
		if c, ok := dstu4145.CurveByOID(oid); ok {
			return c, nil
		}
		return nil, fmt.Errorf("%w: curve %s", ErrUnsupportedAlgorithm, oid)
	}
	e, ok := readExplicitCurve(s)
	if !ok {
		return nil, malformed("explicit DSTU 4145 parameters")
	}
	if bigEndian {
		slices.Reverse(e.b)
		slices.Reverse(e.base)
	}
	if c, ok := dstu4145.CurveBySize(e.m); ok && e.equals(c) {
		return c, nil
	}
	return nil, fmt.Errorf("%w: curve parameters that are not a standard curve", ErrUnsupportedAlgorithm)
}

// explicitCurve is an ECBinary.
type explicitCurve struct {
	m         int
	exponents []int // of the middle terms, ascending
	a         int
	b         []byte // little-endian
	n         *big.Int
	base      []byte // compressed, little-endian
}

func readExplicitCurve(s *cryptobyte.String) (explicitCurve, bool) {
	e := explicitCurve{n: new(big.Int)}
	var body, field, version cryptobyte.String
	var hasVersion bool
	if !s.ReadASN1(&body, asn1.SEQUENCE) ||
		!body.ReadOptionalASN1(&version, &hasVersion, asn1.Tag(0).ContextSpecific().Constructed()) ||
		!body.ReadASN1(&field, asn1.SEQUENCE) || !e.readField(&field) ||
		!body.ReadASN1Integer(&e.a) ||
		!body.ReadASN1Bytes(&e.b, asn1.OCTET_STRING) ||
		!body.ReadASN1Integer(e.n) ||
		!body.ReadASN1Bytes(&e.base, asn1.OCTET_STRING) || !body.Empty() {
		return e, false
	}
	e.b, e.base = bytes.Clone(e.b), bytes.Clone(e.base)
	return e, true
}

// readField reads the degree and the middle exponents, which pentanomials state in
// either order.
func (e *explicitCurve) readField(s *cryptobyte.String) bool {
	if !s.ReadASN1Integer(&e.m) {
		return false
	}
	count := 1
	middle := *s
	if s.PeekASN1Tag(asn1.SEQUENCE) {
		if !s.ReadASN1(&middle, asn1.SEQUENCE) || !s.Empty() {
			return false
		}
		count = 3
	}
	for range count {
		var k int
		if !middle.ReadASN1Integer(&k) {
			return false
		}
		e.exponents = append(e.exponents, k)
	}
	slices.Sort(e.exponents)
	return middle.Empty()
}

func (e *explicitCurve) equals(c *dstu4145.Curve) bool {
	return e.m == c.FieldBits() &&
		slices.Equal(e.exponents, ascendingExponents(c)) &&
		e.a == c.A() &&
		bytes.Equal(e.b, c.B()) &&
		e.n.Cmp(c.Order()) == 0 &&
		bytes.Equal(e.base, c.BasePoint())
}

func ascendingExponents(c *dstu4145.Curve) []int {
	out := slices.Clone(c.Exponents())
	slices.Sort(out)
	return out
}

// MarshalDSTUParameters returns the parameters of a curve with a substitution block:
// explicit for a polynomial basis, by name for a normal one. A nil sbox leaves the
// DKE out, which means №1.
func MarshalDSTUParameters(curve *dstu4145.Curve, sbox *gost28147.SBox) []byte {
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		if curve.OptimalNormalBasis() {
			der.AddOID(b, curve.OID())
		} else {
			addExplicitCurve(b, curve)
		}
		if sbox != nil {
			b.AddASN1OctetString(sbox.DKE())
		}
	})
	return b.BytesOrPanic()
}

func addExplicitCurve(b *cryptobyte.Builder, c *dstu4145.Curve) {
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1Int64(int64(c.FieldBits()))
			middle := ascendingExponents(c)
			if len(middle) == 1 {
				b.AddASN1Int64(int64(middle[0]))
				return
			}
			b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
				for _, k := range middle {
					b.AddASN1Int64(int64(k))
				}
			})
		})
		b.AddASN1Int64(int64(c.A()))
		b.AddASN1OctetString(c.B())
		b.AddASN1BigInt(c.Order())
		b.AddASN1OctetString(c.BasePoint())
	})
}
