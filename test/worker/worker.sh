# shellcheck shell=bash disable=SC2034,SC2154  # cluster, geocoder_url and drive are set or read by what is sourced beside it
# Servers with the address repair, for tests: to be sourced after tap.sh, tool/cluster.sh, teslamate.sh and geocoder.sh.
#
#   worker_guard
#   geocoder_start
#   worker_start                      # a server that asks that geocoder, as fast as it can
#   worker_database teslamate         # with TeslaMate's data, as it is when its geocoder has failed; repair is on
#   worker_run teslamate              # one run, from its beginning to its end

worker_guard() {
    geocoder_guard
}

# worker_start [SETTING=VALUE...]: sets $cluster. The last of several values for one setting counts.
worker_start() {
    cluster_create --prefix "$PITSTOP_PREFIX" fsync=off shared_preload_libraries=pitstop \
        "pitstop.geocoder_url=$geocoder_url" pitstop.geocoder_interval=0 pitstop.address_reuse_distance=0 \
        pitstop.repair_interval=1h autovacuum=off max_connections=30 "$@"
    cluster_start
}

# worker_set SETTING=VALUE...: in the server's configuration, and reloaded.
worker_set() {
    local setting
    for setting in "$@"; do
        echo "${setting%%=*} = '${setting#*=}'"
    done >>"$cluster/data/postgresql.conf"
    worker_reload
}

worker_reload() {
    value postgres 'SELECT pg_reload_conf()' >/dev/null
}

# Everything that TeslaMate would have closed is closed, and nothing has an address.
worker_close_all() {
    cluster_psql --dbname="$1" --output=/dev/null <<'SQL' 2>/dev/null
\set ON_ERROR_STOP 0
SELECT format('SELECT pitstop.close_drive(%s)', id) FROM drives ORDER BY id
\gexec
SELECT format('SELECT pitstop.close_charge(%s)', id) FROM charging_processes ORDER BY id
\gexec
SQL
}

worker_database() {
    load_teslamate "$1"
    cluster_psql --dbname="$1" --command='CREATE EXTENSION pitstop'
    worker_close_all "$1"
    cluster_psql --dbname="$1" --command='TRUNCATE pitstop.event CASCADE' \
        --command="ALTER DATABASE \"$1\" SET pitstop.repair = on"
}

# TeslaMate's tables with one car and nothing else.
worker_small_database() {
    cluster_psql --dbname=postgres --command="CREATE DATABASE \"$1\""
    cluster_psql --dbname="$1" --output=/dev/null --file="$PITSTOP_SOURCE/test/fixtures/teslamate/schema.sql" \
        --command='CREATE EXTENSION pitstop' \
        --command="INSERT INTO car_settings (id) VALUES (1)" \
        --command="INSERT INTO cars (id, eid, vid, vin, settings_id, inserted_at, updated_at)
                   VALUES (1, 1, 1, '5YJ3E1EA1KF000001', 1, now(), now())" \
        --command="ALTER DATABASE \"$1\" SET pitstop.repair = on"
}

# worker_new_drive DATABASE [SCHEMA]: closed, from one place that no other drive has touched to another; sets $drive.
worker_new_drive() {
    drive=$(cluster_psql --dbname="$1" --tuples-only --no-align --set=schema="${2:-public}" <<'SQL'
SET search_path = :"schema";
WITH next AS (
    SELECT coalesce(max(id), 0) + 1 AS id FROM drives
), ends AS (
    INSERT INTO positions (id, date, latitude, longitude, car_id)
    SELECT 2 * n.id + e.i, now(), 40 + (n.id / 1000) / 50.0 + e.i / 100.0, -70 + (n.id % 1000) / 50.0, 1
      FROM next AS n, (VALUES (0), (1)) AS e (i)
 RETURNING id
)
INSERT INTO drives (id, car_id, start_date, end_date, start_position_id, end_position_id)
SELECT n.id, 1, now() - interval '1 hour', now(), min(e.id), max(e.id) FROM next AS n, ends AS e GROUP BY n.id
RETURNING id;
SQL
    )
}

# What address_repair() says: worker_says DATABASE NAME prints the value, and the message after a bar.
worker_says() {
    value "$1" "SELECT concat_ws('|', value, message) FROM pitstop.address_repair() WHERE name = '$2'"
}

worker_is() {
    [[ "$(value "$1" "SELECT value FROM pitstop.address_repair() WHERE name = '$2'")" == "$3" ]]
}

# What doctor() says of the repair; nothing when all is well.
worker_finding() {
    value "$1" "SELECT severity, what FROM pitstop.doctor() WHERE code = 'geocoder'"
}

worker_call() {
    value "$1" 'SELECT state FROM pitstop.repair_addresses()' 2>/dev/null
}

worker_runs() {
    value "$1" "SELECT coalesce((SELECT value FROM pitstop.address_repair() WHERE name = 'runs'), '0')"
}

# worker_has_run DATABASE NUMBER: more runs than that have ended, and none is under way.
worker_has_run() {
    [[ "$(worker_runs "$1")" -gt "$2" ]] && worker_is "$1" run resting
}

# The process may still be about to start.
worker_run() {
    local before
    before=$(worker_runs "$1")
    wait_until 30 worker_call "$1" || { diag "$(error_of "$1" 'SELECT * FROM pitstop.repair_addresses()')"; return 1; }
    wait_until 60 worker_has_run "$1" "$before"
}

worker_pid() {
    value postgres "SELECT pid FROM pg_stat_activity WHERE backend_type = 'pitstop address repair'"
}
