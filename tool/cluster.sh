# shellcheck shell=bash
# Private PostgreSQL servers, for the demo, the tests and the bench: to be sourced. A cluster is a directory with data,
# a log, a socket and a prefix: a copy of the system's PostgreSQL into which an extension can be installed with DESTDIR,
# the system's own left alone. PostgreSQL finds its share and lib directories relative to its binary.
#
#   cluster_guard                                  # remove what this shell creates, whatever way it ends
#   cluster_create fsync=off                       # sets $cluster, which all other functions act on
#   DESTDIR=$(cluster_prefix) cmake --install build
#   cluster_start
#   cluster_psql -c 'SELECT 1'                     # or any client: PGHOST, PGPORT, PGUSER are exported
#
# For several at once keep the value of $cluster and switch with cluster_use. PG_CONFIG names another PostgreSQL.

cluster=${cluster:-}
declare -a cluster_created=()

cluster_fail() {
    echo "cluster: $*" >&2
    return 1
}

# The server refuses to run as root.
cluster_as_server() {
    if [[ $EUID -eq 0 ]]; then
        (cd / && exec runuser -u postgres -- "$@")
    else
        (cd / && exec "$@")
    fi
}

cluster_pg_config() {
    "${PG_CONFIG:-pg_config}" "$1"
}

cluster_prefix() {
    (cd "$cluster/prefix" && pwd -P)
}

# Written down once: asking pg_config takes longer than most statements.
cluster_bin() {
    echo "$cluster/prefix$(<"$cluster/bindir")"
}

# Binaries are real files, for the server looks where its own resolved path leads; all else are links. An installed
# pitstop is left out: cmake --install would write through the links into the system's.
cluster_make_prefix() {
    local prefix=$1 directory
    directory=$(cluster_pg_config --bindir)
    mkdir -p "$prefix$directory"
    cp -aL "$directory/." "$prefix$directory"
    for directory in "$(cluster_pg_config --sharedir)" "$(cluster_pg_config --pkglibdir)"; do
        mkdir -p "$prefix$directory"
        cp -as "$directory/." "$prefix$directory"
        rm -rf "$prefix$directory"/pitstop* "$prefix$directory"/extension/pitstop* "$prefix$directory"/bitcode/pitstop*
    done
}

# A socket's path has room for 107 characters.
cluster_parent() {
    local parent=${TMPDIR:-/tmp}
    [[ ${#parent} -le 60 ]] || parent=/tmp
    cluster_as_server test -x "$parent" ||
        cluster_fail "the server's user cannot enter $parent; set TMPDIR to a directory it can" || return
    echo "$parent"
}

cluster_own() {
    if [[ $EUID -eq 0 ]]; then chown postgres: "$@"; fi
}

cluster_configure() {
    local setting
    {
        echo "listen_addresses = ''"
        echo "unix_socket_directories = '$cluster/socket'"
        echo "unix_socket_permissions = 0777"
        for setting in "$@"; do
            echo "${setting%%=*} = '${setting#*=}'"
        done
    } >>"$cluster/data/postgresql.conf"
}

# cluster_create [--prefix DIRECTORY] [SETTING=VALUE...]: a new cluster, stopped, with a prefix of its own unless told
# to share one. Superuser postgres, without a password: the socket's directory is closed to other users.
cluster_create() {
    local shared='' parent
    if [[ "${1:-}" == --prefix ]]; then shared=$2; shift 2; fi
    parent=$(cluster_parent) || return
    cluster=$(mktemp -d "$parent/pitstop-XXXXXX") || return
    cluster_created+=("$cluster")
    mkdir -p "$cluster/socket" "$cluster/data" || return
    cluster_pg_config --bindir >"$cluster/bindir" || return
    if [[ -n "$shared" ]]; then
        ln -s "$shared" "$cluster/prefix" || return
    else
        cluster_make_prefix "$cluster/prefix" || return
    fi
    : >"$cluster/log"
    cluster_own "$cluster" "$cluster/data" "$cluster/socket" "$cluster/log" || return
    cluster_as_server "$(cluster_bin)/initdb" --pgdata="$cluster/data" --auth-local=trust --auth-host=scram-sha-256 --username=postgres \
        --encoding=UTF8 --locale=C.UTF-8 --no-sync >"$cluster/initdb.log" 2>&1 ||
        { cat "$cluster/initdb.log" >&2; cluster_fail "could not create a cluster" || return; }
    cluster_configure "$@" || return
    # The socket has a directory of its own, so its number collides with nobody's.
    echo 5432 >"$cluster/port"
    cluster_use "$cluster"
}

# Makes a cluster, of this shell or of an earlier one, the one that the other functions and all clients talk to.
cluster_use() {
    cluster=$1
    [[ -f "$cluster/port" ]] || { cluster_fail "there is no cluster in $cluster" || return; }
    PGHOST=$cluster/socket
    PGPORT=$(<"$cluster/port")
    PGUSER=postgres
    export PGHOST PGPORT PGUSER
}

# Below the range from which the kernel takes the ports of outgoing connections.
cluster_free_port() {
    local port
    while true; do
        port=$((RANDOM % 12000 + 20000))
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
    done
}

# TCP on 127.0.0.1 as well, from the next start on, for roles with a password. Another process may take the port first.
cluster_listen() {
    cluster_free_port >"$cluster/port"
    printf "listen_addresses = '127.0.0.1'\nport = %s\n" "$(<"$cluster/port")" >>"$cluster/data/postgresql.conf"
    cluster_use "$cluster"
}

# Signals go to the pid in the data directory; the system's pg_ctl can do that even when a shared prefix is gone.
cluster_is_running() {
    cluster_as_server "$(cluster_pg_config --bindir)/pg_ctl" --pgdata="$cluster/data" status >/dev/null 2>&1
}

cluster_start() {
    cluster_as_server "$(cluster_bin)/pg_ctl" --pgdata="$cluster/data" --log="$cluster/log" \
        --wait --timeout=60 --silent start </dev/null >/dev/null 2>&1 && return
    cat "$cluster/log" >&2
    cluster_fail "could not start the server in $cluster"
}

# cluster_stop [smart|fast|immediate]
cluster_stop() {
    cluster_as_server "$(cluster_pg_config --bindir)/pg_ctl" --pgdata="$cluster/data" --mode="${1:-fast}" \
        --wait --timeout=60 --silent stop >/dev/null
}

cluster_restart() {
    cluster_stop "${1:-fast}" && cluster_start
}

cluster_remove() {
    [[ -d "$cluster" ]] || return 0
    if cluster_is_running; then cluster_stop immediate || true; fi
    rm -rf "$cluster"
}

cluster_psql() {
    "$(cluster_bin)/psql" --no-psqlrc --quiet --set ON_ERROR_STOP=1 "$@"
}

cluster_cleanup() {
    local each
    for each in ${cluster_created[@]+"${cluster_created[@]}"}; do
        cluster=$each
        cluster_remove
    done
    cluster_created=()
}

# An interrupt ends the shell through its EXIT trap, with the status a caller expects of a signal.
cluster_guard() {
    trap cluster_cleanup EXIT
    trap 'exit 129' HUP
    trap 'exit 130' INT
    trap 'exit 143' TERM
}
