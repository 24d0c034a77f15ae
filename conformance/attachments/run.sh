#!/usr/bin/env bash
# Exchanges attachments and MTOM with Python's email package, zeep, Mime4j, SAAJ and
# Metro. No demonstration is needed.
#
#   ATTACHMENT_CASES   messages in each direction and place (100)
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
PYTHON=$("$here/../soap/install.sh")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mark=$here/lib/.installed
if ! cmp -s "$here/pom.xml" "$mark"; then
	rm -rf "$here/lib"
	mvn -q -B -f "$here/pom.xml" dependency:copy-dependencies -DoutputDirectory="$here/lib" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
	cp "$here/pom.xml" "$mark"
fi
lib="$here/../soap/lib/*:$here/lib/*"
javac -cp "$lib" -d "$work/classes" "$here/Attachments.java" "$here/Mime4j.java"
cd "$here/../.."
go build -o "$work/attachments" ./conformance/attachments
"$work/attachments" -classpath "$lib:$work/classes" -python "$PYTHON" -cases "${ATTACHMENT_CASES:-100}" "$@"
