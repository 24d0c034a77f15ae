#!/usr/bin/env bash
# Lets HTTP clients that others wrote call a service in REST over security servers in memory, of both dialects. Needs no
# demonstration. Installs what it misses: an npm package below this folder, the rest from Debian or Ubuntu, as root.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

python() {
	local candidate
	for candidate in python3 /usr/bin/python3; do
		if "$candidate" -c 'import requests' >/dev/null 2>&1; then
			echo "$candidate"
			return
		fi
	done
	return 1
}

found() {
	local program
	for program in curl php java javac openssl; do
		command -v "$program" >/dev/null || return 1
	done
	python >/dev/null
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
quietly() {
	"$@" >"$work/log" 2>&1 && return
	cat "$work/log" >&2
	exit 1
}

packages=(curl openssl php-cli default-jdk-headless python3-requests)
if ! found; then
	if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
		echo "HTTP clients are missing. As root: apt-get install ${packages[*]}" >&2
		exit 1
	fi
	export DEBIAN_FRONTEND=noninteractive
	quietly apt-get update
	quietly apt-get install -y --no-install-recommends "${packages[@]}"
fi
if ! (cd "$here" && npm ls) >/dev/null 2>&1; then
	(cd "$here" && quietly npm ci)
fi
(cd "$here" && quietly go build -o "$work/program" .)
quietly javac -d "$work" "$here/clients/HttpClientCall.java"
"$(python)" "$here/check.py" "$work/program" "$work"
