#!/usr/bin/env bash
# Calls a live SOAP door with clients written by others, straight and through
# security servers, and checks what went over the wire and what each client made
# of it. The door is started by whoever calls this:
#
#   DOVIDKA_BIN   the program
#   READY_FILE    what `dovidka demo --ready-file` wrote
#
# WORK_DIR keeps every message; a temporary folder, removed at the end, else.
# What is generated from descriptions stays in cache/.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
: "${DOVIDKA_BIN:?names the program}" "${READY_FILE:?names the file that dovidka demo wrote}"
python=$("$here/install.sh")
cd "$here"
export PYTHONDONTWRITEBYTECODE=1

work=${WORK_DIR:-$(mktemp -d)}
mkdir -p "$work"
work=$(realpath "$work")
rm -rf "${work:?}"/{cases,descriptions,generated,notes,schemas}
mkdir "$work/notes"
road=
cleanup() {
	[ -z "$road" ] || kill "$road" 2>/dev/null || true
	[ -n "${WORK_DIR:-}" ] || rm -rf "$work"
}
trap cleanup EXIT

# generated makes of every description what a program generates from it, or
# takes what was made of the same before, at whatever address.
generated() { # program
	local wsdl key name
	mkdir -p "$work/generated/$1"
	for wsdl in "$work"/descriptions/*.wsdl; do
		name=$(basename "$wsdl" .wsdl)
		key=$(cat <(sed 's/ location="[^"]*"/ location=""/' "$wsdl") "clients/$1"/* pom.xml <(soapcpp2 -V 2>&1) | sha256sum | cut -c1-32)
		if [ ! -e "cache/$1-$key/.made" ]; then
			rm -rf "cache/$1-$key"
			if ! "clients/$1/generate.sh" "$wsdl" "cache/$1-$key" >"$work/generated/$1/$name.log" 2>&1; then
				cat "$work/generated/$1/$name.log" >&2
				return 1
			fi
			touch "cache/$1-$key/.made"
		fi
		ln -s "$here/cache/$1-$key" "$work/generated/$1/$name"
	done
}

# call lets a program loose on all its cases.
call() { # program
	local cases=("$work/cases/$1"/*) description
	case $1 in
	zeep | suds | pyxroad) PYTHONPATH=lib/python "$python" "clients/$1_client.py" "${cases[@]}" ;;
	php) php clients/php_client.php "${cases[@]}" ;;
	npm) node clients/npm_client.mjs "${cases[@]}" ;;
	jaxws) java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp 'cache/jaxws:lib/*' JaxWs "$work/generated/jaxws" "${cases[@]}" ;;
	gsoap)
		for description in "$work"/generated/gsoap/*/; do
			description=$(basename "$description")
			mapfile -t cases < <(grep -l "\"description\": \"$description\"" "$work"/cases/gsoap/*/case.json | xargs -d '\n' -n1 dirname)
			"$work/generated/gsoap/$description/client" "${cases[@]}"
		done
		;;
	esac
}

mkdir -p cache/jaxws
go build -o cache/road ./road
cache/road -door "$("$python" -c 'import json, sys; print(json.load(open(sys.argv[1]))["soap"])' "$READY_FILE")" -notes "$work/notes" &
road=$!
for _ in $(seq 100); do
	[ ! -f "$work/notes/addresses.json" ] || break
	kill -0 "$road"
	sleep 0.1
done
"$python" cases.py "$work/notes" "$work" descriptions
[ cache/jaxws/JaxWs.class -nt clients/jaxws/JaxWs.java ] || javac -cp 'lib/*' -d cache/jaxws clients/jaxws/JaxWs.java
generated jaxws
generated gsoap
for program in zeep suds pyxroad php npm jaxws gsoap; do
	# Statements are good for some minutes only. What a program did not get to is
	# missed by the checks.
	"$python" cases.py "$work/notes" "$work" "$program"
	call "$program" || echo "$program ended with status $?"
done
kill "$road"
wait "$road" || { road= && echo 'the road did not end in order' >&2 && exit 1; }
road=
"$python" check.py "$work/notes" "$work"
