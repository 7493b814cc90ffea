# shellcheck shell=bash
# The geocoder and the proxy for tests, geocoder.py and proxy.py: to be sourced. Each has a directory of its own.
#
#   geocoder_guard                            # stop what this shell starts, clusters too, whatever way it ends
#   geocoder_start --languages                # sets $geocoder_url and $geocoder_control; options are geocoder.py's
#   geocoder_behave status_429_seconds 2 seconds=60
#   geocoder_wait 3 10                        # until three requests have come in; fails after ten seconds
#   geocoder_requests                         # what they were
#
# For several at once keep the value of $geocoder and switch with geocoder_use.

geocoder=${geocoder:-}
geocoder_url=''
geocoder_control=''
proxy=''
proxy_port=''
declare -a geocoder_created=()
geocoder_programs=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

geocoder_fail() {
    echo "geocoder: $*" >&2
    return 1
}

# geocoder_launch DIRECTORY PROGRAM [OPTION...]: runs it until it has written its ports, a whole file at once.
geocoder_launch() {
    local directory=$1 program=$2
    shift 2
    python3 "$geocoder_programs/$program" --ports "$directory/ports" --log "$directory/log" "$@" \
        </dev/null >"$directory/errors" 2>&1 &
    echo $! >"$directory/pid"
    disown $! # so that a caller's wait is for the caller's own children
    until [[ -f "$directory/ports" ]]; do
        kill -0 "$(<"$directory/pid")" 2>/dev/null || { geocoder_fail "$(<"$directory/errors")" || return; }
        sleep 0.02
    done
}

geocoder_end() {
    local pid
    [[ -f "$1/pid" ]] || return 0
    pid=$(<"$1/pid")
    kill "$pid" 2>/dev/null || true
    while kill -0 "$pid" 2>/dev/null; do sleep 0.02; done
    rm -rf "$1"
}

# geocoder_start [OPTION...]: a new one, which all other functions act on. With --tls it is called localhost.
geocoder_start() {
    local directory
    directory=$(mktemp -d) || return
    geocoder_created+=("$directory")
    echo http://127.0.0.1 >"$directory/origin"
    [[ " $* " != *' --tls '* ]] || echo https://localhost >"$directory/origin"
    geocoder_launch "$directory" geocoder.py "$@" || return
    geocoder_use "$directory"
}

geocoder_use() {
    local port control_port
    geocoder=$1
    { read -r port && read -r control_port; } <"$geocoder/ports" || return
    # shellcheck disable=SC2034  # for the caller
    geocoder_url=$(<"$geocoder/origin"):$port
    geocoder_control=http://127.0.0.1:$control_port/control
}

geocoder_stop() {
    geocoder_end "$geocoder"
}

geocoder_cleanup() {
    local each
    for each in ${geocoder_created[@]+"${geocoder_created[@]}"}; do
        geocoder_end "$each"
    done
    geocoder_created=()
}

# For shells with clusters as well, which cluster_guard alone would remove. See there for the signals.
geocoder_guard() {
    trap 'geocoder_cleanup; if declare -F cluster_cleanup >/dev/null; then cluster_cleanup; fi' EXIT
    trap 'exit 129' HUP
    trap 'exit 130' INT
    trap 'exit 143' TERM
}

# geocoder_tell COMMAND[?QUERY]: prints the answer to one of geocoder.py's commands; fails when it was not a 200.
geocoder_tell() {
    local port=${geocoder_control#http://127.0.0.1:} reply
    port=${port%/control}
    reply=$(
        exec 3<>"/dev/tcp/127.0.0.1/$port" || exit
        printf 'GET /control/%s HTTP/1.0\r\n\r\n' "$1" >&3
        cat <&3
    ) || return
    echo "${reply#*$'\r\n\r\n'}"
    [[ "$reply" == 'HTTP/1.1 200 '* ]]
}

# geocoder_behave MODE [TIMES] [PARAMETER=VALUE...]: the values as they stand in a URL.
geocoder_behave() {
    local query="behave?mode=$1"
    shift
    if [[ "${1:-}" =~ ^[0-9]+$ ]]; then query+="&times=$1"; shift; fi
    while [[ $# -gt 0 ]]; do query+="&$1"; shift; done
    geocoder_tell "$query" >/dev/null || geocoder_fail "could not be told to $query"
}

# Requests since the start, or since geocoder_tell reset.
geocoder_count() {
    geocoder_tell count
}

# geocoder_wait REQUESTS SECONDS: fails when fewer have come in by then.
geocoder_wait() {
    geocoder_tell "wait?requests=$1&seconds=$2" >/dev/null
}

# Number, time, path and query, User-Agent, Accept-Language; between tabs.
geocoder_requests() {
    cat "$geocoder/log"
}

# proxy_start [--user NAME:PASSWORD]: sets $proxy_port, for http:// as for socks5h://.
proxy_start() {
    proxy=$(mktemp -d) || return
    geocoder_created+=("$proxy")
    geocoder_launch "$proxy" proxy.py "$@" || return
    # shellcheck disable=SC2034  # for the caller
    proxy_port=$(<"$proxy/ports")
}

proxy_stop() {
    geocoder_end "$proxy"
}

# A line for each connection: http, connect or socks5, host, port.
proxy_connections() {
    cat "$proxy/log"
}

# geocoder_make_certificates DIRECTORY: a private authority, ca.pem, and what it has signed: server.pem for localhost
# and 127.0.0.1, expired.pem for the same, wrong_host.pem for another; each with its .key.
geocoder_make_certificates() {
    local directory=$1
    mkdir -p "$directory/authority" || return
    : >"$directory/authority/index"
    geocoder_authority_settings "$directory/authority" >"$directory/authority/settings" || return
    openssl req -x509 -config "$directory/authority/settings" -extensions authority -subj '/CN=Private authority' \
        -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
        -keyout "$directory/ca.key" -out "$directory/ca.pem" 2>"$directory/authority/errors" &&
        geocoder_sign "$directory" server right_host 20200101000000Z 20491231235959Z &&
        geocoder_sign "$directory" expired right_host 20200101000000Z 20200102000000Z &&
        geocoder_sign "$directory" wrong_host wrong_host 20200101000000Z 20491231235959Z && return
    geocoder_fail "$(<"$directory/authority/errors")"
}

# openssl ca is the only command of all versions that can date a certificate back.
geocoder_sign() {
    local directory=$1 name=$2 extensions=$3 start=$4 end=$5
    openssl req -new -config "$directory/authority/settings" -subj "/CN=$name" \
        -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes \
        -keyout "$directory/$name.key" -out "$directory/authority/request" 2>"$directory/authority/errors" &&
        openssl ca -batch -notext -config "$directory/authority/settings" -extensions "$extensions" \
            -cert "$directory/ca.pem" -keyfile "$directory/ca.key" -startdate "$start" -enddate "$end" \
            -in "$directory/authority/request" -out "$directory/$name.pem" 2>"$directory/authority/errors"
}

geocoder_authority_settings() {
    cat <<SETTINGS
[req]
distinguished_name = any_name
[any_name]
[ca]
default_ca = private
[private]
database = $1/index
new_certs_dir = $1
rand_serial = yes
unique_subject = no
default_md = sha256
policy = any_policy
[any_policy]
commonName = supplied
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
[right_host]
subjectAltName = DNS:localhost, IP:127.0.0.1
authorityKeyIdentifier = keyid
[wrong_host]
subjectAltName = DNS:elsewhere.test
authorityKeyIdentifier = keyid
SETTINGS
}
