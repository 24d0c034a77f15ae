package keystore

import (
	"errors"
	"fmt"
)

// Errors of this package; test with errors.Is. None of them carries anything that
// stood in the container except object identifiers.
var (
	// ErrPassword means that the password does not open the container. Where the form
	// has no integrity protection, a damaged container looks the same.
	ErrPassword = errors.New("keystore: wrong password")
	// ErrFormat means that the bytes are not a key container, or a broken one.
	ErrFormat = errors.New("keystore: malformed container")
	// ErrUnsupported means a form or an algorithm which is not read or written here.
	ErrUnsupported = errors.New("keystore: not supported")
	// ErrLimit means that the container asks for more space or work than is granted.
	ErrLimit = errors.New("keystore: limit exceeded")
)

func malformed(what string) error { return fmt.Errorf("%w: %s", ErrFormat, what) }

func unsupported(what, name string) error {
	return fmt.Errorf("%w: %s %s", ErrUnsupported, what, name)
}
