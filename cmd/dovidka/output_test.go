package main

import (
	"io"
	"os"
	"path/filepath"
	"testing"
)

// TestWriteOutput: whole or not at all, and never over a file that came meanwhile.
func TestWriteOutput(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "out")
	if err := writeOutput(io.Discard, path, []byte("one"), 0o640, false); err != nil {
		t.Fatal(err)
	}
	if err := writeOutput(io.Discard, path, []byte("two"), 0o640, false); err == nil {
		t.Error("a file was replaced")
	}
	if data, err := os.ReadFile(path); err != nil || string(data) != "one" {
		t.Errorf("%q %v", data, err)
	}
	if err := writeOutput(io.Discard, path, []byte("three"), 0o600, true); err != nil {
		t.Error(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode() != 0o600 || info.Size() != 5 {
		t.Errorf("%v %v", info, err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("%v %v", left, err)
	}
	if checkOutput(path, false) == nil || checkOutput(dir, true) == nil || checkOutput(filepath.Join(dir, "no", "out"), true) == nil {
		t.Error("a place that is taken, or none")
	}
	if err := checkOutput(path, true); err != nil {
		t.Error(err)
	}
}
