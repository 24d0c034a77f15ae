#!/usr/bin/env bash
# Runs the tests of dstu/ for processors this machine need not have: arm64 with its assembly and without it, under QEMU,
# and a 32-bit one (386), which amd64 runs by itself. As root on Debian or Ubuntu QEMU is installed.
set -euo pipefail
cd "$(dirname "$0")/.."
export CGO_ENABLED=0

emulator() {
	command -v qemu-aarch64-static || command -v qemu-aarch64
}

install() {
	[ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
	echo 'Installing QEMU for the tests...' >&2
	local log
	log=$(mktemp)
	if ! { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends qemu-user-static; } >"$log" 2>&1; then
		cat "$log" >&2
		rm -f "$log"
		return 1
	fi
	rm -f "$log"
}

# run tests the packages and checks that they ran; the model of package vectors is the same everywhere.
run() { # title, then go test's arguments
	local title=$1 log
	shift
	log=$(mktemp)
	echo "== $title"
	if ! go test -vet=off -timeout 10m "$@" >"$log" 2>&1; then
		cat "$log"
		return 1
	fi
	grep -v 'no test files' "$log" | grep -E '^ok' || { cat "$log"; echo 'no test ran' >&2; return 1; }
	rm -f "$log"
}

# What is tested everywhere: all of the field's arithmetic, and signatures by vectors and by the edge cases of three curves.
# The symmetric algorithms have no assembly for these processors; they are tested on 32 bits.
signatures=(-run 'Vectors|TestVerifyEdges/M(173_ONB|257_PB|431_PB)|TestAgreement' ./dstu/dstu4145)

arm64=()
if [ "$(go env GOHOSTARCH)" != arm64 ]; then
	emulator >/dev/null || install || {
		echo 'The tests for arm64 need QEMU: apt-get install qemu-user-static (macOS and other systems: run them on an arm64 machine).' >&2
		exit 1
	}
	arm64=(-exec "$(emulator)")
fi
export GOARCH=arm64
go vet ./dstu/...
if ! go test "${arm64[@]}" -count 1 -run TestWideIsMore -v ./dstu/internal/cpu | grep 'carry-less multiplication: true' >/dev/null; then
	echo 'This processor or emulator has no PMULL, so the assembly would go untested.' >&2
	exit 1
fi
run 'arm64 with PMULL, the field' "${arm64[@]}" ./dstu/gf2m ./dstu/internal/cpu
run 'arm64 with PMULL, signatures' "${arm64[@]}" "${signatures[@]}"
run 'arm64, portable' "${arm64[@]}" -tags purego ./dstu/gf2m ./dstu/internal/cpu

case $(go env GOHOSTARCH) in
amd64)
	export GOARCH=386
	run '32 bits (386)' ./dstu/gf2m ./dstu/gost28147 ./dstu/gost34311 ./dstu/kalyna ./dstu/kupyna
	run '32 bits (386), signatures' "${signatures[@]}"
	;;
esac
