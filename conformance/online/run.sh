#!/usr/bin/env bash
# Lets OpenSSL ask our OCSP responder, time-stamping service and lists over HTTP, and us
# its responder: the test called TestLive of package online, which does nothing otherwise.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
if ! command -v openssl >/dev/null; then
	if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
		echo 'OpenSSL is missing. As root: apt-get install openssl' >&2
		exit 1
	fi
	apt-get update >&2 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends openssl >&2
fi
cd "$here/../.."
log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0
DOVIDKA_LIVE=$here go test -count=1 -v -run '^TestLive$' ./cms/online >"$log" 2>&1 || status=$?
grep -E '^ *--- (PASS|FAIL|SKIP)|^ *[a-z_]+_test.go|^FAIL|panic' "$log" || cat "$log"
passed=$(grep -cE '^ +--- PASS' "$log" || true)
failed=$(grep -cE '^ *--- (FAIL|SKIP)' "$log" || true)
echo "$passed passed, $failed failed"
exit "$status"
