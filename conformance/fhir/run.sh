#!/bin/sh
# Installs four FHIR validators and runs them over the examples of the contract
# and over the files given, after showing that they refuse broken resources.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
"$here/install.sh"
examples=$(cd "$here/../../api/fhir/examples" && pwd)
exec node "$here/validate.mjs" --self-test "$examples"/*.json "$@"
