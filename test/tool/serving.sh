# shellcheck shell=bash
# `pitstop serve` in the background. Its address is $url, its process $server.

# shellcheck source=../tool/backups.sh
source "$PITSTOP_SOURCE/test/tool/backups.sh"

# What is waited for here comes with a timer: asking more often would only take the processor from other tests.
# shellcheck disable=SC2034  # for wait_until
poll_seconds=0.25

# As cluster_guard, and ends what else this shell has started: $server, $receiver.
# shellcheck disable=SC2154  # $receiver is a test's
serving_guard() {
    cluster_guard
    trap 'kill ${server:-} ${receiver:-} 2>/dev/null || true; cluster_cleanup' EXIT
}

# A database of which every check says that all is well, where the server's version is not TeslaMate's to refuse.
make_all_well() {
    cluster_psql --dbname=teslamate --output=/dev/null --command='SELECT * FROM pitstop.close_stale()' \
        --command='SELECT pitstop.delete_charge(id) FROM charging_processes WHERE end_date IS NULL' \
        --command="INSERT INTO addresses (display_name, osm_id, osm_type, inserted_at, updated_at) VALUES ('somewhere', 1, 'node', now(), now())" \
        --command='UPDATE drives SET start_address_id = a.id, end_address_id = a.id FROM addresses AS a WHERE a.osm_id = 1' \
        --command='UPDATE charging_processes SET address_id = a.id FROM addresses AS a WHERE a.osm_id = 1' \
        --command="INSERT INTO positions (car_id, date, latitude, longitude) SELECT id, now() AT TIME ZONE 'UTC', 0, 0 FROM cars"
    pitstop backup --quiet
}

# serve_begin OPTION...: on a free port of loopback, unless --listen is given; waits for its first answer.
# shellcheck disable=SC2154  # cluster_create's
serve_begin() {
    local listen=127.0.0.1:0
    # It must not keep a pipe of this shell's open.
    "$PITSTOP_BUILD/bin/pitstop" serve --listen "$listen" --disable postgres "$@" >"$cluster/serve.out" 2>"$cluster/serve.err" </dev/null &
    server=$!
    wait_until 30 grep -q '^Listening on ' "$cluster/serve.out" || { diag "$(<"$cluster/serve.err")"; return 1; }
    url=$(sed -nE 's/^Listening on (.*)\.$/http:\/\/\1/p' "$cluster/serve.out")
}

# serve_end [SIGNAL]: sets $status.
# shellcheck disable=SC2034  # for who calls it
serve_end() {
    kill -"${1:-TERM}" "$server"
    status=0
    wait "$server" || status=$?
}

# get PATH [CURL_OPTION...]: the body; its status is in $code.
get() {
    local path=$1
    shift
    code=$(curl --silent --show-error --max-time 20 --output "$cluster/body" --write-out '%{http_code}' "$@" "$url$path")
    body=$(<"$cluster/body")
}

# says PATH CODE PATTERN: for wait_until.
says() {
    get "$1" && [[ $code == "$2" && $body =~ $3 ]]
}

# lacks FILE... PATTERN: that none of them has it.
lacks() {
    ! grep -qrE "${*: -1}" "${@:1:$#-1}"
}
