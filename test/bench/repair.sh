#!/usr/bin/env bash
# Measures the address repair, on a server of its own that asks the stand-in geocoder, and prints tables. Asserts
# nothing: times depend on the machine, and on what else it does.
# usage: repair.sh [short|full]
#
# It runs what is installed in PITSTOP_PREFIX, or on the stage of PITSTOP_BUILD (build, unless told).
set -euo pipefail

PITSTOP_SOURCE=${PITSTOP_SOURCE:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}
readonly here=$PITSTOP_SOURCE/test/bench
# shellcheck source=../tap.sh
source "$PITSTOP_SOURCE/test/tap.sh"
# shellcheck source=../on_stage.sh
source "$PITSTOP_SOURCE/test/on_stage.sh"
# shellcheck source=../teslamate.sh
source "$PITSTOP_SOURCE/test/teslamate.sh"
# shellcheck source=../worker/geocoder.sh
source "$PITSTOP_SOURCE/test/worker/geocoder.sh"
# shellcheck source=../worker/worker.sh
source "$PITSTOP_SOURCE/test/worker/worker.sh"

case "${1:-short}" in
    short) size=short commutes=500 places=20 lookups=1000 drives=100 shared_buffers=128MB ;;
    full) size=full commutes=10000 places=40 lookups=20000 drives=10000 shared_buffers=2GB ;;
    *) echo "usage: ${0##*/} [short|full]" >&2; exit 2 ;;
esac
declare -ri street_metres=50 reuse_metres=10 longest_run_s=600 rest_s=5
# What this script itself runs is not the visits'.
export PGOPTIONS='-c pg_stat_statements.track=none'

say() {
    echo "$*" >&2
}

milliseconds_now() {
    echo $((${EPOCHREALTIME/[.,]/} / 1000))
}

heading() {
    printf '\n%s\n\n' "$1"
    printf '| %-58s | %12s | %8s | %-3s |\n' '' "$2" goal met
    printf '|%s|%s:|%s:|%s|\n' "$(printf '%.0s-' {1..60})" "$(printf '%.0s-' {1..13})" "$(printf '%.0s-' {1..9})" -----
}

# report WHAT NUMBER [<=|>= GOAL]
report() {
    awk -v what="$1" -v number="$2" -v relation="${3:-}" -v goal="${4:-}" 'BEGIN {
        met = relation == "" ? "" : (relation == "<=" ? number <= goal + 0 : number >= goal + 0) ? "yes" : "no"
        printf "| %-58s | %12s | %8s | %-3s |\n", what, number, relation == "" ? "" : relation " " goal, met
    }'
}

# ratio A B DIGITS
ratio() {
    awk -v a="$1" -v b="$2" -v digits="$3" 'BEGIN { printf "%.*f\n", digits, a / b }'
}

median() {
    sort -n | awk '{ ms[NR] = $1 } END { printf "%.2f\n", (ms[int((NR + 1) / 2)] + ms[int(NR / 2) + 1]) / 2 }'
}

# load DATABASE FILE [PSQL_OPTION...]
load() {
    value postgres "CREATE DATABASE $1"
    cluster_psql --dbname="$1" --output=/dev/null --file="$PITSTOP_SOURCE/test/fixtures/teslamate/schema.sql" \
        --command='CREATE EXTENSION pitstop'
    cluster_psql --dbname="$1" --output=/dev/null "${@:3}" --file="$here/$2"
}

# Of a run that found something to do.
ends_logged() {
    grep -c "pitstop: database \"$1\"" "$cluster/log" || true
}

has_ended() {
    [[ $(ends_logged "$1") -gt $2 ]]
}

# repair DATABASE: one run, with no other query meanwhile; sets $took_ms.
repair() {
    local before start
    before=$(ends_logged "$1")
    start=$(milliseconds_now)
    value postgres "ALTER DATABASE $1 SET pitstop.repair = on"
    wait_until 30 value "$1" 'SELECT state FROM pitstop.repair_addresses()'
    wait_until "$longest_run_s" has_ended "$1" "$before" || { tail -n 20 "$cluster/log" >&2; return 1; }
    took_ms=$(($(milliseconds_now) - start))
}

# Which object each end of each drive is at.
ends_of_drives() {
    value "$1" "SELECT d.id, s.osm_type, s.osm_id, e.osm_type, e.osm_id
                  FROM drives AS d
                  LEFT JOIN addresses AS s ON s.id = d.start_address_id
                  LEFT JOIN addresses AS e ON e.id = d.end_address_id
                 ORDER BY d.id" |
        awk -F'|' '{ print $2, $3; print $4, $5 }'
}

different_ends() {
    paste -d'|' <(ends_of_drives "$1") <(ends_of_drives "$2") | awk -F'|' '$1 != $2' | wc -l
}

# measure_commuter NAME WHAT [GOAL]: WHAT says how large an address is; at most GOAL % of the ends may differ.
measure_commuter() {
    local name=$1 ends=$((2 * commutes)) asked different
    say "Commuting $commutes times"
    load "$name" commuter.sql --set=drives="$commutes" --set=places="$places"
    load "${name}_looked_up" commuter.sql --set=drives="$commutes" --set=places="$places"
    worker_set "pitstop.geocoder_url=$geocoder_url" "pitstop.address_reuse_distance=$reuse_metres"
    geocoder_tell reset >/dev/null
    repair "$name"
    asked=$(geocoder_count)
    worker_set pitstop.address_reuse_distance=0
    repair "${name}_looked_up"
    different=$(different_ends "$name" "${name}_looked_up")
    heading "$commutes drives between $places places; GPS noise of 3 m, $2" number
    report "TeslaMate's requests" "$ends"
    report "pitstop's requests, with addresses used again within $reuse_metres m" "$asked"
    report "share of TeslaMate's (%)" "$(ratio $((100 * asked)) "$ends" 2)" '<=' 5
    report "ends with another address than a lookup of their own gives" "$different"
    report "share of all ends (%)" "$(ratio $((100 * different)) "$ends" 2)" ${3:+'<=' "$3"}
}

# visits_spent DATABASE COLUMN: in milliseconds. Statements within others, of foreign keys, are in the others' times.
visits_spent() {
    value postgres "SELECT coalesce(sum($2), 0) FROM pg_stat_statements
                     WHERE toplevel AND dbid = (SELECT oid FROM pg_database WHERE datname = '$1')"
}

measure_speed() {
    local concurrency executing planning
    declare -A per_second
    for concurrency in 1 4; do
        say "Looking up $lookups places, $concurrency at a time"
        load "speed_$concurrency" distinct_places.sql --set=drives=$((lookups / 2))
        worker_set "pitstop.geocoder_concurrency=$concurrency"
        value postgres 'SELECT pg_stat_statements_reset()' >/dev/null
        repair "speed_$concurrency"
        per_second[$concurrency]=$(ratio $((1000 * lookups)) "$took_ms" 0)
    done
    executing=$(visits_spent speed_4 total_exec_time)
    planning=$(visits_spent speed_4 total_plan_time)
    heading "$lookups places to look up, without a pause between two requests" number
    report 'lookups stored per second, one request at a time' "${per_second[1]}"
    report 'lookups stored per second, four requests at a time' "${per_second[4]}" '>=' 1000
    report "database's part of one lookup: executing statements (ms)" "$(ratio "$executing" "$lookups" 3)" '<=' 0.5
    report "database's part of one lookup: planning statements (ms)" "$(ratio "$planning" "$lookups" 3)"
}

# The statement as the worker runs it; $1 to $3: below which drive, the id of the row Unknown, and how many.
backlog_statement() {
    awk '/drives_below\{R"\(/ { inside = 1; next } inside && /^\)"/ { exit } inside' \
        "$PITSTOP_SOURCE/extension/pg/repair.cpp" | sed 's/{schema}/public/g'
}

backlog_ms() {
    local -r run='EXECUTE backlog (9223372036854775807, 1, 500);'
    {
        echo 'SET plan_cache_mode = force_generic_plan;'
        echo "PREPARE backlog (bigint, bigint, bigint) AS $(backlog_statement);"
        printf '%s\n' '\o /dev/null' "$run" '\timing on'
        printf "%.0s$run\n" {1..9}
    } | cluster_psql --dbname=backlog | awk '/^Time:/ { print $2 }' | median
}

measure_backlog() {
    local all
    say "Generating $((drives * 900)) positions"
    load backlog generate.sql --set=drives="$drives"
    all=$(backlog_ms)
    value backlog "INSERT INTO addresses (id, display_name, osm_id, osm_type, latitude, longitude, inserted_at, updated_at)
                   VALUES (1, 'Unknown', 0, 'unknown', 0, 0, now(), now()), (2, 'Street', 7, 'node', 52, 13, now(), now())"
    cluster_psql --dbname=backlog --command='UPDATE drives SET start_address_id = 2, end_address_id = 2' \
        --command='VACUUM (ANALYZE) drives'
    heading "Which drives lack an address, of $drives with $((drives * 900)) positions; median of 9" ms
    report 'none' "$(backlog_ms)" '<=' 20
    value backlog 'UPDATE drives SET start_address_id = NULL WHERE id = (SELECT min(id) FROM drives)'
    report 'only the oldest' "$(backlog_ms)" '<=' 20
    report 'all: the first 500' "$all" '<=' 20
}


visits_to() {
    local id
    id=$(value postgres "SELECT oid FROM pg_database WHERE datname = '$1'")
    grep -c "starting background worker process \"pitstop visit to database $id\"" "$cluster/log" || true
}

statements_of() {
    visits_spent "$1" calls
}

wake_ups() {
    awk '/^voluntary_ctxt_switches/ { sum += $2 } END { print sum }' "/proc/$(worker_pid)/task/"*/status
}

# With the shortest interval, so that there are some in a short time.
measure_idleness() {
    local visits=0 statements before
    say 'Doing nothing'
    worker_set pitstop.repair_interval=1h
    sleep 1
    before=$(wake_ups)
    sleep "$rest_s"
    heading 'Nothing to do' number
    report "wake-ups of the process in $rest_s s of rest" "$(($(wake_ups) - before))" '<=' 1
    worker_set log_min_messages=debug1 pitstop.repair_interval=1s
    sleep 1
    value postgres 'SELECT pg_stat_statements_reset()' >/dev/null
    visits=$(visits_to commuter)
    sleep "$rest_s"
    visits=$(($(visits_to commuter) - visits))
    statements=$(statements_of commuter)
    worker_set log_min_messages=log pitstop.repair_interval=1h
    report 'visits to a database per interval' "$(ratio "$visits" "$rest_s" 1)" '<=' 1.2
    report 'statements per visit' "$(ratio "$statements" "$visits" 1)"
}

report_machine() {
    echo
    echo "$size"
    awk -F': *' '/^model name/ { print $2; exit }' /proc/cpuinfo
    awk -v cores="$(nproc)" '/^MemTotal/ { printf "%d cores, %.0f GB of memory\n", cores, $2 / 1048576 }' /proc/meminfo
    echo "PostgreSQL $(value postgres 'SHOW server_version')"
}

main() {
    if [[ -z "${PITSTOP_PREFIX:-}" ]]; then
        on_stage "${PITSTOP_BUILD:-$PITSTOP_SOURCE/build}"
        PITSTOP_PREFIX=$(cluster_prefix)
    fi
    worker_guard
    geocoder_start
    worker_start shared_preload_libraries=pg_stat_statements,pitstop pg_stat_statements.track=all \
        pg_stat_statements.track_planning=on pitstop.repair_limit=1000000 autovacuum=on "shared_buffers=$shared_buffers" \
        max_wal_size=4GB
    value postgres 'CREATE EXTENSION pg_stat_statements'
    measure_commuter commuter 'an address every hundredth of a degree' 1
    geocoder_start --street-metres "$street_metres"
    measure_commuter narrow "an address every $street_metres m"
    measure_speed
    measure_idleness
    measure_backlog
    report_machine
}

main
