#!/usr/bin/env bash
# Installs xmllint, xmlsec1 and OpenSSL, unless they are there, as packages of Debian or
# Ubuntu, for which it has to be root; and EU DSS into .dss, where Maven and a JDK are.
set -euo pipefail
cd "$(dirname "$0")"

packages=()
command -v xmllint >/dev/null || packages+=(libxml2-utils)
command -v xmlsec1 >/dev/null || packages+=(xmlsec1)
command -v openssl >/dev/null || packages+=(openssl)
command -v javac >/dev/null || packages+=(default-jdk-headless)
command -v mvn >/dev/null || packages+=(maven)
if [ ${#packages[@]} -gt 0 ]; then
	if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
		echo "XML signature programs are missing. As root: apt-get install ${packages[*]}" >&2
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

mark=.dss/.installed
if ! cmp -s pom.xml "$mark"; then
	rm -rf .dss
	mvn -q -B dependency:copy-dependencies -DoutputDirectory="$PWD/.dss" >&2
	cp pom.xml "$mark"
fi
