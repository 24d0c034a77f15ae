package dstu4145

import (
	"errors"

	"github.com/dovidka/dovidka/dstu/gf2m"
)

// normalBasis converts between the optimal normal basis and the polynomial basis all arithmetic is done in. Bit i of an
// integer in the normal basis is the coefficient of θ^(2^(m−1−i)).
type normalBasis struct {
	toField, fromField bitMatrix
}

// bitMatrix is a square matrix over GF(2) by columns: column i is the image of bit i.
type bitMatrix []gf2m.Element

// apply multiplies the matrix by a vector; every column is read, whatever the vector.
func (a bitMatrix) apply(v *gf2m.Element) (z gf2m.Element) {
	for i := range a {
		mask := -v.Bit(i)
		for j := range z {
			z[j] ^= mask & a[i][j]
		}
	}
	return z
}

func newNormalBasis(f *gf2m.Field, theta *gf2m.Element) (*normalBasis, error) {
	m := f.Bits()
	to := make(bitMatrix, m)
	power := *theta
	for i := m - 1; i >= 0; i-- {
		to[i] = power
		power.Square(f, &power)
	}
	from, err := to.invert()
	if err != nil {
		return nil, err
	}
	return &normalBasis{toField: to, fromField: from}, nil
}

// invert returns the inverse matrix by Gauss and Jordan's elimination on columns.
func (a bitMatrix) invert() (bitMatrix, error) {
	m := len(a)
	left, right := make(bitMatrix, m), make(bitMatrix, m)
	copy(left, a)
	for i := range right {
		right[i][i/64] = 1 << (i % 64)
	}
	for bit := range m {
		pivot := bit
		for pivot < m && left[pivot].Bit(bit) == 0 {
			pivot++
		}
		if pivot == m {
			return nil, errors.New("θ does not span the field")
		}
		left[bit], left[pivot] = left[pivot], left[bit]
		right[bit], right[pivot] = right[pivot], right[bit]
		for i := range m {
			if i != bit && left[i].Bit(bit) == 1 {
				left[i].Add(&left[i], &left[bit])
				right[i].Add(&right[i], &right[bit])
			}
		}
	}
	return right, nil
}
