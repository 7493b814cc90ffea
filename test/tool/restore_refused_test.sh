#!/usr/bin/env bash
# pitstop restore: what is refused before anything is touched, and why.
set -euo pipefail

# shellcheck source=restoring.sh
source "$PITSTOP_SOURCE/test/tool/restoring.sh"

cluster_guard
cluster_create --prefix "$PITSTOP_PREFIX" fsync=off max_connections=30
cluster_start
make_originals
PITSTOP_PG_BINDIR=$(cluster_bin)
export PITSTOP_PG_BINDIR PGDATABASE=teslamate
declare -r dumps=$cluster/dumps
mkdir "$dumps"
"$(cluster_bin)/pg_dump" --dbname=original --file="$dumps/plain"
"$(cluster_bin)/pg_dump" --dbname=original --format=custom --file="$dumps/custom"
fresh_target

# refused NAME STATUS WORDS ARGUMENT...
refused() {
    local name=$1 expected=$2 words=$3
    shift 3
    run_pitstop restore "$@"
    is "$status" "$expected" "$name is refused with exit $expected"
    like "$err" "$words" "$name: it says why"
    is_untouched "$name: nothing is touched"
}

# ---- files that are no whole dump

: >"$dumps/empty"
echo '<!DOCTYPE html><html><body>404</body></html>' >"$dumps/page"
printf 'PK\003\004 something else' >"$dumps/foreign"
echo 'SELECT 1;' >"$dumps/sql"
size=$(stat -c %s "$dumps/plain")
head -c $((size / 2)) "$dumps/plain" >"$dumps/half"
head -c $((size - 200)) "$dumps/plain" >"$dumps/nearly"
size=$(stat -c %s "$dumps/custom")
head -c $((size / 2)) "$dumps/custom" >"$dumps/half custom"
gzip --stdout "$dumps/plain" >"$dumps/gzip"
head -c $(($(stat -c %s "$dumps/gzip") / 2)) "$dumps/gzip" >"$dumps/half gzip"
"$(cluster_bin)/pg_dumpall" --file="$dumps/all"
"$(cluster_bin)/pg_dump" --dbname=original --create --file="$dumps/create"
refused 'an empty file' 6 'is empty|no dump' "$dumps/empty"
refused 'a web page' 6 'web page' "$dumps/page"
refused 'a foreign file' 6 'no dump' "$dumps/foreign"
refused 'other SQL' 6 'no dump|cut off' "$dumps/sql"
refused 'half a plain dump' 6 'cut off' "$dumps/half"
refused 'a dump without its last line' 6 'cut off' "$dumps/nearly"
refused 'half an archive' 6 'damaged' "$dumps/half custom"
refused 'half a gzip file' 6 'damaged|ends|cut off' "$dumps/half gzip"
refused 'a dump of a cluster' 6 'no dump of a database' "$dumps/all"
refused 'a dump with CREATE DATABASE' 7 'other databases' "$dumps/create"
refused 'a file that is not there' 2 'there is no backup' "$dumps/gone"

# ---- versions

sed 's/^-- Dumped from database version .*/-- Dumped from database version 99.1/' "$dumps/plain" >"$dumps/newer server"
refused 'a dump of a newer server' 7 'PostgreSQL 99, which is newer' "$dumps/newer server"
newest=$(value teslamate 'SELECT max(version) FROM schema_migrations')
cluster_psql --dbname=teslamate --command="DELETE FROM schema_migrations WHERE version = $newest"
broken_rows=$(rows_of teslamate)
refused 'a newer schema of TeslaMate' 7 "newer than the database's.*HINT:.*Update TeslaMate first" "$dumps/plain"
run_pitstop restore "$dumps/plain" --into beside
is "$status" 0 "beside the database it is not"
fresh_target
broken_rows=$(rows_of broken)
cluster_psql --dbname=teslamate --command='INSERT INTO schema_migrations VALUES (20990101000000, now())'
run_pitstop restore "$dumps/plain"
is "$status" 0 "an older schema of TeslaMate is restored"
like "$out" 'schema +warning +migration [0-9]+, older than' "with a warning"

# ---- rights and roles

fresh_target
cluster_psql --dbname=postgres --output=/dev/null <<'END'
CREATE ROLE nobody_much LOGIN;
CREATE ROLE maker LOGIN CREATEDB;
CREATE ROLE owner LOGIN CREATEDB;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO maker;
END
cluster_psql --dbname=teslamate --command='GRANT SELECT ON schema_migrations TO nobody_much, maker, owner'
refused 'a role without CREATEDB' 7 'may not create databases.*HINT:.*ALTER ROLE "?nobody_much"? CREATEDB' "$dumps/custom" --user nobody_much
refused 'a role that does not own the database' 7 'does not own the database.*HINT:.*postgres' "$dumps/custom" --user maker
cluster_psql --dbname=postgres --command='ALTER DATABASE teslamate OWNER TO owner'
refused 'earthdistance by who is no superuser' 7 'earthdistance.* can be created by a superuser only.*HINT:.*superuser' "$dumps/custom" --user owner
refused 'the same in place' 7 'earthdistance' "$dumps/custom" --user owner --in-place
cluster_psql --dbname=postgres --command='ALTER DATABASE teslamate SET log_min_messages TO warning'
refused 'settings that only a superuser may give' 7 'settings and grants: .*permission denied to set parameter.*HINT:.*superuser' "$dumps/custom" --user owner
cluster_psql --dbname=postgres --command='ALTER DATABASE teslamate RESET log_min_messages'
cluster_psql --dbname=postgres --command='ALTER ROLE owner NOCREATEDB'
refused 'in place without CREATEDB' 7 'may not create databases' "$dumps/custom" --user owner --in-place
cluster_psql --dbname=postgres --command='ALTER DATABASE teslamate OWNER TO postgres'
sed 's/^-- PostgreSQL database dump complete/GRANT SELECT ON TABLE public.cars TO "Vis itor";\n&/' "$dumps/plain" >"$dumps/visitor"
refused 'a role that is missing' 7 '"Vis itor" does not exist.*HINT:.*CREATE ROLE "Vis itor";' "$dumps/visitor"

# ---- sessions

open_session teslamate
refused 'a database in use' 5 'dashboard.*HINT:.*--disconnect' "$dumps/custom"
refused 'the same in place' 5 'dashboard' "$dumps/custom" --in-place
run_pitstop restore "$dumps/custom" --disconnect
is "$status" 0 "--disconnect ends the sessions"
is_restored "and restores"
close_session
fresh_target
open_session teslamate
run_pitstop restore "$dumps/custom" --disconnect --in-place
is "$status" 0 "in place as well"
is_restored "with every row"
close_session
fresh_target
PGAPPNAME='' open_session teslamate
refused "TeslaMate's own session" 5 'TeslaMate, 1 session.*HINT:.*--service' "$dumps/custom"
run_pitstop restore "$dumps/custom" --service "command:'$(cluster_bin)/psql' --dbname=postgres --command='SELECT pg_terminate_backend($session_pid)';true"
is "$status" 0 "it goes with its service"
is_restored "and the database is restored"
close_session

# ---- two at once

fresh_target
PITSTOP_STOP_BEFORE=load "$PITSTOP_BUILD/bin/pitstop" restore "$dumps/custom" >/dev/null 2>&1 &
first=$!
wait_until 60 grep -q '^State:.*T' "/proc/$first/status"
run_pitstop restore "$dumps/custom"
is "$status" 5 "a second restore of the same database is refused with exit 5"
like "$err" 'another restore of "teslamate" is under way' "and says why"
run_pitstop restore "$dumps/custom" --into beside
is "$status" 0 "one into another database is not"
run_pitstop restore --abort
is "$status" 5 "what is running cannot be cleared away"
run_pitstop list --backup-dir "$dumps"
like "$out" 'restore of "teslamate" .* is running' "list shows it"
kill -CONT "$first"
status=0
wait "$first" || status=$?
is "$status" 0 "the first one goes on"
is_restored "to its end"

done_testing
