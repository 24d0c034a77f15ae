package scenarios

import (
	"bytes"
	"encoding/base64"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// maxData bounds what the binary may hold for any file, in KiB: the file, what is
// decoded of it and as much of garbage.
const maxData = 256 << 10

// TestVerifyHostileFiles gives the binary files made to exhaust it. It must refuse
// them by a reason, in bounded memory, and so must the commands that look into files.
func TestVerifyHostileFiles(t *testing.T) {
	t.Parallel()
	const size = 24 << 20
	archive, err := os.ReadFile(filepath.Join(syntheticData, "asic/a01-asice.asice"))
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{
		"nesting without end":   bytes.Repeat([]byte{0x30, 0x80}, size/2),
		"empty values":          append([]byte{0x30, 0x83, 0xff, 0xff, 0xff}, bytes.Repeat([]byte{0x30, 0}, 1<<23)...),
		"base64 of nesting":     []byte(base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{0x30, 0x80}, size/2))),
		"white space":           bytes.Repeat([]byte(" "), size),
		"marks":                 bytes.Repeat([]byte("\xef\xbb\xbf"), size/3),
		"beginnings of PEM":     []byte(strings.Repeat("-----BEGIN CMS-----\n", size/20)),
		"headers of PEM":        []byte("-----BEGIN CMS-----\n" + strings.Repeat("a: b\n", size/5)),
		"local headers of ZIP":  bytes.Repeat([]byte("PK\x03\x04"), size/4),
		"end records of ZIP":    bytes.Repeat([]byte("PK\x05\x06"), size/4),
		"an archive after much": append(bytes.Repeat([]byte{0}, size), archive...),
		"zeros":                 make([]byte, size),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "file")
			if err := os.WriteFile(path, data, 0o600); err != nil {
				t.Fatal(err)
			}
			code, got := verifyBounded(t, path)
			if code != 1 {
				t.Errorf("exit %d: %s", code, got.Reason)
			}
			for _, command := range [][]string{{"certs", "show"}, {"keys", "show"}} {
				if code, stdout, stderr := runCommand(t, slices.Concat(bounded(), command, []string{path})...); code != 2 || len(stdout) != 0 || len(stderr) > 1000 {
					t.Errorf("%v: exit %d: %.100s %.1000s", command, code, stdout, stderr)
				}
			}
		})
	}
	t.Run("256 MB", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(path, 256<<20); err != nil {
			t.Fatal(err)
		}
		if code, got := verifyBounded(t, path); code != 1 || got.Reason != "limit_exceeded" {
			t.Errorf("exit %d: %s", code, got.Reason)
		}
	})
}

// verifyBounded runs verify where it cannot have more memory than maxData: it would
// die of it.
func verifyBounded(t *testing.T, path string) (int, verifyAnswer) {
	t.Helper()
	return verifyJSONWith(t, bounded(), "verify", "--json", path)
}

func bounded() []string {
	return []string{"sh", "-c", `ulimit -d "$0" && exec "$@"`, strconv.Itoa(maxData), binary()}
}
