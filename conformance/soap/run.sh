#!/usr/bin/env bash
# Calls a live SOAP door with four clients written by others and checks what
# went over the wire and what each client made of it. The door is started by
# whoever calls this:
#
#   DOVIDKA_BIN   the program
#   READY_FILE    what `dovidka demo --ready-file` wrote
#
# WORK_DIR keeps every message; a temporary folder, removed at the end, else.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
: "${DOVIDKA_BIN:?names the program}" "${READY_FILE:?names the file that dovidka demo wrote}"
PYTHON=$("$here/install.sh")
work=${WORK_DIR:-$(mktemp -d)}
[ -n "${WORK_DIR:-}" ] || trap 'rm -rf "$work"' EXIT
mkdir -p "$work"

passed=0 failed=0

# report counts, and shows what a check said when it failed.
report() { # status, name, file with what was said
	if [ "$1" = 0 ]; then
		passed=$((passed + 1))
		echo "ok    $2"
	else
		failed=$((failed + 1))
		echo "FAIL  $2"
		sed 's/^/      /' "$3" | head -20
	fi
}

check() { # name, command...
	local name=$1 said="$work/said" status=0
	shift
	"$@" >"$said" 2>&1 || status=$?
	report "$status" "$name" "$said"
}

from_ready() { # expression over the file's object
	"$PYTHON" -c 'import json, sys; ready = json.load(open(sys.argv[1])); print('"$1"')' "$READY_FILE"
}

soap=$(from_ready 'ready["soap"]')
wsdl=$(from_ready 'ready["wsdl"]')
key=$(from_ready 'ready["citizens"][0]["key_file"]')
password=$(from_ready 'ready["citizens"][0]["password_file"]')
trust=$(dirname "$(from_ready 'ready["authority"]')")

# sign prints a message with a statement that is good for one use.
sign() { # kind of case
	local flags=()
	case $1 in
	detached | tampered) flags=(--detached) ;;
	refused) flags=(--refuse) ;;
	esac
	"$DOVIDKA_BIN" request --door soap --url "$soap" --key "$key" --password-file "$password" --print "${flags[@]}"
}

call() { # client, WSDL, mode, case
	case $1 in
	zeep) "$PYTHON" "$here/clients/zeep_client.py" "$2" "$3" "$4" ;;
	suds) "$PYTHON" "$here/clients/suds_client.py" "$2" "$3" "$4" ;;
	php) php "$here/clients/php_client.php" "$2" "$3" "$4" ;;
	npm-soap) node "$here/clients/npm_client.mjs" "$2" "$3" "$4" ;;
	esac
}

valid() { xmllint --noout --nonet --schema "$work/schema.xsd" "$1"; }

# exchange lets a client send a case, and checks all about it.
exchange() { # client, mode, kind of case
	local name="$1, $2 description, $3" folder="$work/$1-$2-$3" target=$wsdl
	[ "$2" = bare ] || target=$wsdl=headers
	mkdir -p "$folder"
	if ! { sign "$3" | "$PYTHON" "$here/message.py" "$3" >"$folder/case.json" &&
		call "$1" "$target" "$2" "$folder/case.json" >"$folder/result.json"; } 2>"$folder/errors"; then
		report 1 "$name" "$folder/errors"
		return
	fi
	check "$name" "$PYTHON" "$here/check.py" "$folder"
	[ ! -f "$folder/request.xml" ] || check "$name: request by the schema" valid "$folder/request.xml"
	[ ! -f "$folder/response.xml" ] || check "$name: response by the schema" valid "$folder/response.xml"
}

# sealed proves the seal of what a client received.
sealed() { # folder of an exchange
	"$PYTHON" -c 'import base64, sys; from lxml import etree
open(sys.argv[2], "wb").write(base64.b64decode(etree.parse(sys.argv[1]).findtext("{*}sealed/{*}signature")))' \
		"$1/response.xml" "$1/content.p7s"
	local lists=() list
	for list in "$trust"/*.crl; do lists+=(--crl "$list"); done
	"$DOVIDKA_BIN" verify "$1/content.p7s" --content "$1/content.json" \
		--trust "$trust/root.pem" --intermediate "$trust/issuers.pem" "${lists[@]}"
}

# The description given out in the repository is the one served, but for the
# address, and every form of answer that tests have fixed follows its schema.
"$PYTHON" "$here/check.py" --schema "$root/api/trembita.wsdl" "$work"
cp "$work/schema.xsd" "$work/given-out.xsd"
"$PYTHON" "$here/check.py" --schema "$wsdl" "$work"
check "the schema served is the one given out" cmp "$work/given-out.xsd" "$work/schema.xsd"
for answer in "$root"/internal/gateway/trembita/testdata/answer-*.xml; do
	"$PYTHON" "$here/check.py" --payload "$answer" >"$work/payload.xml"
	check "$(basename "$answer") by the schema" valid "$work/payload.xml"
done

for client in zeep suds php npm-soap; do
	for mode in bare headers; do
		for kind in attached detached refused tampered contradiction; do
			exchange "$client" "$mode" "$kind"
		done
	done
	check "$client: the seal holds over what was received" sealed "$work/$client-bare-detached"
done

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
