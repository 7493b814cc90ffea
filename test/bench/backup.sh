#!/usr/bin/env bash
# Measures the program's backup and restore beside pg_dump and psql, on a server of its own, and prints a table. Asserts
# nothing. Every pair is run one after the other in the same round; the medians of the rounds' times are compared.
# usage: backup.sh [short|full]
# full: 9,000,000 positions; takes about 12 GB of disk and a quarter of an hour.
#
# It runs what is installed in PITSTOP_PREFIX, or on the stage of PITSTOP_BUILD (build, unless told).
set -euo pipefail

PITSTOP_SOURCE=${PITSTOP_SOURCE:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}
readonly here=$PITSTOP_SOURCE/test/bench
readonly build=${PITSTOP_BUILD:-$PITSTOP_SOURCE/build}
# shellcheck source=../on_stage.sh
source "$PITSTOP_SOURCE/test/on_stage.sh"
# shellcheck source=../../tool/cluster.sh
source "$PITSTOP_SOURCE/tool/cluster.sh"

case "${1:-short}" in
    short) size=short drives=100 rounds=1 backups=20 ;;
    full) size=full drives=10000 rounds=3 backups=1000 ;;
    *) echo "usage: ${0##*/} [short|full]" >&2; exit 2 ;;
esac

say() {
    echo "$*" >&2
}

load() {
    cluster_psql --dbname=postgres --command='CREATE DATABASE bench'
    cluster_psql --dbname=bench --output=/dev/null --file="$PITSTOP_SOURCE/test/fixtures/teslamate/schema.sql" \
        --command="SET client_min_messages = warning" --set=drives="$drives" --file="$here/generate.sql" \
        --command='CREATE EXTENSION pitstop' --command='ANALYZE' --command='CHECKPOINT'
}

# timed NAME COMMAND...: appends the milliseconds it took to $work/NAME.
timed() {
    local name=$1 start
    shift
    sync
    start=$(date +%s%N)
    "$@" >"$work/output" 2>&1 || { cat "$work/output" >&2; return 1; }
    echo $((($(date +%s%N) - start) / 1000000)) >>"$work/$name"
}

median() {
    sort -n "$work/$1" | awk '{ ms[NR] = $1 } END { print (ms[int((NR + 1) / 2)] + ms[int(NR / 2) + 1]) / 2 }'
}

plain_dump() {
    "$bin/pg_dump" --file="$work/plain.sql" bench
    sync "$work/plain.sql"
}

# As a user does it: a new database, then the file.
plain_restore() {
    cluster_psql --dbname=postgres --command='DROP DATABASE IF EXISTS plain' --command='CREATE DATABASE plain'
    "$bin/psql" --no-psqlrc --quiet --output=/dev/null --set=ON_ERROR_STOP=1 --dbname=plain --file="$work/plain.sql"
    cluster_psql --dbname=plain --command='ANALYZE'
}

pitstop() {
    "$build/bin/pitstop" "$@"
}

back_up() {
    rm -rf "$work/backups"
    mkdir "$work/backups"
    pitstop backup "$work/backups" --quiet
}

back_up_in_jobs() {
    rm -rf "$work/in_jobs"
    mkdir "$work/in_jobs"
    pitstop backup "$work/in_jobs" --jobs 2 --quiet
}

restore() {
    pitstop restore "$(echo "$work"/backups/*.dump)" --drop-old --quiet
}

# memory_of ARGUMENT...: the largest resident memory of the program, in MB, without its children's.
memory_of() {
    local pid most=0 now
    "$build/bin/pitstop" "$@" >/dev/null 2>&1 &
    pid=$!
    while now=$(awk '/^VmHWM/ { print $2 }' "/proc/$pid/status" 2>/dev/null) && [[ -n "$now" ]]; do
        most=$now
        sleep 0.05
    done
    wait "$pid"
    echo $((most / 1024))
}

# So many manifests of one directory, each with a name and a time of its own.
make_backups() {
    python3 - "$work/backups" "$backups" <<'END'
import json, pathlib, sys
directory, wanted = pathlib.Path(sys.argv[1]), int(sys.argv[2])
whole = next(directory.glob('*.json')).read_text()
name = json.loads(whole)['name']
for number in range(wanted - 1):
    moment = f'2025{number // 86400 % 12 + 1:02}01T{number // 3600 % 24:02}{number // 60 % 60:02}{number % 60:02}Z'
    (directory / f'bench-{moment}.json').write_text(whole.replace(name, f'bench-{moment}'))
END
}

report() {
    awk -v what="$1" -v ours="$2" -v other="$3" -v theirs="$4" -v goal="${5:-}" 'BEGIN {
        printf "%-30s %12.3f  %-30s %12.3f %7.3f", what, ours, other, theirs, ours / theirs
        if (goal != "") printf " %6s  %s", goal, (ours / theirs <= goal ? "yes" : "no")
        printf "\n"
    }'
}

report_one() {
    awk -v what="$1" -v ours="$2" -v goal="$3" 'BEGIN {
        printf "%-30s %12.1f  %-30s %12s %7s %6s  %s\n", what, ours, "", "", "", goal, (ours <= goal ? "yes" : "no")
    }'
}

report_all() {
    local plain_mb archive_mb time_goal=1.6 size_goal=0.20
    [[ "$(cluster_pg_config --version)" =~ PostgreSQL\ 15 ]] || { time_goal=1.15 size_goal=0.17; }
    plain_mb=$(stat -c %s "$work/plain.sql" | awk '{ print $1 / 1e6 }')
    archive_mb=$(cat "$work"/backups/*.dump | wc -c | awk '{ print $1 / 1e6 }')
    printf '%-30s %12s  %-30s %12s %7s %6s  %s\n' pitstop '' 'compared with' '' ratio goal met
    report 'backup with proof, ms' "$(median backup)" 'pg_dump to a file, ms' "$(median dump)" "$time_goal"
    report 'its archive, MB' "$archive_mb" 'the file, MB' "$plain_mb" "$size_goal"
    report 'backup --jobs 2, ms' "$(median jobs)" 'pg_dump to a file, ms' "$(median dump)"
    report 'restore, proof, swap, ms' "$(median restore)" 'psql of the file, ms' "$(median psql)" 1.05
    report_one "list, $backups backups, ms" "$(median list)" 100
    report_one 'memory of a backup, MB' "$memory_backup" 64
    report_one 'memory of a restore, MB' "$memory_restore" 64
    echo
    echo "$size: $((drives * 900)) positions; medians of $rounds rounds"
    awk -F': *' '/^model name/ { print $2; exit }' /proc/cpuinfo
    echo "$(nproc) cores, PostgreSQL $(cluster_psql --dbname=bench --no-align --tuples-only --command='SHOW server_version')"
}

main() {
    local round
    [[ -n "${PITSTOP_PREFIX:-}" ]] || { on_stage "$build"; PITSTOP_PREFIX=$(cluster_prefix); }
    cluster_guard
    # As a server is set up, but for waiting longer between checkpoints.
    cluster_create --prefix "$PITSTOP_PREFIX" shared_buffers=1GB max_wal_size=8GB checkpoint_timeout=30min autovacuum=off
    work=$cluster
    bin=$(cluster_bin)
    cluster_start
    say "Generating $((drives * 900)) positions"
    load
    export PITSTOP_PG_BINDIR=$bin PGDATABASE=bench
    for ((round = 1; round <= rounds; round++)); do
        say "Measuring, round $round of $rounds"
        timed dump plain_dump
        timed backup back_up
        timed jobs back_up_in_jobs
        timed psql plain_restore
        timed restore restore
    done
    memory_backup=$(memory_of backup "$work/backups/second.dump" --quiet)
    memory_restore=$(memory_of restore "$work/backups/second.dump" --drop-old --quiet)
    rm "$work"/backups/second.*
    make_backups
    timed list pitstop list --backup-dir "$work/backups"
    timed list pitstop list --backup-dir "$work/backups"
    timed list pitstop list --backup-dir "$work/backups"
    report_all
}

main "$@"
