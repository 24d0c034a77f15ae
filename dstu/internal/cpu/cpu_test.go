package cpu

import "testing"

func TestWideIsMore(t *testing.T) {
	t.Parallel()
	t.Logf("carry-less multiplication: %v, wide: %v", CarrylessMultiply(), WideCarrylessMultiply())
	if WideCarrylessMultiply() && !CarrylessMultiply() {
		t.Error("the wide instructions without the narrow ones")
	}
}
