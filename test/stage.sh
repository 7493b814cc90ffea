#!/usr/bin/env bash
# The server that the pgTAP and isolation tests share, and the prefix with the extension that script tests share.
# usage: stage.sh up BUILD_DIRECTORY | stage.sh down BUILD_DIRECTORY
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=../tool/cluster.sh
source "$here/../tool/cluster.sh"

# The server's time zone is an odd one on purpose: what must come out in UTC has to do so here too.
declare -ra settings=(
    fsync=off
    synchronous_commit=off
    full_page_writes=off
    autovacuum=off
    shared_buffers=32MB
    max_connections=50
    timezone=Asia/Kathmandu
    log_min_messages=warning
)

make_empty_template() {
    cluster_psql --dbname=postgres --command='CREATE DATABASE teslamate_empty'
    cluster_psql --dbname=teslamate_empty --single-transaction \
        --file="$here/fixtures/teslamate/schema.sql" \
        --command='CREATE EXTENSION pitstop' \
        --command='CREATE SCHEMA tap' \
        --command='CREATE EXTENSION pgtap SCHEMA tap' \
        --command='GRANT USAGE ON SCHEMA tap TO PUBLIC'
}

make_parity_template() {
    cluster_psql --dbname=postgres --command='CREATE DATABASE teslamate_parity TEMPLATE teslamate_empty'
    cluster_psql --dbname=teslamate_parity --single-transaction --file="$here/fixtures/parity/input.sql"
}

# A template nobody can connect to is always free to be copied.
close_templates() {
    cluster_psql --dbname=postgres \
        --command='ALTER DATABASE teslamate_empty IS_TEMPLATE true ALLOW_CONNECTIONS false' \
        --command='ALTER DATABASE teslamate_parity IS_TEMPLATE true ALLOW_CONNECTIONS false'
}

up() {
    down
    cluster_guard
    cluster_create "${settings[@]}"
    DESTDIR=$(cluster_prefix) cmake --install "$build" >/dev/null
    cluster_start
    make_empty_template
    make_parity_template
    close_templates
    echo "$cluster" >"$state"
    cluster_created=()
}

down() {
    [[ -f "$state" ]] || return 0
    cluster=$(<"$state")
    cluster_remove
    rm -f "$state"
}

[[ $# -eq 2 && "$1" =~ ^(up|down)$ ]] || { echo "usage: ${0##*/} up|down BUILD_DIRECTORY" >&2; exit 2; }
build=$2
state=$build/test-stage
"$1"
