#!/usr/bin/env bash
# Sends the catalogue of messages to a live demonstration, which whoever calls
# this has started:
#
#   DOVIDKA_BIN   the program
#   READY_FILE    what `dovidka demo --ready-file` wrote
#
# With names of chapters (see check.py), only those.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
: "${DOVIDKA_BIN:?names the program}" "${READY_FILE:?names the file that dovidka demo wrote}"

# Debian's Python is not always the first of the PATH.
python() {
	local candidate
	for candidate in python3 /usr/bin/python3; do
		if "$candidate" -c 'import lxml.etree, zeep, sys; sys.exit(sys.version_info < (3, 9))' >/dev/null 2>&1; then
			echo "$candidate"
			return
		fi
	done
	return 1
}

packages=(python3-lxml python3-zeep)
if ! python >/dev/null; then
	if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
		echo "Packages are missing. As root: apt-get install ${packages[*]}" >&2
		exit 1
	fi
	echo 'Installing a reader of XML...' >&2
	log=$(mktemp)
	if ! { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${packages[@]}"; } >"$log" 2>&1 || ! python >/dev/null; then
		cat "$log" >&2
		rm -f "$log"
		exit 1
	fi
	rm -f "$log"
fi
PYTHONDONTWRITEBYTECODE=1 exec "$(python)" "$here/check.py" "$DOVIDKA_BIN" "$READY_FILE" "$@"
