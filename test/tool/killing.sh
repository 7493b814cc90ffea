# shellcheck shell=bash
# A server with a backup, and restores that stand before a step of theirs.

# shellcheck source=../tool/restoring.sh
source "$PITSTOP_SOURCE/test/tool/restoring.sh"

cluster_guard
cluster_create --prefix "$PITSTOP_PREFIX" fsync=off max_connections=30
cluster_start
make_originals
PITSTOP_PG_BINDIR=$(cluster_bin)
export PITSTOP_PG_BINDIR PGDATABASE=teslamate PITSTOP_BACKUP_DIR=${cluster:?}/backups
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
        "${original_rows:?}") echo new ;;
        "${broken_rows:?}") echo old ;;
        *) echo damaged ;;
    esac
}
