#!/usr/bin/env bash
# pitstop restore, killed before each of its steps: the database is whole, and what is left can be finished or
# cleared away.
set -euo pipefail

# shellcheck source=killing.sh
source "$PITSTOP_SOURCE/test/tool/killing.sh"

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
        run_pitstop restore --continue --service "$service"
        is "$status $(databases)" '2 teslamate' "killed before \"$step\": there is nothing to go on with"
        return
    fi
    like "$err" 'restore of "teslamate" .* is interrupted' "killed before \"$step\": list tells it"
    run_pitstop restore
    is "$status" 5 "killed before \"$step\": another restore waits for that"
    run_pitstop restore --abort --service "$service"
    is "$status $(state)" "$after_abort" "killed before \"$step\": --abort"
    if [[ $status == 0 ]]; then
        is "$(databases)" teslamate "killed before \"$step\": nothing is left"
        ok "killed before \"$step\": the service runs after --abort" service_runs
        stop_before "$step" "$@"
        kill_it
    fi
    run_pitstop restore --continue --service "$service"
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

done_testing
