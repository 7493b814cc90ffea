#!/usr/bin/env bash
# What the settings limit: how many rows one run looks at, and how far away a known place may be.
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

# Drives 1 to COUNT, all between places of their own.
add_drives() {
    cluster_psql --dbname=teslamate --command="
        INSERT INTO positions (id, date, latitude, longitude, car_id)
        SELECT n, now(), 30, n / 100.0, 1 FROM generate_series(1, 2 * $1) AS n" --command="
        INSERT INTO drives (id, car_id, start_date, end_date, start_position_id, end_position_id)
        SELECT n, 1, now() - interval '1 hour', now(), 2 * n - 1, 2 * n FROM generate_series(1, $1) AS n"
}

# The first one, the last one, how many.
with_both_addresses() {
    value teslamate "SELECT min(id), max(id), count(*) FROM drives
                      WHERE start_address_id IS NOT NULL AND end_address_id IS NOT NULL"
}

# About 5.6 m north of where the drive ended; prints the addresses after the close.
close_near_known_places() {
    worker_new_drive teslamate
    value teslamate "UPDATE drives SET end_date = NULL WHERE id = $drive" >/dev/null
    value teslamate "UPDATE positions AS p SET drive_id = d.id, odometer = p.id, ideal_battery_range_km = 300 - p.id
                       FROM drives AS d WHERE d.id = $drive AND p.id IN (d.start_position_id, d.end_position_id)" >/dev/null
    value teslamate "INSERT INTO pitstop.known_place (latitude, longitude, language, answer, osm_type, osm_id, geocoder, looked_up_at)
                     SELECT p.latitude + CASE p.id WHEN d.end_position_id THEN 0.00005 ELSE 0 END, p.longitude, 'en',
                            'found', a.osm_type, a.osm_id, 'nominatim', now()
                       FROM drives AS d
                       JOIN positions AS p ON p.id IN (d.start_position_id, d.end_position_id)
                      CROSS JOIN (SELECT osm_type, osm_id FROM addresses ORDER BY id LIMIT 1) AS a
                      WHERE d.id = $drive" >/dev/null
    value teslamate "SELECT pitstop.close_drive($drive)" >/dev/null
    value teslamate "SELECT start_address_id IS NOT NULL, end_address_id IS NOT NULL FROM drives WHERE id = $drive"
}

worker_guard
geocoder_start
worker_start pitstop.repair_limit=300
worker_small_database teslamate
ok "a run with nothing to do comes to its end" worker_run teslamate

# More places than are asked for between two visits to the database, which are 500.
add_drives 400
ok "a run comes to its end" worker_run teslamate
is "$(with_both_addresses)" '101|400|300' "it has looked at as many drives as it may, the newest"
is "$(geocoder_count)" 600 "and asked for no other"
ok "the next run comes to its end" worker_run teslamate
is "$(with_both_addresses)" '1|400|400' "it goes on with the next ones"

geocoder_tell reset >/dev/null
worker_new_drive teslamate
value teslamate "UPDATE positions SET latitude = 'NaN'
                  WHERE id = (SELECT start_position_id FROM drives WHERE id = $drive)" >/dev/null
ok "a run that meets a position without a latitude comes to its end" worker_run teslamate
is "$(value teslamate "SELECT start_address_id IS NULL, end_address_id IS NOT NULL FROM drives WHERE id = $drive")" 't|t' \
    "the drive's other end gets its address"
is "$(geocoder_count)" 1 "and nothing else is asked for"

is "$(close_near_known_places)" 't|f' "with a reuse distance of 0, only the very same place is known"
worker_set pitstop.address_reuse_distance=10
is "$(close_near_known_places)" 't|t' "with a larger one, also a place close by"

done_testing
