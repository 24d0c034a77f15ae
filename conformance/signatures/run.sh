#!/usr/bin/env bash
# Signs what a running demonstration asks to be signed with programs written by
# others, and verifies with them what ours signs. The demonstration is started
# by whoever calls this:
#
#   DOVIDKA_BIN   the program
#   READY_FILE    what `dovidka demo --ready-file` wrote
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
: "${DOVIDKA_BIN:?names the program}" "${READY_FILE:?names the file that dovidka demo wrote}"
"$here/install.sh"
exec node "$here/check.mjs"
