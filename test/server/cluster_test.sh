#!/usr/bin/env bash
# tool/cluster.sh: private servers that run beside each other and leave nothing behind.
set -euo pipefail

# shellcheck source=../tap.sh
source "$PITSTOP_SOURCE/test/tap.sh"
# shellcheck source=../../tool/cluster.sh
source "$PITSTOP_SOURCE/tool/cluster.sh"

setting() {
    cluster_psql --dbname=postgres --tuples-only --no-align --command="SELECT current_setting('$1')"
}

server_user() {
    stat --format=%U "/proc/$(head -n 1 "$cluster/data/postmaster.pid")"
}

expected_user() {
    if [[ $EUID -eq 0 ]]; then echo postgres; else id -un; fi
}

# Another shell with a running cluster, which it reports in FILE and then keeps until it is told to end.
shell_with_cluster() {
    # shellcheck disable=SC2016  # expanded by the other shell
    exec bash -c 'source "$1"; cluster_guard; cluster_create --prefix "$2" fsync=off; cluster_start
             echo "$cluster" >"$3.new"; mv "$3.new" "$3"; while true; do sleep 0.1; done' \
        shell "$PITSTOP_SOURCE/tool/cluster.sh" "$PITSTOP_PREFIX" "$1"
}

interrupted_shell_leaves_nothing() {
    local report shell left
    report=$(mktemp -u)
    shell_with_cluster "$report" &
    shell=$!
    wait_until 30 test -f "$report"
    left=$(<"$report")
    rm -f "$report"
    [[ -d "$left/data" ]]
    kill -TERM "$shell"
    wait "$shell" || [[ $? -eq 143 ]]
    [[ ! -e "$left" ]]
}

cluster_guard
cluster_create --prefix "$PITSTOP_PREFIX" fsync=off "cluster_name=the first"
first=$cluster
cluster_start
cluster_create --prefix "$PITSTOP_PREFIX" fsync=off "cluster_name=the second"
second=$cluster
cluster_start

is "$(setting cluster_name)" "the second" "a created cluster is the one that clients talk to"
is "$(server_user)" "$(expected_user)" "the server runs as an unprivileged user"
is "$(setting listen_addresses)" "" "it listens on no network"
cluster_use "$first"
is "$(setting cluster_name)" "the first" "two clusters run at the same time"

cluster_listen
cluster_restart
is "$(setting port)" "$PGPORT" "it listens on a port of its own when told so"
ok "over TCP a role without a password is refused" \
    bash -c '! psql --host=127.0.0.1 --no-password --dbname=postgres --command="SELECT 1"'

cluster_cleanup
ok "the first cluster is gone after the clean-up" test ! -e "$first"
ok "the second cluster is gone after the clean-up" test ! -e "$second"
ok "an interrupted shell leaves nothing behind" interrupted_shell_leaves_nothing
ok "a shared prefix stays" test -x "$PITSTOP_PREFIX$(pg_config --bindir)/postgres"

done_testing
