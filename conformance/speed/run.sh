#!/usr/bin/env bash
# Measures how long it takes to read and echo one message, by our library, by
# encoding/xml alone and by two libraries that others wrote, each warm and on one
# processor; and how many requests the door with an operation that does nothing
# answers for a second of its processor. Output is what benchstat reads; the
# ratios of the least of each are on the standard error.
#
#   COUNT   rounds (5)
#   TIME    seconds of one measurement (3)
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
"$here/install.sh"
cd "$here/../.."
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
go build -o "$tmp/speed" ./conformance/speed
request=$here/request.xml seconds=${TIME:-3}

# echoed checks that a program has answered with what was asked, and lets its
# figures pass.
echoed() {
	taskset -c 1 "$@" 2>"$tmp/answer"
	for text in 5b0c0d5e-5a3b-4f0f-9e0e-0d7c3d1c8a11 UA0000000000 SUB_prod Register_v1Response 'Ґорданівна-Тест' '&amp;, &lt;'; do
		grep -qF -- "$text" "$tmp/answer" || { echo "$1 did not answer with $text:" >&2; cat "$tmp/answer" >&2; exit 1; }
	done
}

export GOMAXPROCS=1
for _ in $(seq "${COUNT:-5}"); do
	echoed "$tmp/speed" -time "${seconds}s" message xroad
	echoed "$tmp/speed" -time "${seconds}s" message encoding-xml
	PYTHONPATH=$here/lib/python echoed python3 "$here/echo.py" "$request" "$seconds"
	echoed java -cp "$here/lib/classes:$here/lib/java/*" Echo "$request" "$seconds"
	taskset -c 0 "$tmp/speed" -time "${seconds}s" load
done | tee "$tmp/figures"
awk '
	$1 ~ /^BenchmarkEcho/ && (!($1 in least) || $3 < least[$1]) { least[$1] = $3 }
	$1 == "BenchmarkDoor" && $9 > most { most = $9 }
	END {
		for (name in least) printf "%s: %.2f of the time of ours\n", name, least[name] / least["BenchmarkEcho/xroad"]
		printf "door: at best %d requests for a second of its processor\n", most
	}' "$tmp/figures" >&2
