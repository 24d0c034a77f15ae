#!/usr/bin/env bash
# Installs OpenSSL, a Java compiler, Bouncy Castle and jkurwa, unless they are
# there: npm packages below this folder, the rest as packages of Debian or
# Ubuntu, for which it has to be root.
set -euo pipefail
cd "$(dirname "$0")"

packages=()
command -v openssl >/dev/null || packages+=(openssl)
command -v javac >/dev/null || packages+=(default-jdk-headless)
[ -e /usr/share/java/bcpkix.jar ] && [ -e /usr/share/java/bcprov.jar ] || packages+=(libbcpkix-java libbcprov-java)

if [ ${#packages[@]} -gt 0 ]; then
	if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
		echo "Signature programs are missing. As root: apt-get install ${packages[*]}" >&2
		exit 1
	fi
	echo "Installing ${packages[*]}..." >&2
	log=$(mktemp)
	trap 'rm -f "$log"' EXIT
	if ! { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${packages[@]}"; } >"$log" 2>&1; then
		cat "$log" >&2
		exit 1
	fi
fi

# No package's own scripts run: none needs to.
mark=node_modules/.installed
if ! cmp -s package-lock.json "$mark"; then
	npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2
	cp package-lock.json "$mark"
fi
