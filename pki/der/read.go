package der

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// ReadOID reads an OBJECT IDENTIFIER and returns it in dotted notation. Arcs may
// be of any size (2.25 identifiers have arcs of 128 bits).
func ReadOID(s *cryptobyte.String, out *string) bool {
	var body cryptobyte.String
	if !s.ReadASN1(&body, asn1.OBJECT_IDENTIFIER) {
		return false
	}
	oid, err := oidText(body)
	if err != nil {
		return false
	}
	*out = oid
	return true
}

func oidText(body []byte) (string, error) {
	if len(body) == 0 || len(body) > DefaultLimits().OID || body[len(body)-1]&0x80 != 0 {
		return "", fmt.Errorf("%w: OBJECT IDENTIFIER", ErrMalformed)
	}
	var room [96]byte // enough for all identifiers in use, so that only the result is allocated
	text := room[:0]
	for first := true; len(body) > 0; first = false {
		if body[0] == 0x80 {
			return "", fmt.Errorf("%w: padded arc", ErrMalformed)
		}
		n := 1
		for body[n-1]&0x80 != 0 {
			n++
		}
		arc := body[:n]
		body = body[n:]
		if first {
			text = appendFirstArcs(text, arc)
		} else {
			text = appendArc(append(text, '.'), arc, 0)
		}
	}
	return string(text), nil
}

// appendFirstArcs splits the first subidentifier into two arcs (X.690, clause 8.19.4).
func appendFirstArcs(text, octets []byte) []byte {
	root := byte(2)
	if len(octets) == 1 && octets[0] < 80 {
		root = octets[0] / 40
	}
	text = append(text, '0'+root, '.')
	return appendArc(text, octets, 40*uint64(root))
}

// appendArc appends the number in the octets, less what belongs to another arc.
func appendArc(text, octets []byte, less uint64) []byte {
	if len(octets) <= 9 {
		var v uint64
		for _, c := range octets {
			v = v<<7 | uint64(c&0x7f)
		}
		return strconv.AppendUint(text, v-less, 10)
	}
	v := new(big.Int)
	for _, c := range octets {
		v.Lsh(v, 7).Or(v, big.NewInt(int64(c&0x7f)))
	}
	return v.Sub(v, new(big.Int).SetUint64(less)).Append(text, 10)
}

// AddOID appends an OBJECT IDENTIFIER given in dotted notation.
func AddOID(b *cryptobyte.Builder, oid string) {
	body, err := oidBytes(oid)
	if err != nil {
		b.SetError(err)
		return
	}
	b.AddASN1(asn1.OBJECT_IDENTIFIER, func(b *cryptobyte.Builder) { b.AddBytes(body) })
}

func oidBytes(oid string) ([]byte, error) {
	refused := fmt.Errorf("%w: object identifier %q", ErrMalformed, oid)
	parts := strings.Split(oid, ".")
	if len(parts) < 2 || len(oid) > 3*DefaultLimits().OID {
		return nil, refused
	}
	arcs := make([]*big.Int, len(parts))
	for i, p := range parts {
		v, ok := new(big.Int).SetString(p, 10)
		if !ok || p[0] < '0' || p[0] > '9' {
			return nil, refused
		}
		arcs[i] = v
	}
	root, second := arcs[0], arcs[1]
	if root.Cmp(big.NewInt(2)) > 0 || root.Cmp(big.NewInt(2)) < 0 && second.Cmp(big.NewInt(39)) > 0 {
		return nil, refused
	}
	second.Add(second, root.Mul(root, big.NewInt(40)))
	var body []byte
	for _, arc := range arcs[1:] {
		octets := max(1, (arc.BitLen()+6)/7)
		for i := octets - 1; i >= 0; i-- {
			var group byte
			for bit := range 7 {
				group |= byte(arc.Bit(7*i+bit)) << bit
			}
			if i > 0 {
				group |= 0x80
			}
			body = append(body, group)
		}
	}
	if len(body) > DefaultLimits().OID {
		return nil, refused
	}
	return body, nil
}

// ReadTime reads the Time of RFC 5280, clause 4.1.2.5, or the GeneralizedTime of
// RFC 3161, clause 2.4.2, which may have a fraction of a second.
func ReadTime(s *cryptobyte.String, out *time.Time) bool {
	if s.PeekASN1Tag(asn1.UTCTime) {
		return readUTCTime(s, out)
	}
	var body cryptobyte.String
	if !s.ReadASN1(&body, asn1.GeneralizedTime) || len(body) > 32 {
		return false
	}
	text := string(body)
	t, err := time.Parse("20060102150405Z", text)
	if err != nil || text != formatGeneralized(t) {
		return false
	}
	*out = t
	return true
}

// readUTCTime insists on seconds and on Z (RFC 5280, clause 4.1.2.5.1), and puts the
// years 50 to 99 into the last century.
func readUTCTime(s *cryptobyte.String, out *time.Time) bool {
	var body cryptobyte.String
	if !s.ReadASN1(&body, asn1.UTCTime) || len(body) != len("060102150405Z") {
		return false
	}
	t, err := time.Parse("060102150405Z", string(body))
	if err != nil {
		return false
	}
	if t.Year() >= 2050 {
		t = t.AddDate(-100, 0, 0)
	}
	*out = t
	return true
}

// formatGeneralized is the only DER form of t: a fraction without zeros at its end.
func formatGeneralized(t time.Time) string {
	return t.Format("20060102150405.999999999Z")
}

// AddTime appends t as UTCTime until 2049 and as GeneralizedTime from 2050 on
// (RFC 5280, clause 4.1.2.5).
func AddTime(b *cryptobyte.Builder, t time.Time) {
	t = t.UTC()
	if t.Year() >= 1950 && t.Year() < 2050 {
		b.AddASN1UTCTime(t)
		return
	}
	b.AddASN1GeneralizedTime(t)
}
