#!/usr/bin/env bash
# Kills pitstop at random moments of backups and restores, and looks at what is left. Prints TAP; run by kills_test.sh, and with
# more kills: script.sh BUILD_DIRECTORY kills.sh, with PITSTOP_KILLS=200 and PITSTOP_SEED for the same moments again.
set -euo pipefail

# shellcheck source=restoring.sh
source "$PITSTOP_SOURCE/test/tool/restoring.sh"

declare -ri kills=${PITSTOP_KILLS:-200}
RANDOM=${PITSTOP_SEED:-1}

cluster_guard
cluster_create --prefix "$PITSTOP_PREFIX" fsync=off max_connections=30
cluster_start
make_originals
PITSTOP_PG_BINDIR=$(cluster_bin)
export PITSTOP_PG_BINDIR PGDATABASE=teslamate PITSTOP_BACKUP_DIR=$cluster/backups
mkdir "$PITSTOP_BACKUP_DIR"
PGDATABASE=original pitstop backup --quiet
first=$(basename "$PITSTOP_BACKUP_DIR"/*.json .json)
declare -r log=$cluster/service.log service="command:echo stop >>'$cluster/service.log';echo start >>'$cluster/service.log'"

# How long one run takes when nobody kills it.
run_ms() {
    local begin
    begin=$(date +%s%3N)
    "$@" >/dev/null 2>&1
    echo $(($(date +%s%3N) - begin))
}

# killed_after MILLISECONDS COMMAND...: whether it was killed before its end.
killed_after() {
    local ms=$1 child status=0
    shift
    "$@" >"$cluster/out" 2>&1 &
    child=$!
    sleep "$((ms / 1000)).$(printf %03d $((ms % 1000)))"
    kill -KILL "$child" 2>/dev/null || true
    wait "$child" 2>/dev/null || status=$?
    [[ $status -eq 137 ]]
}

has_left() {
    [[ $(value postgres "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'pitstop'") -eq 0 ]]
}

is_whole() {
    local rows
    rows=$(rows_of "$database")
    [[ $rows == "$original_rows" || $rows == "$broken_rows" ]] || { echo "the rows are neither the old nor the new ones"; return 1; }
}

service_runs() {
    [[ ! -s "$log" || $(tail -n 1 "$log") == start ]]
}

# Finishes or clears away what is under way, if anything is.
tidy() {
    local way=$1
    run_pitstop list
    [[ $err == *'is interrupted'* ]] || return 0
    run_pitstop restore "$way" --service "$service"
    # What was swapped in already can only be finished; what had not begun, only cleared away.
    if [[ $status -eq 7 && $way == --abort ]]; then run_pitstop restore --continue --service "$service"; fi
    if [[ $status -eq 7 && $way == --continue ]]; then run_pitstop restore --abort --service "$service"; fi
    [[ $status -eq 0 ]] || { echo "$way: $status $out $err"; return 1; }
}

is_clean() {
    run_pitstop list
    [[ $err != *'is interrupted'* && $(databases) != *_restoring_* ]] || { echo "$err $(databases)"; return 1; }
}

first_is_whole() {
    run_pitstop verify "$first"
    [[ $status -eq 0 ]] || { echo "$out $err"; return 1; }
}

fresh_target
restore_ms=$(run_ms pitstop restore "$first" --service "$service")
fresh_target
in_place_ms=$(run_ms pitstop restore "$first" --service "$service" --in-place)
backup_ms=$(run_ms pitstop backup --dbname original)

declare -i before_end=0
for ((kill = 1; kill <= kills; ++kill)); do
    way=--continue
    if ((RANDOM % 2)); then way=--abort; fi
    case $((kill % 3)) in
        0)
            what="backup"
            # What a killed restore has left may be the broken one, whose backup would be an odd one.
            database=original
            ms=$((RANDOM % backup_ms))
            if killed_after "$ms" "$PITSTOP_BUILD/bin/pitstop" backup --dbname original; then before_end+=1; fi
            ;;
        1 | 2)
            database=teslamate
            fresh_target
            : >"$log"
            how=''
            longest=$restore_ms
            if ((kill % 3 == 2)); then how=--in-place longest=$in_place_ms; fi
            what="restore $how"
            ms=$((RANDOM % longest))
            # shellcheck disable=SC2086  # no option, where there is none
            if killed_after "$ms" "$PITSTOP_BUILD/bin/pitstop" restore "$first" --service "$service" $how; then before_end+=1; fi
            ;;
    esac
    name="kill $kill, $what after $ms ms"
    ok "$name: the database is whole" is_whole
    wait_until 60 has_left
    if [[ $what == backup ]]; then
        ok "$name: the earlier backup is whole" first_is_whole
        ok "$name: the next backup runs" pitstop backup --dbname original --quiet
        find "$PITSTOP_BACKUP_DIR" -mindepth 1 ! -name "$first.*" ! -name .pitstop.lock -delete
    else
        ok "$name: $way ends it" tidy "$way"
        ok "$name: nothing of it is left" is_clean
        ok "$name: the database is whole still" is_whole
        ok "$name: the service runs" service_runs
    fi
done
# A machine that is busy with other things when the runs are timed makes the moments too late for many.
ok "$before_end of $kills were killed before their end, which is enough" test "$before_end" -ge $(((kills + 4) / 5))
done_testing
