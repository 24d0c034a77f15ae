#!/bin/sh
# Installs the validators below this folder, unless those of the present lock
# file are there already.
set -eu

cd "$(dirname "$0")"
mark=node_modules/.installed
if ! cmp -s package-lock.json "$mark"; then
	npm ci --no-audit --no-fund --loglevel=error >&2
	cp package-lock.json "$mark"
fi
