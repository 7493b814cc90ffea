#!/usr/bin/env bash
# While a request hangs: nobody waits for the worker, and whatever ends it, the work goes on where it was.
set -euo pipefail

# shellcheck source=../tap.sh
source "$PITSTOP_SOURCE/test/tap.sh"
# shellcheck source=../../tool/cluster.sh
source "$PITSTOP_SOURCE/tool/cluster.sh"
# shellcheck source=../teslamate.sh
source "$PITSTOP_SOURCE/test/teslamate.sh"
# shellcheck source=geocoder.sh
source "$PITSTOP_SOURCE/test/worker/geocoder.sh"
# shellcheck source=worker.sh
source "$PITSTOP_SOURCE/test/worker/worker.sh"

# Generous: what is meant is a second.
readonly generous=15

# Until the drive's first end is asked for and hangs; sets $drive.
hang() {
    geocoder_behave hold
    worker_new_drive teslamate
    worker_call teslamate >/dev/null
    geocoder_tell "wait_in_flight?requests=1&seconds=30" >/dev/null
}

let_go() {
    geocoder_behave ok
    geocoder_tell release >/dev/null
}

has_addresses() {
    [[ "$(value teslamate "SELECT start_address_id IS NOT NULL AND end_address_id IS NOT NULL FROM drives WHERE id = $drive")" == t ]]
}

is_locked() {
    [[ "$(value teslamate "SELECT count(*) FROM pg_locks WHERE mode = 'ShareLock' AND relation = 'addresses'::regclass")" == 1 ]]
}

# quickly NAME COMMAND [ARGUMENT...]
quickly() {
    local name=$1
    shift
    local before=$EPOCHREALTIME
    # shellcheck disable=SC2016  # expanded by the other shell
    ok "$name" timeout "$generous" bash -c 'source "$1"; cluster_use "$2"; shift 2; "$@"' - \
        "$PITSTOP_SOURCE/tool/cluster.sh" "$cluster" "$@"
    diag "$(awk "BEGIN { printf \"%.0f ms\", ($EPOCHREALTIME - $before) * 1000 }")"
}

sql() {
    quickly "$1" cluster_psql --dbname=postgres --command="$2"
}

worker_is_gone() {
    [[ -z "$(worker_pid)" || "$(worker_pid)" != "$1" ]]
}

worker_guard
geocoder_start
worker_start pitstop.geocoder_timeout=120s
worker_small_database teslamate
ok "the worker starts" wait_until 30 worker_call teslamate

hang
sql "a database with work can be copied" 'CREATE DATABASE copy TEMPLATE teslamate'
sql "renamed" 'ALTER DATABASE teslamate RENAME TO teslamate_before'
sql "and renamed back" 'ALTER DATABASE teslamate_before RENAME TO teslamate'
sql "and another dropped" 'DROP DATABASE copy'
quickly "settings are reloaded" cluster_psql --dbname=postgres --command='SELECT pg_reload_conf()'
quickly "the extension is updated" cluster_psql --dbname=teslamate --command='ALTER EXTENSION pitstop UPDATE'
let_go
ok "and then the answer is stored" wait_until 30 has_addresses

hang
quickly "the extension is dropped and created" cluster_psql --dbname=teslamate \
    --command='DROP EXTENSION pitstop' --command='CREATE EXTENSION pitstop'
let_go
ok "and the answer is stored there" wait_until 30 has_addresses

hang
pid=$(worker_pid)
sql "the worker can be told to end" "SELECT pg_terminate_backend($pid, 10000)"
ok "it is gone" worker_is_gone "$pid"
let_go
ok "and comes back, and goes on" wait_until 40 has_addresses

for mode in fast immediate; do
    hang
    quickly "a $mode shutdown does not wait for the geocoder" cluster_stop "$mode"
    let_go
    cluster_start
    ok "after a $mode shutdown the work goes on" wait_until 40 has_addresses
done

hang
postmaster=$(head -n 1 "$cluster/data/postmaster.pid")
pid=$(worker_pid)
kill -KILL "$postmaster"
ok "a worker whose server was killed ends as well" wait_until "$generous" bash -c "! kill -0 $pid 2>/dev/null"
let_go
rm -f "$cluster/data/postmaster.pid"
ok "the server starts again" wait_until 30 cluster_start
ok "after kill -9 during a request the work goes on" wait_until 40 has_addresses

# As it is while TeslaMate is restored, or migrated.
geocoder_behave ok
worker_new_drive teslamate
cluster_psql --dbname=teslamate --command='ALTER TABLE addresses RENAME TO addresses_elsewhere'
worker_call teslamate >/dev/null
ok "where a table of TeslaMate's is missing the worker leaves the database alone" \
    wait_until 30 grep -q 'addresses.id (missing)' "$cluster/log"
cluster_psql --dbname=teslamate --command='ALTER TABLE addresses_elsewhere RENAME TO addresses'
worker_call teslamate >/dev/null
ok "once it is there again the work goes on" wait_until 40 has_addresses

# Between the reply and its storing: the table is locked, so that the answer waits.
worker_new_drive teslamate
cluster_psql --dbname=teslamate --command='BEGIN; LOCK TABLE addresses IN SHARE MODE; SELECT pg_sleep(600)' \
    >/dev/null 2>&1 &
locker=$!
wait_until 30 is_locked
geocoder_tell reset >/dev/null
worker_call teslamate >/dev/null
ok "both ends are asked for" geocoder_wait 2 30
ok "the user is told what is in the way" wait_until 30 worker_is teslamate 'in the way' yes
like "$(worker_says teslamate 'in the way')" 'lock' "by name"
ok "and nothing is stored by halves" test "$(value teslamate "SELECT count(*) FROM drives WHERE id = $drive AND start_address_id IS NULL AND end_address_id IS NULL")" = 1
kill -KILL "$(head -n 1 "$cluster/data/postmaster.pid")"
wait "$locker" 2>/dev/null || true
rm -f "$cluster/data/postmaster.pid"
ok "killed between reply and storing, the server starts again" wait_until 30 cluster_start
ok "and the work goes on" wait_until 40 has_addresses

# The processes are many, the crashes none: a worker that ends with a signal would have restarted the server.
is "$(grep -c 'was terminated by signal' "$cluster/log" || true)" 0 "no process of the server crashed"

worker_set max_worker_processes=0
cluster_restart
is "$(worker_finding teslamate)" \
    "warning|the address repair: The worker is not running; the server's log says why it ended." \
    "where the server has no process left for the worker, doctor() tells that it does not run"

done_testing
