#!/usr/bin/env bash
# Measures `pitstop serve`: requests, also while the database hangs, memory, its start, and what its probes cost the database.
# Prints a table and asserts nothing. usage: serve.sh [short|full]
# full: 9,000,000 positions, ten seconds of requests each; takes about 2 GB of disk and five minutes.
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
    short) size=short drives=100 seconds=1 looks=2 ;;
    full) size=full drives=10000 seconds=10 looks=5 ;;
    *) echo "usage: ${0##*/} [short|full]" >&2; exit 2 ;;
esac
command -v wrk >/dev/null || { echo "${0##*/}: wrk is missing: apt-get install wrk" >&2; exit 1; }

# The server's checks, and how often each is made, in seconds: as in extension/core/health.cpp.
declare -rA every=([postgres]=3600 [teslamate]=600 [migration]=600 [indexes]=3600 [positions]=120 [open_sessions]=300
    [addresses]=300 [geocoder]=300 [disk_database]=300 [database_size]=3600 [database_growth]=3600 [dead_rows]=600 [index_bloat]=21600
    [long_transactions]=300 [collation]=3600)

say() {
    echo "$*" >&2
}

load() {
    cluster_psql --dbname=postgres --command='CREATE DATABASE bench'
    cluster_psql --dbname=bench --output=/dev/null --file="$PITSTOP_SOURCE/test/fixtures/teslamate/schema.sql" \
        --command="SET client_min_messages = warning" --set=drives="$drives" --file="$here/generate.sql" \
        --command='CREATE EXTENSION pitstop' --command='CREATE EXTENSION pg_stat_statements' --command='VACUUM ANALYZE' \
        --command='CHECKPOINT'
}

# Starts the program, as $server, and measures the milliseconds to its first answer: by a client that does not compete with it.
serve_begin() {
    local port
    port=$(cluster_free_port)
    url=http://127.0.0.1:$port
    read -r server first_answer < <(python3 - "$build/bin/pitstop" "$port" "$cluster/serve.out" <<'END'
import socket, subprocess, sys, time
program, port, output = sys.argv[1], int(sys.argv[2]), open(sys.argv[3], 'w')
start = time.monotonic()
server = subprocess.Popen([program, 'serve', '--listen', f'127.0.0.1:{port}'], stdin=subprocess.DEVNULL, stdout=output, stderr=output)
while server.poll() is None:
    try:
        with socket.create_connection(('127.0.0.1', port)) as client:
            client.sendall(b'GET /health_check HTTP/1.0\r\n\r\n')
            if client.recv(12) == b'HTTP/1.1 200':
                break
    except OSError:
        time.sleep(0.002)
print(server.pid, round((time.monotonic() - start) * 1000))
END
    )
}

# requests: "REQUESTS_PER_SECOND P99_MS", by wrk.
requests() {
    wrk --threads 1 --connections 64 --duration "${seconds}s" --latency "$url/health_check" |
        awk '/99%/ { p99 = $2 } /Requests\/sec/ { rate = $2 }
             END { ms = p99 + 0; if (p99 ~ /us$/) ms /= 1000; else if (p99 !~ /ms$/) ms *= 1000; printf "%.0f %.2f\n", rate, ms }'
}

# What one look of each check costs, and what all of them cost of one core, in percent.
probe_cost() {
    local check mean total=0
    for check in "${!every[@]}"; do
        cluster_psql --dbname=bench --output=/dev/null --command='SELECT pg_stat_statements_reset()'
        for ((look = 1; look <= looks; look++)); do
            PGAPPNAME='pitstop health' cluster_psql --dbname=bench --output=/dev/null \
                --command="SELECT subject, value, verdict, note, examples FROM pitstop.observe('$check')"
        done
        mean=$(cluster_psql --dbname=bench --tuples-only --no-align --command="SELECT sum(total_exec_time + total_plan_time) / sum(calls)
            FROM pg_stat_statements WHERE query LIKE 'SELECT subject, value%'")
        say "observe('$check') takes $mean ms"
        total=$(awk -v total="$total" -v ms="$mean" -v every="${every[$check]}" 'BEGIN { print total + ms / 1000 / every * 100 }')
    done
    echo "$total"
}

report_one() {
    awk -v what="$1" -v ours="$2" -v goal="$3" -v more="${4:-}" 'BEGIN {
        printf "%-44s %12s %10s  %s\n", what, ours, goal, (more ? ours + 0 >= goal + 0 : ours + 0 <= goal + 0) ? "yes" : "no"
    }'
}

main() {
    local rate p99 hanging hanging_p99 memory cost postmaster
    [[ -n "${PITSTOP_PREFIX:-}" ]] || { on_stage "$build"; PITSTOP_PREFIX=$(cluster_prefix); }
    cluster_guard
    cluster_create --prefix "$PITSTOP_PREFIX" shared_buffers=1GB max_wal_size=8GB autovacuum=off \
        shared_preload_libraries=pg_stat_statements track_io_timing=off pg_stat_statements.track_planning=on
    cluster_start
    say "Generating $((drives * 900)) positions"
    load
    export PGDATABASE=bench
    cost=$(probe_cost)
    say "Measuring requests"
    serve_begin
    trap 'kill "$server" 2>/dev/null; cluster_cleanup' EXIT
    read -r rate p99 < <(requests)
    postmaster=$(head -n 1 "$cluster/data/postmaster.pid")
    kill -STOP "$postmaster"
    read -r hanging hanging_p99 < <(requests)
    kill -CONT "$postmaster"
    memory=$(awk '/^VmHWM/ { printf "%.1f", $2 / 1024 }' "/proc/$server/status")
    printf '%-44s %12s %10s  %s\n' 'pitstop serve' '' goal met
    report_one '/health_check, requests/s, 64 connections' "$rate" 20000 more
    report_one '  99 % answered within, ms' "$p99" 10
    report_one '/health_check while the database hangs' "$hanging" 20000 more
    report_one '  99 % answered within, ms' "$hanging_p99" 10
    report_one 'largest resident memory, MB' "$memory" 20
    report_one 'from start to the first answer, ms' "$first_answer" 100
    report_one 'probes, % of one core' "$cost" 0.1
    echo
    echo "$size: $((drives * 900)) positions; wrk for $seconds s on the same cores"
    awk -F': *' '/^model name/ { print $2; exit }' /proc/cpuinfo
    echo "$(nproc) cores, PostgreSQL $(cluster_psql --dbname=bench --no-align --tuples-only --command='SHOW server_version')"
}

main "$@"
