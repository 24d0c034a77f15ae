#!/usr/bin/env bash
# Checks Dovidka against programs that others wrote. Starts a demonstration,
# lets each suite at it, goes on when one fails, and ends with the totals. The
# suites install what they need; see README.md.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/.." && pwd)
export DOVIDKA_BIN=${DOVIDKA_BIN:-$root/bin/dovidka}
if [ ! -x "$DOVIDKA_BIN" ]; then
	echo "There is no $DOVIDKA_BIN: make build" >&2
	exit 1
fi
if ! node -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 20 ? 0 : 1)'; then
	echo 'Conformance checks need Node.js 20 or newer.' >&2
	exit 1
fi

work=$(mktemp -d)
demo=
cleanup() {
	[ -z "$demo" ] || kill "$demo" 2>/dev/null && wait "$demo" || true
	rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

start() {
	export READY_FILE=$work/ready.json
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

passed=0 failed=0

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
	echo "-- $((SECONDS - began)) s"
}

from_ready() { # expression over the file's object
	node -p "const ready = JSON.parse(fs.readFileSync(process.env.READY_FILE)); $1"
}

# contracts compares what is served with what is given out.
contracts() {
	local rest wsdl name
	rest=$(from_ready ready.rest) wsdl=$(from_ready ready.wsdl)
	mkdir "$work/served"
	fetch "$rest/api/v1/openapi.yaml" "$work/served/openapi.yaml"
	fetch "$wsdl" "$work/served/trembita.wsdl"
	fetch "$wsdl=headers" "$work/served/trembita-headers.wsdl"
	for name in openapi.yaml trembita.wsdl trembita-headers.wsdl; do
		# A description of a running service names its own address.
		if diff <(sed 's/location="[^"]*"/location=""/' "$root/api/$name") <(sed 's/location="[^"]*"/location=""/' "$work/served/$name"); then
			echo "ok    $name is served as given out"
		else
			echo "FAIL  $name is served as given out"
			return 1
		fi
	done
}

fetch() { # address, file
	node -e 'fetch(process.argv[1]).then(async (r) => {
		if (!r.ok) throw new Error(`${process.argv[1]} answered ${r.status}`)
		fs.writeFileSync(process.argv[2], Buffer.from(await r.arrayBuffer()))
	})' "$1" "$2"
}

# bundles keeps what the doors answer to every sample citizen who gets an
# answer, and prints the files.
bundles() {
	local rest soap key password subject name
	rest=$(from_ready ready.rest) soap=$(from_ready ready.soap)
	mkdir "$work/bundles"
	while IFS=$'\t' read -r name key password subject; do
		local flags=(--key "$key" --password-file "$password" --format fhir)
		[ -z "$subject" ] || flags+=(--subject "$subject")
		"$DOVIDKA_BIN" request --url "$rest" "${flags[@]}" >"$work/bundles/rest-$name.json"
		"$DOVIDKA_BIN" request --door soap --url "$soap" "${flags[@]}" >"$work/bundles/soap-$name.json"
	done < <(from_ready '
		const by = (key) => ready.citizens.find((c) => c.key === key)
		const row = (name, c, subject) => [name, c.key_file, c.password_file, subject].join("\t")
		const children = ready.citizens.filter((c) => c.child_of)
		;["ostap", "ostap-ec", "solomiia", "iryna"].map((key) => row(key, by(key), ""))
			.concat(children.map((c) => row(c.key, by(c.child_of), c.subject_file))).join("\n")')
	echo "$work"/bundles/*.json
}

fhir() {
	local files
	files=$(bundles) || return 1
	# shellcheck disable=SC2086 # names of our own making
	"$here/fhir/run.sh" $files
}

start
suite 'Contracts' contracts
suite 'Signatures: jkurwa, OpenSSL, Bouncy Castle' "$here/signatures/run.sh"
suite 'SOAP clients: zeep, suds, PHP, npm soap' "$here/soap/run.sh"
suite 'FHIR validators, over the examples and live answers' fhir
suite 'FHIR profiles' "$here/fhir/profiles.sh"
suite 'The ledger afterwards' "$DOVIDKA_BIN" ledger verify --config "$(from_ready ready.config)"

printf '\n%s passed, %s failed in %s s\n' "$passed" "$failed" "$SECONDS"
[ "$failed" = 0 ]
