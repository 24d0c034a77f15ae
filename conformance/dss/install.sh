#!/usr/bin/env bash
# Installs a Java compiler, Maven and the libraries of pom.xml, unless they are
# there: the libraries below this folder, the rest as packages of Debian or
# Ubuntu, for which it has to be root.
set -euo pipefail
cd "$(dirname "$0")"

mark=lib/.installed
if cmp -s pom.xml "$mark" && command -v javac >/dev/null; then
	exit 0
fi

packages=()
command -v javac >/dev/null || packages+=(default-jdk-headless)
command -v mvn >/dev/null || packages+=(maven)
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if [ ${#packages[@]} -gt 0 ]; then
	if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
		echo "Java programs are missing. As root: apt-get install ${packages[*]}" >&2
		exit 1
	fi
	echo "Installing ${packages[*]}..." >&2
	if ! { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${packages[@]}"; } >"$log" 2>&1; then
		cat "$log" >&2
		exit 1
	fi
fi

echo 'Installing EU DSS...' >&2
rm -rf lib
if ! mvn -q -B dependency:copy-dependencies -DoutputDirectory=lib >"$log" 2>&1; then
	cat "$log" >&2
	exit 1
fi
cp pom.xml "$mark"
