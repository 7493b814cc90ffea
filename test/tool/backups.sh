# shellcheck shell=bash
# What tests of backups share.

# shellcheck source=../tool/tool.sh
source "$PITSTOP_SOURCE/test/tool/tool.sh"
# shellcheck source=../disk.sh
source "$PITSTOP_SOURCE/test/disk.sh"

# backups_start [SETTING=VALUE...]: a server with TeslaMate's data and pitstop in it, and $dir, an empty directory for backups.
# shellcheck disable=SC2154  # $cluster is cluster_create's
backups_start() {
    cluster_create --prefix "$PITSTOP_PREFIX" fsync=off max_connections=30 "$@"
    cluster_start
    load_teslamate teslamate
    cluster_psql --dbname=teslamate --command='CREATE EXTENSION pitstop' --command='ANALYZE' --output=/dev/null \
        --command='SELECT * FROM pitstop.close_drive(1)'
    PITSTOP_PG_BINDIR=$(cluster_bin)
    PITSTOP_BACKUP_DIR=$cluster/backups
    export PITSTOP_PG_BINDIR PITSTOP_BACKUP_DIR PGDATABASE=teslamate
    dir=$PITSTOP_BACKUP_DIR
    mkdir "$dir"
}

# manifest_value MANIFEST EXPRESSION: what Python makes of it; the manifest is j.
manifest_value() {
    python3 -c 'import json, sys; j = json.load(open(sys.argv[1])); print(eval(sys.argv[2]))' "$1" "$2"
}

# change_manifest MANIFEST STATEMENT: in Python, of j.
change_manifest() {
    python3 -c 'import json, sys; j = json.load(open(sys.argv[1])); exec(sys.argv[2]); json.dump(j, open(sys.argv[1], "w"))' "$1" "$2"
}

files_in() {
    find "$1" -mindepth 1 -maxdepth 1 ! -name .pitstop.lock -printf '%f\n' | sort
}

# Names, contents and times of all that is in a directory, for comparing.
look_of() {
    (cd "$1" && find . ! -name .pitstop.lock -type f -printf '%p %s %T@\n' -exec sha256sum {} + | sort)
}

# In $dir, emptied first. Nothing of what an earlier check made can be taken for this one's.
fresh() {
    rm -rf "${dir:?}"/* "$dir"/.p*
}

# flip FILE BYTE: its lowest bit.
flip() {
    python3 -c 'import sys
with open(sys.argv[1], "r+b") as file:
    file.seek(int(sys.argv[2])); byte = file.read(1)[0]
    file.seek(int(sys.argv[2])); file.write(bytes([byte ^ 1]))' "$1" "$2"
}

is_stopped() {
    [[ $(ps --no-headers -o state -p "$1") == T* ]]
}

is_gone() {
    ! kill -0 "$1"
}

# stop_before STEP ARGUMENT...: starts pitstop, which stops itself before that step. Sets $pid; a shell's background would
# have it ignore an interrupt.
stop_before() {
    PITSTOP_STOP_BEFORE=$1 env --default-signal=INT "$PITSTOP_BUILD/bin/pitstop" "${@:2}" \
        >"$cluster/stopped.out" 2>"$cluster/stopped.err" </dev/null &
    pid=$!
    wait_until 60 is_stopped "$pid" || { diag "it did not stop before $1: $(<"$cluster/stopped.err")"; return 1; }
}

# go_on [SIGNAL]: with a signal to be found then; sets $status, $out and $err.
# shellcheck disable=SC2034  # for who calls it
go_on() {
    [[ $# -eq 0 ]] || kill -"$1" "$pid"
    kill -CONT "$pid" 2>/dev/null || true
    status=0
    # The shell's word about a killed job is not the program's.
    { wait "$pid" || status=$?; } 2>/dev/null
    out=$(<"$cluster/stopped.out")
    err=$(<"$cluster/stopped.err")
}

# run_read_only ARGUMENT...: pitstop, which finds $dir on a file system that is read-only. Sets $status, $out and $err.
# shellcheck disable=SC2016,SC2034  # for the other shell to expand; for who calls it
run_read_only() {
    status=0
    unshare --mount bash -c 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && shift && exec "$@"' - \
        "$dir" "$PITSTOP_BUILD/bin/pitstop" "$@" >"$cluster/stopped.out" 2>"$cluster/stopped.err" </dev/null || status=$?
    out=$(<"$cluster/stopped.out")
    err=$(<"$cluster/stopped.err")
}
