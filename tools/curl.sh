#!/usr/bin/env bash
# Makes sure of curl, with which the scenarios try the lines that the
# demonstration prints.
set -euo pipefail
command -v curl >/dev/null && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  apt-get update -qq && apt-get install -y -qq --no-install-recommends curl ca-certificates >/dev/null
  exit 0
fi
echo "The scenarios need curl (Debian: apt-get install curl)." >&2
exit 1
