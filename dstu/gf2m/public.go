package gf2m

// Public holds tables for operations that are linear over GF(2) and take many squarings without them. Only public
// elements may go through it, for they choose the places read. It takes 340 KB for m = 257, 670 KB for m = 431.
type Public struct {
	field     *Field
	halfTrace linearMap
	powers    []linearMap // as Element.invert wants them
}

// worthTable is the number of squarings from which on a table is quicker.
const worthTable = 12

// NewPublic makes the tables, which takes milliseconds.
func (f *Field) NewPublic() *Public {
	p := &Public{field: f}
	p.halfTrace = f.newLinearMap(func(z, x *Element) { z.HalfTrace(f, x) })
	for n := (f.m - 1) / 2; n >= worthTable; n /= 2 {
		p.powers = append(p.powers, f.newLinearMap(func(z, x *Element) { z.SquareN(f, x, n) }))
	}
	return p
}

// HalfTrace sets z to the half-trace of x, see [Element.HalfTrace], and returns it.
func (p *Public) HalfTrace(z, x *Element) *Element {
	p.halfTrace.apply(p.field, z, x)
	return z
}

// Invert sets z to 1/x, or to 0 if x is 0, and returns it.
func (p *Public) Invert(z, x *Element) *Element { return z.invert(p.field, x, p.powers) }

// linearMap is a linear map as the images of all values of each four bits, in 64 bytes for the sake of cache lines.
type linearMap [][16][8]uint64

func (f *Field) newLinearMap(image func(z, x *Element)) linearMap {
	table := make(linearMap, (f.m+3)/4)
	for i := range f.m {
		var x, y Element
		x[i/64] = 1 << (i % 64)
		image(&y, &x)
		entry, bit := &table[i/4], 1<<(i%4)
		for j := range bit { // all values with this highest bit
			for w := range y {
				entry[bit+j][w] = entry[j][w] ^ y[w]
			}
		}
	}
	return table
}

func (t linearMap) apply(f *Field, z, x *Element) {
	var sum [8]uint64
	if assembledTables && f.use != portable {
		apply(&sum, &t[0], x, len(t))
	} else {
		for i := range t {
			e := &t[i][x[i/16]>>(i%16*4)&15]
			sum[0] ^= e[0]
			sum[1] ^= e[1]
			sum[2] ^= e[2]
			sum[3] ^= e[3]
			sum[4] ^= e[4]
			sum[5] ^= e[5]
			sum[6] ^= e[6]
		}
	}
	*z = Element(sum[:MaxWords])
}
