#!/usr/bin/env bash
# pitstop backup when things go wrong: earlier backups stay whole, nothing unproven gets a backup's name, the next one runs.
set -euo pipefail

# shellcheck source=backups.sh
source "$PITSTOP_SOURCE/test/tool/backups.sh"

cluster_guard
backups_start
REAL=$(cluster_bin)
CLUSTER=$cluster
export REAL CLUSTER
declare -r fake=$cluster/fake

# programs_but NAME <BODY: a directory of PostgreSQL's programs, this one replaced by a script. It tells its version as the
# real one does.
programs_but() {
    rm -rf "$fake"
    mkdir "$fake"
    ln -s "$REAL"/* "$fake"
    rm "$fake/$1"
    # shellcheck disable=SC2016  # for the script to expand
    { printf '#!/bin/bash\n[[ $1 != --version ]] || exec "$REAL/%s" --version\n' "$1"; cat; } >"$fake/$1"
    chmod 755 "$fake/$1"
}

# With those programs.
run_with_fake() {
    PITSTOP_PG_BINDIR=$fake run_pitstop "$@"
}

no_child_is_left() {
    [[ $(value postgres "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()") == 0 ]] &&
        ! pgrep --full -- "$REAL/pg_dump|$REAL/pg_restore|$fake/pg_" >/dev/null
}

# After a failed backup: the earlier one as it was, nothing beside it, nobody at work.
only_the_first_is_left() {
    is "$(look_of "$dir")" "$first" "$1: the earlier backup is as it was, and nothing is beside it"
    ok "$1: no child is left behind" wait_until 30 no_child_is_left
}

# After a killed one: nothing under a backup's name but what is proven, and the next backup clears up.
next_one_clears_up() {
    local name
    for name in $(files_in "$dir"); do
        [[ $name == first.* ]] || like "$name" '^\.pitstop-.*\.partial$' "$1: what is left has a temporary name ($name)"
    done
    ok "$1: no child is left behind" wait_until 30 no_child_is_left
    run_pitstop verify first
    is "$status" 0 "$1: the earlier backup is proven"
    run_pitstop backup "$dir/next.dump"
    is "$status" 0 "$1: the next one runs"
    is "$(find "$dir" -name '.p*' ! -name .pitstop.lock)" '' "$1: and clears up"
    rm "$dir"/next.*
    # With the proof noted.
    first=$(look_of "$dir")
}

run_pitstop backup "$dir/first.dump" --quiet
first=$(look_of "$dir")
bytes=$(stat -c %s "$dir/first.dump")

# ---- programs

mkdir "$cluster/empty"
PITSTOP_PG_BINDIR=$cluster/empty run_pitstop backup
like "$status $err" '^4 .*could not find pg_dump of PostgreSQL.*HINT:.*postgresql-client-' "without pg_dump it says what to install"
only_the_first_is_left "without pg_dump"

programs_but pg_dump </dev/null
printf '#!/bin/sh\necho "pg_dump (PostgreSQL) 9.6.24"\n' >"$fake/pg_dump"
run_with_fake backup
is "$status" 4 "a pg_dump that is too old is not used"
like "$err" 'only pg_dump 9\.6\.24, which is too old' "and it says so"
only_the_first_is_left "with an old pg_dump"

programs_but pg_dump </dev/null
# shellcheck disable=SC2016  # for the script to expand
printf '#!/bin/bash\n[[ $1 != --version ]] || { echo "pg_dump (PostgreSQL) 99.1"; exit; }\nexec "$REAL/pg_dump" "${@/#--compress=*/--compress=5}"\n' >"$fake/pg_dump"
run_with_fake backup "$dir/newer.dump"
is "$status" 0 "a newer pg_dump is used where there is no other"
like "$err" 'pg_dump is of PostgreSQL 99.*may not restore on this server.*HINT:.*postgresql-client-' "with a warning"
rm "$dir"/newer.*

for percent in 10 50 90; do
    programs_but pg_dump <<END
"\$REAL/pg_dump" "\$@" | head -c $((bytes * percent / 100))
kill -9 \$\$
END
    run_with_fake backup
    is "$status" 4 "pg_dump killed at $percent % makes it fail"
    like "$err" 'pg_dump was ended by signal 9' "and it says so"
    only_the_first_is_left "killed at $percent %"
done
programs_but pg_dump <<END
"\$REAL/pg_dump" "\$@" | head -c $((bytes / 2))
END
run_with_fake backup
is "$status" 6 "half a dump from a pg_dump that exits with 0 is not proven"
only_the_first_is_left "half a dump"
programs_but pg_dump <<<'echo "pg_dump: error: query failed: out of memory" >&2; exit 1'
run_with_fake backup
is "$status" 4 "a pg_dump that fails makes it fail"
like "$err" 'exited with status 1.*DETAIL: +error: query failed: out of memory' "with what it said"
only_the_first_is_left "a pg_dump that fails"
programs_but pg_restore <<<'head -c 1000 >/dev/null; echo "pg_restore: error: no" >&2; exit 1'
run_with_fake backup
is "$status" 6 "what pg_restore cannot read back is not proven"
like "$err" 'cannot be read back: pg_restore exited with status 1' "and it says so"
only_the_first_is_left "not read back"
run_with_fake backup --jobs 2
is "$status" 6 "nor in the directory format"
only_the_first_is_left "no directory read back"

# ---- the connection

has_session() {
    [[ $(value postgres "SELECT count(*) FROM pg_stat_activity WHERE $1") -gt 0 ]]
}
# The snapshot's session is idle in its transaction, the counting's too when it is done.
declare -rA sessions=(
    [pg_dump]="application_name = 'pitstop' AND query LIKE 'COPY%'"
    [counting]="application_name = 'pitstop' AND query LIKE '%count(*)%public%' AND datname = 'teslamate'"
)
# A large table that neither pg_dump nor the counting is through with at once.
cluster_psql --dbname=teslamate --command='CREATE TABLE big AS SELECT i, md5(i::text) FROM generate_series(1, 2000000) AS i' --command='ANALYZE big'
for who in pg_dump counting; do
    pitstop backup >"$cluster/out" 2>"$cluster/err" &
    pid=$!
    ok "$who is at work" wait_until 60 has_session "${sessions[$who]}"
    value postgres "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE ${sessions[$who]}" >"$cluster/ended"
    status=0
    wait "$pid" || status=$?
    if [[ $who == pg_dump ]]; then
        is "$status" 4 "a connection of pg_dump that is lost makes it fail"
    else
        is "$status" 3 "and so does one of the counting"
    fi
    like "$(<"$cluster/err")" 'terminat|lost|connection' "and it says so ($who)"
    only_the_first_is_left "$who lost its connection"
done
stop_before 'dump and count' backup
value postgres "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'pitstop'" >"$cluster/ended"
go_on
ok "a snapshot whose session is gone is not dumped" test "$status" -ne 0
only_the_first_is_left "the snapshot is gone"
cluster_psql --dbname=teslamate --command='DROP TABLE big'

# ---- signals at every step

for step in 'take the snapshot' 'dump and count' 'read back' keep; do
    for signal in INT TERM KILL; do
        stop_before "$step" backup "$dir/killed.dump"
        go_on "$signal"
        is "$status" $((128 + $(kill -l "$signal"))) "SIG$signal before \"$step\" ends it"
        if [[ $signal == KILL ]]; then
            next_one_clears_up "SIGKILL before \"$step\""
        else
            only_the_first_is_left "SIG$signal before \"$step\""
        fi
    done
done
stop_before keep backup "$dir/killed.dir" --jobs 2
go_on KILL
next_one_clears_up "SIGKILL with a directory"
stop_before copy backup "$dir/copied.dump" --copy-to "command:true"
go_on KILL
run_pitstop verify copied
is "$status" 0 "killed before it is copied, a backup is whole"
rm "$dir"/copied.*
stop_before 'dump and count' backup --hook-on-failure "cat >$cluster/hooked"
go_on TERM
is "$status $(manifest_value "$cluster/hooked" 'j["error"]["message"]')" '143 interrupted by signal 15' "a hook on failure is told of a signal"

# Killed while the files get their names: all of it is proven by then, so the next run finishes.
run_pitstop backup "$dir/late.dump" --quiet
for named in 0 1 2; do
    mv "$dir/late.json" "$dir/.pitstop-late.json.partial"
    [[ $named -ge 2 ]] || mv "$dir/late.pitstop.sql" "$dir/.pitstop-late.pitstop.sql.partial"
    [[ $named -ge 1 ]] || mv "$dir/late.dump" "$dir/.pitstop-late.dump.partial"
    run_pitstop expire --keep-last 9 --quiet
    run_pitstop verify late
    is "$status $(find "$dir" -name '.p*' ! -name .pitstop.lock)" '0 ' "killed when $named of its files had their names, a backup is finished by the next run"
done
mv "$dir/late.json" "$dir/.pitstop-late.json.partial"
rm "$dir/late.pitstop.sql"
run_pitstop expire --keep-last 9 --quiet
is "$(find "$dir" -name '*late*.json*')" '' "but not one of which a file is missing"
rm -f "$dir"/late*

# ---- places

if [[ $EUID -eq 0 ]]; then
    closed=$(mktemp -d "$(cluster_parent)/pitstop-closed-XXXXXX")
    chmod 755 "$closed"
    # The build directory may be closed to that user.
    install --mode=755 "$PITSTOP_BUILD/bin/pitstop" "$cluster/program"
    status=0
    runuser -u postgres -- env PITSTOP_PG_BINDIR="$REAL" "$cluster/program" backup "$closed/" \
        >"$cluster/out" 2>"$cluster/err" </dev/null || status=$?
    is "$status" 1 "a directory that one may not write into is an error"
    like "$(<"$cluster/err")" 'Permission denied.*HINT:.*as a user who may' "and it says what to do"
    rmdir "$closed"
fi
if may_mount; then
    run_read_only backup
    is "$status" 1 "a file system that is read-only is an error"
    like "$err" 'Read-only file system' "and called so"
fi
only_the_first_is_left "no place to write"
elsewhere=$(mktemp -d /dev/shm/pitstop-XXXXXX)
run_pitstop backup "$elsewhere/"
is "$status" 0 "a directory on another file system works"
run_pitstop verify --backup-dir "$elsewhere"
is "$status" 0 "and what is there is proven"
rm -rf "$elsewhere"

# ---- the password

cluster_listen
cluster_restart
cluster_psql --dbname=postgres --command="CREATE ROLE secretive SUPERUSER LOGIN PASSWORD 'hunter2-and-more'"
programs_but pg_dump <<'END'
{ tr '\0' '\n' </proc/self/cmdline; tr '\0' '\n' </proc/$$/cmdline; ps -ef; } >"$CLUSTER/seen"
exec "$REAL/pg_dump" "$@"
END
for way in good bad; do
    password=hunter2-and-more
    [[ $way == good ]] || password=hunter2-wrong
    PGPASSWORD=$password run_with_fake backup "$dir/secret.dump" --host 127.0.0.1 --user secretive --json
    echo "$out$err" >"$cluster/said"
    if [[ $way == good ]]; then
        is "$status" 0 "a backup with a password succeeds"
        ok "its pg_dump was watched" grep -q -- '--snapshot=' "$cluster/seen"
    else
        is "$status" 3 "with a wrong one it does not"
    fi
    is "$(grep -c hunter2 "$cluster/said" "$cluster/seen" | tr '\n' ' ')" "$cluster/said:0 $cluster/seen:0 " "no argument and no message has it ($way)"
done
is "$(grep -c hunter2 "$dir/secret.json")" 0 "nor has the manifest"
rm "$dir"/secret.*

# ---- tables that change

# Somebody waits to change a table while the snapshot has it: who asks for it after him waits for him, and he for the snapshot.
stop_before 'dump and count' backup "$dir/changed.dump"
cluster_psql --dbname=teslamate --command='ALTER TABLE drives ADD COLUMN waited_for int' &
changing=$!
ok "somebody waits to change a table" wait_until 30 has_session "wait_event_type = 'Lock'"
kill -CONT "$pid"
ok "the backup makes way for him and comes to the same step again" wait_until 60 is_stopped "$pid"
go_on
is "$status" 0 "the second time it succeeds"
like "$err" 'somebody waits to change a table' "and says so"
status=0
wait "$changing" || status=$?
is "$status" 0 "he got through"
is "$("$REAL/pg_restore" --schema-only --file=- "$dir/changed.dump" | grep -c waited_for)" 1 "and what he did is in it"
rm "$dir"/changed.*
cluster_psql --dbname=teslamate --command='ALTER TABLE drives DROP COLUMN waited_for'

# Tables come and go as fast as they can.
for ((i = 0; i < 4000; i++)); do
    echo "DROP TABLE IF EXISTS coming_$((i % 3)); CREATE TABLE coming_$((i % 3)) (i int); INSERT INTO coming_$((i % 3)) VALUES ($i);"
done >"$cluster/coming.sql"
cluster_psql --dbname=teslamate --set=ON_ERROR_STOP=0 --file="$cluster/coming.sql" >"$cluster/coming.log" 2>&1 &
coming=$!
for ((i = 0; i < 2; i++)); do
    run_pitstop backup "$dir/coming$i.dump" --quiet
    if [[ $status -eq 0 ]]; then
        run_pitstop verify "coming$i" --restore
        is "$status" 0 "a backup made while tables come and go holds what its manifest says ($i)"
    else
        like "$status $err" '^1 .*change all the time' "or it says that they do ($i)"
    fi
done
kill "$coming" 2>/dev/null || true
wait "$coming" 2>/dev/null || true
rm -f "$dir"/coming*
only_the_first_is_left "at the end"

done_testing
