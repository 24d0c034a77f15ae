#!/usr/bin/env bash
# Checks Dovidka against programs that others wrote. Starts a demonstration,
# lets each suite at it, goes on when one fails, and ends with the totals. The
# suites install what they need; see README.md.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
export DOVIDKA_BIN=${DOVIDKA_BIN:-$here/../bin/dovidka}
if [ ! -x "$DOVIDKA_BIN" ]; then
	echo "There is no $DOVIDKA_BIN: make build" >&2
	exit 1
fi
if ! node -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 20 ? 0 : 1)'; then
	echo 'Conformance checks need Node.js 20 or newer.' >&2
	exit 1
fi

work=$(mktemp -d)
export READY_FILE=$work/ready.json
demo=
passed=0 failed=0

cleanup() {
	if [ -n "$demo" ]; then
		kill "$demo" 2>/dev/null || true
		wait "$demo" || true
	fi
	rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

start() {
	"$DOVIDKA_BIN" demo --dir "$work/demo" --persons 500 --rest 127.0.0.1:0 --soap 127.0.0.1:0 --metrics 127.0.0.1:0 \
		--ready-file "$READY_FILE" >"$work/demo.log" 2>&1 &
	demo=$!
	for _ in $(seq 300); do
		[ ! -f "$READY_FILE" ] || return 0
		kill -0 "$demo" 2>/dev/null || break
		sleep 0.2
	done
	echo 'The demonstration does not start:' >&2
	cat "$work/demo.log" >&2
	exit 1
}

# stop asks the demonstration to end, which it has to do in order.
stop() {
	local status=0
	printf '\n== The demonstration ends in order\n'
	kill -TERM "$demo" || true
	wait "$demo" || status=$?
	demo=
	if [ "$status" = 0 ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		cat "$work/demo.log"
		echo "-- FAILED: exit status $status"
	fi
}

# suite runs a command and adds up its totals. Without totals it counts as one
# check; one that fails but counts no failure has stopped half way.
suite() { # title, command...
	local title=$1 log=$work/suite.log status=0 began=$SECONDS totals p=0 f=0
	shift
	printf '\n== %s\n' "$title"
	"$@" 2>&1 | tee "$log" || status=$?
	totals=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$log" | tail -n 1 || true)
	if [ -n "$totals" ]; then
		read -r p _ f _ <<<"$totals"
		[ "$p" -gt 0 ] || status=1
	elif [ "$status" = 0 ]; then
		p=1
	fi
	[ "$status" = 0 ] || [ "$f" -gt 0 ] || f=1
	passed=$((passed + p)) failed=$((failed + f))
	[ "$f" = 0 ] || echo "-- FAILED: $title"
	echo "-- $((SECONDS - began)) s"
}

start
suite 'Contracts' "$here/contracts.sh"
suite 'Symmetric algorithms: Bouncy Castle' "$here/symmetric/run.sh"
suite 'DSTU 4145 at random and at its edges: Bouncy Castle, jkurwa' "$here/signatures/dstu4145.sh"
suite 'Signatures: jkurwa, OpenSSL, Bouncy Castle' "$here/signatures/run.sh"
suite 'Catalogue of signatures, by arithmetic of its own' "$here/catalogue/run.sh"
suite 'Trusted lists: libxml2, xmlsec1, EU DSS' "$here/trustlist/run.sh"
suite 'OCSP, time-stamps and lists over HTTP: OpenSSL' "$here/online/run.sh"
suite 'CAdES and ASiC: EU DSS' "$here/dss/run.sh"
suite 'Encrypted documents and key containers: jkurwa, OpenSSL, Bouncy Castle, keytool' "$here/enveloped/run.sh"
suite 'SOAP clients: zeep, suds, pyxroad, PHP, npm soap, JAX-WS, gSOAP' "$here/soap/run.sh"
suite 'Attachments and MTOM: email of Python, zeep, Mime4j, SAAJ, Metro' "$here/attachments/run.sh"
suite 'REST over security servers: curl, requests, axios, PHP, Java' "$here/xroad-rest/run.sh"
suite 'Catalogue of messages for the bus, by the protocol' "$here/bus/run.sh"
suite 'Notices to Diia: Spyne' "$here/notices/run.sh"
suite 'FHIR validators, over the examples and live answers' "$here/answers.sh"
suite 'FHIR profiles' "$here/fhir/profiles.sh"
suite 'The ledger afterwards' "$DOVIDKA_BIN" ledger verify --config "$work/demo/dovidka.yaml"
stop

printf '\n%s passed, %s failed in %s s\n' "$passed" "$failed" "$SECONDS"
[ "$failed" = 0 ]
