#!/usr/bin/env bash
# Exchanges attachments and MTOM with Python's email package, zeep, SAAJ and Metro. No
# demonstration is needed.
#
#   ATTACHMENT_CASES   messages in each direction and place (100)
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
PYTHON=$("$here/../soap/install.sh")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
lib="$here/../soap/lib/*"
javac -cp "$lib" -d "$work/classes" "$here/Attachments.java"
cd "$here/../.."
go build -o "$work/attachments" ./conformance/attachments
"$work/attachments" -classpath "$lib:$work/classes" -python "$PYTHON" -cases "${ATTACHMENT_CASES:-100}" "$@"
