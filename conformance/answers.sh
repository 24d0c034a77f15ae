#!/usr/bin/env bash
# Validates as FHIR what both doors of a running demonstration (READY_FILE)
# answer to the sample citizens who get an answer, and the examples of api/fhir.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
: "${DOVIDKA_BIN:?names the program}" "${READY_FILE:?names the file that dovidka demo wrote}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Who asks, and for whom: themselves, and the children of some.
node -p '
	const { citizens } = JSON.parse(fs.readFileSync(process.env.READY_FILE))
	const who = (key) => citizens.find((c) => c.key === key)
	const asks = ["ostap", "ostap-ec", "solomiia", "iryna"].map((key) => [key, who(key), ""])
		.concat(citizens.filter((c) => c.child_of).map((c) => [c.key, who(c.child_of), c.subject_file]))
	asks.map(([name, c, subject]) => [name, c.key_file, c.password_file, subject].join("\t")).join("\n")' >"$work/asks"
doors=$(node -p 'const { rest, soap } = JSON.parse(fs.readFileSync(process.env.READY_FILE)); `rest ${rest}\nsoap ${soap}`')

while IFS=$'\t' read -r name key password subject; do
	flags=(--key "$key" --password-file "$password" --format fhir)
	[ -z "$subject" ] || flags+=(--subject "$subject")
	while read -r door url; do
		"$DOVIDKA_BIN" request --door "$door" --url "$url" "${flags[@]}" >"$work/$door-$name.json"
	done <<<"$doors"
done <"$work/asks"
"$here/fhir/run.sh" "$work"/*.json
