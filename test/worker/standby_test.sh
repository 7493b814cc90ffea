#!/usr/bin/env bash
# A streaming standby with the library preloaded: no worker and no request until it is promoted.
set -euo pipefail

# shellcheck source=../tap.sh
source "$PITSTOP_SOURCE/test/tap.sh"
# shellcheck source=../../tool/cluster.sh
source "$PITSTOP_SOURCE/tool/cluster.sh"
# shellcheck source=../teslamate.sh
source "$PITSTOP_SOURCE/test/teslamate.sh"
# shellcheck source=geocoder.sh
source "$PITSTOP_SOURCE/test/worker/geocoder.sh"
# shellcheck source=worker.sh
source "$PITSTOP_SOURCE/test/worker/worker.sh"

start_standby_of() {
    local primary=$1
    cluster_create --prefix "$PITSTOP_PREFIX"
    rm -rf "$cluster/data"
    cluster_as_server "$(cluster_bin)/pg_basebackup" --pgdata="$cluster/data" --checkpoint=fast --no-sync \
        --write-recovery-conf --dbname="host=$primary/socket port=5432 user=postgres"
    cluster_configure hot_standby=on
    cluster_start
}

is_complete() {
    [[ "$(value teslamate 'SELECT count(*) FROM drives WHERE start_address_id IS NULL OR end_address_id IS NULL')" == 0 ]]
}

worker_guard
geocoder_start
geocoder_behave hold
worker_start wal_level=replica max_wal_senders=4
worker_small_database teslamate
worker_new_drive teslamate
primary=$cluster
value postgres 'ALTER DATABASE teslamate SET pitstop.repair = off' >/dev/null
start_standby_of "$primary"
standby=$cluster
cluster_use "$primary"
value postgres 'ALTER DATABASE teslamate SET pitstop.repair = on' >/dev/null
cluster_stop fast
cluster_use "$standby"

is "$(value teslamate 'SELECT pg_is_in_recovery()')" t "the server under test is a standby"
is "$(value teslamate "SELECT setting FROM pg_settings WHERE name = 'shared_preload_libraries'")" pitstop \
    "with the library preloaded"
is "$(value teslamate "SELECT setting FROM pg_settings WHERE name = 'pitstop.geocoder_url'")" "$geocoder_url" \
    "and a geocoder that it could ask"
is "$(worker_pid)" '' "no worker runs on it"
is "$(error_of teslamate 'SELECT * FROM pitstop.repair_addresses()')" \
    "ERROR:  25006: cannot run pitstop.repair_addresses() on a standby
DETAIL:  The server is in recovery and takes no changes.
HINT:  Connect to the primary server." \
    "repair_addresses() says that it cannot run on a standby"
like "$(worker_says teslamate worker)" '^not running' "address_repair() says that the worker does not run"
is "$(value teslamate "SELECT verdict, note FROM pitstop.observe('geocoder')")" \
    'ok|The server is a standby: addresses are repaired on its primary.' "nor does it have to, for health"
is "$(worker_says teslamate 'drives without an address' | cut -d'|' -f1)" 1 "and what is missing"
geocoder_tell reset >/dev/null
sleep 1
is "$(geocoder_count)" 0 "no request comes from it"

geocoder_behave ok
cluster_as_server "$(cluster_bin)/pg_ctl" --pgdata="$cluster/data" --wait --silent promote
ok "after the promotion the worker starts" wait_until 30 worker_is teslamate worker running
ok "and the drive gets its addresses by itself" wait_until 30 is_complete
is "$(geocoder_count)" 2 "with a request for each place"

done_testing
