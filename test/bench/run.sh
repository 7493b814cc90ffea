#!/usr/bin/env bash
# Measures pitstop beside the statements that TeslaMate runs for the same task, on a server of its own, and prints
# a table. Asserts nothing: times depend on the machine, and even ratios on what else it does.
# usage: run.sh [small|full] [SETTING=VALUE...]      settings of the server, for example shared_buffers=128MB
#
# The client is pgbench: it prepares each statement once per connection, as TeslaMate's driver does, passes values
# from one statement to the next, and logs the time of every single task as a client sees it, commits included.
# A comparison is one pgbench run that picks one of the sides at random for every task, so whatever else the machine
# does falls on all sides alike. Every task takes another drive, from all over the table (permute), so none finds a
# CPU cache that another one filled. The table is in shared_buffers, as far as they go, for all sides.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
# shellcheck source=../../tool/cluster.sh
source "$root/tool/cluster.sh"

case "${1:-small}" in
    small) size=small drives=100 pairs=30 warm_up=20 stale=10 deleted=40 shared_buffers=256MB ;;
    full) size=full drives=10000 pairs=300 warm_up=60 stale=1000 deleted=200 shared_buffers=2GB ;;
    *) echo "usage: ${0##*/} [small|full] [SETTING=VALUE...]" >&2; exit 2 ;;
esac
declare -ri rounds=3 processes=$((drives / 4))
declare -ra settings=(
    "shared_buffers=$shared_buffers"
    jit=off                   # compiling would cost the longer statements more, which are TeslaMate's
    synchronous_commit=off    # waiting for the disk takes each side's one commit the same time, and differs by machine
    autovacuum=off            # its turn would come at some side's expense
    max_wal_size=4GB
    checkpoint_timeout=30min
    "${@:2}"
)

say() {
    echo "$*" >&2
}

# What PITSTOP_BENCH_BUILD names is taken as it is.
build_and_install() {
    local build=${PITSTOP_BENCH_BUILD:-$root/build/bench}
    if [[ -n "${PITSTOP_BENCH_BUILD:-}" ]]; then
        DESTDIR=$(cluster_prefix) cmake --install "$build" >/dev/null
        return
    fi
    mkdir -p "$build"
    {
        cmake -S "$root" -B "$build" -DCMAKE_BUILD_TYPE=Release -DPITSTOP_TESTS=OFF -DPITSTOP_TOOL=OFF ${PG_CONFIG:+"-DPG_CONFIG=$PG_CONFIG"}
        cmake --build "$build" --parallel 2
        DESTDIR=$(cluster_prefix) cmake --install "$build"
    } >"$build.log" 2>&1 || { cat "$build.log" >&2; return 1; }
}

query() {
    cluster_psql --dbname=bench --no-align --tuples-only "$@"
}

load() {
    cluster_psql --dbname=postgres --command='CREATE DATABASE bench'
    query --file="$root/test/fixtures/teslamate/schema.sql"
    query --set=drives="$drives" --file="$here/generate.sql"
    query --command='CREATE EXTENSION pitstop' --command='CREATE EXTENSION pg_prewarm' --command='CHECKPOINT'
    query --output=/dev/null --command="
        SELECT pg_prewarm(indrelid) + sum(pg_prewarm(indexrelid))
        FROM pg_index
        WHERE indrelid IN ('drives'::regclass, 'positions'::regclass, 'charging_processes'::regclass, 'charges'::regclass)
        GROUP BY indrelid"
}

# run TRANSACTIONS FIRST_TURN SCRIPT...: the log of a run's transactions goes to standard output. A turn decides
# which drive or charging process a task gets.
run() {
    local transactions=$1 turn=$2 script directory
    local -a files=()
    for script in "${@:3}"; do files+=("--file=$here/$script"); done
    directory=$(mktemp -d "$cluster/pgbench-XXXXXX")
    "$(cluster_bin)/pgbench" --no-vacuum --protocol=prepared --client=1 --random-seed=42 \
        --define=drives="$drives" --define=processes="$processes" --define=turn="$turn" \
        --transactions="$transactions" --log --log-prefix="$directory/log" "${files[@]}" bench \
        >"$directory/output" 2>&1 || { cat "$directory/output" >&2; return 1; }
    cat "$directory"/log.*
    rm -r "$directory"
}

# Milliseconds, of a column of microseconds.
median() {
    sort -n | awk '{ us[NR] = $1 } END { printf "%.3f\n", (us[int((NR + 1) / 2)] + us[int(NR / 2) + 1]) / 2000 }'
}

# The times of one script of a run, by its place on the command line.
times_of() {
    awk -v script="$1" -v warm_up="$2" 'NR > warm_up && $4 == script { print $3 }'
}

report() {
    awk -v what="$1" -v ours="$2" -v other="$3" -v theirs="$4" -v goal="$5" 'BEGIN {
        printf "%-34s %10.2f  %-34s %10.2f %7.2f", what, ours, other, theirs, ours / theirs
        if (goal != "") printf " %6s  %s", goal, (ours / theirs <= goal ? "yes" : "no")
        printf "\n"
    }'
}

report_heading() {
    printf '%-34s %10s  %-34s %10s %7s %6s  %s\n' pitstop ms 'compared with' ms ratio goal met
}

report_machine() {
    local name
    echo
    echo "$size: $drives drives of 900 positions, $processes charging processes of 400 charges; medians"
    awk -F': *' '/^model name/ { print $2; exit }' /proc/cpuinfo
    awk -v cores="$(nproc)" '/^MemTotal/ { printf "%d cores, %.0f GB of memory\n", cores, $2 / 1048576 }' /proc/meminfo
    echo "PostgreSQL $(query --command='SHOW server_version')"
    for name in shared_buffers fsync synchronous_commit jit autovacuum max_parallel_workers_per_gather; do
        echo "$name = $(query --command="SHOW $name")"
    done
}

compare_close_drive() {
    local transactions=$((3 * pairs + warm_up)) log=$cluster/close_drive ours
    run "$transactions" 0 open_drive.sql >/dev/null
    run "$transactions" 0 pitstop/close_drive.sql teslamate/close_drive.sql count_positions.sql >"$log"
    ours=$(times_of 0 "$warm_up" <"$log" | median)
    report close_drive "$ours" "TeslaMate's statements" "$(times_of 1 "$warm_up" <"$log" | median)" 0.45
    report close_drive "$ours" 'count(*) of its positions' "$(times_of 2 "$warm_up" <"$log" | median)" 1.5
}

# One round: so many drives at once, as many others one by one, as many others only counted.
close_stale_round() {
    local turn=$1 log=$2
    run "$stale" "$turn" open_drive.sql >/dev/null
    run 1 0 pitstop/close_stale.sql | times_of 0 0 >>"$log.pitstop"
    no_drive_is_open
    run "$stale" $((turn + stale)) open_drive.sql >/dev/null
    run "$stale" $((turn + stale)) teslamate/close_drive.sql | awk '{ us += $3 } END { print us }' >>"$log.teslamate"
    no_drive_is_open
    run "$stale" $((turn + 2 * stale)) count_positions.sql | awk '{ us += $3 } END { print us }' >>"$log.count"
}

no_drive_is_open() {
    [[ $(query --command='SELECT count(*) FROM drives WHERE end_date IS NULL') == 0 ]] ||
        { say 'drives are still open that should have been closed'; return 1; }
}

compare_close_stale() {
    local log=$cluster/close_stale round ours
    # What the comparison before left open would be closed here as well.
    run 1 0 pitstop/close_stale.sql >/dev/null
    for ((round = 0; round < rounds; round++)); do
        close_stale_round $((round * 3 * stale)) "$log"
    done
    ours=$(median <"$log.pitstop")
    report "close_stale, $stale drives" "$ours" "TeslaMate's statements, $stale times" "$(median <"$log.teslamate")" 0.30
    report "close_stale, $stale drives" "$ours" "count(*), $stale times" "$(median <"$log.count")" ''
}

compare_close_charge() {
    local transactions=$((2 * pairs + warm_up)) log=$cluster/close_charge
    run "$transactions" 0 open_charge.sql >/dev/null
    run "$transactions" 0 pitstop/close_charge.sql teslamate/close_charge.sql >"$log"
    report close_charge "$(times_of 0 "$warm_up" <"$log" | median)" "TeslaMate's statements" \
        "$(times_of 1 "$warm_up" <"$log" | median)" 0.60
}

# Last, for it takes drives away.
compare_delete_drive() {
    local log=$cluster/delete_drive
    run $((4 * deleted)) 0 pitstop/delete_drive.sql@10 teslamate/delete_drive.sql@10 summarize.sql@20 >"$log"
    report delete_drive "$(times_of 0 6 <"$log" | median)" 'DELETE FROM drives' "$(times_of 1 6 <"$log" | median)" 1.15
}

main() {
    cluster_guard
    cluster_create "${settings[@]}"
    say 'Building pitstop'
    build_and_install
    cluster_start
    say "Generating $((drives * 900)) positions"
    load
    say 'Measuring'
    report_heading
    compare_close_drive
    compare_close_stale
    compare_close_charge
    compare_delete_drive
    report_machine
}

main
