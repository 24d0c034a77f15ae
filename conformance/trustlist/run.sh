#!/usr/bin/env bash
# Lets xmllint, xmlsec1 and EU DSS at our XML signatures and lists of trusted services:
# the tests called TestLive of the packages, which do nothing otherwise.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
"$here/install.sh"
cd "$here/../.."
log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0
DOVIDKA_LIVE=$here go test -count=1 -v -run '^TestLive' ./pki/xmldsig ./pki/trustlist >"$log" 2>&1 || status=$?
grep -E '^ *--- (PASS|FAIL|SKIP)|^ *[a-z_]+_test.go|^FAIL|panic' "$log" || cat "$log"
passed=$(grep -cE '^ +--- PASS' "$log" || true)
failed=$(grep -cE '^ +--- (FAIL|SKIP)' "$log" || true)
echo "$passed passed, $failed failed"
exit "$status"
