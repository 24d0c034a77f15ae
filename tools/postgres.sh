#!/usr/bin/env bash
# Makes sure that tests find a PostgreSQL server: nothing to do when its
# programs are on the machine or DOVIDKA_TEST_POSTGRES names a server; as root
# on Debian or Ubuntu they are installed; else a container is started where
# Docker or Podman works. Prints nothing but, in the last case, a line to
# evaluate:
#
#   eval "$(tools/postgres.sh)"
set -euo pipefail

found() {
	[ -n "${DOVIDKA_TEST_POSTGRES:-}" ] || command -v initdb >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null
}

# install uses apt and keeps its chatter for the case that it fails.
install() {
	[ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
	echo 'Installing PostgreSQL for the tests...' >&2
	local log
	log=$(mktemp)
	# The packages would start a server of their own, which nobody needs here.
	if ! { apt-get update &&
		DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y --no-install-recommends postgresql; } >"$log" 2>&1; then
		cat "$log" >&2
		rm -f "$log"
		return 1
	fi
	rm -f "$log"
}

# container starts one server that later runs find again.
container() {
	local engine name=dovidka-test-postgres port
	for engine in docker podman; do
		"$engine" info >/dev/null 2>&1 || continue
		if [ -z "$("$engine" ps -q -f "name=^$name\$")" ]; then
			"$engine" rm -f "$name" >/dev/null 2>&1 || true
			"$engine" run -d --name "$name" -p 127.0.0.1::5432 -e POSTGRES_HOST_AUTH_METHOD=trust \
				--tmpfs /var/lib/postgresql/data docker.io/library/postgres:17-alpine \
				-c fsync=off -c max_connections=200 >/dev/null || continue
		fi
		port=$("$engine" port "$name" 5432/tcp | sed -n '1s/.*://p')
		for _ in $(seq 60); do
			# Over TCP: the first start listens on the socket alone for a while.
			if "$engine" exec "$name" pg_isready -q -h 127.0.0.1 -U postgres; then
				echo "export DOVIDKA_TEST_POSTGRES='postgres://postgres@127.0.0.1:$port/postgres?sslmode=disable'"
				return 0
			fi
			sleep 1
		done
		echo "The container $name does not answer; see: $engine logs $name" >&2
	done
	return 1
}

found || install || container || {
	cat >&2 <<'HELP'
The tests need a PostgreSQL server (13 or newer) and there is none. One of:
  - install its server programs: apt-get install postgresql, brew install postgresql, ...
  - start Docker or Podman
  - export DOVIDKA_TEST_POSTGRES=postgres://ROLE@HOST/postgres, of a role that may create databases
HELP
	exit 1
}
