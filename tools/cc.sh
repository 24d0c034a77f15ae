#!/usr/bin/env bash
# Makes sure of a C compiler, which the race detector links with. The product
# itself is built without one.
set -euo pipefail
command -v "${CC:-cc}" >/dev/null && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  apt-get update -qq && apt-get install -y -qq --no-install-recommends gcc libc6-dev >/dev/null
  exit 0
fi
echo "The race detector needs a C compiler: install gcc (Debian: apt-get install gcc libc6-dev)." >&2
exit 1
