//go:build memcheck && amd64

package secret

import "unsafe"

// Supported tells whether marks have an effect: below valgrind.
func Supported() bool {
	return request(&[6]uint64{runningOnValgrind}, 0) > 0
}

// The client requests of valgrind.h and memcheck.h.
const (
	runningOnValgrind = 0x1001
	makeUndefined     = 0x4d430001
	makeDefined       = 0x4d430002
)

// Mark makes memory secret: from here on memcheck reports every branch and every address that depends on it.
func Mark[T any](v *T) {
	request(&[6]uint64{makeUndefined, uint64(uintptr(unsafe.Pointer(v))), uint64(unsafe.Sizeof(*v))}, 0)
}

// Reveal makes memory public again.
func Reveal[T any](v *T) {
	request(&[6]uint64{makeDefined, uint64(uintptr(unsafe.Pointer(v))), uint64(unsafe.Sizeof(*v))}, 0)
}

// request is the instruction sequence that valgrind takes for a call; the processor takes it for nothing and returns
// fallback.
//
//go:noescape
func request(arguments *[6]uint64, fallback uint64) uint64
