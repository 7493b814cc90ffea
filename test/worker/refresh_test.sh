#!/usr/bin/env bash
# refresh_addresses(): the texts of all addresses in another language, resumable, undoable.
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

refresh() {
    value teslamate "SELECT state FROM pitstop.refresh_addresses($1)"
}

refresh_is() {
    worker_is teslamate refresh "$1"
}

# The addresses that are objects of OpenStreetMap, without their times.
addresses() {
    value teslamate "SELECT id, display_name, neighbourhood, city, county, state, country, road, raw ->> 'display_name'
                       FROM addresses WHERE osm_id > 0 AND raw ? 'licence' ORDER BY id"
}

in_language() {
    value teslamate "SELECT count(*) FROM addresses WHERE osm_id > 0 AND raw ? 'licence' AND city LIKE '% $1' AND display_name LIKE '% $1'"
}

lookups() {
    geocoder_requests | grep -c '/lookup' || true
}

restart_after_a_crash() {
    kill -KILL "$(head -n 1 "$cluster/data/postmaster.pid")"
    rm -f "$cluster/data/postmaster.pid"
    wait_until 30 cluster_start 2>/dev/null
}

worker_guard
geocoder_start --languages
worker_start
worker_database teslamate
ok "all addresses are filled in" worker_run teslamate
value teslamate "INSERT INTO addresses (osm_type, osm_id, display_name, city, latitude, longitude, inserted_at, updated_at)
                 VALUES ('unknown', 0, 'Unknown', 'nowhere', 0, 0, now(), now()), ('unknown', -5, 'invented', 'nowhere', 1, 1, now(), now())" >/dev/null
count=$(in_language en)
ok "there are more of them than one request can hold" test "$count" -gt 50
before=$(addresses)

geocoder_tell reset >/dev/null
is "$(refresh "'de'")" begun "a refresh begins"
ok "and comes to its end" wait_until 60 refresh_is 'done'
is "$(in_language de)" "$count" "every address is in the other language"
is "$(value teslamate "SELECT count(*) FROM addresses WHERE osm_type = 'unknown' AND city = 'nowhere'")" 2 "unknown ones are left alone"
objects=$(value teslamate "SELECT count(*) FROM addresses WHERE osm_type <> 'unknown' AND osm_id > 0")
is "$(lookups)" "$(((objects + 49) / 50))" "with one request for fifty of them"
event=$(value teslamate "SELECT event_id FROM pitstop.event WHERE action = 'refresh_addresses'")
like "$event" '^[0-9]+$' "it is one event"
is "$(value teslamate "SELECT count(*) FROM pitstop.known_place WHERE language = 'de'")" \
    "$(value teslamate "SELECT count(*) FROM pitstop.known_place WHERE language = 'en' AND answer = 'found'")" \
    "the places are known in that language"
ok "it can be undone" value teslamate "SELECT * FROM pitstop.undo($event)"
is "$(addresses)" "$before" "and then every column is as it was"

# An object that the geocoder does not know by its id any more: by its coordinates, if it is the very same.
gone=$(value teslamate "SELECT upper(left(osm_type, 1)) || osm_id FROM addresses WHERE osm_id > 0 AND raw ? 'licence' ORDER BY id LIMIT 1")
geocoder_tell "missing?ids=$gone" >/dev/null
value teslamate "UPDATE addresses SET latitude = 1, longitude = 2 WHERE id = (SELECT max(id) FROM addresses WHERE osm_id > 0 AND raw ? 'licence')" >/dev/null
moved=$(value teslamate "SELECT upper(left(osm_type, 1)) || osm_id FROM addresses WHERE latitude = 1 AND longitude = 2 AND raw ? 'licence' ORDER BY id DESC LIMIT 1")
geocoder_tell "missing?ids=$gone,$moved" >/dev/null
geocoder_tell reset >/dev/null
refresh "'fr'" >/dev/null
ok "a refresh in a third language comes to its end" wait_until 60 refresh_is 'done'
is "$(in_language fr)" "$((count - 1))" "all are updated but the one whose coordinates lead to another object"
like "$(geocoder_requests | grep -c '/reverse')" '^[2-9]' "both were asked for by their coordinates"

# Killed while the second chunk is asked for.
geocoder_tell 'missing?ids=' >/dev/null
geocoder_tell reset >/dev/null
geocoder_behave slow milliseconds=500
refresh "'it'" >/dev/null
geocoder_wait 2 30
restart_after_a_crash
geocoder_behave ok
geocoder_tell reset >/dev/null
ok "a refresh that was killed goes on by itself" wait_until 60 refresh_is 'done'
is "$(in_language it)" "$count" "and every address gets its texts"
is "$(lookups)" "$(((objects + 49) / 50 - 1))" "the chunk that was done is not asked for again"

worker_set pitstop.geocoder=photon "pitstop.geocoder_url=$geocoder_url/photon"
geocoder_tell reset >/dev/null
refresh "'nl'" >/dev/null
ok "a geocoder without look-up by id is asked by coordinates" wait_until 60 refresh_is 'done'
is "$(lookups)" 0 "and never otherwise"
ok "and the addresses get its texts" test "$(value teslamate "SELECT count(*) FROM addresses WHERE city LIKE '% nl'")" -gt 50

done_testing
