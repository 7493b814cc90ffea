#!/usr/bin/env bash
# The geocoder for tests answers and misbehaves as told: else the tests that use it would show nothing.
set -euo pipefail

# shellcheck source=../tap.sh
source "$PITSTOP_SOURCE/test/tap.sh"
# shellcheck source=geocoder.sh
source "$PITSTOP_SOURCE/test/worker/geocoder.sh"

readonly berlin='/reverse?lat=52.5163&lon=13.3777'
readonly berlin_name='"display_name": "5251, Street 1337, Town 525, Land"'

# request TARGET [HEADER...]: the reply's bytes, until the geocoder closes.
request() {
    local target=$1 port=${geocoder_url##*:}
    shift
    exec 3<>"/dev/tcp/127.0.0.1/$port" || return
    printf '%s\r\n' "GET $target HTTP/1.1" "Host: 127.0.0.1:$port" 'Connection: close' "$@" '' >&3
    cat <&3
}

# What has come within a second, for replies that have no end.
request_shortly() {
    export -f request
    export geocoder_url
    timeout 1 bash -c "request '$1'" || true
}

# reply_when MODE [PARAMETER=VALUE...]: to the usual request, once.
reply_when() {
    geocoder_behave "$1" 1 "${@:2}"
    (request "$berlin")
}

# For bytes that a shell's variable cannot hold.
hex() {
    od -An -v -tx1 | tr -d ' \n'
}

has_in_hex() {
    like "$(reply_when "$1" | hex)" "$2" "$3"
}

test_answers() {
    local id=1425119337  # (5251 + 9000) * 100000 + 1337 + 18000; divisible by three, so a node
    like "$(request "$berlin")" "\"osm_type\": \"node\", \"osm_id\": $id, \"lat\": \"52.51\", \"lon\": \"13.37\"" \
        "a place is found in its cell of a hundredth of a degree"
    like "$(request "$berlin")" "$berlin_name" "and has its names"
    like "$(request '/reverse?lat=80.01&lon=1')" '^HTTP/1.1 200 .*\{"error": "Unable to geocode"\}' \
        "there is nothing beyond 80 degrees north"
    like "$(request '/reverse?lat=70&lon=1')" '^HTTP/1.1 200 .*\{"error": "Out of area"\}' \
        "from 70 degrees on it is out of area"
    like "$(request '/reverse?lat=x&lon=1')" '^HTTP/1.1 400 .*\{"error": \{"code": 400' "a bad parameter is a 400"
    like "$(request "/lookup?osm_ids=W$id,N$id,R1")" "\\[\\{\"place_id\": $((id + 1)),[^[]*\\]$" \
        "a look-up finds the object of that type and no other"
    geocoder_tell "missing?ids=N$id" >/dev/null
    like "$(request "/lookup?osm_ids=N$id")" $'\r\n\r\n\\[\\]$' "and none that is declared missing"
    like "$(request "/lookup?osm_ids=$(printf 'N%d,' {1..50})N51")" '^HTTP/1.1 400 ' "more than 50 ids are too many"
    like "$(request '/status?format=json')" '"status": 0' "the status is fine"
}

test_other_services() {
    like "$(request "/photon$berlin")" '"osm_id": 1425119337, "osm_type": "N".*"coordinates": \[13.37, 52.51\]' \
        "Photon has another form for the same place"
    like "$(request '/photon/reverse?lat=75&lon=1')" '"features": \[\]' "and no features where there is nothing"
    like "$(request "/v1$berlin&key=secret")" "^HTTP/1.1 200 .*$berlin_name" "LocationIQ takes the key"
    like "$(request "/v1$berlin")$(request "/v1$berlin&key=other")" '^HTTP/1.1 401 .*HTTP/1.1 401 ' "and no other"
    like "$(request "/v1/reverse?lat=81&lon=1&key=secret")" '^HTTP/1.1 404 .*Unable to geocode' \
        "and where there is nothing it says 404"
}

test_languages() {
    like "$(request "$berlin" 'Accept-Language: de-DE,en;q=0.5')" '"town": "Town 525 de-DE"' \
        "the names tell the language of the header"
    like "$(request "/photon$berlin&lang=fr")" '"city": "Town 525 fr"' "or that of the query"
}

test_statuses() {
    local status
    for status in 401 403 404 429 500 503; do
        like "$(reply_when "status_$status")" "^HTTP/1.1 $status " "status_$status"
    done
    like "$(reply_when status_403)" 'content-type: text/html.*Access blocked' "status_403 is a page"
    like "$(reply_when status_429_seconds)" $'\r\nretry-after: 7\r\n' "status_429_seconds"
    like "$(reply_when status_429_seconds seconds=60)" $'\r\nretry-after: 60\r\n' "status_429_seconds with a parameter"
    like "$(reply_when status_429_date)" $'\r\nretry-after: [A-Z][a-z]{2}, [0-9]{2} .* GMT\r\n' "status_429_date"
    like "$(reply_when status_429_garbage)" $'\r\nretry-after: soon; -1\r\n' "status_429_garbage"
    like "$(reply_when redirect_host)" $'^HTTP/1.1 301 .*\r\nlocation: http://127.0.0.2:[0-9]+/reverse' "redirect_host"
    like "$(reply_when redirect_file)" $'\r\nlocation: file:///' "redirect_file"
    like "$(reply_when redirect_loop)" "location: $geocoder_url/reverse" "redirect_loop"
}

test_contents() {
    like "$(reply_when html200)" '^HTTP/1.1 200 .*text/html.*<html>' "html200"
    like "$(reply_when empty200)" 'content-length: 0' "empty200"
    like "$(reply_when error_string)" '\{"error": "Unable' "error_string"
    like "$(reply_when error_object)" '\{"error": \{"code"' "error_object"
    like "$(reply_when no_latlon)" '"osm_id": 1425119337, "display_name"' "no_latlon"
    like "$(reply_when absurd_latlon)" '"lat": "123.4", "lon": "-9999"' "absurd_latlon"
    like "$(reply_when no_osm_id)" '"licence": "oracle", "lat"' "no_osm_id"
    like "$(reply_when huge_numbers)" '"osm_id": 1[0]{30},.*"population": 1e999999' "huge_numbers"
    like "$(reply_when nul_escape)" '"road": "Street \\u0000"' "nul_escape"
    has_in_hex nul '5374726565742000' "nul"
    has_in_hex bad_utf8 '53747265657420fffec328' "bad_utf8"
    is "$(reply_when nested | tr -dc '[' | wc -c)" 100000 "nested"
    is "$(reply_when long_fields | grep -o 'ä日🚗' | wc -l)" 11000 "long_fields: nine of the address, and two names"
}

unzipped_reply() {
    reply_when "$1" | sed '1,/^\r$/d' | gzip -dc
}

test_sizes() {
    like "$(unzipped_reply gzip_ok)" "$berlin_name" "gzip_ok"
    is "$(reply_when gzip_bomb | tail -c 4 | hex)" 00000040 "gzip_bomb: a gigabyte"
    ok "gzip_bomb: in about a megabyte" test "$(reply_when gzip_bomb | wc -c)" -lt 2000000
    is "$(unzipped_reply gzip_bomb 2>/dev/null | head -c 1000000 | tr -d '\0' | wc -c)" 0 "gzip_bomb: zeros"
    like "$(reply_when big | tail -c 1000)" "^ +.*$berlin_name" "big: a valid answer"
    ok "big: behind 50 megabytes" test "$(reply_when big | wc -c)" -gt 50000000
    geocoder_behave big_chunked 1
    ok "big_chunked has no end" test "$(request_shortly "$berlin" | wc -c)" -gt 1000000
}

# What the system says of the connection.
complaint() {
    { "$@" >/dev/null || true; } 2>&1
}

test_connections() {
    geocoder_behave silence 1
    is "$(request_shortly "$berlin")" '' "silence"
    geocoder_behave silence_after_headers 1
    like "$(request_shortly "$berlin")" $'content-length: [0-9]+\r\n\r$' "silence_after_headers"
    geocoder_behave drip 1 milliseconds=60000
    like "$(request_shortly "$berlin")" $'\r\n\r\n\\{$' "drip: one byte at first"
    like "$(reply_when drip milliseconds=1)" "$berlin_name" "drip: all of them after some time"
    like "$(reply_when close_half)" '"lon": "13.37", "display_name"[^}]*$' "close_half"
    like "$(complaint reply_when reset_half)" 'reset by peer' "reset_half"
    like "$(reply_when slow milliseconds=20)" "$berlin_name" "slow"
}

test_refusal() {
    geocoder_behave refuse
    like "$(complaint request "$berlin")" 'Connection refused' "refuse: nobody listens"
    ok "refuse for a number of requests makes no sense" eval '! geocoder_behave refuse 1 2>/dev/null'
    geocoder_behave ok
    like "$(request "$berlin")" "$berlin_name" "and then it listens again, on the same port"
}

test_counts() {
    geocoder_tell reset >/dev/null
    is "$(geocoder_count) $(geocoder_tell min_gap)" "0 none" "after a reset nothing has been asked"
    geocoder_behave status_503 2
    like "$(request "$berlin")$(request "$berlin")$(request "$berlin")" '^HTTP/1.1 503 .*HTTP/1.1 503 .*HTTP/1.1 200 ' \
        "a mode ends after as many requests as told"
    is "$(geocoder_count)" 3 "requests are counted"
    is "$(geocoder_tell connections)" "opened=3 most_in_flight=1" "so are connections"
    like "$(geocoder_tell min_gap)" '^[0-9]+$' "the gap between requests is measured"
    request "$berlin" 'User-Agent: pitstop/1' 'Accept-Language: de' >/dev/null
    like "$(geocoder_requests | tail -n 1)" \
        $'^4\t[0-9]+\\.[0-9]+\t/reverse[?]lat=52.5163&lon=13.3777\tpitstop/1\tde$' "requests are logged"
    ok "who waits for requests is told when they are there" geocoder_wait 4 10
    ok "and when they did not come" eval '! geocoder_wait 5 0.05'
    ok "an unknown mode is not silently ignored" eval '! geocoder_behave sing 2>/dev/null'
}

test_hold() {
    local held=$geocoder/held
    geocoder_behave hold
    request "$berlin" >"$held" &
    request "$berlin" >/dev/null &
    ok "requests on hold are seen" geocoder_tell 'wait_in_flight?requests=2&seconds=10'
    is "$(geocoder_tell connections)" "opened=6 most_in_flight=2" "at the same time"
    is "$(geocoder_tell release)" 2 "they can be let go"
    ok "and then none is left" geocoder_tell 'wait_idle?seconds=10'
    wait
    like "$(<"$held")" "$berlin_name" "with the right answer"
    geocoder_behave ok
}

# Two requests in one packet, the first of them slow.
two_requests() {
    exec 3<>"/dev/tcp/127.0.0.1/${geocoder_url##*:}"
    printf '%s\r\n' "GET $berlin HTTP/1.1" '' "GET $berlin HTTP/1.1" 'Connection: close' '' >&3
    cat <&3
}

test_keep_alive() {
    geocoder_behave slow 1 milliseconds=20
    like "$(two_requests)" '^HTTP/1.1 200 .*\}HTTP/1.1 200 ' "one connection carries several requests"
}

test_streets() {
    geocoder_start --street-metres 50
    local here there
    here=$(request '/reverse?lat=52.51630&lon=13.37770' | grep -o '"osm_id": [0-9]*')
    there=$(request '/reverse?lat=52.51730&lon=13.37770' | grep -o '"osm_id": [0-9]*')
    ok "a hundred metres on there is another address" test "$here" != "$there"
    like "$(request "/lookup?osm_ids=N${here##* },W${here##* },R${here##* }")" "\\[\\{[^[]*$here," \
        "which a look-up finds"
    geocoder_stop
}

# What openssl makes of the certificate, and the reply.
https_reply() {
    printf 'GET %s HTTP/1.0\r\n\r\n' "$berlin" |
        openssl s_client -quiet -verify_return_error -verify_hostname localhost -CAfile "$certificates/ca.pem" \
            -connect "127.0.0.1:${geocoder_url##*:}" 2>&1 || true
}

test_tls() {
    certificates=$first/certificates
    geocoder_make_certificates "$certificates"
    local name
    local -A expected=([server]="$berlin_name" [expired]='certificate has expired' [wrong_host]='[Hh]ostname mismatch')
    for name in server expired wrong_host; do
        geocoder_start --tls "$certificates/$name.pem" "$certificates/$name.key"
        like "$geocoder_url $(https_reply)" "^https://localhost:.*${expected[$name]}" "TLS with the certificate $name"
        geocoder_stop
    done
}

# through_proxy REQUEST_LINE [HEADER...]
through_proxy() {
    exec 3<>"/dev/tcp/127.0.0.1/$proxy_port"
    printf '%s\r\n' "$@" '' >&3
    cat <&3
}

# SOCKS5's greeting and its request to connect by name, then HTTP at once.
through_socks() {
    local port=${geocoder_url##*:} name=geocoder.test
    exec 3<>"/dev/tcp/127.0.0.1/$proxy_port"
    printf '\x05\x01\0\x05\x01\0\x03%b%s%b' "\\x$(printf %x ${#name})" "$name" \
        "\\x$(printf %x $((port / 256)))\\x$(printf %x $((port % 256)))" >&3
    printf 'GET %s HTTP/1.0\r\n\r\n' "$berlin" >&3
    tr -d '\0' <&3
}

test_proxy() {
    local port=${geocoder_url##*:} user='Proxy-Authorization: Basic bWU6c2VjcmV0'
    proxy_start --user me:secret
    like "$(through_proxy "GET http://geocoder.test:$port$berlin HTTP/1.1")" '^HTTP/1.1 407 ' "the proxy asks who it is"
    like "$(through_proxy "GET http://geocoder.test:$port$berlin HTTP/1.1" "$user")" "$berlin_name" \
        "and lets those through whom it knows"
    like "$(through_proxy 'GET http://192.0.2.1/ HTTP/1.1' "$user")" '^HTTP/1.1 502 ' "but not to other machines"
    like "$(through_proxy "CONNECT 127.0.0.1:$port HTTP/1.1" "$user" '' "GET $berlin HTTP/1.0")" \
        "^HTTP/1.1 200 .*$berlin_name" "it makes tunnels"
    like "$(through_socks)" "$berlin_name" "it speaks SOCKS5 and resolves names"
    is "$(proxy_connections)" "$(printf '%s\n' "http geocoder.test $port" "connect 127.0.0.1 $port" \
        "socks5 geocoder.test $port")" "and notes what went through"
    proxy_stop
}

ends_with_its_shell() {
    local pid
    # shellcheck disable=SC2016  # expanded by the other shell
    pid=$(bash -c 'source "$1"; geocoder_guard; geocoder_start; cat "$geocoder/pid"' \
        shell "$geocoder_programs/geocoder.sh")
    ! kill -0 "$pid" 2>/dev/null
}

geocoder_guard
geocoder_start --key secret
first=$geocoder
test_answers
test_other_services
test_statuses
test_contents
test_sizes
test_connections
test_refusal
test_counts
test_hold
test_keep_alive
test_proxy
geocoder_start --languages
test_languages
geocoder_stop
test_streets
test_tls
geocoder_use "$first"
ok "another one's end leaves the first alone" geocoder_count
ok "a geocoder ends with its shell" ends_with_its_shell

done_testing
