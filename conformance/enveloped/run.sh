#!/usr/bin/env bash
# Exchanges encrypted documents and key containers with programs written by others. Needs
# nothing that runs; COUNT containers are made for each family of keys.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
"$here/../signatures/install.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd "$here" && go build -o "$work/driver" ./driver)
javac -cp /usr/share/java/bcprov.jar:/usr/share/java/bcpkix.jar:/usr/share/java/bcutil.jar -d "$work/classes" "$here/BouncyCastle.java"
mkdir "$work/cases"
"$work/driver" make "$work/cases" "${COUNT:-334}"
node "$here/check.mjs" "$work"
