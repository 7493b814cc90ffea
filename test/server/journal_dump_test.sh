#!/usr/bin/env bash
# Dump and restore into a new database: the journal comes along, and goes on working there.
set -euo pipefail

# shellcheck source=../tap.sh
source "$PITSTOP_SOURCE/test/tap.sh"
# shellcheck source=../../tool/cluster.sh
source "$PITSTOP_SOURCE/tool/cluster.sh"
# shellcheck source=../teslamate.sh
source "$PITSTOP_SOURCE/test/teslamate.sh"

# Who may call what, of all that pitstop has.
privileges() {
    value "$1" "SELECT p.oid::regprocedure, p.proacl FROM pg_proc AS p
                 WHERE p.pronamespace = 'pitstop'::regnamespace ORDER BY p.oid::regprocedure::text"
    value "$1" "SELECT nspacl FROM pg_namespace WHERE nspname = 'pitstop'"
    value "$1" "SELECT c.relname, c.relacl FROM pg_class AS c
                 WHERE c.relnamespace = 'pitstop'::regnamespace AND c.relkind IN ('r', 'S') ORDER BY c.relname"
}

restore() {
    local format=$1 into=$2 dump=$cluster/teslamate.dump
    cluster_psql --dbname=postgres --command="CREATE DATABASE $into"
    "$(cluster_bin)/pg_dump" --format="$format" --file="$dump" teslamate
    if [[ $format == plain ]]; then
        cluster_psql --dbname="$into" --single-transaction --output=/dev/null --file="$dump"
    else
        "$(cluster_bin)/pg_restore" --exit-on-error --dbname="$into" "$dump"
    fi
}

test_restored() {
    local format=$1 restored=restored_$1
    ok "a dump in $format format restores without an error" restore "$format" "$restored"
    is "$(contents "$restored" pitstop)" "$(contents teslamate pitstop)" "$format: the journal's rows are the same"
    is "$(contents "$restored" public)" "$(contents teslamate public)" "$format: TeslaMate's rows are the same"
    is "$(privileges "$restored")" "$(privileges teslamate)" "$format: the grants are the same"
    is "$(value "$restored" "SELECT table_name, change, rows FROM pitstop.undo($deletion)")" \
        "$(printf '%s\n' 'drives|inserted again|1' "positions|put back|$positions")" \
        "$format: an event from before the dump can be undone"
    is "$(value "$restored" "SELECT count(*) FROM public.positions WHERE drive_id = 2")" "$positions" \
        "$format: its positions belong to it again"
    is "$(value "$restored" 'SELECT count(*) FROM pitstop.close_drive(4) WHERE event_id > (SELECT max(e.event_id) FROM pitstop.event AS e)')" \
        1 "$format: a new event's id is beyond the old ones"
    # What a restore of the data alone can leave: a sequence that has seen nothing.
    cluster_psql --dbname="$restored" --output=/dev/null --command="SELECT setval('pitstop.event_id_seq', 1, false)"
    is "$(value "$restored" 'SELECT count(*) FROM pitstop.close_drive(5) WHERE event_id > (SELECT max(e.event_id) FROM pitstop.event AS e)')" \
        1 "$format: even when the sequence was set back"
    is "$(value "$restored" "SELECT count(*) FROM pitstop.incomplete() WHERE kind = 'drive' AND id = 6" --username=reader)" 1 \
        "$format: a reader still reads"
    is "$(value "$restored" "SELECT outcome FROM pitstop.close_drive(6)" --username=operator)" closed \
        "$format: an operator still closes"
    like "$(error_of "$restored" "SELECT pitstop.close_drive(7)" --username=reader)" '42501' \
        "$format: a reader still does not close"
}

cluster_guard
cluster_create --prefix "$PITSTOP_PREFIX" fsync=off
cluster_start
load_teslamate teslamate
cluster_psql --dbname=teslamate --output=/dev/null \
    --command='CREATE EXTENSION pitstop' --command='CREATE ROLE reader LOGIN' --command='CREATE ROLE operator LOGIN' \
    --command="SELECT pitstop.grant_reader('reader'), pitstop.grant_operator('operator')" \
    --command='SELECT pitstop.close_drive(1)' --command='SELECT pitstop.close_charge(213)'
positions=$(value teslamate 'SELECT count(*) FROM public.positions WHERE drive_id = 2')
cluster_psql --dbname=teslamate --output=/dev/null --command='SELECT pitstop.delete_drive(2)' \
    --command='SELECT pitstop.undo(1)' \
    --command="SELECT pitstop.record_backups('pi', '/backups', '[{\"name\": \"a\", \"started_at\": \"2026-01-01T10:00:00Z\"}]')" \
    --command="SELECT pitstop.record_measures('[{\"code\": \"addresses\", \"value\": 3}]')"
deletion=$(value teslamate "SELECT event_id FROM pitstop.event WHERE action = 'delete_drive'")

test_restored plain
test_restored custom

done_testing
