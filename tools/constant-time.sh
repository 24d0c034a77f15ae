#!/usr/bin/env bash
# Looks for branches and addresses that depend on secrets: runs the code that touches private keys and secret numbers
# under valgrind's memcheck, which follows the bits of a secret through every instruction (docs/constant-time.md).
# As root on Debian or Ubuntu valgrind is installed.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ "$(go env GOHOSTARCH)" != amd64 ]; then
	echo 'This check runs on amd64.' >&2
	exit 1
fi
if ! command -v valgrind >/dev/null; then
	if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
		apt-get update -qq && apt-get install -y -qq --no-install-recommends valgrind >/dev/null
	else
		echo 'This check needs valgrind (Debian: apt-get install valgrind).' >&2
		exit 1
	fi
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# places prints file:line of every report made by our code or by Go's cryptography, in a run with the given mode. Go's
# stacks lie closer together than others: memcheck is told to take a change of 20,000 bytes for a change of stack.
places() { # binary, mode
	if ! SECRETS=$2 GODEBUG=asyncpreemptoff=1 GOMAXPROCS=1 GOGC=off valgrind --error-limit=no --max-stackframe=20000 --fullpath-after= --log-file="$work/log" \
		"$1" -test.run '^TestSecrets$' -test.v >"$work/out" 2>&1 || ! grep -q '^--- PASS: TestSecrets' "$work/out"; then
		cat "$work/out" >&2
		return 1
	fi
	awk '/Conditional jump or move depends|Use of uninitialised value/ { getline; if ($0 ~ / (github.com\/dovidka|crypto\/)/) print }' "$work/log" |
		sed -E 's/.*\((.*)\)$/\1/' | sort | uniq -c
}

failed=0
for tags in memcheck memcheck,purego; do
	echo "== Built with $tags"
	go test -tags "$tags" -c -o "$work/test" ./dstu/dstu4145
	noise=$(places "$work/test" public)
	if [ -n "$noise" ]; then
		echo "Reports though nothing is secret; this machine's valgrind does not suit:" && echo "$noise"
		failed=1
	fi
	grep -o 'carry-less multiplication in assembly.*' "$work/out"
	leaks=$(places "$work/test" leak | wc -l)
	echo "The deliberate leak is reported at $leaks places"
	[ "$leaks" -ge 2 ] || failed=1
	found=0
	while read -r count place; do
		[ -n "$place" ] || continue
		found=$((found + 1))
		line=$(sed -n "${place##*:}s/^[[:space:]]*//p" "${place%:*}")
		if grep -qxF "$line" tools/constant-time.allowed; then
			echo "allowed: ${place#"$PWD/"} $line"
		else
			echo "LEAK, $count reports: ${place#"$PWD/"} $line"
			failed=1
		fi
	done <<<"$(places "$work/test" secret)"
	# Reading a key at least says whether it is one; seeing nothing at all would mean that nothing was looked at.
	[ "$found" -gt 0 ] || { echo 'No report at all: the secrets were not followed.'; failed=1; }
done
[ "$failed" = 0 ] || { echo 'Secrets reach branches or addresses, or the check does not work.' >&2; exit 1; }
echo 'No branch and no address depends on a secret, but for the allowed ones.'
