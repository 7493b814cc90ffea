#!/usr/bin/env bash
# pitstop restore: the service stands still meanwhile, and runs again whatever happens; a load that fails leaves everything as it was.
set -euo pipefail

# shellcheck source=restoring.sh
source "$PITSTOP_SOURCE/test/tool/restoring.sh"

cluster_guard
cluster_create --prefix "$PITSTOP_PREFIX" fsync=off max_connections=30
cluster_start
make_originals
PITSTOP_PG_BINDIR=$(cluster_bin)
export PITSTOP_PG_BINDIR PGDATABASE=teslamate
declare -r dumps=$cluster/dumps log=$cluster/service.log dir=$cluster/backups
mkdir "$dumps" "$dir"
"$(cluster_bin)/pg_dump" --dbname=original --format=custom --file="$dumps/custom"
"$(cluster_bin)/pg_dump" --dbname=original --file="$dumps/plain"

fresh_log() {
    : >"$log"
}

lines_of_log() {
    tr '\n' ';' <"$log"
}

# ---- commands

declare -r service="command:echo stop >>'$log';echo start >>'$log'"
fresh_target
fresh_log
run_pitstop restore "$dumps/custom" --service "$service"
is "$status $(lines_of_log)" '0 stop;start;' "the service is stopped and started"
is_restored "and the database restored"
fresh_log
run_pitstop restore "$dumps/custom" --service "$service" --dry-run
is "$status $(lines_of_log)" '0 ' "a dry run does not touch it"
run_pitstop restore "$dumps/gone" --service "$service"
is "$status $(lines_of_log)" '2 ' "nor does a restore of what is not there"
fresh_target
fresh_log
run_pitstop restore "$dumps/custom" --service "$service" --in-place
is "$status $(lines_of_log)" '0 stop;start;' "in place it is stopped and started as well"
fresh_target
for bad in systemd: compose: compose:x@ 'command:x' 'command:;y' 'command:x;' docker:x systemd:-x; do
    run_pitstop restore "$dumps/custom" --service "$bad"
    is "$status" 2 "--service $bad is an error of usage"
done
fresh_log
run_pitstop restore "$dumps/custom" --service "command:false;echo start >>'$log'"
is "$status $(lines_of_log)" '4 start;' "a service that cannot be stopped is started again"
is_untouched "and everything is as it was"
run_pitstop restore "$dumps/custom" --service "command:true;false"
is "$status" 8 "a service that does not start makes the result partial"
like "$err" 'could not start the service' "which is said"
is_restored "the database is restored nevertheless"

# ---- systemd and compose, as stand-ins that note what they are asked

mkdir "$cluster/stand-ins" "$cluster/compose"
cat >"$cluster/stand-ins/systemctl" <<END
#!/usr/bin/env bash
echo "systemctl \$*" >>'$log'
if [[ "\$1" == show ]]; then cat '$cluster/state'; fi
END
cat >"$cluster/stand-ins/docker" <<END
#!/usr/bin/env bash
echo "docker \$* in \${PWD##*/}" >>'$log'
if [[ "\$2" == ps ]]; then cat '$cluster/state'; fi
END
chmod +x "$cluster"/stand-ins/*
with_stand_ins() {
    PATH="$cluster/stand-ins:$PATH" run_pitstop "$@"
}
fresh_target
fresh_log
echo active >"$cluster/state"
with_stand_ins restore "$dumps/custom" --service systemd:teslamate.service
is "$status $(lines_of_log)" \
    '0 systemctl show --property=ActiveState --value teslamate.service;systemctl stop teslamate.service;systemctl start teslamate.service;' \
    "a unit of systemd is asked for, stopped and started"
fresh_target
fresh_log
echo inactive >"$cluster/state"
with_stand_ins restore "$dumps/custom" --service systemd:teslamate.service
is "$status $(lines_of_log)" '0 systemctl show --property=ActiveState --value teslamate.service;' \
    "one that does not run is left alone"
fresh_target
fresh_log
echo 4f1d >"$cluster/state"
with_stand_ins restore "$dumps/custom" --service "compose:teslamate@$cluster/compose"
is "$status $(lines_of_log)" \
    '0 docker compose ps --status running --quiet teslamate in compose;docker compose stop teslamate in compose;docker compose start teslamate in compose;' \
    "a service of Compose is asked for, stopped and started in its directory"

# ---- until it answers

cat >"$cluster/server.py" <<'END'
import http.server, sys
class Answer(http.server.BaseHTTPRequestHandler):
    asked = 0
    def do_GET(self):
        Answer.asked += 1
        self.send_response(503 if Answer.asked < 3 else 204)
        self.end_headers()
    def log_message(self, *_):
        print(Answer.asked, file=open(sys.argv[2], "w"))
server = http.server.HTTPServer(("127.0.0.1", 0), Answer)
print(server.server_port, file=open(sys.argv[1], "w"), flush=True)
server.serve_forever()
END
python3 "$cluster/server.py" "$cluster/http_port" "$cluster/asked" &
server=$!
wait_until 30 test -s "$cluster/http_port"
fresh_target
run_pitstop restore "$dumps/custom" --health-url "http://127.0.0.1:$(<"$cluster/http_port")/"
is "$status $(<"$cluster/asked")" '0 3' "a service that answers late is waited for"
kill "$server"

# ---- loads that fail

# The archive is whole; its function finds no table under the search_path that pg_restore sets.
cluster_psql --dbname=postgres --command='CREATE DATABASE trap TEMPLATE original'
cluster_psql --dbname=trap --output=/dev/null <<'END'
CREATE FUNCTION is_known(integer) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RETURN EXISTS (SELECT FROM cars); END';
CREATE TABLE trapped (id integer CHECK (is_known(id)));
INSERT INTO trapped VALUES (1);
END
"$(cluster_bin)/pg_dump" --dbname=trap --format=custom --file="$dumps/trap"
"$(cluster_bin)/pg_dump" --dbname=trap --file="$dumps/plain trap"
for each in trap 'plain trap'; do
    for how in '' --in-place; do
        fresh_target
        fresh_log
        # shellcheck disable=SC2086  # no option, where there is none
        run_pitstop restore "$dumps/$each" --service "$service" $how
        is "$status $(lines_of_log)" '4 stop;start;' "the $each $how: exit 4, and the service runs again"
        like "$err" 'relation "cars" does not exist' "the $each $how: the server's words are there"
        like "$err" 'service .* was started again.*"teslamate" is as it was' "the $each $how: what is left is told"
        is_untouched "the $each $how: everything is as it was"
    done
done
PGDATABASE=original pitstop backup "$dir" --quiet
# The manifest tells another number of rows than the archive has.
sed -i -E 's/("cars": \{?[^0-9]*)[0-9]+/\17777/' "$dir"/*.json
ok "the manifest is changed" grep -q 7777 "$dir"/*.json
for how in '' --in-place; do
    fresh_target
    fresh_log
    # shellcheck disable=SC2086  # no option, where there is none
    run_pitstop restore --backup-dir "$dir" --service "$service" $how
    like "$status $(lines_of_log)" '^[46] stop;start;$' "rows that differ are a failure $how"
    like "$err" 'cars.*7,?777' "and told $how"
    is_untouched "everything is as it was $how"
done
# ---- connections that are lost

lose() {
    value postgres "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE $1" >/dev/null
}
# stop_before STEP ARGUMENT...: runs in the background until there; its process in $stopped.
stop_before() {
    local step=$1
    shift
    PITSTOP_STOP_BEFORE=$step "$PITSTOP_BUILD/bin/pitstop" restore "$@" >"$cluster/out" 2>"$cluster/err" &
    stopped=$!
    wait_until 60 grep -q '^State:.*T' "/proc/$stopped/status"
}
go_on() {
    status=0
    kill -CONT "$stopped"
    wait "$stopped" || status=$?
    err=$(<"$cluster/err")
}
fresh_target
fresh_log
stop_before load "$dumps/custom" --service "$service"
lose "datname = 'postgres' AND application_name = 'pitstop'"
go_on
is "$status" 0 "a maintenance session that is lost during the load is made anew"
is_restored "and the restore comes to its end"
# A load that takes its time, until its connection is cut.
sed 's/^-- PostgreSQL database dump complete/SELECT pg_catalog.pg_sleep(600);\n&/' "$dumps/plain" >"$dumps/slow"
is_sleeping() {
    [[ $(value postgres "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'") -gt 0 ]]
}
for how in '' --in-place; do
    fresh_target
    fresh_log
    # shellcheck disable=SC2086  # no option, where there is none
    "$PITSTOP_BUILD/bin/pitstop" restore "$dumps/slow" --service "$service" $how >"$cluster/out" 2>"$cluster/err" &
    stopped=$!
    wait_until 60 is_sleeping
    lose "application_name = 'pitstop'"
    status=0
    wait "$stopped" || status=$?
    is "$status $(lines_of_log)" '4 stop;start;' "connections that are lost while it loads are a failure, and the service runs $how"
    is_untouched "everything is as it was $how"
done
for how in '' --in-place; do
    for signal in INT TERM; do
        fresh_target
        fresh_log
        # shellcheck disable=SC2086  # no option, where there is none
        env --default-signal=INT "$PITSTOP_BUILD/bin/pitstop" restore "$dumps/slow" --service "$service" $how >"$cluster/out" 2>"$cluster/err" &
        stopped=$!
        wait_until 60 is_sleeping
        kill -"$signal" "$stopped"
        status=0
        wait "$stopped" || status=$?
        is "$status $(lines_of_log)" "$((128 + $(kill -l $signal))) stop;start;" "SIG$signal in the middle of a load ends it, and the service runs $how"
        is_untouched "everything is as it was $how"
    done
    # Killed in the middle of a load: what is committed is told by the record alone.
    fresh_target
    fresh_log
    # shellcheck disable=SC2086  # no option, where there is none
    "$PITSTOP_BUILD/bin/pitstop" restore "$dumps/slow" --service "$service" $how >"$cluster/out" 2>"$cluster/err" &
    stopped=$!
    wait_until 60 is_sleeping
    kill -KILL "$stopped"
    wait "$stopped" 2>/dev/null || true
    lose "application_name = 'pitstop'"
    is "$(rows_of teslamate)" "$broken_rows" "killed in the middle of a load it leaves the database whole $how"
    run_pitstop restore --abort --service "$service"
    is "$status $(lines_of_log)" '0 stop;start;' "--abort starts the service $how"
    is_untouched "and clears everything away $how"
done

done_testing
