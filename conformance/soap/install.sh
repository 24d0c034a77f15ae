#!/usr/bin/env bash
# Installs the SOAP clients and xmllint, unless they are there: npm packages and
# what pom.xml and requirements.txt name below this folder, the rest as packages
# of Debian or Ubuntu, for which it has to be root. Prints which Python to use.
set -euo pipefail
cd "$(dirname "$0")"

# Debian's Python is not always the first of the PATH.
python() {
	local candidate
	for candidate in python3 /usr/bin/python3; do
		if "$candidate" -c 'import lxml, pip, suds, zeep' >/dev/null 2>&1; then
			echo "$candidate"
			return
		fi
	done
	return 1
}

found() {
	local program
	for program in xmllint php javac mvn wsdl2h soapcpp2 cc; do
		command -v "$program" >/dev/null || return 1
	done
	python >/dev/null && php -r 'exit(extension_loaded("soap") ? 0 : 1);' && [ -e /usr/include/stdsoap2.h ]
}

log=$(mktemp)
trap 'rm -f "$log"' EXIT
quietly() {
	"$@" >"$log" 2>&1 && return
	cat "$log" >&2
	exit 1
}

packages=(python3-zeep python3-suds python3-pip php-cli php-soap libxml2-utils default-jdk-headless maven gsoap libgsoap-dev gcc libc6-dev)
if ! found; then
	if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
		echo "SOAP clients are missing. As root: apt-get install ${packages[*]}" >&2
		exit 1
	fi
	echo 'Installing SOAP clients...' >&2
	quietly apt-get update
	quietly env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${packages[@]}"
	found || { echo 'SOAP clients are still missing.' >&2; exit 1; }
fi

mark=node_modules/.installed
if ! cmp -s package-lock.json "$mark"; then
	npm ci --no-audit --no-fund --loglevel=error >&2
	cp package-lock.json "$mark"
fi

mark=lib/.installed
if ! cat pom.xml requirements.txt | cmp -s - "$mark"; then
	echo 'Installing JAX-WS and pyxroad...' >&2
	rm -rf lib
	quietly mvn -q -B dependency:copy-dependencies -DoutputDirectory=lib
	quietly "$(python)" -m pip install --no-deps --require-hashes --target lib/python -r requirements.txt
	cat pom.xml requirements.txt >"$mark"
fi
python
