#!/usr/bin/env bash
# A long run: the worker's memory, descriptors and threads are after many lookups what they were after a few, although
# the geocoder misbehaves now and then. PITSTOP_SOAK is how many lookups (6,000).
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

readonly lookups=${PITSTOP_SOAK:-6000}
declare -ri warm_up=$((lookups / 4))
# Freed memory is not given back at once, and how much of it there is depends on how answers and visits fall together.
declare -ri most_private_kb=$((15 * 1024)) tolerated_kb=1024
# A connection to the geocoder may be open at one moment and not at the other: each of four, one that closes, and curl's
# two ends of a pair to wake a resolver.
declare -ri tolerated_descriptors=8
readonly faults=(status_500 close_half nested)

private_kb() {
    awk '/^Private_/ { sum += $2 } END { print sum }' "/proc/$worker/smaps_rollup"
}

# What it wrote itself. Pages of programs, such as libcurl's, are private while no other process on the machine has them, and
# shared while one has: they come and go with the neighbours.
written_kb() {
    awk '/^Private_Dirty/ { print $2 }' "/proc/$worker/smaps_rollup"
}

descriptors() {
    find "/proc/$worker/fd" -mindepth 1 -maxdepth 1 | wc -l
}

threads() {
    find "/proc/$worker/task" -mindepth 1 -maxdepth 1 | wc -l
}

# The signals that no process can block, and the two that the C library keeps for itself, aside.
readonly all_signals=$((0xfffffffe7ffbfeff))

# Counts the threads besides the main one, and keeps those that a signal could interrupt.
look_at_threads() {
    local task blocked
    for task in "/proc/$worker/task/"*; do
        [[ ${task##*/} != "$worker" ]] || continue
        blocked=$(awk '/^SigBlk/ { print $2 }' "$task/status" 2>/dev/null) || continue
        [[ -n $blocked ]] || continue
        threads_seen=$((threads_seen + 1))
        [[ $((16#$blocked & all_signals)) -eq $all_signals ]] || uninterrupted+="$task $blocked"$'\n'
    done
}

# A number needs no resolver, and only resolvers are threads: a name that nobody has. A thread lives as long as the name
# server takes to say so, which may be too short to be seen.
see_resolvers() {
    local deadline
    worker_set pitstop.geocoder_url=http://nowhere.invalid:9
    worker_new_drive soak
    worker_call soak >/dev/null
    deadline=$((SECONDS + 5))
    while [[ $threads_seen -eq 0 && $SECONDS -lt $deadline ]]; do
        look_at_threads
    done
}

asked() {
    [[ $(geocoder_count) -ge $1 ]]
}

# Some faults, and the pause that they cause is ended: not the six within three minutes that the breaker waits for.
misbehave() {
    geocoder_behave "${faults[RANDOM % ${#faults[@]}]}" $((1 + RANDOM % 3))
    sleep 0.3
    value soak 'SELECT pitstop.reset_geocoder()' >/dev/null
}

ended() {
    grep -q 'pitstop: database "soak"' "$cluster/log"
}

# soak_until REQUESTS: or until the run has ended.
soak_until() {
    local deadline=$((SECONDS + 60 + lookups / 50))
    until asked "$1" || ended; do
        [[ $SECONDS -lt $deadline ]] || { diag "$(tail -n 5 "$cluster/log")"; return 1; }
        misbehave
        look_at_threads
        sleep 0.7
    done
}

RANDOM=42
uninterrupted=''
threads_seen=0
worker_guard
geocoder_start
# As on a server in use: with statistics of the tables, which grow fast here.
worker_start pitstop.geocoder_concurrency=4 pitstop.repair_limit=1000000 autovacuum=on autovacuum_naptime=5s
cluster_psql --dbname=postgres --command='CREATE DATABASE soak'
cluster_psql --dbname=soak --output=/dev/null --file="$PITSTOP_SOURCE/test/fixtures/teslamate/schema.sql" \
    --command='CREATE EXTENSION pitstop' --command='ALTER DATABASE soak SET pitstop.repair = on'
cluster_psql --dbname=soak --output=/dev/null --set=drives=$((lookups / 2)) \
    --file="$PITSTOP_SOURCE/test/bench/distinct_places.sql"
ok 'the worker starts' wait_until 30 worker_call soak
worker=$(worker_pid)

soak_until "$warm_up"
before_requests=$(geocoder_count) before_kb=$(written_kb) before_descriptors=$(descriptors) before_threads=$(threads)
soak_until $((lookups + lookups / 100 + 1000))
wait_until 60 ended
after_private_kb=$(private_kb) after_kb=$(written_kb) after_descriptors=$(descriptors) after_threads=$(threads)

diag "$(grep 'pitstop: database "soak"' "$cluster/log")"
diag "after $before_requests requests: $before_kb kB written, $before_descriptors descriptors, $before_threads threads"
diag "after $(geocoder_count) requests: $after_kb kB written, $after_private_kb kB private, $after_descriptors descriptors, $after_threads threads"
is "$(value soak 'SELECT count(*) FROM pitstop.known_place')" "$lookups" 'every place was asked for'
is "$(worker_pid)" "$worker" 'the worker is still the same'
ok "its private memory is not more than $((most_private_kb / 1024)) MB" [ "$after_private_kb" -le "$most_private_kb" ]
ok "and what it wrote has not grown by more than $tolerated_kb kB" [ $((after_kb - before_kb)) -le "$tolerated_kb" ]
ok "it has not more descriptors than before, give or take $tolerated_descriptors" \
    [ $((after_descriptors - before_descriptors)) -le "$tolerated_descriptors" ]
ok 'nor more threads' [ "$after_threads" -le "$before_threads" ]
see_resolvers
# A resolver's thread may be gone before anybody looks; net/http_client_test holds one, and looks at it.
diag "$threads_seen threads besides the main one were seen"
[[ $threads_seen -eq 0 ]] || is "$uninterrupted" '' 'no signal interrupts a thread besides the main one'
done_testing
