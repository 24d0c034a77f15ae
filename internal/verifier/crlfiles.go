package verifier

import (
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/dovidka/dovidka/pki"
)

// CRLFiles gives revocation lists from files (DER or PEM), which somebody else
// keeps fresh. They are read again when they change, which is looked for at most
// once in the interval. A file that cannot be read is an error: to go on without
// it would be to believe revoked certificates.
func CRLFiles(paths []string, interval time.Duration) func() ([]*pki.CRL, error) {
	f := &crlFiles{paths: paths, interval: interval, stamps: make([]os.FileInfo, len(paths)), lists: make([]*pki.CRL, len(paths))}
	return f.current
}

type crlFiles struct {
	paths    []string
	interval time.Duration

	mu     sync.Mutex // protects what follows
	looked time.Time
	stamps []os.FileInfo
	lists  []*pki.CRL
}

func (f *crlFiles) current() ([]*pki.CRL, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.looked.IsZero() && time.Since(f.looked) < f.interval {
		return f.lists, nil
	}
	// All of it is kept, or nothing: a stamp without its list would pass an old
	// list off as the one that was read.
	stamps, lists := make([]os.FileInfo, len(f.paths)), make([]*pki.CRL, len(f.paths))
	for i, path := range f.paths {
		info, err := os.Stat(path)
		if err != nil {
			return nil, fmt.Errorf("look at revocation list: %w", err)
		}
		if old := f.stamps[i]; old != nil && old.ModTime().Equal(info.ModTime()) && old.Size() == info.Size() {
			stamps[i], lists[i] = old, f.lists[i]
			continue
		}
		if lists[i], err = readCRL(path); err != nil {
			return nil, err
		}
		stamps[i] = info
	}
	f.stamps, f.lists, f.looked = stamps, lists, time.Now()
	return lists, nil
}

func readCRL(path string) (*pki.CRL, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read revocation list: %w", err)
	}
	if block, _ := pem.Decode(data); block != nil {
		data = block.Bytes
	}
	list, err := pki.ParseCRL(data)
	if err != nil {
		return nil, fmt.Errorf("read revocation list %s: %w", filepath.Base(path), err)
	}
	return list, nil
}
