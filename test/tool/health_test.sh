#!/usr/bin/env bash
# pitstop health: all checks once, for people, for Docker and for Nagios.
set -euo pipefail

# shellcheck source=serving.sh
source "$PITSTOP_SOURCE/test/tool/serving.sh"

cluster_guard
backups_start
make_all_well
health() {
    run_pitstop health --disable postgres "$@"
}

# ---- the exit status

health
is "$status$err" 0 "when all is well the exit status is 0"
like "$out" 'ok +connection +[0-9]+ ms .*ok +backup' "and a table says what was looked at"
health --quiet
is "$status$out$err" 0 "it can be silent"
health --threshold backup=0s:7d
is "$status" 1 "a warning is 1"
like "$out" '^status.*warning +backup.*backup: warning: .*pitstop backup' "and is told, with what mends it"
health --threshold backup=0s:0s
is "$status" 2 "what is critical is 2"
health --threshold connection=0s:1h
like "$status $out" '^1 .*warning +connection .*connection: warning: PostgreSQL [0-9.]+ answers' "so is a connection that is slow"
health --threshold bakcup=1d
like "$status $err" '^2 .*bakcup.*backup' "a check that does not exist is an error that names those that do"
cluster_psql --dbname=teslamate --command='CREATE ROLE stranger LOGIN'
health --user stranger
is "$status" 3 "what it may not look at is unknown, which is 3"

health --dbname postgres --disable backup
like "$status $out" '^3 .*teslamate, .*, positions, .*: unknown:[[:space:]]+the extension pitstop .* is not installed .*    As a superuser, in that database: CREATE EXTENSION pitstop' \
    "where the extension is missing it says how it is made"
is "$(grep -c 'CREATE EXTENSION' <<<"$out")" 1 "once for all checks"
ok "and not how to mend what nobody saw" lacks <(echo "$out") 'close_stale'

# ---- for programs

health --nagios
is "$(wc -l <<<"$out") $status" '1 0' "one line for Nagios"
like "$out" '^PITSTOP OK - .*\|.*backup' "with performance data"
health --prometheus
ok "the metrics are what Prometheus reads" promtool check metrics <<<"$out"
health --json
is "$(json 'j["command"], j["health"]["status"], j["health"]["checks"]["connection"][0]["state"]')" "('health', 'pass', 'ok')" "and JSON"

# ---- backups

is "$(value teslamate "SELECT count(*), bool_and(proven_at IS NOT NULL), min(proven_how), min(directory) FROM pitstop.backups()")" \
    "1|t|read|$dir" "a backup is recorded in the database"
PITSTOP_BACKUP_DIR='' health
is "$status" 0 "where no directory is named, what was recorded counts"
manifest=$(echo "$dir"/*.json)
cp -p "$manifest" "$cluster/manifest"
# made_ago AGE: the backup, as its manifest has it and as the database has it.
made_ago() {
    change_manifest "$manifest" "j['started_at'] = '$(date --utc --date="$1 ago" +%FT%TZ)'"
    value teslamate "UPDATE pitstop.backup SET started_at = now() - interval '$1'" --output=/dev/null
}
made_ago '35 hours'
health
is "$status" 0 "a backup of yesterday is well"
for known in 'in its directory' 'as recorded'; do
    made_ago '37 hours'
    health
    like "$status $out" '^1 .*warning +backup .*backup: warning: .* is proven' "after a day and a half it is a warning, $known"
    made_ago '8 days'
    health
    like "$status $out" '^2 .*critical +backup .*backup: critical: .* is proven' "and critical after a week"
    export PITSTOP_BACKUP_DIR=''
done
export PITSTOP_BACKUP_DIR=$dir
cp -p "$cluster/manifest" "$manifest"
# Of this machine nothing is proven any more; of another one there is a proven backup, recorded so long before.
recorded_before() {
    cluster_psql --dbname=teslamate --output=/dev/null --command="UPDATE pitstop.backup SET proven_at = NULL" \
        --command="SELECT pitstop.record_backups('gone', '/backups', jsonb_build_array(jsonb_build_object('name', 'old', 'started_at', now(), 'proven_at', now())))" \
        --command="UPDATE pitstop.backup SET recorded_at = (SELECT max(recorded_at) FROM pitstop.backup) - interval '$1' WHERE host = 'gone'"
    PITSTOP_BACKUP_DIR='' health
}
recorded_before '47 hours'
is "$status" 0 "also of another machine, within two days of what was recorded last"
recorded_before '49 hours'
like "$status $out" '^2 .*backup: critical: There is no proven backup' "and not what is older: that machine may be gone"
rm "$dir"/*.json
health
like "$status $out" '^2 .*critical +backup .*backup: critical: There is no proven backup' "no proven backup is critical"
health --disable backup
is "$status" 0 "unless nobody wants to know"
cluster_psql --dbname=postgres --command='CREATE DATABASE neighbour'
ok "there may be a backup of another database" pitstop backup --dbname neighbour --quiet
health
like "$status $out" '^2 .*backup: critical: There is no proven backup' "which is none of this one's"
health --backup-dir "$dir/gone"
like "$status $out" '^3 .*backup: unknown: could not read the directory' "a directory that is gone is unknown"
like "$out" 'disk_backups: unknown: could not look at the disk of ' "and so is its disk"

# ---- what the server sees

# Check, subject, state and note, a line for each. The version of PostgreSQL is not looked at here.
by_program() {
    json '"\n".join(sorted("|".join((code, o.get("componentId", ""), o["state"], o.get("output", "")))
                           for code, all in j["health"]["checks"].items() for o in all
                           if code not in ("connection", "postgres", "backup", "disk_backups")))'
}
by_server() {
    value teslamate "SELECT concat_ws('|', c ->> 'code', o ->> 'subject', o ->> 'status', o ->> 'note')
                       FROM jsonb_array_elements(pitstop.health() -> 'checks') AS c, jsonb_array_elements(c -> 'observations') AS o
                      WHERE c ->> 'code' <> 'postgres'" | LC_ALL=C sort
}

health --json
is "$(by_program)" "$(by_server)" "the program says of each check what health() says"
cluster_psql --dbname=teslamate --output=/dev/null --command='DELETE FROM settings' --command='TRUNCATE schema_migrations' \
    --command='DROP INDEX positions_car_id_index' --command="UPDATE positions SET date = date - interval '2 days' WHERE latitude = 0" \
    --command='UPDATE drives SET start_address_id = NULL, end_address_id = NULL' \
    --command='UPDATE drives SET end_date = NULL WHERE id = (SELECT max(id) FROM drives)' \
    --command='UPDATE charging_processes SET address_id = NULL' \
    --command='ALTER DATABASE teslamate SET pitstop.repair = on' \
    --command='ALTER TABLE positions SET (autovacuum_enabled = off)' \
    --command="UPDATE pg_class SET relpages = 30000, reltuples = 1000000 WHERE relname IN ('positions', 'positions_pkey')" \
    --command="UPDATE pg_collation SET collversion = '0' WHERE collname = 'de-x-icu'" --command='CREATE TABLE names (name text COLLATE "de-x-icu")'
health --json
is "$(by_program)" "$(by_server)" "also when most are not well"
is "$(by_program | grep -vE '^(disk_database|long_transactions|database_size|dead_rows)\|' | cut -d'|' -f1,3 | grep -v '|ok$' | sort -u | paste -sd ' ')" \
    'addresses|warning collation|warning geocoder|warning index_bloat|warning indexes|warning migration|unknown open_sessions|warning positions|critical teslamate|critical' \
    "as these are"

# ---- the server is gone, or hangs

postmaster=$(head -n 1 "$cluster/data/postmaster.pid")
kill -STOP "$postmaster"
health --disable backup
kill -CONT "$postmaster"
like "$status $out" '^2 .*connection: critical: .*no answer within' "a server that hangs is given up"
kill -STOP "$postmaster"
env --default-signal=INT "$PITSTOP_BUILD/bin/pitstop" health >"$cluster/out" 2>&1 </dev/null &
waiting=$!
ok "it looks at all of it" wait_until 30 grep -qE '^Threads:[[:space:]]+1[0-9]$' "/proc/$waiting/status"
kill -INT "$waiting"
status=0
wait "$waiting" || status=$?
kill -CONT "$postmaster"
is "$status" 130 "Ctrl-C ends that at once"
cluster_stop
health --disable backup
like "$status $out" '^2 .*connection: critical: .*could not connect' "a server that is gone is told"

done_testing
