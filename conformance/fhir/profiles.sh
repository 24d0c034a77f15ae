#!/bin/sh
# Compiles the profiles in api/fhir/input and compares the result with what is
# committed in api/fhir/definitions; with --write it replaces that instead.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
contract=$(cd "$here/../../api/fhir" && pwd)
case "${1-}" in
'' | --write) ;;
*)
	echo "usage: profiles.sh [--write]" >&2
	exit 2
	;;
esac

"$here/install.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
node "$here/core-package.mjs" "$work/.fhir/packages"
cp -R "$contract/sushi-config.yaml" "$contract/input" "$work/"

# The compiler looks for packages below HOME. It would like three optional ones
# from a registry, in whatever version is newest there: it is given an address
# where there is none, so that the result depends on the lock file alone. It
# goes on without them; its own errors make it fail.
if ! HOME=$work FPL_REGISTRY=http://127.0.0.1:9 "$here/node_modules/.bin/sushi" build --snapshot --out "$work" "$work" >"$work/log" 2>&1; then
	cat "$work/log" >&2
	exit 1
fi
compiled=$work/fsh-generated/resources
if [ "${1-}" = --write ]; then
	mkdir -p "$contract/definitions"
	rm -f "$contract"/definitions/*.json
	cp "$compiled"/*.json "$contract/definitions/"
	exit 0
fi
if ! diff -r "$contract/definitions" "$compiled"; then
	echo "api/fhir/definitions is not what api/fhir/input compiles to: run conformance/fhir/profiles.sh --write" >&2
	exit 1
fi
echo "$(ls "$compiled" | wc -l) definitions are current"
