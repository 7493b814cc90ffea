#!/usr/bin/env bash
# How the program finds its database: TeslaMate's variables, an env file, libpq's own ways and options, against a server
# with passwords, TLS under a private authority, a socket and ::1; and what is said when it does not.
set -euo pipefail

# shellcheck source=tool.sh
source "$PITSTOP_SOURCE/test/tool/tool.sh"

# A private authority, and a certificate for names that no name server knows but localhost.
make_certificates() {
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj '/CN=our authority' \
        -keyout "$keys/ca.key" -out "$keys/ca.crt"
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj '/CN=our authority' \
        -keyout "$keys/other.key" -out "$keys/other.crt"
    openssl req -newkey rsa:2048 -nodes -subj '/CN=server' -keyout "$cluster/data/server.key" -out "$keys/server.csr"
    openssl x509 -req -days 2 -in "$keys/server.csr" -CA "$keys/ca.crt" -CAkey "$keys/ca.key" -CAcreateserial \
        -extfile <(echo 'subjectAltName=DNS:localhost,DNS:db.example') -out "$cluster/data/server.crt"
    chmod 600 "$cluster/data/server.key"
    cluster_own "$cluster/data/server.key" "$cluster/data/server.crt"
}

# Who may come from where: a role for each way, and no other way for it.
write_hba() {
    cat >"$cluster/data/pg_hba.conf" <<'END'
local   all all             trust
hostssl all encrypted all   scram-sha-256
host    all encrypted all   reject
host    all six   ::1/128   scram-sha-256
host    all six   all       reject
host    all all   all       scram-sha-256
END
}

# The database that the program connected to, or its error: without the extension it says where that is missing.
reached() {
    local -a assignments=()
    while [[ "${1:-}" == *=* ]]; do
        assignments+=("$1")
        shift
    done
    run_with "${assignments[@]}" -- check "$@"
    sed -nE '1s/^pitstop: (the extension pitstop is not installed in database )?//p' <<<"$err"
}

# run_with NAME=VALUE... -- ARGUMENT...: run_pitstop in an environment with nothing else of connections.
run_with() {
    local -a assignments=()
    while [[ "$1" != -- ]]; do
        assignments+=("$1")
        shift
    done
    shift
    status=0
    out=$(env -u PGHOST -u PGPORT -u PGUSER "${assignments[@]}" "$PITSTOP_BUILD/bin/pitstop" "$@" \
        2>"$keys/errors" </dev/null) || status=$?
    err=$(<"$keys/errors")
}

cluster_guard
cluster_create --prefix "$PITSTOP_PREFIX" fsync=off ssl=on
keys=$(mktemp -d)
trap 'cluster_cleanup; rm -rf "$keys"' EXIT
make_certificates 2>"$keys/openssl.log" || { cat "$keys/openssl.log"; exit 1; }
write_hba
cluster_listen
has_ipv6=$(python3 -c 'import socket; socket.socket(socket.AF_INET6).bind(("::1", 0))' 2>/dev/null && echo yes || echo no)
[[ $has_ipv6 == no ]] || echo "listen_addresses = '127.0.0.1, ::1'" >>"$cluster/data/postgresql.conf"
cluster_start
port=$PGPORT
socket=$PGHOST

# shellcheck disable=SC2016  # a password of all that a shell, a file or a connection string could take for something else
declare -r hard='p"a$HOME`id`\ s'"'"'s #1=x'
cluster_psql --dbname=postgres --set=hard="$hard" --output=/dev/null <<'END'
CREATE ROLE plain LOGIN PASSWORD 'secret-of-plain';
CREATE ROLE hard LOGIN PASSWORD :'hard';
CREATE ROLE encrypted LOGIN PASSWORD 'secret-of-encrypted';
CREATE ROLE six LOGIN PASSWORD 'secret-of-six';
CREATE DATABASE teslamate;
CREATE DATABASE one;
CREATE DATABASE two;
CREATE DATABASE three;
CREATE DATABASE "a 'b' \c = d";
END
cd "$keys"
declare -ra plain=(DATABASE_HOST=127.0.0.1 DATABASE_PORT="$port" DATABASE_USER=plain DATABASE_PASS=secret-of-plain)

# ---- TeslaMate's variables

is "$(reached "${plain[@]}" DATABASE_NAME=teslamate)" '"teslamate"' "TeslaMate's variables name the database"
is "$(reached "${plain[@]}" DATABASE_NAME="a 'b' \\c = d")" "\"a 'b' \\c = d\"" "a name is taken as it is"
is "$(reached DATABASE_HOST=127.0.0.1 DATABASE_PORT="$port" DATABASE_NAME=one DATABASE_USER=hard DATABASE_PASS="$hard")" \
    '"one"' "a password is taken as it is"
is "$(reached DATABASE_SOCKET_DIR="$socket" DATABASE_PORT="$port" DATABASE_USER=plain DATABASE_NAME=one)" '"one"' \
    "a socket's directory"
like "$(reached DATABASE_SOCKET_DIR=socket DATABASE_NAME=one)" 'no absolute path' "which is an absolute path"
if [[ $has_ipv6 == yes ]]; then
    for host in ::1 '[::1]'; do
        is "$(reached DATABASE_HOST="$host" DATABASE_IPV6=true DATABASE_PORT="$port" DATABASE_NAME=one \
            DATABASE_USER=six DATABASE_PASS=secret-of-six)" '"one"' "IPv6: $host"
    done
fi

# ---- an env file

# in_file LINE...: the database reached with these lines beside host and port.
in_file() {
    printf '%s\n' DATABASE_HOST=127.0.0.1 "DATABASE_PORT=$port" DATABASE_NAME=teslamate "$@" >file.env
    reached --env-file file.env
}
is "$(in_file DATABASE_USER=plain DATABASE_PASS=secret-of-plain)" '"teslamate"' "an env file names the database"
# shellcheck disable=SC2016
is "$(in_file 'DATABASE_USER=hard' 'DATABASE_PASS="p\"a$HOME`id`\\ s'"'"'s #1=x"')" '"teslamate"' \
    "in double quotes, \$ and \` are nothing special"
# shellcheck disable=SC2016
cluster_psql --dbname=postgres --set=quoted='$x "y" `z` \n # q' --set=bare='a$b"c' <<'END'
CREATE ROLE quoted LOGIN PASSWORD :'quoted';
CREATE ROLE bare LOGIN PASSWORD :'bare';
END
# shellcheck disable=SC2016
is "$(in_file DATABASE_USER=quoted "DATABASE_PASS='\$x \"y\" \`z\` \\n # q'")" '"teslamate"' "in single quotes, nothing is special"
# shellcheck disable=SC2016
is "$(in_file DATABASE_USER=bare 'DATABASE_PASS=a$b"c   # the password')" '"teslamate"' "without quotes, a comment ends it"
is "$(in_file DATABASE_NAME=one DATABASE_USER=plain DATABASE_PASS=wrong DATABASE_PASS=secret-of-plain DATABASE_NAME=two)" \
    '"two"' "the last assignment wins"
# shellcheck disable=SC2016
is "$(in_file "DATABASE_USER=plain" "DATABASE_PASS=secret-of-plain" 'X=$(touch ran)' "Y=\`touch ran\`")" '"teslamate"' \
    "what a shell would run"
ok "is not run" test ! -e ran
like "$(reached --env-file none.env)" 'could not .*none\.env' "a file that is not there is an error"
printf '%s\n' 'DATABASE_PASS="secret-without-an-end' >broken.env
run_with -- check --env-file broken.env
like "$err" 'broken\.env.*line 1' "a line that makes no sense is named by its number"
is "$status $(grep -c secret <<<"$out$err")" '2 0' "and not shown"

# ---- TLS

declare -ra tls=(DATABASE_PORT="$port" DATABASE_NAME=one DATABASE_USER=encrypted DATABASE_PASS=secret-of-encrypted)
is "$(reached "${tls[@]}" DATABASE_HOST=localhost DATABASE_SSL=true DATABASE_SSL_CA_CERT_FILE="$keys/ca.crt")" '"one"' \
    "DATABASE_SSL=true with the authority's certificate"
reached "${tls[@]}" DATABASE_HOST=localhost DATABASE_SSL=true DATABASE_SSL_CA_CERT_FILE="$keys/other.crt" >/dev/null
like "$status $err" '^3 .*certificate verify failed' "another authority's certificate is not enough"
reached "${tls[@]}" DATABASE_HOST=localhost DATABASE_SSL=true >/dev/null
like "$status $err" '^3 .*certificate' "the system's authorities do not know a private one"
reached "${tls[@]}" DATABASE_HOST=127.0.0.1 DATABASE_SSL=true DATABASE_SSL_CA_CERT_FILE="$keys/ca.crt" >/dev/null
like "$status $err" '^3 .*does not match host name' "a host that the certificate does not name is refused"
is "$(reached "${tls[@]}" DATABASE_HOST=127.0.0.1 DATABASE_SSL=true DATABASE_SSL_CA_CERT_FILE="$keys/ca.crt" \
    DATABASE_SSL_SNI=db.example)" '"one"' "DATABASE_SSL_SNI is the name that the certificate is compared with"
is "$(reached "${tls[@]}" DATABASE_HOST=localhost DATABASE_SSL=true DATABASE_SSL_CA_CERT_FILE="$keys/ca.crt" \
    DATABASE_SSL_SNI=db.example)" '"one"' "also where the host has to be looked up"
is "$(reached "${tls[@]}" DATABASE_HOST=127.0.0.1 DATABASE_SSL=noverify)" '"one"' "noverify encrypts, and compares nothing"

# ---- libpq's own ways

declare -ra libpq=(PGHOST=127.0.0.1 PGPORT="$port" PGUSER=plain)
is "$(reached "${libpq[@]}" PGPASSWORD=secret-of-plain PGDATABASE=one)" '"one"' "PG* variables"
echo "127.0.0.1:$port:*:plain:secret-of-plain" >passfile
chmod 600 passfile
is "$(reached "${libpq[@]}" PGPASSFILE="$keys/passfile" PGDATABASE=one)" '"one"' "PGPASSFILE"
mkdir home
cp -p passfile home/.pgpass
is "$(reached "${libpq[@]}" HOME="$keys/home" PGDATABASE=one)" '"one"' ".pgpass in the home directory"
is "$(reached DATABASE_HOST=127.0.0.1 DATABASE_PORT="$port" DATABASE_USER=plain DATABASE_NAME=one HOME="$keys/home")" '"one"' \
    "also for TeslaMate's variables without a password"
printf '[cars]\nhost=127.0.0.1\nport=%s\nuser=plain\npassword=secret-of-plain\ndbname=two\n' "$port" >services
is "$(reached PGSERVICEFILE="$keys/services" --pg-service cars)" '"two"' "--pg-service"
is "$(reached PGSERVICEFILE="$keys/services" PGSERVICE=cars)" '"two"' "PGSERVICE"
is "$(reached PGSERVICEFILE="$keys/services" PGSERVICE=cars --dbname three)" '"three"' "an option overrules a service"

# ---- which goes before which

printf '%s\n' "DATABASE_HOST=127.0.0.1" "DATABASE_PORT=$port" DATABASE_USER=plain DATABASE_PASS=secret-of-plain \
    DATABASE_NAME=two >teslamate.env
is "$(reached PGDATABASE=three PGPORT=1 --env-file teslamate.env)" '"two"' "TeslaMate's go before libpq's"
is "$(reached DATABASE_NAME=one --env-file teslamate.env)" '"one"' "the environment before the env file"
is "$(reached DATABASE_NAME=one --env-file teslamate.env --dbname three)" '"three"' "options before all"
is "$(reached DATABASE_PORT=1 DATABASE_NAME=one --env-file teslamate.env -p "$port" -d three)" '"three"' "by their short names too"
is "$(reached DATABASE_HOST=nowhere.invalid PGPASSWORD=secret-of-plain --dbname "host=127.0.0.1 port=$port user=plain dbname=three")" \
    '"three"' "a connection string overrules TeslaMate's"
is "$(reached DATABASE_HOST=nowhere.invalid --dbname "postgresql://plain:secret-of-plain@127.0.0.1:$port/three")" \
    '"three"' "as a URL, too"

# ---- what goes wrong

run_with "${plain[@]}" DATABASE_NAME=one DATABASE_PASS=not-the-secret -- check --json
is "$status" 3 "a wrong password is exit status 3"
like "$err" $'DETAIL: .*password authentication failed.*\nHINT: .*DATABASE_PASS' "with a hint"
is "$(grep -c 'not-the-secret' <<<"$out$err")" 0 "the password is not shown"
run_with DATABASE_HOST=127.0.0.1 DATABASE_PORT="$port" DATABASE_USER=plain HOME=/nonexistent -- check
like "$status $err" '^3 .*HINT: .*DATABASE_PASS' "no password is told, and not asked for"
run_with "${plain[@]}" DATABASE_NAME=nosuch -- check
like "$status $err" '^3 .*HINT: .*--dbname' "so is a database that is not there"
run_with "${plain[@]}" DATABASE_PORT=1 -- check
like "$status $err" '^3 .*HINT: .*Is the server running' "and a server that is not"
like "$err" '; Is the server running on that host' "what libpq says on several lines is one sentence after the other"
run_with "${plain[@]}" DATABASE_PORT=70000 -- check
like "$status $err" '^2 .*DATABASE_PORT' "a port that cannot be is a matter of usage"
run_with -- check --dbname 'postgresql://plain:secret-of-plain@127.0.0.1/x?nosuch=1'
is "$status $(grep -c secret <<<"$out$err")" '2 0' "a broken connection string is not shown"

# ---- waiting

cluster_psql --dbname=postgres --command='DROP DATABASE teslamate'
load_teslamate teslamate
cluster_psql --dbname=teslamate --command='CREATE EXTENSION pitstop' --command="SELECT pitstop.grant_operator('plain')" \
    --output=/dev/null
declare -ra waiting=("${plain[@]}" DATABASE_NAME=teslamate)

# Another session holds a drive, until its input ends.
coproc HOLDER { cluster_psql --dbname=teslamate --tuples-only --no-align; }
echo 'BEGIN; SELECT id FROM drives WHERE id = 2 FOR UPDATE;' >&"${HOLDER[1]}"
read -r -u "${HOLDER[0]}" held
is "$held" 2 "a drive is locked by somebody else"
is_waiting() {
    [[ "$(value teslamate "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'pitstop' AND wait_event_type = 'Lock'")" == 1 ]]
}
run_with "${waiting[@]}" DATABASE_TIMEOUT=300 -- close-drive 2
is "$status" 3 "DATABASE_TIMEOUT ends the wait"
like "$err" 'did not answer within 300 ms' "and it is told"
ok "the server has stopped, too" eval '! is_waiting'
run_with "${waiting[@]}" DATABASE_TIMEOUT=300 -- close-drive 1 2 3 --json
is "$status $(json "[r['drive_id'] for r in j['results']], [p['id'] for p in j['problems']]")" '8 ([1], [2])' \
    "what was done before is told, and nothing is begun behind it"
for signal in INT TERM; do
    # A shell has its children in the background ignore SIGINT.
    env --default-signal=INT -u PGHOST -u PGPORT -u PGUSER "${waiting[@]}" \
        "$PITSTOP_BUILD/bin/pitstop" close-drive 4 2 >interrupted 2>&1 &
    pid=$!
    ok "it waits" wait_until 30 is_waiting
    kill "-$signal" "$pid"
    status=0
    wait "$pid" || status=$?
    is "$status" "$([[ $signal == INT ]] && echo 130 || echo 143)" "SIG$signal ends it"
    like "$(<interrupted)" '4 +closed' "it shows what was done"
    ok "the server has stopped, too" eval '! is_waiting'
done
echo 'ROLLBACK;' >&"${HOLDER[1]}"
is "$(value teslamate 'SELECT end_date IS NULL FROM drives WHERE id = 2')" t "the drive was not closed"
run_with "${waiting[@]}" DATABASE_TIMEOUT=30000 -- close-drive 2
is "$status" 0 "once it is free, it is"

done_testing
