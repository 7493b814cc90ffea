#!/usr/bin/env bash
# Whatever a geocoder answers: nothing wrong is stored, the user is told, and the work goes on by itself.
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

# A drive from one place that nobody has asked for to another; sets $drive.
new_drive() {
    worker_new_drive teslamate
}

without_address() {
    [[ "$(value teslamate "SELECT start_address_id IS NULL AND end_address_id IS NULL FROM drives WHERE id = $drive")" == t ]]
}

with_addresses() {
    [[ "$(value teslamate "SELECT start_address_id IS NOT NULL AND end_address_id IS NOT NULL FROM drives WHERE id = $drive")" == t ]]
}

at_unknown() {
    [[ "$(value teslamate "SELECT count(*) FROM drives AS d JOIN addresses AS a ON a.id IN (d.start_address_id, d.end_address_id)
                            WHERE d.id = $drive AND a.osm_type = 'unknown' AND a.osm_id = 0
                              AND d.start_address_id = d.end_address_id")" == 1 ]]
}

both_are_objects() {
    [[ "$(value teslamate "SELECT count(*) FROM drives AS d JOIN addresses AS a ON a.id IN (d.start_address_id, d.end_address_id)
                            WHERE d.id = $drive AND a.osm_id > 0")" == 2 ]]
}

# Without the time in front of it.
last_failure() {
    local says
    says=$(worker_says teslamate 'last failure')
    echo "${says#*|}"
}

failed_with() {
    [[ "$(last_failure)" =~ $1 ]]
}

addresses() {
    value teslamate 'SELECT count(*) FROM addresses'
}

# Nothing of what went before holds up the next one.
begin_anew() {
    new_drive
    geocoder_behave "$@"
    value teslamate 'SELECT pitstop.reset_geocoder()' >/dev/null
    before=$(addresses)
    worker_call teslamate >/dev/null
}

go_on() {
    geocoder_behave ok
    value teslamate "UPDATE pitstop.known_place SET ask_again_at = now() WHERE answer <> 'found'" >/dev/null
    value teslamate 'SELECT pitstop.reset_geocoder()' >/dev/null
    worker_call teslamate >/dev/null
    wait_until 30 with_addresses
}

# A fault that passes: the worker waits, and asks again.
passes() {
    local mode=$1 says=$2
    shift 2
    begin_anew "$mode" "$@"
    ok "$mode: the user is told: $says" wait_until 30 failed_with "$says"
    ok "$mode: no address was stored" without_address
    is "$(addresses)" "$before" "$mode: and none was inserted"
    ok "$mode: the work goes on" go_on
}

# A fault that a person has to mend: nobody is asked until then.
stops() {
    local mode=$1 says=$2
    shift 2
    begin_anew "$mode" "$@"
    ok "$mode: the worker asks no more" wait_until 30 worker_is teslamate asks no
    like "$(worker_says teslamate asks)" "$says" "$mode: the user is told why: $says"
    like "$(worker_says teslamate asks)" 'reset_geocoder' "$mode: and what to do"
    like "$(worker_finding teslamate)" "^warning\|the address repair: The geocoder is not asked any more: .*$says" "$mode: by doctor() too"
    ok "$mode: no address was stored" without_address
    is "$(addresses)" "$before" "$mode: and none was inserted"
    ok "$mode: once mended the work goes on" go_on
    is "$(worker_finding teslamate)" '' "$mode: and all is well"
}

# An answer that makes no sense: it is counted, and the place is asked for another time.
makes_no_sense() {
    local mode=$1 counted
    shift
    counted=$(value teslamate "SELECT value FROM pitstop.address_repair() WHERE name = 'malformed'")
    begin_anew "$mode" "$@"
    ok "$mode: it is remembered as malformed" wait_until 30 answered malformed
    ok "$mode: and counted" test "$(value teslamate "SELECT value FROM pitstop.address_repair() WHERE name = 'malformed'")" -gt "$counted"
    ok "$mode: no address was stored" without_address
    is "$(addresses)" "$before" "$mode: and none was inserted"
    ok "$mode: the work goes on" go_on
}

# Both ends of the drive were answered so.
answered() {
    [[ "$(value teslamate "SELECT count(*) FROM pitstop.known_place AS k
                             JOIN drives AS d ON d.id = $drive
                             JOIN positions AS p ON p.id IN (d.start_position_id, d.end_position_id)
                              AND p.latitude = k.latitude AND p.longitude = k.longitude
                            WHERE k.answer = '$1'")" == 2 ]]
}

# A port on which nobody takes a call: its queue is full, so that the system answers no further one. Sets $engaged_port
# and $engaged, the process that holds it.
engage_port() {
    local ready=$cluster/engaged_port
    python3 -c '
import os, signal, socket, sys
listening = socket.socket()
listening.bind(("127.0.0.1", 0))
listening.listen(0)
waiting = [socket.socket() for _ in range(4)]
for each in waiting:
    each.setblocking(False)
    each.connect_ex(listening.getsockname())
with open(sys.argv[1] + ".new", "w") as file:
    file.write(str(listening.getsockname()[1]))
os.rename(sys.argv[1] + ".new", sys.argv[1])
signal.pause()
' "$ready" &
    engaged=$!
    wait_until 30 test -s "$ready"
    engaged_port=$(<"$ready")
}

worker_guard
trap 'kill ${engaged:+"$engaged"} 2>/dev/null || true; geocoder_cleanup; cluster_cleanup' EXIT
geocoder_start
worker_start pitstop.geocoder_timeout=2s
worker_small_database teslamate
started=$(value postgres 'SELECT pg_postmaster_start_time()')
ok "the worker starts" wait_until 30 worker_call teslamate
pid=$(worker_pid)

passes refuse 'refused'
passes reset_half 'broke off|reset'
passes close_half 'broke off|reset'
passes silence 'timed out'
passes silence_after_headers 'timed out'
passes drip 'timed out'
passes status_429 'HTTP 429'
passes status_429_seconds 'HTTP 429' seconds=60
passes status_429_date 'HTTP 429'
passes status_429_garbage 'HTTP 429'
passes status_500 'HTTP 500'
passes status_503 'HTTP 503'

stops html200 'web page'
stops status_401 'HTTP 401'
stops status_403 'HTTP 403'
stops status_404 'HTTP 404'
stops redirect_host 'HTTP 301'
stops redirect_file 'HTTP 301'
stops redirect_loop 'HTTP 301'

makes_no_sense empty200
makes_no_sense big
makes_no_sense big_chunked
makes_no_sense nested
makes_no_sense bad_utf8
makes_no_sense nul
makes_no_sense nul_escape
makes_no_sense huge_numbers
makes_no_sense no_latlon
makes_no_sense absurd_latlon
makes_no_sense error_object
makes_no_sense gzip_bomb

begin_anew error_string
ok "error_string: a place that the geocoder does not know is remembered" wait_until 30 answered 'no such place'
ok "error_string: and its address is TeslaMate's Unknown" wait_until 30 at_unknown
geocoder_behave ok
is "$(value teslamate "SELECT count(*) FROM addresses WHERE osm_type = 'unknown' AND osm_id = 0 AND display_name = 'Unknown'")" 1 \
    "error_string: which is there once"
ok "error_string: it is asked for again when that is no longer believed" go_on
ok "error_string: and gets its address" wait_until 30 both_are_objects

begin_anew no_osm_id
ok "no_osm_id: an address without an object gets an identity of its own" wait_until 30 with_addresses
is "$(value teslamate "SELECT a.osm_type, a.osm_id < 0 FROM addresses AS a JOIN drives AS d ON d.start_address_id = a.id WHERE d.id = $drive")" \
    'unknown|t' "no_osm_id: which TeslaMate leaves alone"

begin_anew long_fields
ok "long_fields: an address that is too long" wait_until 30 with_addresses
is "$(value teslamate "SELECT char_length(display_name), char_length(road), char_length(city) FROM addresses AS a JOIN drives AS d ON d.start_address_id = a.id WHERE d.id = $drive")" \
    '512|255|255' "long_fields: is cut to its columns"

begin_anew gzip_ok
ok "gzip_ok: a compressed answer is an answer" wait_until 30 with_addresses

geocoder_behave ok
new_drive
worker_set pitstop.geocoder_url=http://nowhere.invalid
worker_call teslamate >/dev/null
ok "a name that does not exist: the user is told" wait_until 30 failed_with 'resolve'
ok "a name that does not exist: no address was stored" without_address
worker_set "pitstop.geocoder_url=$geocoder_url"
ok "a name that does not exist: with the right one the work goes on" wait_until 30 with_addresses

new_drive
engage_port
worker_set "pitstop.geocoder_url=http://127.0.0.1:$engaged_port"
worker_call teslamate >/dev/null
ok "a server that takes no call: the user is told" wait_until 30 failed_with 'timed out after 2 s while connecting'
ok "a server that takes no call: no address was stored" without_address
worker_set "pitstop.geocoder_url=$geocoder_url"
ok "a server that takes no call: with another one the work goes on" wait_until 30 with_addresses

plain=$geocoder
certificates=$cluster/certificates
geocoder_make_certificates "$certificates"
geocoder_start --tls "$certificates/server.pem" "$certificates/server.key"
new_drive
worker_set "pitstop.geocoder_url=$geocoder_url"
worker_call teslamate >/dev/null
ok "a certificate that nobody vouches for: the worker asks no more" wait_until 30 worker_is teslamate asks no
like "$(worker_says teslamate asks)" 'certificate' "a certificate that nobody vouches for: the user is told"
geocoder_use "$plain"
worker_set "pitstop.geocoder_url=$geocoder_url"
ok "a certificate that nobody vouches for: elsewhere the work goes on" wait_until 30 with_addresses

is "$(value postgres 'SELECT pg_postmaster_start_time()')" "$started" "the server was never restarted"
is "$(worker_pid)" "$pid" "nor was the worker"
is "$(value teslamate "SELECT count(*) FROM addresses WHERE display_name IS NULL OR latitude IS NULL OR raw IS NULL")" 0 \
    "no address is half there"

done_testing
