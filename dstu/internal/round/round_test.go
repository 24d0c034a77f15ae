package round

import "testing"

// TestInverses holds the inverse tables against the forward ones: substitution and matrix of one undo the other.
func TestInverses(t *testing.T) {
	t.Parallel()
	boxes := Substitutions()
	for i := range boxes {
		for x := range boxes[i] {
			if Inverses()[i][boxes[i][x]] != byte(x) {
				t.Errorf("substitution %d of %d does not come back", i, x)
			}
		}
	}
	for i := range Forward() {
		for x := range Forward()[i] {
			column := Forward()[i][x]
			var back uint64
			for r := range 8 {
				b := byte(column >> (8 * r))
				back ^= Backward()[r][boxes[r%4][b]]
			}
			if want := uint64(boxes[i%4][x]) << (8 * i); back != want {
				t.Fatalf("row %d, byte %d: %x, want %x", i, x, back, want)
			}
		}
	}
}
