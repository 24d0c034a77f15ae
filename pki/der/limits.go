package der

import "errors"

// Errors of this package; test with errors.Is.
var (
	// ErrLimit means that a value is larger, deeper or busier than [Limits] allow.
	ErrLimit = errors.New("der: limit exceeded")
	// ErrMalformed means that the bytes are not the encoding they should be.
	ErrMalformed = errors.New("der: malformed encoding")
	// ErrTrailing means that bytes follow the value.
	ErrTrailing = errors.New("der: trailing bytes")
)

// Limits bound the work done for one value. The zero value of a field means the
// default of [DefaultLimits].
type Limits struct {
	Size     int // bytes of the whole value
	Depth    int // nesting of constructed values
	Elements int // values of every kind
	OID      int // content bytes of an OBJECT IDENTIFIER
	Integer  int // content bytes of an INTEGER
}

// DefaultLimits are wide enough for every container seen in practice and narrow
// enough that the work for one of them stays in the range of milliseconds.
func DefaultLimits() Limits {
	return Limits{
		Size:     20 << 20,
		Depth:    32,
		Elements: 100_000,
		OID:      128,
		Integer:  1024 + 1, // an RSA modulus of 8192 bits and its sign byte
	}
}

func (l Limits) withDefaults() Limits {
	d := DefaultLimits()
	pick := func(v *int, def int) {
		if *v <= 0 {
			*v = def
		}
	}
	pick(&l.Size, d.Size)
	pick(&l.Depth, d.Depth)
	pick(&l.Elements, d.Elements)
	pick(&l.OID, d.OID)
	pick(&l.Integer, d.Integer)
	return l
}
