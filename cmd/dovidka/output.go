package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// checkOutput refuses a place that is taken before any work is done for it.
func checkOutput(path string, force bool) error {
	if path == "-" {
		return nil
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		info, err = os.Stat(filepath.Dir(path))
		if err != nil || !info.IsDir() {
			return fmt.Errorf("--out: there is no folder %s", filepath.Dir(path))
		}
		return nil
	case err != nil:
		return fmt.Errorf("--out: %w", err)
	case !info.Mode().IsRegular():
		return fmt.Errorf("--out: %s is there and is no file", path)
	case !force:
		return fmt.Errorf("--out: %s is there already; give another name, or --force to replace it", path)
	}
	return nil
}

// writeOutput writes a file whole or not at all; "-" is the standard output. Without
// force it never replaces one, not even one made meanwhile.
func writeOutput(stdout io.Writer, path string, data []byte, mode fs.FileMode, force bool) (err error) {
	if path == "-" {
		_, err := stdout.Write(data)
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*.part")
	if err != nil {
		return fmt.Errorf("write: %w", err)
	}
	defer func() {
		if removed := os.Remove(f.Name()); removed != nil && !errors.Is(removed, fs.ErrNotExist) {
			err = errors.Join(err, removed)
		}
	}()
	_, err = f.Write(data)
	if err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("write %s: %w", filepath.Base(path), err)
	}
	if force {
		err = os.Rename(f.Name(), path)
	} else {
		// Unlike a renaming, a link never replaces anything.
		err = os.Link(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("write: %w", err)
	}
	return nil
}
