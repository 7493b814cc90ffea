#!/usr/bin/env bash
# A streaming standby: what only reads works there, what writes says why it does not.
set -euo pipefail

# shellcheck source=../tap.sh
source "$PITSTOP_SOURCE/test/tap.sh"
# shellcheck source=../../tool/cluster.sh
source "$PITSTOP_SOURCE/tool/cluster.sh"
# shellcheck source=../teslamate.sh
source "$PITSTOP_SOURCE/test/teslamate.sh"

declare -ra writing=(
    "close_drive(1)"
    "close_charge(1)"
    "close_stale()"
    "delete_drive(1)"
    "delete_charge(1)"
    "undo(1)"
    "grant_reader('reader')"
    "grant_operator('reader')"
    "revoke_all('reader')"
    "repair_addresses()"
    "refresh_addresses()"
    "reset_geocoder()"
    "record_backups('host', '/backups', '[]')"
    "record_measures('[]')"
)

# Sets $cluster to a running standby of the server in DIRECTORY.
start_standby_of() {
    local primary=$1
    cluster_create --prefix "$PITSTOP_PREFIX"
    rm -rf "$cluster/data"
    cluster_as_server "$(cluster_bin)/pg_basebackup" --pgdata="$cluster/data" --checkpoint=fast --no-sync \
        --write-recovery-conf --dbname="host=$primary/socket port=5432 user=postgres"
    cluster_configure hot_standby=on
    cluster_start
}

rows_on_standby() {
    [[ "$(value teslamate 'SELECT count(*) FROM pitstop.event')" == "$1" ]]
}

cluster_guard
cluster_create --prefix "$PITSTOP_PREFIX" fsync=off wal_level=replica max_wal_senders=4
primary=$cluster
cluster_start
load_teslamate teslamate
cluster_psql --dbname=teslamate --command='CREATE EXTENSION pitstop; CREATE ROLE reader'
start_standby_of "$primary"
standby=$cluster

is "$(value teslamate 'SELECT pg_is_in_recovery()')" t "the server under test is a standby"
for call in "${writing[@]}"; do
    name=${call%%(*}
    is "$(error_of teslamate "SELECT * FROM pitstop.$call")" \
        "ERROR:  25006: cannot run pitstop.$name() on a standby
DETAIL:  The server is in recovery and takes no changes.
HINT:  Connect to the primary server." \
        "$name() says that it cannot run on a standby"
done

like "$(error_of teslamate "SELECT * FROM pitstop.delete_drive(1, positions => 'away')")" '22023' \
    "a wrong argument is a wrong argument on a standby too"
is "$(value teslamate 'SELECT count(*) > 100 FROM pitstop.incomplete()')" t "incomplete() works on a standby"
is "$(value teslamate "SELECT count(*) FILTER (WHERE outcome = 'closed') > 50, count(event_id) FROM pitstop.close_stale(dry_run => true)")" \
    't|0' "a dry run of close_stale() works on a standby"
is "$(value teslamate 'SELECT sum(rows) > 0 FROM pitstop.delete_drive(1, dry_run => true)')" t \
    "a dry run of delete_drive() works on a standby"
is "$(value teslamate 'SELECT sum(rows) > 0 FROM pitstop.delete_charge(1, dry_run => true)')" t \
    "a dry run of delete_charge() works on a standby"
is "$(value teslamate 'SELECT count(*) FROM pitstop.check_postgres()')" 2 "check_postgres() works on a standby"
is "$(value teslamate "SELECT count(*) FROM pitstop.check_teslamate() WHERE status <> 'ok'")" 0 \
    "check_teslamate() works on a standby"
is "$(value teslamate 'SELECT count(*) > 100 FROM pitstop.migrations()')" t "migrations() works on a standby"
is "$(value teslamate 'SELECT count(*) FROM pitstop.disk_space()')" 1 "disk_space() works on a standby"
is "$(value teslamate "SELECT c ->> 'code', c ->> 'error' FROM jsonb_array_elements(pitstop.health() -> 'checks') AS c WHERE c ->> 'error' <> ''")" \
    '' "health() makes every check on a standby"
is "$(value teslamate "SELECT what FROM pitstop.doctor() WHERE code = 'open_sessions'")" \
    'drives and charges that ought to be closed: 123; 45 drives, 78 charges' "and doctor() tells what it finds"
is "$(value teslamate "SELECT count(*) FROM pitstop.backups(), pitstop.measures('addresses')")" 0 \
    "backups() and measures() work on a standby"
is "$(value teslamate 'SELECT pitstop.seconds_since_last_migration() > 0')" t \
    "seconds_since_last_migration() works on a standby"

cluster_use "$primary"
event=$(value teslamate 'SELECT event_id FROM pitstop.close_drive(1)')
cluster_use "$standby"
ok "an event of the primary's journal arrives on the standby" wait_until 30 rows_on_standby 1
cluster_as_server "$(cluster_bin)/pg_ctl" --pgdata="$cluster/data" --wait --silent promote
is "$(value teslamate "SELECT string_agg(table_name || ' ' || change, ', ') FROM pitstop.undo($event)")" \
    'drives put back' "after the promotion it can be undone"

done_testing
