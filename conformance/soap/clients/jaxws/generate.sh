#!/usr/bin/env bash
# Generates and compiles the classes of a description by wsimport:
# generate.sh WSDL FOLDER
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$2"
# -XadditionalHeaders makes parameters of the header fields that are declared.
java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp "$here/../../lib/*" com.sun.tools.ws.WsImport -quiet -encoding UTF-8 -XadditionalHeaders -p generated -d "$2" "$1"
