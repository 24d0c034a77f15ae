#!/usr/bin/env bash
# Makes sure of openssl, which verifies what the scenarios sign and makes
# certificates for them.
set -euo pipefail
command -v openssl >/dev/null && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  apt-get update -qq && apt-get install -y -qq --no-install-recommends openssl >/dev/null
  exit 0
fi
echo "The scenarios need openssl (Debian: apt-get install openssl)." >&2
exit 1
