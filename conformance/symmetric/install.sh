#!/usr/bin/env bash
# Installs a Java compiler and Bouncy Castle as packages of Debian or Ubuntu,
# unless they are there; for that it has to be root.
set -euo pipefail

packages=()
command -v javac >/dev/null || packages+=(default-jdk-headless)
[ -e /usr/share/java/bcprov.jar ] || packages+=(libbcprov-java)
[ ${#packages[@]} -gt 0 ] || exit 0

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
	echo "Programs for symmetric algorithms are missing. As root: apt-get install ${packages[*]}" >&2
	exit 1
fi
echo "Installing ${packages[*]}..." >&2
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${packages[@]}"; } >"$log" 2>&1; then
	cat "$log" >&2
	exit 1
fi
