package round

// Rounds2 passes two columns through a round for each two words of keys: substitution, shift of the rows, mixing, and the
// key bit by bit. Row i moves ⌊i·c/8⌋ columns to the right, where c is the number of columns. The rounds of the inverse are
// the same, with other tables, when the columns stand in the order 0, c−1, …, 1.
//
// The columns are variables because the compiler keeps those in registers, and arrays in memory.
func (t *Tables) Rounds2(s *[2]uint64, keys []uint64) {
	a, b := s[0], s[1]
	for ; len(keys) >= 2; keys = keys[2:] {
		a, b = t.Column(a, a, a, a, b, b, b, b)^keys[0], t.Column(b, b, b, b, a, a, a, a)^keys[1]
	}
	s[0], s[1] = a, b
}

// Rounds4 is like [Tables.Rounds2] for four columns.
func (t *Tables) Rounds4(s *[4]uint64, keys []uint64) {
	a, b, c, d := s[0], s[1], s[2], s[3]
	for ; len(keys) >= 4; keys = keys[4:] {
		a, b, c, d = t.Column(a, a, d, d, c, c, b, b)^keys[0], t.Column(b, b, a, a, d, d, c, c)^keys[1],
			t.Column(c, c, b, b, a, a, d, d)^keys[2], t.Column(d, d, c, c, b, b, a, a)^keys[3]
	}
	s[0], s[1], s[2], s[3] = a, b, c, d
}

// Rounds8 is like [Tables.Rounds2] for eight columns.
func (t *Tables) Rounds8(s *[8]uint64, keys []uint64) {
	a, b, c, d, e, f, g, h := s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7]
	for ; len(keys) >= 8; keys = keys[8:] {
		a, b, c, d, e, f, g, h = t.Column(a, h, g, f, e, d, c, b)^keys[0], t.Column(b, a, h, g, f, e, d, c)^keys[1],
			t.Column(c, b, a, h, g, f, e, d)^keys[2], t.Column(d, c, b, a, h, g, f, e)^keys[3],
			t.Column(e, d, c, b, a, h, g, f)^keys[4], t.Column(f, e, d, c, b, a, h, g)^keys[5],
			t.Column(g, f, e, d, c, b, a, h)^keys[6], t.Column(h, g, f, e, d, c, b, a)^keys[7]
	}
	s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7] = a, b, c, d, e, f, g, h
}
