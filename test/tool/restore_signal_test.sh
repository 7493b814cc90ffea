#!/usr/bin/env bash
# pitstop restore, interrupted before each of its steps: the database is in place, and the service runs.
set -euo pipefail

# shellcheck source=killing.sh
source "$PITSTOP_SOURCE/test/tool/killing.sh"

signal=TERM

# check_signal STEP EXPECTED_STATE DATABASES ARGUMENT...
# Both signals end in one place (signals.cpp), so each step gets one of them, in turns.
check_signal() {
    local step=$1 expected=$2 left=$3
    shift 3
    if [[ $signal == TERM ]]; then signal=INT; else signal=TERM; fi
    stop_before "$step" "$@"
    kill -"$signal" "$stopped"
    kill -CONT "$stopped"
    status=0
    wait "$stopped" || status=$?
    is "$status $(state) $(databases)" "$((128 + $(kill -l "$signal"))) $expected $left" "SIG$signal before \"$step\" $*: the $expected database is in place"
    ok "SIG$signal before \"$step\" $*: the service runs" service_runs
}

for step in 'look ahead' 'create the new database' 'record the restore' 'stop the service' load analyze compare 'record the proof'; do
    check_signal "$step" old teslamate
done
check_signal swap old 'teslamate teslamate_restoring_TIME'
like "$(<"$cluster/err")" 'restoring_.*"pitstop restore --continue" swaps it in' "before \"swap\": what is left is said"
for step in 'start the service' 'forget the restore'; do
    check_signal "$step" new 'teslamate teslamate_before_TIME'
done
check_signal 'drop the old database' new teslamate --drop-old
for step in 'record the restore' 'stop the service' 'load in place'; do
    check_signal "$step" old teslamate --in-place
done
for step in 'start the service' 'forget the restore'; do
    check_signal "$step" new teslamate --in-place
done

done_testing
