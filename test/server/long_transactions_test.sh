#!/usr/bin/env bash
# What health says of a transaction that is left open, while the server's clock goes on.
set -euo pipefail

# shellcheck source=../tool/tool.sh
source "$PITSTOP_SOURCE/test/tool/tool.sh"
# shellcheck source=session.sh
source "$PITSTOP_SOURCE/test/server/session.sh"

finding() {
    value teslamate "SELECT severity, what FROM pitstop.doctor() WHERE code = 'long_transactions'"
}

# The same by the program.
state() {
    run_pitstop health --dbname teslamate --json
    json 'j["health"]["checks"]["long_transactions"][0]["state"]'
}

# The server's clock, which is the machine's until it is moved: move_clock OFFSET, such as +90m.
move_clock() {
    echo "$1" >"$cluster/clock.new"
    mv "$cluster/clock.new" "$cluster/clock"
}

# Timeouts do not fire there: the library that moves the clock knows nothing of them.
start_with_clock() {
    local library
    library=$(faketime -f +0 printenv LD_PRELOAD)
    move_clock +0
    # Not for what changes the user on the way: what the library shares with its children would be root's.
    cluster_as_server env LD_PRELOAD="$library" FAKETIME_TIMESTAMP_FILE="$cluster/clock" FAKETIME_NO_CACHE=1 \
        FAKETIME_DONT_FAKE_MONOTONIC=1 "$(cluster_bin)/pg_ctl" --pgdata="$cluster/data" --log="$cluster/log" --wait --silent start \
        </dev/null >/dev/null 2>&1
}

cluster_guard
cluster_create --prefix "$PITSTOP_PREFIX" fsync=off autovacuum=off max_prepared_transactions=1
start_with_clock
load_teslamate teslamate
cluster_psql --dbname=teslamate --output=/dev/null \
    --command='CREATE EXTENSION pitstop' --command='CREATE ROLE reader LOGIN' --command="SELECT pitstop.grant_reader('reader')"
session_begin teslamate

is "$(value teslamate "SELECT value, note, examples FROM pitstop.observe('long_transactions')")" '0||{}' "no transaction is open"
in_session "SET application_name = 'a forgotten psql'"
in_session 'BEGIN'
pid=$(value teslamate "SELECT pid FROM pg_stat_activity WHERE application_name = 'a forgotten psql'")
in_session "SELECT 'secret of the query'"
for user in postgres reader; do
    is "$(value teslamate "SELECT value > 0, note, examples FROM pitstop.observe('long_transactions')" --username="$user")" \
        "t|idle in transaction, application_name a forgotten psql|{$pid}" \
        "$user sees the age of the oldest transaction, whose it is and what it does, and not its query"
done
move_clock +30m
is "$(finding)" '' "half an hour is well"
move_clock +90m
like "$(finding)" \
    '^warning\|age of the oldest transaction: 1 h [0-9]+ min; idle in transaction, application_name a forgotten psql$' \
    "more than an hour is a warning"
is "$(state)" warning "and so says the program"
move_clock +7h
like "$(finding)" '^critical\|age of the oldest transaction: 7 h( [0-9]+ min)?; idle in transaction, ' "more than six are critical"
is "$(state)" critical "and so says the program"
is "$(value teslamate "SELECT examples, mend FROM pitstop.doctor() WHERE code = 'long_transactions'")" \
    "{$pid}|SELECT pg_terminate_backend(pid), with the pid from pg_stat_activity" "and how to end it is told"
in_session 'COMMIT'
is "$(value teslamate "SELECT value FROM pitstop.observe('long_transactions')")" 0 "it is gone when it has ended"
is "$(finding)$(state)" ok "and all is well"
in_session 'BEGIN'
in_session "PREPARE TRANSACTION 'forgotten'"
is "$(value teslamate "SELECT value > 0, note, examples FROM pitstop.observe('long_transactions')")" \
    't|a prepared transaction, of which pg_prepared_xacts tells|{}' "a prepared transaction holds everybody up without a session"
move_clock +14h
like "$(finding)" \
    '^critical\|age of the oldest transaction: 7 h( [0-9]+ min)?; a prepared transaction, of which pg_prepared_xacts tells$' "for as long as it is there"
in_session "ROLLBACK PREPARED 'forgotten'"
is "$(finding)" '' "and not when it is rolled back"

done_testing
