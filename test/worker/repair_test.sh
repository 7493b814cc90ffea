#!/usr/bin/env bash
# One run of the address repair on the database whose geocoder had failed, against what TeslaMate itself made of it.
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

readonly parity=$PITSTOP_SOURCE/test/fixtures/parity

# Which object of OpenStreetMap each drive begins and ends at, as drives_repaired.csv has it without TeslaMate's ids.
drives_by_object() {
    value teslamate "SELECT d.id, s.osm_type, s.osm_id, e.osm_type, e.osm_id
                       FROM drives AS d
                       LEFT JOIN addresses AS s ON s.id = d.start_address_id
                       LEFT JOIN addresses AS e ON e.id = d.end_address_id
                      ORDER BY d.id"
}

charges_by_object() {
    value teslamate "SELECT c.id, a.osm_type, a.osm_id
                       FROM charging_processes AS c
                       LEFT JOIN addresses AS a ON a.id = c.address_id
                      ORDER BY c.id"
}

columns_of() {
    tail -n +2 "$parity/$1" | cut -d, -f"$2" | tr , '|' | tr -d '\r'
}

# The addresses that TeslaMate inserted, every column but its own ids and times.
addresses() {
    value teslamate "SELECT osm_type, osm_id, display_name, latitude, longitude, name, house_number, road, neighbourhood, city,
                            county, postcode, state, state_district, country, raw
                       FROM addresses ORDER BY osm_type, osm_id"
}

expected_addresses() {
    cluster_psql --dbname=teslamate --tuples-only --no-align <<SQL
CREATE TEMP TABLE expected (id text, display_name text, osm_id bigint, osm_type text, latitude numeric, longitude numeric,
    name text, house_number text, road text, neighbourhood text, city text, county text, postcode text, state text,
    state_district text, country text, raw jsonb);
\copy expected FROM '$parity/addresses_expected.csv' (FORMAT csv, HEADER)
SELECT e.osm_type, e.osm_id, e.display_name, e.latitude, e.longitude, e.name, e.house_number, e.road, e.neighbourhood, e.city,
       e.county, e.postcode, e.state, e.state_district, e.country, e.raw
  FROM expected AS e
  JOIN addresses AS a ON a.osm_id = e.osm_id AND a.osm_type = e.osm_type
 ORDER BY e.osm_type, e.osm_id;
SQL
}

without_addresses() {
    value teslamate 'SELECT (SELECT count(*) FROM drives WHERE start_address_id IS NULL OR end_address_id IS NULL),
                            (SELECT count(*) FROM charging_processes WHERE address_id IS NULL)'
}

worker_guard
geocoder_start
worker_start pitstop.repair_interval=1d
worker_database teslamate
before=$(without_addresses)
like "$before" '^[1-9][0-9]*\|[1-9][0-9]*$' "drives and charges lack addresses"
geocoder_tell reset >/dev/null
ok "a run comes to its end" worker_run teslamate

is "$(drives_by_object)" "$(columns_of drives_repaired.csv 1,4,5,6,7)" "every drive has the addresses that TeslaMate gave it"
is "$(charges_by_object)" "$(columns_of charges_repaired.csv 1,3,4)" "every charge has the address that TeslaMate gave it"
like "$(addresses)" 'node\|1437521718\|5375, Street 3718' "addresses were inserted"
is "$(addresses | grep -Ff <(expected_addresses | cut -d'|' -f1,2) || true)" "$(expected_addresses)" \
    "and each is what TeslaMate made of the same reply, in every column"
is "$(value teslamate 'SELECT count(*), count(DISTINCT (osm_type, osm_id)) FROM addresses')" \
    "$(value teslamate 'SELECT count(DISTINCT (osm_type, osm_id)), count(DISTINCT (osm_type, osm_id)) FROM addresses')" \
    "no address is there twice"

places=$(value teslamate "SELECT count(DISTINCT (latitude, longitude)) FROM pitstop.known_place")
is "$(geocoder_count)" "$places" "no place was asked for twice"
like "$(geocoder_requests | head -n 1)" \
    '/reverse\?format=jsonv2&addressdetails=1&extratags=1&namedetails=1&zoom=19&lat=.*pitstop/[0-9.]+.*en' \
    "it asks what TeslaMate asks, by its own name and in TeslaMate's language"
is "$(value teslamate "SELECT count(*), min(action) FROM pitstop.event")" '1|repair_addresses' "the run is one event"
event=$(value teslamate 'SELECT event_id FROM pitstop.event')
is "$(grep -c 'pitstop: database "teslamate"' "$cluster/log")" 1 "and one line of the log"
is "$(value teslamate "SELECT verdict, note FROM pitstop.observe('geocoder')")" 'ok|' "a worker that does its work is well"
diag "$(grep 'pitstop: database "teslamate"' "$cluster/log")"
diag "$(value teslamate "SELECT rpad(name, 40) || rpad(value, 32) || coalesce(message, '') FROM pitstop.address_repair()")"

geocoder_tell reset >/dev/null
after=$(contents teslamate public)
ok "a second run comes to its end" worker_run teslamate
is "$(geocoder_count)" 0 "and asks for nothing"
is "$(contents teslamate public)" "$after" "and changes nothing"
is "$(value teslamate "SELECT count(*) FROM pitstop.event")" 1 "nor is it an event"

drive=$(value teslamate 'SELECT max(id) FROM drives')
value teslamate "UPDATE drives SET start_address_id = NULL, end_address_id = NULL, end_date = NULL WHERE id = $drive" >/dev/null
value teslamate "SELECT pitstop.close_drive($drive)" >/dev/null
is "$(drives_by_object | grep "^$drive|")" "$(columns_of drives_repaired.csv 1,4,5,6,7 | grep "^$drive|")" \
    "close_drive takes addresses that are known"
charge=$(value teslamate 'SELECT max(id) FROM charging_processes WHERE end_date IS NOT NULL')
value teslamate "UPDATE charging_processes SET address_id = NULL WHERE id = $charge" >/dev/null
value teslamate "SELECT pitstop.close_charge($charge)" >/dev/null
is "$(charges_by_object | grep "^$charge|")" "$(columns_of charges_repaired.csv 1,3,4 | grep "^$charge|")" \
    "and so does close_charge"
is "$(geocoder_count)" 0 "without a request"

other=$(value teslamate 'SELECT min(id) FROM drives')
ok "the run can be undone" value teslamate "SELECT * FROM pitstop.undo($event)"
is "$(without_addresses)" "$before" "and all addresses are gone that it gave"
ok "the next run comes to its end" worker_run teslamate
is "$(without_addresses)" "$before" "and leaves alone what was undone"
ok "forgetting the event" value teslamate "DELETE FROM pitstop.event WHERE event_id = $event"
ok "makes the next run" worker_run teslamate
is "$(drives_by_object | grep "^$other|")" "$(columns_of drives_repaired.csv 1,4,5,6,7 | grep "^$other|")" \
    "fill them in again"
is "$(geocoder_count)" 0 "from what is known"

done_testing
