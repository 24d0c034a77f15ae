package vectors_test

import (
	"testing"

	"github.com/dovidka/dovidka/dstu/vectors"
)

// TestNothingIsLost guards against a file that shrinks unnoticed.
func TestNothingIsLost(t *testing.T) {
	t.Parallel()
	curves, err := vectors.LoadCurves()
	if err != nil {
		t.Fatal(err)
	}
	signatures, err := vectors.LoadDSTU4145()
	if err != nil {
		t.Fatal(err)
	}
	hashes, err := vectors.LoadHashes()
	if err != nil {
		t.Fatal(err)
	}
	ciphers, err := vectors.LoadGOST28147()
	if err != nil {
		t.Fatal(err)
	}
	kalyna, err := vectors.LoadKalyna()
	if err != nil {
		t.Fatal(err)
	}
	edges, err := vectors.LoadVerifyEdges()
	if err != nil {
		t.Fatal(err)
	}
	tests := 0
	for _, file := range edges {
		tests += file.NumberOfTests
	}
	keys, err := vectors.LoadKeyEdges()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name      string
		got, want int
	}{
		{"files of edge cases", len(edges), 15},
		{"edge cases of signatures", tests, 7307},
		{"edge cases of keys", keys.NumberOfTests, 2067},
		{"curves", len(curves), 15},
		{"published signatures", len(signatures.Published), 5},
		{"generated signatures", len(signatures.Generated), 29},
		{"hashes", len(hashes.Generated), 18},
		{"published Kupyna hashes", len(hashes.PublishedKupyna), 11},
		{"hashes with the test block", len(hashes.TestSBox), 2},
		{"codes of Kupyna", len(hashes.KupynaMAC), 6},
		{"HMAC of GOST 34.311", len(hashes.HMACGOST34311), 1},
		{"published ciphers", len(ciphers.Published), 3},
		{"generated ciphers", len(ciphers.Generated), 4},
		{"key wraps", len(ciphers.Wrap), 3},
		{"Kalyna in its modes", len(kalyna.Vectors), 77},
		{"Kalyna key wraps", len(kalyna.Wrap), 1},
	} {
		if c.got != c.want {
			t.Errorf("%d %s, want %d", c.got, c.name, c.want)
		}
	}
}
