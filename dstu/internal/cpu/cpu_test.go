package cpu

import "testing"

func TestWideIsMore(t *testing.T) {
	t.Parallel()
	t.Logf("carry-less multiplication: %v, wide: %v", CarrylessMultiply(), WideCarrylessMultiply())
	t.Logf("shuffles of bytes: %v, wide: %v", ByteShuffle(), WideByteShuffle())
	if WideByteShuffle() && !ByteShuffle() || WideCarrylessMultiply() && !CarrylessMultiply() {
		t.Error("the wide instructions without the narrow ones")
	}
}
