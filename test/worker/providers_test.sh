#!/usr/bin/env bash
# The kinds of geocoders, their keys, proxies and languages; and what is not asked for lack of them.
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

readonly key=secret-key-7f3a
readonly proxy_password=secret-password-9c1b

new_drive() {
    worker_new_drive teslamate
    worker_call teslamate >/dev/null
}

with_addresses() {
    [[ "$(value teslamate "SELECT start_address_id IS NOT NULL AND end_address_id IS NOT NULL FROM drives WHERE id = $drive")" == t ]]
}

address() {
    value teslamate "SELECT $1 FROM addresses AS a JOIN drives AS d ON d.start_address_id = a.id WHERE d.id = $drive"
}

last_request() {
    geocoder_requests | tail -n 1
}

without_addresses() {
    [[ "$(value teslamate "SELECT start_address_id IS NULL AND end_address_id IS NULL FROM drives WHERE id = $drive")" == t ]]
}

# asks_no [REASON]
asks_no() {
    [[ "$(worker_says teslamate asks)" =~ ^no\|.*${1:-} ]]
}

is_asked() {
    [[ "$(worker_says teslamate geocoder)" =~ $1 ]]
}

# Of different ages, for the time of a change has whole seconds.
write_secret() {
    local file=$1 text=$2 age=$3
    echo "$text" >"$file"
    touch --date="$age seconds ago" "$file"
    chmod 600 "$file"
    cluster_own "$file"
}

said_in_log() {
    grep -c "$1" "$cluster/log" || true
}

fails_with() {
    [[ "$(worker_says teslamate 'last failure')" =~ $1 ]]
}

# Whether it stops the worker or passes.
is_told() {
    fails_with "$1" || asks_no "$1"
}

# refused SETTING=VALUE DETAIL
refused() {
    like "$(error_of postgres "ALTER SYSTEM SET ${1%%=*} = '${1#*=}'")" "22023: .*DETAIL: +$2" "$1 is refused, and why is said"
}

worker_guard
geocoder_start --languages --key "$key"
worker_start pitstop.geocoder_contact=driver@example.org log_min_messages=debug1
worker_small_database teslamate
ok "the worker starts" wait_until 30 worker_call teslamate

new_drive
ok "nominatim gives addresses" wait_until 20 with_addresses
like "$(last_request)" 'pitstop/[0-9.]+ \(driver@example\.org\)' "the User-Agent says whom to turn to"
like "$(last_request)" $'\ten[^\t]*$' "TeslaMate's language is asked for"
value teslamate "UPDATE settings SET language = 'fr'" >/dev/null
new_drive
ok "after TeslaMate's language was changed" wait_until 20 with_addresses
like "$(last_request)" $'\tfr[^\t]*$' "the new one is asked for"
value postgres "ALTER DATABASE teslamate SET pitstop.language = 'zh-TW'" >/dev/null
new_drive
ok "with a language of the database's own" wait_until 20 with_addresses
like "$(last_request)" $'\tzh-TW[^\t]*$' "that is asked for"
like "$(address road)" ' zh-TW$' "and the address is in it"
value postgres 'ALTER DATABASE teslamate RESET pitstop.language' >/dev/null

worker_set pitstop.geocoder=photon "pitstop.geocoder_url=$geocoder_url/photon"
new_drive
ok "photon gives addresses" wait_until 20 with_addresses
like "$(last_request)" $'\t/photon/reverse\\?lat=.*lang=fr' "by its own path and query"
like "$(address 'osm_type, osm_id, road, city, country')" '^(node|way|relation)\|[0-9]+\|Street .* fr\|Town .* fr\|Land fr$' \
    "as objects of OpenStreetMap"

geocoder_tell reset >/dev/null
worker_set pitstop.geocoder=locationiq "pitstop.geocoder_url=$geocoder_url"
new_drive
ok "locationiq is not asked without a key" wait_until 10 asks_no
like "$(worker_says teslamate asks)" 'needs a key.*pitstop\.geocoder_key_file' "and the user is told where it belongs"
like "$(worker_finding teslamate)" '^warning\|the address repair: The geocoder is not asked: locationiq needs a key' "by doctor() too"
worker_reload
ok "nor after a reload" wait_until 10 asks_no
is "$(said_in_log 'asks no geocoder: locationiq needs a key')" 1 "the log says so once"
is "$(geocoder_count)" 0 "and no request came"

worker_set "pitstop.geocoder_key_file=$cluster/no_such_file"
ok "nor with a key file that is not there" wait_until 10 asks_no 'could not read'
like "$(worker_says teslamate asks)" 'could not read pitstop\.geocoder_key_file: No such file' "and the user is told"

write_secret "$cluster/key" wrong-key-5d2e 20
worker_set "pitstop.geocoder_key_file=$cluster/key"
worker_call teslamate >/dev/null
ok "a wrong key stops the worker" wait_until 20 asks_no 'HTTP 401'
requests=$(geocoder_count)
sleep 1
is "$(geocoder_count)" "$requests" "after which no request comes"
write_secret "$cluster/key" "$key" 10
worker_reload
ok "with the right key in the file and a reload the work goes on" wait_until 20 with_addresses
like "$(last_request)" "/v1/reverse\\?.*key=$key" "the key is in the request"
is "$(value teslamate 'SELECT * FROM pitstop.address_repair()' | grep -cE "$key|wrong-key" || true)" 0 \
    "but not in address_repair()"
is "$(value teslamate 'SELECT name, setting, boot_val, reset_val FROM pg_settings' | grep -cE "$key|wrong-key" || true)" 0 \
    "nor in the settings"

worker_set pitstop.geocoder=nominatim pitstop.geocoder_url= pitstop.geocoder_contact= pitstop.geocoder_key_file=
new_drive
ok "the public Nominatim is not asked without a contact" wait_until 10 asks_no
like "$(worker_says teslamate geocoder)" 'https://nominatim\.openstreetmap\.org' "which is the one that an empty URL means"
like "$(worker_says teslamate asks)" 'set pitstop\.geocoder_contact' "the user is told what is missing"
like "$(value teslamate 'SELECT message FROM pitstop.repair_addresses()')" 'set pitstop\.geocoder_contact' \
    "by repair_addresses() too"
worker_reload
is "$(said_in_log 'asks no geocoder: the public Nominatim')" 1 "and the log says so once"
worker_set pitstop.geocoder_url=https://Nominatim.OpenStreetMap.org:443/
ok "in whatever way its name is written" wait_until 10 is_asked 'https://Nominatim'
ok "it is not asked without a contact" asks_no 'set pitstop.geocoder_contact'
ok "nothing was asked" without_addresses

proxy_start --user "driver:$proxy_password"
write_secret "$cluster/proxy" "driver:$proxy_password" 30
worker_set pitstop.geocoder_url=http://geocoder.test:"${geocoder_url##*:}" \
    pitstop.geocoder_proxy=http://127.0.0.1:"$proxy_port" "pitstop.geocoder_proxy_password_file=$cluster/proxy"
new_drive
ok "an HTTP proxy leads to the geocoder" wait_until 20 with_addresses
like "$(proxy_connections)" 'geocoder\.test' "which finds its name"
is "$(proxy_connections | grep -c socks5 || true)" 0 "and speaks HTTP"
worker_set pitstop.geocoder_proxy=socks5h://127.0.0.1:"$proxy_port"
new_drive
ok "a SOCKS proxy leads to the geocoder" wait_until 20 with_addresses
like "$(proxy_connections)" 'socks5.geocoder\.test' "which finds its name"

write_secret "$cluster/proxy" "driver:wrong-password-3b" 20
worker_set pitstop.geocoder_proxy=http://127.0.0.1:"$proxy_port"
new_drive
ok "a wrong password for the proxy is told" wait_until 20 is_told 'HTTP 407'
ok "and no address was stored" without_addresses
write_secret "$cluster/proxy" "driver:$proxy_password" 10
worker_reload
value teslamate 'SELECT pitstop.reset_geocoder()' >/dev/null
ok "with the right one the work goes on" wait_until 20 with_addresses
is "$(value teslamate 'SELECT * FROM pitstop.address_repair()' | grep -cE "$proxy_password|wrong-password" || true)" 0 \
    "address_repair() shows no password"
is "$(grep -cE "$key|wrong-key|$proxy_password|wrong-password" "$cluster/log" || true)" 0 \
    "neither key nor password is in the server's log"

refused pitstop.geocoder_url=ftp://geocoder.test 'The URL .*http'
refused pitstop.geocoder_url=geocoder.test 'The URL '
refused pitstop.geocoder_url=http:// 'The URL '
refused pitstop.geocoder_url=http://name:password@geocoder.test 'The URL '
refused "pitstop.geocoder_url=http://geocoder.test/?key=$key" 'The URL '
refused pitstop.geocoder_url=http://geocoder.test/#part 'The URL '
refused 'pitstop.geocoder_url=http://geocoder.test/a b' 'The URL '
refused pitstop.geocoder_proxy=socks4://127.0.0.1:1080 'The proxy begins with http://, https:// or socks5h://'
refused pitstop.geocoder_proxy=socks5h://name:password@127.0.0.1:1080 'The proxy '
refused 'pitstop.geocoder_contact=driver (at) example.org' 'An e-mail address or a URL'
refused pitstop.geocoder_contact=$'driver@example.org\tX-Header: value' 'An e-mail address or a URL'
refused 'pitstop.language=en, de' 'A language is written as'

done_testing
