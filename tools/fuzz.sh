#!/usr/bin/env bash
# Runs every fuzz target for FUZZTIME (10s; or a number of inputs, 300x), one after another, without spending
# the time on minimising what it keeps. The first finding ends the run with its
# input under testdata/fuzz.
set -euo pipefail
cd "$(dirname "$0")/.."
count=0
while IFS=: read -r file target; do
  count=$((count + 1))
  echo "== $target in $(dirname "$file")"
  go test -run '^$' -fuzz "^$target\$" -fuzztime "${FUZZTIME:-10s}" -fuzzminimizetime 5x "./$(dirname "$file")"
done < <(git grep -E '^func Fuzz[A-Za-z0-9_]+\(' -- '*_test.go' | sed -E 's/^([^:]+):func (Fuzz[A-Za-z0-9_]+)\(.*/\1:\2/')
[ "$count" -gt 0 ] || { echo "no fuzz target was found" >&2; exit 1; }
echo "$count targets"
