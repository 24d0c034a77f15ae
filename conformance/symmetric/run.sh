#!/usr/bin/env bash
# Compares hashes, ciphers, modes and authentication codes with Bouncy Castle on
# random input. Needs nothing that runs.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
"$here/install.sh"
classes=$(mktemp -d)
trap 'rm -rf "$classes"' EXIT
javac -cp /usr/share/java/bcprov.jar -d "$classes" "$here/BouncyCastle.java"
cd "$here"
go run . "$@" java -cp "/usr/share/java/bcprov.jar:$classes" BouncyCastle
