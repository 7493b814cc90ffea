#!/usr/bin/env bash
# pitstop restore, interrupted before each of its steps: the database is in place, and the service runs.
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
# shellcheck source=killing.sh
source "$PITSTOP_SOURCE/test/tool/killing.sh"

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
