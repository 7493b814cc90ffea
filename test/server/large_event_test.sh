#!/usr/bin/env bash
# An event may be larger than memory: deleting a drive of very many positions, and undoing that, take no more of it
# than a small one does.
set -euo pipefail

# shellcheck source=../tap.sh
source "$PITSTOP_SOURCE/test/tap.sh"
# shellcheck source=../../tool/cluster.sh
source "$PITSTOP_SOURCE/tool/cluster.sh"

# A tenth of the memory that holding all rows at once would take.
readonly positions=100000 allowed_kb=16000

# The highest the session's memory has been; shared buffers, which count as the session's once it has touched them,
# are few here.
peak_of_session() {
    awk '/^VmHWM/ { print $2 }' "/proc/$1/status"
}

run() {
    cluster_psql --dbname=teslamate --tuples-only --no-align "$@"
}

cluster_guard
cluster_create --prefix "$PITSTOP_PREFIX" fsync=off shared_buffers=1MB autovacuum=off
cluster_start
cluster_psql --dbname=postgres --command='CREATE DATABASE teslamate'
run --file="$PITSTOP_SOURCE/test/fixtures/teslamate/schema.sql" --command='CREATE EXTENSION pitstop' >/dev/null
run >/dev/null <<SQL
INSERT INTO car_settings (id) VALUES (1);
INSERT INTO cars (id, eid, vid, vin, inserted_at, updated_at, settings_id)
VALUES (1, 1, 1, 'VIN1', '2024-01-01', '2024-01-01', 1);
INSERT INTO drives (id, start_date, car_id) VALUES (1, '2024-01-01', 1), (2, '2024-02-01', 1);
INSERT INTO positions (date, latitude, longitude, odometer, elevation, car_id, drive_id)
SELECT timestamp '2024-01-01' + n * interval '1 second', 40, 9, 1000 + n * 0.01, 100, 1, CASE WHEN n <= 1000 THEN 2 ELSE 1 END
  FROM generate_series(1, $positions) AS n;
SQL
before=$(run --command='SELECT md5(string_agg(p::text, chr(10) ORDER BY p.id)) FROM positions AS p')

coproc psql_session { run; }
# Kept by us: the shell forgets its own variable as soon as it notices the end.
# shellcheck disable=SC2154  # set by coproc
session=$psql_session_PID

# Sets $answer.
answer=''
ask() {
    echo "$1" >&"${psql_session[1]}"
    read -r -u "${psql_session[0]}" -t 120 answer
}

plan 4
ask 'SELECT pg_backend_pid();'
pid=$answer
ask "SELECT max(event_id) FROM pitstop.delete_drive(2, positions => 'delete');"
small=$answer
ask "SELECT count(*) FROM pitstop.undo($small);"
start=$(peak_of_session "$pid")
ask "SELECT max(event_id) FROM pitstop.delete_drive(1, positions => 'delete');"
large=$answer
deleted=$(peak_of_session "$pid")
ok "deleting $positions positions grows the session by $((deleted - start)) kB" test $((deleted - start)) -lt $allowed_kb
is "$(run --command='SELECT count(*) FROM positions')" 1000 'they are gone'
ask "SELECT count(*) FROM pitstop.undo($large);"
undone=$(peak_of_session "$pid")
ok "undoing it grows it by $((undone - deleted)) kB" test $((undone - deleted)) -lt $allowed_kb
is "$(run --command='SELECT md5(string_agg(p::text, chr(10) ORDER BY p.id)) FROM positions AS p')" "$before" \
    'they are back, every one as it was'
echo '\q' >&"${psql_session[1]}"
wait "$session"
done_testing
