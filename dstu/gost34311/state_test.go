package gost34311_test

import (
	"testing"

	"github.com/dovidka/dovidka/dstu/gost34311"
	"github.com/dovidka/dovidka/dstu/internal/hashtest"
)

func TestState(t *testing.T) {
	t.Parallel()
	hashtest.State(t, gost34311.New)
}

func FuzzState(f *testing.F) { hashtest.FuzzState(f, gost34311.New) }
