package gost34311_test

import (
	"bytes"
	"crypto/hmac"
	"testing"

	"github.com/dovidka/dovidka/dstu/gost34311"
)

// TestHMAC runs the hash under crypto/hmac, as the key derivation of containers does.
func TestHMAC(t *testing.T) {
	t.Parallel()
	list := load(t).HMACGOST34311
	if len(list) == 0 {
		t.Fatal("no vectors")
	}
	for i, v := range list {
		h := hmac.New(gost34311.New, v.Key)
		for range 2 { // Reset takes another way when the hash stores its state
			h.Write(v.Message)
			if got := h.Sum(nil); !bytes.Equal(got, v.MAC) {
				t.Errorf("vector %d: %x, want %x", i, got, v.MAC)
			}
			h.Reset()
		}
	}
}
