#!/usr/bin/env bash
# Shows what pitstop does, on a TeslaMate database made for the occasion. usage: demo.sh [--keep]
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=cluster.sh
source "$root/tool/cluster.sh"
# shellcheck source=../test/worker/geocoder.sh
source "$root/test/worker/geocoder.sh"

declare -r build=${PITSTOP_DEMO_BUILD:-$root/build/demo}
declare -r database=teslamate
page_stays=no

# Whoever runs the demo may have a database of his own in the environment. Nothing of it is to be seen here.
for variable in "${!PG@}" "${!DATABASE_@}" "${!PITSTOP_@}"; do
    [[ "$variable" =~ ^(PG_CONFIG|PITSTOP_DEMO_BUILD)$ ]] || unset "$variable"
done

# What sets a heading off, on a terminal.
bold='' plain=''
if [[ -t 1 && "${TERM:-dumb}" != dumb ]]; then
    bold=$(printf '\033[1m')
    plain=$(printf '\033[0m')
fi

usage() {
    cat <<'END'
usage: demo.sh [--keep]

Builds pitstop, starts a PostgreSQL of its own, loads a TeslaMate database made
for the demo and shows what pitstop does with it. It installs the Debian packages
that are missing; else it touches only this checkout and the temporary directory.

  --keep            leave the server running, and say how to connect and stop it
  --stop DIRECTORY  stop and remove a server that --keep left running
END
}

fail() {
    echo "demo: $*" >&2
    exit 1
}

say() {
    printf '%s\n' "$*"
}

# Runs a command whose output is wanted only when it fails.
quietly() {
    local what=$1 report
    shift
    report=$(mktemp)
    if ! "$@" >"$report" 2>&1 </dev/null; then
        cat "$report" >&2
        rm -f "$report"
        fail "could not $what; the output above says why"
    fi
    rm -f "$report"
}

# A build directory keeps the generator it was made with.
configure() {
    local -a generator=()
    [[ -f "$build/CMakeCache.txt" ]] || generator=(-G Ninja)
    cmake -S "$root" -B "$build" ${generator[@]+"${generator[@]}"} -DPITSTOP_TESTS=OFF \
        ${PG_CONFIG:+"-DPG_CONFIG=$PG_CONFIG"}
}

install_extension() {
    DESTDIR=$(cluster_prefix) cmake --install "$build"
}

load() {
    cluster_psql --dbname=postgres --command="CREATE DATABASE $database"
    PGOPTIONS='-c client_min_messages=warning' cluster_psql --dbname="$database" --single-transaction --output=/dev/null \
        --file="$root/test/fixtures/teslamate/schema.sql" \
        --file="$root/test/fixtures/parity/input.sql" \
        --file="$root/tool/demo/cars.sql" \
        --command='CREATE EXTENSION pitstop'
    cluster_psql --dbname="$database" --command='ANALYZE'
}

show() {
    local line=ascii
    [[ "$(locale charmap 2>/dev/null || true)" != UTF-8 ]] || line=unicode
    PGCLIENTENCODING=UTF8 PSQL_PAGER='' PAGER='' cluster_psql --dbname="$database" \
        --set=line="$line" --set=bold="$bold" --set=plain="$plain" <"$root/tool/demo/show.sql" 2>&1
}

heading() {
    say "$bold$1$plain"
    say ""
}

# Runs the program where the backups are a short path, and shows how it was called.
pitstop() {
    say "\$ pitstop $*"
    (cd "$cluster" && PGDATABASE=$database PITSTOP_BACKUP_DIR=backups PITSTOP_PG_BINDIR=$(cluster_bin) \
        "$build/bin/pitstop" "$@") 2>&1
    say ""
}

count_charges() {
    cluster_psql --dbname="$database" --tuples-only --no-align --command='SELECT count(*) FROM charges'
}

show_backups() {
    mkdir "$cluster/backups"
    heading "9. Back up, and prove the backup"
    pitstop backup
    pitstop verify --restore
    pitstop list
    heading "10. Lose something, and restore"
    say "Rows of charges before: $(count_charges)"
    cluster_psql --dbname="$database" --command='TRUNCATE charges'
    say "After somebody's TRUNCATE charges: $(count_charges)"
    say ""
    pitstop restore
    say "Rows of charges after the restore: $(count_charges)"
    say ""
}

# On a free port of loopback; it ends with the demo, unless that is kept.
start_page() {
    setsid "$build/bin/pitstop" serve --dbname "$database" --listen 127.0.0.1:0 --backup-dir "$cluster/backups" \
        >"$cluster/serve.log" 2>&1 </dev/null &
    echo $! >"$cluster/serve.pid"
    for _ in {1..100}; do
        ! grep -q '^Listening on ' "$cluster/serve.log" || break
        sleep 0.1
    done
    page=$(sed -nE 's/^Listening on (.*)\.$/http:\/\/\1\//p' "$cluster/serve.log")
    [[ -n "$page" ]] || fail "could not start the page: $(<"$cluster/serve.log")"
}

stop_page() {
    [[ -f "$cluster/serve.pid" ]] || return 0
    kill "$(<"$cluster/serve.pid")" 2>/dev/null || true
    rm -f "$cluster/serve.pid"
}

show_health() {
    heading "11. See what is not well"
    # Its exit status says so, too.
    pitstop health || true
    start_page
    say "The page that tells it is at $page"
    say ""
}

# The stand-in for a geocoder does not stay, so the worker is not to ask it.
keep() {
    cluster_created=()
    page_stays=yes
    cluster_psql --dbname="$database" --command="ALTER DATABASE $database RESET pitstop.repair"
    say "Server and page go on running. Connect with"
    say ""
    say "    psql --host=$PGHOST --username=$PGUSER $database"
    say ""
    say "and stop and remove it with"
    say ""
    say "    bash tool/demo.sh --stop $cluster"
}

# Removes a directory, so it makes sure that it is one of ours.
stop() {
    [[ "$1" =~ /pitstop-[A-Za-z0-9]{6}/?$ && -f "$1/port" && -d "$1/data" ]] || fail "$1 is not a server of the demo"
    cluster=${1%/}
    stop_page
    cluster_remove
    say "The server in $cluster is stopped and removed."
}

main() {
    local keeps=no
    case "${1:-}" in
        '') ;;
        --keep) keeps=yes ;;
        --stop) [[ $# -eq 2 ]] || { usage >&2; exit 2; }; stop "$2"; return ;;
        --help | -h) usage; return ;;
        *) usage >&2; exit 2 ;;
    esac
    [[ $# -le 1 ]] || { usage >&2; exit 2; }

    "$root/tool/packages.sh" demo
    say "Building pitstop ..."
    quietly "configure the build" configure
    quietly "build pitstop" cmake --build "$build" --parallel 2
    say "Starting a PostgreSQL of its own ..."
    geocoder_guard
    trap '[[ $page_stays == yes ]] || stop_page; geocoder_cleanup; cluster_cleanup' EXIT
    geocoder_start
    cluster_create fsync=off synchronous_commit=off shared_preload_libraries=pitstop \
        "pitstop.geocoder_url=$geocoder_url" pitstop.geocoder_interval=0
    quietly "install pitstop" install_extension
    cluster_start
    say "Loading a TeslaMate database ..."
    load
    show
    show_backups
    show_health
    [[ $keeps == no ]] || keep
}

main "$@"
