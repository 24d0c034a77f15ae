package verifier

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/dovidka/dovidka/pki"
	"github.com/dovidka/dovidka/pki/czo"
	"github.com/dovidka/dovidka/pki/trustlist"
)

// TrustListsConfig says which lists of trusted services to follow.
type TrustListsConfig struct {
	Lists []TrustListFile
	// Interval is the time between two looks at the files.
	Interval time.Duration
	// AcceptStale goes on with a list past its next update.
	AcceptStale bool
	// TestRoots admits services that are for tests.
	TestRoots bool
	Logger    *slog.Logger
	Now       func() time.Time // time.Now when nil
}

// TrustListFile is a list in a file that somebody else keeps fresh, and who must have
// signed it, as in trustlist.Options.
type TrustListFile struct {
	Path         string
	Signers      []*pki.Certificate
	Fingerprints [][sha256.Size]byte
	Roots        []*pki.Certificate
}

// TrustLists follows lists of trusted services in files. A file is read again when it
// changes; a new list that does not verify, is older than the one in use or cannot be
// read at all changes nothing but the log, so that whoever spoils the file can at most
// hold things as they are until the list is stale. Its methods may be called at once.
type TrustLists struct {
	cfg TrustListsConfig

	mu       sync.Mutex // protects what follows
	looked   time.Time
	lists    []followed // one for each file
	services *pki.Services
}

// followed is a list in use and the file last looked at, which need not be its.
type followed struct {
	seen    fs.FileInfo
	list    *trustlist.List
	refused bool // what the file holds now
}

// NewTrustLists reads the lists. Each must verify now; a stale one is only noted.
func NewTrustLists(cfg TrustListsConfig) (*TrustLists, error) {
	if len(cfg.Lists) == 0 || cfg.Logger == nil {
		return nil, errors.New("trust lists: lists and a logger are required")
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	t := &TrustLists{cfg: cfg, lists: make([]followed, len(cfg.Lists))}
	for i, file := range cfg.Lists {
		info, err := os.Stat(file.Path)
		if err != nil {
			return nil, fmt.Errorf("read trust list: %w", err)
		}
		raw, err := readBounded(file.Path)
		if err != nil {
			return nil, fmt.Errorf("read trust list: %w", err)
		}
		list, err := t.read(file, raw)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", filepath.Base(file.Path), err)
		}
		t.use(i, followed{seen: info, list: list})
	}
	t.looked = cfg.Now()
	t.merge()
	return t, nil
}

// Services returns the services of all lists, or an error while one is past its next
// update and that is not accepted.
func (t *TrustLists) Services() (*pki.Services, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.cfg.Now()
	if now.Sub(t.looked) >= t.cfg.Interval {
		t.look()
		t.looked = now
	}
	if !t.cfg.AcceptStale {
		for i, f := range t.lists {
			if f.list.Stale(now) {
				return nil, fmt.Errorf("%s had to be followed by another list by %s", filepath.Base(t.cfg.Lists[i].Path), f.list.Scheme.NextUpdate.Format(time.DateOnly))
			}
		}
	}
	return t.services, nil
}

// TrustListState is what is known of a list in use.
type TrustListState struct {
	File, Territory string
	SequenceNumber  int
	NextUpdate      time.Time // zero: there will be no other list
	// Refused tells that the file holds a list which is not used.
	Refused bool
}

// States tells of the lists in use.
func (t *TrustLists) States() []TrustListState {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := make([]TrustListState, len(t.lists))
	for i, f := range t.lists {
		s := f.list.Scheme
		out[i] = TrustListState{filepath.Base(t.cfg.Lists[i].Path), s.Territory, s.SequenceNumber, s.NextUpdate, f.refused}
	}
	return out
}

// look reads the files that have changed.
func (t *TrustLists) look() {
	changed := false
	for i, file := range t.cfg.Lists {
		log := t.cfg.Logger.With("file", filepath.Base(file.Path))
		info, err := os.Stat(file.Path)
		if old := t.lists[i].seen; err == nil && old.ModTime().Equal(info.ModTime()) && old.Size() == info.Size() {
			continue
		}
		raw, readErr := readBounded(file.Path)
		if err = errors.Join(err, readErr); err != nil {
			// It is tried again: the file is being replaced, or lost for long.
			log.Warn("trust list cannot be read; the last one stays in use", "error", err)
			continue
		}
		t.lists[i].seen = info
		list, err := t.read(file, raw)
		if err == nil && list.Scheme.SequenceNumber < t.lists[i].list.Scheme.SequenceNumber {
			err = errors.New("its sequence number is lower")
		}
		if err != nil {
			log.Error("new trust list is refused; the last one stays in use", "error", err)
			t.lists[i].refused = true
			continue
		}
		t.use(i, followed{seen: info, list: list})
		changed = true
	}
	if changed {
		t.merge()
	}
}

// maxTrustList bounds a file, in bytes.
const maxTrustList = 20 << 20

func readBounded(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, maxTrustList+1))
	if err == nil && len(raw) > maxTrustList {
		err = fmt.Errorf("%s is larger than %d bytes", filepath.Base(path), maxTrustList)
	}
	return raw, err
}

// read verifies a list, and that none of its services is for tests.
func (t *TrustLists) read(file TrustListFile, raw []byte) (*trustlist.List, error) {
	list, err := trustlist.Read(raw, trustlist.Options{
		Signers: file.Signers, Fingerprints: file.Fingerprints, Roots: file.Roots, Time: t.cfg.Now(),
	})
	if err != nil || t.cfg.TestRoots {
		return list, err
	}
	for _, s := range list.Services() {
		if err := czo.RefuseTests(s.Certificate); err != nil {
			return nil, fmt.Errorf("service of the trust list: %w", err)
		}
	}
	return list, nil
}

// use puts a list into use and tells of it.
func (t *TrustLists) use(i int, f followed) {
	t.lists[i] = f
	s := f.list.Scheme
	log := t.cfg.Logger.With("file", filepath.Base(t.cfg.Lists[i].Path), "territory", s.Territory, "sequence_number", s.SequenceNumber)
	log.Info("trust list is in use", "authorities", len(f.list.Services()), "next_update", s.NextUpdate)
	for _, fault := range f.list.Faults() {
		log.Warn("a service of the trust list is not trusted", "provider", fault.Provider, "error", fault.Err)
	}
	if f.list.Stale(t.cfg.Now()) {
		log.Warn("trust list is past its next update")
	}
}

func (t *TrustLists) merge() {
	var all []pki.Service
	for _, f := range t.lists {
		all = append(all, f.list.Services()...)
	}
	t.services = pki.NewServices(all...)
}
