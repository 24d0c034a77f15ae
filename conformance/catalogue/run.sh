#!/usr/bin/env bash
# Makes the catalogue of signatures in a temporary folder and lets the binary judge it.
# CATALOGUE=FOLDER keeps the set there.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
program=${DOVIDKA_BIN:-$here/../../bin/dovidka}
if [ ! -x "$program" ]; then
	echo "There is no $program: make build" >&2
	exit 1
fi
if ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 9))'; then
	echo 'The catalogue of signatures needs python3, 3.9 or newer.' >&2
	exit 1
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
set=${CATALOGUE:-$work/set}
export PYTHONDONTWRITEBYTECODE=1
python3 "$here/catalogue.py" "$set" "$here/../../dstu/vectors"
python3 "$here/check.py" "$program" "$set"
