#!/usr/bin/env bash
# Compares DSTU 4145 with Bouncy Castle and jkurwa: random keys, curves and
# digests both ways, and the published edge cases. Needs nothing that runs.
# Arguments go to the program, such as -count 100 or -seed 7.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
"$here/install.sh"
classes=$(mktemp -d)
trap 'rm -rf "$classes"' EXIT
javac -cp /usr/share/java/bcprov.jar -d "$classes" "$here/dstu4145/Dstu4145.java"
cd "$here/dstu4145"
go run . -bouncycastle "java -cp /usr/share/java/bcprov.jar:$classes Dstu4145" -jkurwa "node $here/dstu4145/jkurwa.mjs" "$@"
