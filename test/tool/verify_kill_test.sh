#!/usr/bin/env bash
# pitstop verify --restore, killed: the next one clears away what was left.
set -euo pipefail

# shellcheck source=restoring.sh
source "$PITSTOP_SOURCE/test/tool/restoring.sh"

cluster_guard
cluster_create --prefix "$PITSTOP_PREFIX" fsync=off max_connections=30
cluster_start
load_teslamate teslamate
PITSTOP_PG_BINDIR=$(cluster_bin)
export PITSTOP_PG_BINDIR PGDATABASE=teslamate PITSTOP_BACKUP_DIR=$cluster/backups
mkdir "$PITSTOP_BACKUP_DIR"
pitstop backup --quiet

# verify_and_kill_before STEP ARGUMENT...
verify_and_kill_before() {
    local step=$1 stopped
    shift
    PITSTOP_STOP_BEFORE=$step "$PITSTOP_BUILD/bin/pitstop" verify --restore "$@" >"$cluster/out" 2>&1 &
    stopped=$!
    ok "it comes to: $step" wait_until 60 grep -q '^State:.*T' "/proc/$stopped/status"
    kill -KILL "$stopped"
    wait "$stopped" 2>/dev/null || true
}

for step in 'restore into a scratch database' compare; do
    verify_and_kill_before "$step"
    is "$(databases)" 'teslamate teslamate_verifying_TIME' "killed before \"$step\" it leaves its scratch database"
    run_pitstop list
    like "$err" 'abandoned by a verify' "list tells it"
    run_pitstop restore --abort
    is "$status" 2 "it is no restore that was interrupted"
    run_pitstop verify --restore
    is "$status $(databases)" '0 teslamate' "the next verify clears it away"
done

# The server that belonged to the dead one, if it lives on, ends when its directory is gone.
TMPDIR=$(mktemp -d /tmp/pitstop-XXXXXX)
export TMPDIR
chmod 755 "$TMPDIR"
trap 'rm -rf "$TMPDIR"; cluster_cleanup' EXIT
scratch_directories() {
    find "$TMPDIR" -maxdepth 1 -name 'pitstop-scratch-*' | wc -l
}
verify_and_kill_before compare --scratch-bin "$(cluster_bin)"
is "$(scratch_directories)" 1 "killed with a scratch server it leaves its directory"
run_pitstop verify --restore --scratch-bin "$(cluster_bin)"
is "$status $(scratch_directories)" '0 0' "the next one clears it away"

done_testing
