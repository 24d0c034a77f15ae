#!/usr/bin/env bash
# Measures the libraries (go test -bench), xroad and the door of the bus beside
# what others wrote (which is installed), and the whole road (a demonstration
# under load). Output is what benchstat reads: keep it and compare with
# bin/benchstat OLD NEW.
set -euo pipefail
cd "$(dirname "$0")/.."
export GOMAXPROCS="${GOMAXPROCS:-2}"
go test -run '^$' -bench . -benchmem -count "${COUNT:-1}" ./dstu/... ./pki/... ./cms/... ./xroad/... ./fhir/... ./internal/disclosure/...
conformance/speed/run.sh
tmp=$(mktemp -d)
bin/dovidka demo --dir "$tmp/demo" --rest 127.0.0.1:0 --soap 127.0.0.1:0 --metrics 127.0.0.1:0 --ready-file "$tmp/ready.json" >"$tmp/out" 2>&1 &
demo=$!
trap 'kill $demo 2>/dev/null; wait $demo 2>/dev/null; rm -rf "$tmp"' EXIT
until [ -f "$tmp/ready.json" ]; do
	kill -0 $demo || { cat "$tmp/out" >&2; exit 1; }
	sleep 0.2
done
for _ in $(seq "${COUNT:-1}"); do
	bin/dovidka bench --ready-file "$tmp/ready.json" --requests "${REQUESTS:-1000}"
done
