#!/usr/bin/env bash
# A full disk: nothing is half there, the user is told, and once there is room the work goes on by itself.
set -euo pipefail

# shellcheck source=../tap.sh
source "$PITSTOP_SOURCE/test/tap.sh"
# shellcheck source=../../tool/cluster.sh
source "$PITSTOP_SOURCE/tool/cluster.sh"
# shellcheck source=../teslamate.sh
source "$PITSTOP_SOURCE/test/teslamate.sh"
# shellcheck source=../disk.sh
source "$PITSTOP_SOURCE/test/disk.sh"
# shellcheck source=geocoder.sh
source "$PITSTOP_SOURCE/test/worker/geocoder.sh"
# shellcheck source=worker.sh
source "$PITSTOP_SOURCE/test/worker/worker.sh"

# Servers first: nobody has a file open there then.
disk_guard() {
    worker_guard
    trap 'geocoder_cleanup; cluster_cleanup; remove_disk' EXIT
}

fill_disk() {
    dd if=/dev/zero of="$disk/filler" bs=8192 2>/dev/null || true
}

drives() {
    local i
    for ((i = 0; i < $1; i++)); do worker_new_drive teslamate; done
}

is_complete() {
    [[ "$(value teslamate 'SELECT count(*) FROM drives WHERE start_address_id IS NULL OR end_address_id IS NULL')" == 0 ]]
}

# Addresses, places and events, and ends of drives with an address.
stored() {
    value teslamate 'SELECT (SELECT count(*) FROM addresses), (SELECT count(*) FROM pitstop.known_place),
                            (SELECT count(*) FROM pitstop.event),
                            (SELECT count(start_address_id) + count(end_address_id) FROM drives)'
}

tells_of_the_disk() {
    [[ "$(worker_says teslamate 'in the way')" == 'yes|'*'No space left on device'* ]]
}

disk_guard
may_mount || { echo '1..0 # SKIP this user may not mount a disk that can be filled'; exit 0; }
make_disk 4m
mkdir "$disk/tablespace"
cluster_own "$disk" "$disk/tablespace"
geocoder_start
worker_start log_min_messages=warning
worker_small_database teslamate
cluster_psql --dbname=teslamate --command="CREATE TABLESPACE small LOCATION '$disk/tablespace'" \
    --command='ALTER TABLE addresses SET TABLESPACE small'
drives 1
ok "the worker starts" wait_until 30 worker_call teslamate
ok "while there is room, addresses are stored" wait_until 20 is_complete

drives 20
fill_disk
before=$(stored)
geocoder_tell reset >/dev/null
ok "with the disk full, a run begins" worker_call teslamate
ok "the user is told what is in the way" wait_until 20 tells_of_the_disk
diag "$(worker_says teslamate 'in the way')"
is "$(stored)" "$before" "and nothing is half there"
ok "the server's log says it too" grep -q 'could not repair addresses.*No space left on device' "$cluster/log"
is "$(geocoder_count)" 40 "all places were asked for"

rm "$disk/filler"
ok "when there is room the work goes on by itself" wait_until 30 is_complete
is "$(geocoder_count)" 40 "and what was answered is not asked for again"
ok "nothing is in the way any more" wait_until 10 worker_is teslamate 'in the way' ''
is "$(value teslamate 'SELECT count(*) FROM addresses')" 42 "every address is there once"
is "$(value teslamate "SELECT count(*) FROM pitstop.event WHERE action = 'repair_addresses'")" 2 "each run is one event"

done_testing
