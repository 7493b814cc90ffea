#!/usr/bin/env bash
# TeslaMate's own procedures with pitstop installed: the restore as its documentation has it, and migrations that change
# the type of every column pitstop reads.
set -euo pipefail

# shellcheck source=../tap.sh
source "$PITSTOP_SOURCE/test/tap.sh"
# shellcheck source=../../tool/cluster.sh
source "$PITSTOP_SOURCE/tool/cluster.sh"
# shellcheck source=../teslamate.sh
source "$PITSTOP_SOURCE/test/teslamate.sh"

as_teslamate() {
    cluster_psql --username=teslamate --dbname=teslamate --output=/dev/null "$@"
}

# In Docker's image TeslaMate's role owns everything and is a superuser. Nothing stops at an error, there as here.
documented_restore() {
    as_teslamate --command='
        DROP SCHEMA public CASCADE;
        CREATE SCHEMA public;
        CREATE EXTENSION cube WITH SCHEMA public;
        CREATE EXTENSION earthdistance WITH SCHEMA public;' &&
        as_teslamate --set=ON_ERROR_STOP=0 --file="$1" >"$report" 2>&1
}

errors_of_restore() {
    sed -nE 's/^psql:[^ ]+ (ERROR|FATAL)/\1/p' "$report" | sort
}

# Errors of a restore over the schemas that the documented procedure leaves: TeslaMate's own private one, and pitstop's.
test_restore() {
    local what=$1 dump=$2 journal=$3
    ok "$what: TeslaMate's documented restore goes through" documented_restore "$dump"
    is "$(contents teslamate public)" "$data" "$what: all of TeslaMate's data is back, in every table"
    is "$(contents teslamate private)" "$tokens" "$what: its tokens are as they were"
    is "$(contents teslamate pitstop)" "$journal" "$what: the journal is as it was"
    is "$(value teslamate "SELECT extname FROM pg_extension WHERE extname <> 'plpgsql' ORDER BY 1")" \
        "$(printf '%s\n' cube earthdistance pitstop)" "$what: pitstop is in place, and so are TeslaMate's extensions"
    is "$(errors_of_restore | grep -v tokens)" "$(printf '%s\n' \
        'ERROR:  duplicate key value violates unique constraint "event_pkey"' \
        'ERROR:  duplicate key value violates unique constraint "event_row_pkey"' \
        'ERROR:  schema "pitstop" already exists' \
        'ERROR:  schema "private" already exists')" "$what: psql says what the manual says it does"
}

# From required_columns.hpp: table and column, and the widest type of its family.
columns_pitstop_reads() {
    sed -nE 's/^ *\{"([a-z_]+)", "([a-z_]+)", Family::([a-z]+)\},$/\1 \2 \3/p' \
        "$PITSTOP_SOURCE/extension/core/required_columns.hpp"
}

statement_that_widens() {
    local table=$1 column=$2 type
    case $3 in
        integer) type=bigint ;;
        decimal) type='numeric(30,10)' ;;
        real) type='double precision' ;;
        timestamp) type='timestamp(6)' ;;
        text) type=text ;;
        boolean) type=boolean ;;
        label)
            echo "ALTER TABLE public.$table ALTER COLUMN $column DROP DEFAULT;"
            type=text
            ;;
    esac
    echo "ALTER TABLE public.$table ALTER COLUMN $column TYPE $type;"
}

# Columns that nobody widened would hide in a loop that never ran.
test_migrations() {
    local table column family count=0 failed=''
    while read -r table column family; do
        count=$((count + 1))
        as_teslamate --command="$(statement_that_widens "$table" "$column" "$family")" 2>"$cluster/migration.log" ||
            failed+="$table.$column: $(<"$cluster/migration.log") "
    done < <(columns_pitstop_reads)
    is "$failed" '' "TeslaMate can change the type of every column that pitstop reads"
    is "$(value teslamate "SELECT found FROM pitstop.check_teslamate() WHERE name = 'columns'")" "$count of $count" \
        "check_teslamate() is content with the wider ones"
}

cluster_guard
cluster_create --prefix "$PITSTOP_PREFIX" fsync=off
cluster_start
cluster_psql --dbname=postgres --command='CREATE ROLE teslamate LOGIN SUPERUSER'
PGUSER=teslamate load_teslamate teslamate
as_teslamate --command='CREATE EXTENSION pitstop' \
    --command="INSERT INTO private.tokens (inserted_at, updated_at, refresh, access) VALUES (now(), now(), 'r', 'a')" \
    --command='SELECT pitstop.close_drive(1)' --command='SELECT pitstop.close_charge(1)'
positions=$(value teslamate 'SELECT count(*) FROM public.positions WHERE drive_id = 2')
as_teslamate --command='SELECT pitstop.delete_drive(2)'
deletion=$(value teslamate 'SELECT max(event_id) FROM pitstop.event')

data=$(contents teslamate public)
tokens=$(contents teslamate private)
report=$cluster/restore.log
"$(cluster_bin)/pg_dump" --username=teslamate --file="$cluster/teslamate.sql" teslamate
test_restore "with an unchanged journal" "$cluster/teslamate.sql" "$(contents teslamate pitstop)"

as_teslamate --command='SELECT pitstop.close_drive(3)'
test_restore "with a journal that has gone on since" "$cluster/teslamate.sql" "$(contents teslamate pitstop)"

is "$(value teslamate "SELECT table_name, change, rows FROM pitstop.undo($deletion)")" \
    "$(printf '%s\n' 'drives|inserted again|1' "positions|put back|$positions")" \
    "what was done before the dump can be undone after the restore"
is "$(value teslamate 'SELECT count(*) FROM pitstop.close_drive(4) WHERE event_id > (SELECT max(e.event_id) FROM pitstop.event AS e)')" \
    1 "a new event's id is beyond the old ones, although the restore set the sequence back"

before=$(value teslamate 'SELECT outcome, end_date, distance, duration_min FROM pitstop.close_drive(5)')
before_charge=$(value teslamate 'SELECT end_date, charge_energy_added, cost::numeric(14,2) FROM pitstop.close_charge(15)')
test_migrations
is "$(value teslamate 'SELECT outcome, end_date, distance, duration_min FROM pitstop.close_drive(5)')" "$before" \
    "closing a drive gives the same with wider columns"
is "$(value teslamate 'SELECT end_date, charge_energy_added::numeric(8,2), cost::numeric(14,2) FROM pitstop.close_charge(15)')" \
    "$before_charge" "closing a charge as well"
is "$(value teslamate "SELECT table_name, change FROM pitstop.undo((SELECT max(event_id) FROM pitstop.event WHERE action = 'close_drive'))")" \
    'drives|put back' "and what was done with the narrow ones can still be undone"
is "$(value teslamate "SELECT count(*) FILTER (WHERE outcome = 'closed') > 50 FROM pitstop.close_stale()")" t \
    "closing all that is stale works with wider columns"

done_testing
