#!/usr/bin/env bash
# Installs fastapi-xroad-soap and XRd4J below this folder, unless they are there,
# and a Java compiler, Maven, Python and pip as packages of Debian or Ubuntu, for
# which it has to be root.
set -euo pipefail
cd "$(dirname "$0")"

if cmp -s <(cat pom.xml requirements.txt Echo.java) lib/.installed && command -v java >/dev/null; then
	exit 0
fi
packages=()
command -v javac >/dev/null || packages+=(default-jdk-headless)
command -v mvn >/dev/null || packages+=(maven)
python3 -m pip --version >/dev/null 2>&1 || packages+=(python3 python3-pip)
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if [ ${#packages[@]} -gt 0 ]; then
	if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
		echo "Programs are missing. As root: apt-get install ${packages[*]}" >&2
		exit 1
	fi
	echo "Installing ${packages[*]}..." >&2
	if ! { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${packages[@]}"; } >"$log" 2>&1; then
		cat "$log" >&2
		exit 1
	fi
fi

echo 'Installing fastapi-xroad-soap and XRd4J...' >&2
rm -rf lib
mkdir -p lib
plugins=org.apache.maven.plugins
if ! { python3 -m pip install --target lib/python -r requirements.txt &&
	mvn -q -B $plugins:maven-install-plugin:3.1.1:install-file -Dfile=parent.pom -DpomFile=parent.pom &&
	mvn -q -B dependency:copy-dependencies -DoutputDirectory=lib/java &&
	javac -nowarn -cp 'lib/java/*' -d lib/classes Echo.java; } >"$log" 2>&1; then
	cat "$log" >&2
	exit 1
fi
cat pom.xml requirements.txt Echo.java >lib/.installed
