#!/usr/bin/env bash
# Lets Spyne read the notices that we pass on to Diia, and answer them: the test
# called TestLive of internal/delivery/diia, which does nothing otherwise.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."

# Debian's Python is not always the first of the PATH.
python() {
	local candidate
	for candidate in "${PYTHON:-python3}" /usr/bin/python3; do
		if "$candidate" -c 'import spyne, lxml' >/dev/null 2>&1; then
			echo "$candidate"
			return
		fi
	done
	return 1
}

log=$(mktemp)
trap 'rm -f "$log"' EXIT
packages=(python3-spyne python3-lxml)
if ! python >/dev/null; then
	if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
		echo "Spyne is missing. As root: apt-get install ${packages[*]}" >&2
		exit 1
	fi
	if ! { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${packages[@]}"; } >"$log" 2>&1; then
		cat "$log" >&2
		exit 1
	fi
fi

status=0
PYTHON=$(python) DOVIDKA_LIVE=$here go test -count=1 -v -run '^TestLive' ./internal/delivery/diia >"$log" 2>&1 || status=$?
grep -E '^ *--- (PASS|FAIL|SKIP)|^ *[a-z_]+_test.go|^FAIL|panic' "$log" || cat "$log"
passed=$(grep -cE '^ +--- PASS' "$log" || true)
failed=$(grep -cE '^ +--- (FAIL|SKIP)' "$log" || true)
echo "$passed passed, $failed failed"
exit "$status"
