#!/usr/bin/env bash
# pitstop restore --continue and --abort, killed themselves, refused, and with names that had to be cut.
set -euo pipefail

# shellcheck source=killing.sh
source "$PITSTOP_SOURCE/test/tool/killing.sh"

# ---- killed again while it goes on

stop_before load
kill_it
for step in 'record the restore' 'stop the service' swap; do
    # The first try's side database stands beside that of the second.
    PITSTOP_STOP_BEFORE=$step "$PITSTOP_BUILD/bin/pitstop" restore --continue --service "$service" >"$cluster/out" 2>&1 &
    stopped=$!
    wait_until 60 grep -q '^State:.*T' "/proc/$stopped/status"
    kill_it
    is "$(state)" old "killed before \"$step\" of --continue: the old database is whole"
done
run_pitstop restore --continue --service "$service"
is "$status $(state) $(databases)" '0 new teslamate teslamate_before_TIME' "a third --continue brings it to its end"
ok "the service runs" service_runs
unlike_zero=$(grep -c ': 0 rows' <<<"$out" || true)
is "$unlike_zero" 0 "and does not claim that there are no rows"
stop_before load
kill_it
PITSTOP_STOP_BEFORE='record the restore' "$PITSTOP_BUILD/bin/pitstop" restore --continue --service "$service" >"$cluster/out" 2>&1 &
stopped=$!
wait_until 60 grep -q '^State:.*T' "/proc/$stopped/status"
kill_it
run_pitstop restore --abort --service "$service"
is "$status $(databases)" '0 teslamate' "--abort clears away what both left"
ok "and starts the service" service_runs

# ---- what --continue finds may have changed

stop_before load
kill_it
open_session teslamate
run_pitstop restore --continue --service "$service"
is "$status" 5 "--continue looks ahead as well"
close_session
run_pitstop list
like "$err" 'is interrupted' "a refusal leaves the record"
run_pitstop restore --continue --service "$service"
is "$status $(state)" '0 new' "and the next --continue goes on"
stop_before swap
kill_it
open_session teslamate
run_pitstop restore --continue --service "$service"
is "$status $(state)" '5 old' "a swap waits for nobody for good"
like "$err" 'others are still connected.*--continue' "and tells how to go on"
ok "the service runs meanwhile" service_runs
run_pitstop restore --continue --service "$service" --disconnect
is "$status $(state)" '0 new' "--disconnect ends the others"
close_session

# ---- what stands in the cluster may be others' words

stop_before load
kill_it
for way in --continue --abort; do
    run_pitstop restore "$way"
    is "$status $(state) $(tail -n 1 "$log")" '2 old stop' "a service that is only recorded is not started by $way"
    like "$err" "HINT:.*add --service 'command:echo stop" "$way says how to start it"
done
run_pitstop restore --abort --service "$service"
ok "then it is started" service_runs

fresh_target
cluster_psql --dbname=postgres --command='CREATE ROLE tenant LOGIN' --command='CREATE DATABASE tenants OWNER tenant'
cluster_psql --dbname=tenants --username=tenant --command="COMMENT ON DATABASE tenants IS 'pitstop: $(python3 -c 'import json, sys; print(json.dumps({"target": "teslamate", "source": "/tmp/x", "phase": "proven", "started_at": "2026-01-01T00:00:00Z", "stopped_service": "command:true;touch " + sys.argv[1], "drop_old": True, "in_place": False, "is_scratch": False, "host": "x", "pid": 1}))' "$cluster/ran")'"
run_pitstop list
is "$err" '' "a tenant's comment is no record of a restore of somebody else's database"
run_pitstop restore --continue --service "$service"
is "$status $(state)" '2 old' "nor gone on with"
cluster_psql --dbname=postgres --command='DROP DATABASE tenants' --command='DROP ROLE tenant'

# A name so long that the side database's does not hold it.
long=$(printf 'n%.0s' {1..63})
fresh_target
cluster_psql --dbname=postgres --command="ALTER DATABASE teslamate RENAME TO $long"
PGDATABASE=$long PITSTOP_STOP_BEFORE='record the restore' "$PITSTOP_BUILD/bin/pitstop" restore >"$cluster/out" 2>&1 &
stopped=$!
wait_until 60 grep -q '^State:.*T' "/proc/$stopped/status"
kill_it
PGDATABASE=$long run_pitstop restore --abort
is "$status $(databases)" "0 $long" "what was killed before it was recorded is found by a name that was cut"

done_testing
