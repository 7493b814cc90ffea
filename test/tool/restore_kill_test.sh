#!/usr/bin/env bash
# pitstop restore, killed and interrupted before each of its steps: the database is whole, and what is left can be finished or
# cleared away.
set -euo pipefail

# shellcheck source=../tap.sh
source "$PITSTOP_SOURCE/test/tap.sh"
# shellcheck source=tool.sh
source "$PITSTOP_SOURCE/test/tool/tool.sh"
# shellcheck source=../../tool/cluster.sh
source "$PITSTOP_SOURCE/tool/cluster.sh"
# shellcheck source=../teslamate.sh
source "$PITSTOP_SOURCE/test/teslamate.sh"
# shellcheck source=restoring.sh
source "$PITSTOP_SOURCE/test/tool/restoring.sh"

cluster_guard
cluster_create --prefix "$PITSTOP_PREFIX" fsync=off max_connections=30
cluster_start
make_originals
PITSTOP_PG_BINDIR=$(cluster_bin)
export PITSTOP_PG_BINDIR PGDATABASE=teslamate PITSTOP_BACKUP_DIR=$cluster/backups
mkdir "$PITSTOP_BACKUP_DIR"
PGDATABASE=original pitstop backup --quiet
declare -r log=$cluster/service.log service="command:echo stop >>'$cluster/service.log';echo start >>'$cluster/service.log'"

# Whether the service runs, by what was asked of it last.
service_runs() {
    [[ ! -s "$log" || $(tail -n 1 "$log") == start ]]
}

# stop_before STEP ARGUMENT...: a restore of the broken database that stands before that step; its process is $stopped.
stop_before() {
    local step=$1
    shift
    fresh_target
    : >"$log"
    PITSTOP_STOP_BEFORE=$step env --default-signal=INT "$PITSTOP_BUILD/bin/pitstop" restore --service "$service" "$@" \
        >"$cluster/out" 2>"$cluster/err" &
    stopped=$!
    wait_until 60 grep -q '^State:.*T' "/proc/$stopped/status" ||
        { diag "it does not come to: $step"; diag "$(<"$cluster/err")"; kill -KILL "$stopped"; }
}

kill_it() {
    kill -KILL "$stopped"
    wait "$stopped" 2>/dev/null || true
    # What the server still does for the dead goes on to its end there.
    wait_until 60 has_left
}

has_left() {
    [[ $(value postgres "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'pitstop'") -eq 0 ]]
}

# The database under TeslaMate's name, told by its rows.
state() {
    case $(rows_of teslamate) in
        "$original_rows") echo new ;;
        "$broken_rows") echo old ;;
        *) echo damaged ;;
    esac
}

# check_killed STEP EXPECTED_STATE AFTER_ABORT ARGUMENT...
check_killed() {
    local step=$1 expected=$2 after_abort=$3
    shift 3
    stop_before "$step" "$@"
    kill_it
    is "$(state)" "$expected" "killed before \"$step\" $*: the $expected database is in place, and whole"
    run_pitstop list
    if [[ $step == 'look ahead' || $step == 'create the new database' ]]; then
        is "$err" '' "killed before \"$step\": nothing was under way"
        run_pitstop restore --continue
        is "$status $(databases)" '2 teslamate' "killed before \"$step\": there is nothing to go on with"
        return
    fi
    like "$err" 'restore of "teslamate" .* is interrupted' "killed before \"$step\": list tells it"
    run_pitstop restore
    is "$status" 5 "killed before \"$step\": another restore waits for that"
    run_pitstop restore --abort
    is "$status $(state)" "$after_abort" "killed before \"$step\": --abort"
    if [[ $status == 0 ]]; then
        is "$(databases)" teslamate "killed before \"$step\": nothing is left"
        ok "killed before \"$step\": the service runs after --abort" service_runs
        stop_before "$step" "$@"
        kill_it
    fi
    run_pitstop restore --continue
    if [[ $step == 'record the restore' && "$*" != *--in-place* ]]; then
        # Killed before it was recorded what is restored.
        is "$status $(state)" '7 old' "killed before \"$step\": it cannot go on, and says so"
        return
    fi
    is "$status $(state)" '0 new' "killed before \"$step\": --continue brings it to its end"
    ok "killed before \"$step\": the service runs" service_runs
    is "$(value postgres "SELECT count(shobj_description(oid, 'pg_database')) FROM pg_database WHERE datname LIKE 'teslamate%'")" 0 \
        "killed before \"$step\": no record is left"
    if [[ "$*" == *--in-place* || "$*" == *--drop-old* ]]; then
        is "$(databases)" teslamate "killed before \"$step\": nothing else is left"
    else
        is "$(databases) $(rows_of "$(kept)")" "teslamate teslamate_before_TIME $broken_rows" "killed before \"$step\": the old database is kept"
    fi
}

for step in 'look ahead' 'create the new database' 'record the restore' 'stop the service' load analyze compare 'record the proof' swap; do
    check_killed "$step" old '0 old'
done
for step in 'start the service' 'forget the restore'; do
    check_killed "$step" new '7 new'
done
check_killed 'drop the old database' new '7 new' --drop-old
for step in 'stop the service' 'load in place'; do
    check_killed "$step" old '0 old' --in-place
done
for step in 'start the service' 'forget the restore'; do
    check_killed "$step" new '7 new' --in-place
done

# ---- killed again while it goes on

stop_before load
kill_it
for step in 'record the restore' 'stop the service' swap; do
    # The first try's side database stands beside that of the second.
    PITSTOP_STOP_BEFORE=$step pitstop restore --continue >"$cluster/out" 2>&1 &
    stopped=$!
    wait_until 60 grep -q '^State:.*T' "/proc/$stopped/status"
    kill_it
    is "$(state)" old "killed before \"$step\" of --continue: the old database is whole"
done
run_pitstop restore --continue
is "$status $(state) $(databases)" '0 new teslamate teslamate_before_TIME' "a third --continue brings it to its end"
ok "the service runs" service_runs
unlike_zero=$(grep -c ': 0 rows' <<<"$out" || true)
is "$unlike_zero" 0 "and does not claim that there are no rows"
stop_before load
kill_it
PITSTOP_STOP_BEFORE='record the restore' pitstop restore --continue >"$cluster/out" 2>&1 &
stopped=$!
wait_until 60 grep -q '^State:.*T' "/proc/$stopped/status"
kill_it
run_pitstop restore --abort
is "$status $(databases)" '0 teslamate' "--abort clears away what both left"
ok "and starts the service" service_runs

# ---- what --continue finds may have changed

stop_before load
kill_it
open_session teslamate
run_pitstop restore --continue
is "$status" 5 "--continue looks ahead as well"
close_session
run_pitstop list
like "$err" 'is interrupted' "a refusal leaves the record"
run_pitstop restore --continue
is "$status $(state)" '0 new' "and the next --continue goes on"
stop_before swap
kill_it
open_session teslamate
run_pitstop restore --continue
is "$status $(state)" '5 old' "a swap waits for nobody for good"
like "$err" 'others are still connected.*--continue' "and tells how to go on"
ok "the service runs meanwhile" service_runs
run_pitstop restore --continue --disconnect
is "$status $(state)" '0 new' "--disconnect ends the others"
close_session

# A name so long that the side database's does not hold it.
long=$(printf 'n%.0s' {1..63})
fresh_target
cluster_psql --dbname=postgres --command="ALTER DATABASE teslamate RENAME TO $long"
PGDATABASE=$long PITSTOP_STOP_BEFORE='record the restore' pitstop restore >"$cluster/out" 2>&1 &
stopped=$!
wait_until 60 grep -q '^State:.*T' "/proc/$stopped/status"
kill_it
PGDATABASE=$long run_pitstop restore --abort
is "$status $(databases)" "0 $long" "what was killed before it was recorded is found by a name that was cut"

# ---- signals

# check_signal STEP SIGNAL EXPECTED_STATE DATABASES ARGUMENT...
check_signal() {
    local step=$1 signal=$2 expected=$3 left=$4
    shift 4
    stop_before "$step" "$@"
    kill -"$signal" "$stopped"
    kill -CONT "$stopped"
    status=0
    wait "$stopped" || status=$?
    is "$status $(state) $(databases)" "$((128 + $(kill -l "$signal"))) $expected $left" "SIG$signal before \"$step\" $*: the $expected database is in place"
    ok "SIG$signal before \"$step\" $*: the service runs" service_runs
}

for signal in INT TERM; do
    for step in 'look ahead' 'create the new database' 'record the restore' 'stop the service' load analyze compare 'record the proof'; do
        check_signal "$step" "$signal" old teslamate
    done
    check_signal swap "$signal" old 'teslamate teslamate_restoring_TIME'
    like "$(<"$cluster/err")" 'restoring_.*"pitstop restore --continue" swaps it in' "SIG$signal before \"swap\": what is left is said"
    for step in 'start the service' 'forget the restore'; do
        check_signal "$step" "$signal" new 'teslamate teslamate_before_TIME'
    done
    check_signal 'drop the old database' "$signal" new teslamate --drop-old
    for step in 'record the restore' 'stop the service' 'load in place'; do
        check_signal "$step" "$signal" old teslamate --in-place
    done
    for step in 'start the service' 'forget the restore'; do
        check_signal "$step" "$signal" new teslamate --in-place
    done
done

done_testing
