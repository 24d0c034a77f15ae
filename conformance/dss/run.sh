#!/usr/bin/env bash
# Lets EU DSS verify what our packages make, and these what it makes. No
# demonstration is needed.
#
#   DSS_CASES   how many signatures to make in each direction (240)
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
"$here/install.sh"
cd "$here/../.."
exec go run ./conformance/dss -dir conformance/dss -cases "${DSS_CASES:-240}"
