#!/usr/bin/env bash
# Installs the SOAP clients and xmllint, unless they are there: npm packages
# below this folder, the rest as packages of Debian or Ubuntu, for which it has
# to be root.
set -euo pipefail
cd "$(dirname "$0")"

# Debian's Python is not always the first of the PATH.
python() {
	local candidate
	for candidate in python3 /usr/bin/python3; do
		if "$candidate" -c 'import lxml, suds, zeep' >/dev/null 2>&1; then
			echo "$candidate"
			return
		fi
	done
	return 1
}

found() {
	python >/dev/null && command -v xmllint >/dev/null && command -v php >/dev/null && php -r 'exit(extension_loaded("soap") ? 0 : 1);'
}

packages=(python3-zeep python3-suds php-cli php-soap libxml2-utils)
if ! found; then
	if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
		echo "SOAP clients are missing. As root: apt-get install ${packages[*]}" >&2
		exit 1
	fi
	echo 'Installing SOAP clients...' >&2
	log=$(mktemp)
	if ! { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${packages[@]}"; } >"$log" 2>&1 || ! found; then
		cat "$log" >&2
		rm -f "$log"
		exit 1
	fi
	rm -f "$log"
fi

mark=node_modules/.installed
if ! cmp -s package-lock.json "$mark"; then
	npm ci --no-audit --no-fund --loglevel=error >&2
	cp package-lock.json "$mark"
fi
python
