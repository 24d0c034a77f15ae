#!/usr/bin/env bash
# Compares the contracts that a running demonstration serves (READY_FILE) with
# the files in api/. A description of a running service names its own address.
set -euo pipefail

api=$(cd "$(dirname "$0")/../api" && pwd)
: "${READY_FILE:?names the file that dovidka demo wrote}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

passed=0 failed=0
while IFS=$'\t' read -r name address; do
	node -e 'fetch(process.argv[1]).then(async (r) => process.stdout.write(r.ok ? await r.text() : `${r.status}\n`))' "$address" >"$work/$name"
	if diff <(sed 's/ location="[^"]*"/ location=""/' "$api/$name") <(sed 's/ location="[^"]*"/ location=""/' "$work/$name"); then
		passed=$((passed + 1))
		echo "ok    $name is served as it is given out"
	else
		failed=$((failed + 1))
		echo "FAIL  $name is served as it is given out"
	fi
done <<<"$(node -p '
	const { rest, wsdl } = JSON.parse(fs.readFileSync(process.env.READY_FILE))
	;[["openapi.yaml", `${rest}/api/v1/openapi.yaml`], ["trembita.wsdl", wsdl], ["trembita-headers.wsdl", `${wsdl}=headers`]]
		.map((row) => row.join("\t")).join("\n")')"

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
