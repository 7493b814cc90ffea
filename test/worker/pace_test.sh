#!/usr/bin/env bash
# How often the geocoder is asked: for all databases together, across restarts, and not when it wants to be left alone.
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

# Nothing is remembered of a geocoder that was never asked.
another_geocoder() {
    geocoder_start
    worker_set "pitstop.geocoder_url=$geocoder_url" "$@"
    wait_until 10 serves "$geocoder_url"
}

serves() {
    [[ "$(worker_says teslamate geocoder)" == "nominatim|$1" ]]
}

drives() {
    local i
    for ((i = 0; i < $2; i++)); do worker_new_drive "$1"; done
}

is_complete() {
    [[ "$(value "$1" 'SELECT count(*) FROM drives WHERE start_address_id IS NULL OR end_address_id IS NULL')" == 0 ]]
}

# A run that began before a setting was reloaded knows nothing of it.
complete_when_called() {
    worker_call teslamate && is_complete teslamate
}

asked() {
    [[ "$(geocoder_count)" == "$1" ]]
}

# Whatever ended the server, it is there again, and the worker has looked at the database.
back_again() {
    wait_until 30 value postgres 'SELECT 1' && wait_until 30 worker_has_run teslamate "$1"
}

restart_immediately() {
    cluster_restart immediate && wait_until 30 worker_is teslamate worker running
}

kill_worker() {
    local pid
    pid=$(worker_pid)
    kill -9 "$pid"
    wait_until 30 other_worker "$pid" && wait_until 30 worker_is teslamate worker running
}

other_worker() {
    [[ -n "$(worker_pid)" && "$(worker_pid)" != "$1" ]]
}

# Seconds from now to the next request, as address_repair() has it.
seconds_to_next_request() {
    value teslamate "SELECT round(extract(epoch FROM substr(message, 4)::timestamptz - now()))
                       FROM pitstop.address_repair() WHERE name = 'next request' AND value = 'after a pause'"
}

# What is left of a minute: restarts take some of it.
has_a_minute_to_wait() {
    local seconds
    seconds=$(seconds_to_next_request)
    [[ -n "$seconds" && "$seconds" -ge 30 && "$seconds" -le 61 ]]
}

# The limit is a day's, and a run waits for the next day rather than end when that is nearer than the interval.
declare -ri interval_s=60 longest_test_s=120
day_is_long_enough() {
    (($(date -u +%s) % 86400 < 86400 - interval_s - longest_test_s))
}

# Time enough for requests, if there were to be any.
stays_at() {
    sleep 0.5
    is "$(geocoder_count)" "$1" "$2"
}

worker_guard
geocoder_start
worker_start pitstop.geocoder_interval=300ms
for database in teslamate second third; do
    worker_small_database "$database"
done
ok "the worker starts" wait_until 30 worker_call teslamate

for database in teslamate second third; do
    drives "$database" 2
    worker_call "$database" >/dev/null
done
for database in teslamate second third; do
    ok "$database gets its addresses" wait_until 30 is_complete "$database"
done
ok "every place of every database was asked for once" asked 12
# The worker counts from start to start, the geocoder from arrival to arrival: a connection takes some of the first gap.
ok "and never were two requests nearer than the interval" test "$(geocoder_tell min_gap)" -ge 280
diag "$(geocoder_tell min_gap) ms"

wait_until $((interval_s + longest_test_s + 30)) day_is_long_enough
another_geocoder pitstop.geocoder_interval=0 pitstop.geocoder_daily_limit=3 "pitstop.repair_interval=${interval_s}s"
drives teslamate 3
worker_call teslamate >/dev/null
ok "with a daily limit of three, three requests come" geocoder_wait 3 10
ok "and then a run ends that could fill in less" wait_until 10 worker_is teslamate run resting
stays_at 3 "without a fourth"
is "$(worker_says teslamate 'requests today')" '3|of 3 each day (UTC)' "the user is told of the limit"
is "$(value teslamate "SELECT message FROM pitstop.address_repair() WHERE name = 'next request' AND value = 'after a pause'")" \
    "$(value teslamate "SELECT 'at ' || date_trunc('day', now(), 'UTC') + interval '1 day'")" "and when it goes on"
ok "after a restart" cluster_restart fast
ok "the worker looks at the database again" back_again 0
stays_at 3 "and knows the limit still"
ok "after a crash" restart_immediately
ok "it looks at the database again" back_again 0
stays_at 3 "and knows the limit still"
is "$(worker_says teslamate 'requests today')" '3|of 3 each day (UTC)' "and says so"
worker_set pitstop.geocoder_daily_limit=-1 pitstop.repair_interval=1h
ok "with a higher limit the next run goes on" wait_until 20 complete_when_called
ok "and no place was asked for twice" asked 6

another_geocoder pitstop.geocoder_interval=300ms
geocoder_behave status_429_seconds 1 seconds=60
drives teslamate 1
worker_call teslamate >/dev/null
ok "a geocoder that wants a minute's rest is asked once" geocoder_wait 1 10
ok "address_repair() says when it will be asked again" wait_until 5 has_a_minute_to_wait
stays_at 1 "and it gets its rest"
ok "after a crash of the server" restart_immediately
ok "the rest is remembered" wait_until 5 has_a_minute_to_wait
stays_at 1 "and kept"
ok "after a crash of the worker" kill_worker
ok "the rest is remembered" wait_until 5 has_a_minute_to_wait
stays_at 1 "and kept"
value teslamate 'SELECT pitstop.reset_geocoder()' >/dev/null
ok "reset_geocoder() ends it" wait_until 20 is_complete teslamate

another_geocoder pitstop.geocoder_interval=0
geocoder_behave empty200
drives teslamate 4
worker_call teslamate >/dev/null
ok "a geocoder that answers with nothing is asked six times" geocoder_wait 6 20
ok "then the breaker opens" wait_until 10 worker_is teslamate breaker open
like "$(worker_says teslamate breaker)" 'failed more than 5 times' "and the user is told why"
is "$(worker_finding teslamate)" \
    'warning|the address repair: The geocoder failed too often and is left alone for a while; it is asked again by itself.' \
    "by doctor() too"
stays_at 6 "and no more requests come"
ok "after a crash of the server" restart_immediately
ok "the breaker is open still" wait_until 5 worker_is teslamate breaker open
stays_at 6 "and no request comes"
geocoder_behave ok
value teslamate "UPDATE pitstop.known_place SET ask_again_at = now() WHERE answer <> 'found'" >/dev/null
value teslamate 'SELECT pitstop.reset_geocoder()' >/dev/null
ok "reset_geocoder() closes it" wait_until 10 worker_is teslamate breaker closed
is "$(worker_finding teslamate)" '' "and all is well"
worker_call teslamate >/dev/null
ok "and the work goes on" wait_until 20 is_complete teslamate

another_geocoder pitstop.geocoder_concurrency=4
geocoder_behave hold
drives teslamate 4
worker_call teslamate >/dev/null
ok "a geocoder of one's own gets four requests at a time" geocoder_tell 'wait_in_flight?requests=4&seconds=10'
stays_at 4 "and not a fifth"
geocoder_behave ok
geocoder_tell release >/dev/null
ok "and the others afterwards" wait_until 20 is_complete teslamate
like "$(geocoder_tell connections)" 'most_in_flight=4' "four were the most"
ok "every place was asked for once" asked 8

done_testing
