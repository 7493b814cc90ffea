# shellcheck shell=bash
# A database of one's own on the stage's server, to be sourced by what runs a test there.

on_stage_here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=../tool/cluster.sh
source "$on_stage_here/../tool/cluster.sh"

on_stage() {
    [[ -f "$1/test-stage" ]] || { echo "the test server is not running: stage.sh up $1" >&2; return 1; }
    cluster_use "$(<"$1/test-stage")"
}

# The template that a test file asks for in its head: "-- database: NAME" in SQL, "# database: NAME" elsewhere.
database_wanted_by() {
    local wanted
    wanted=$(sed -nE '/^(--|#)/!q; s/^(--|#) database: ([a-z_]+)$/\2/p' "$1")
    echo "${wanted:-teslamate_empty}"
}

# Sets $database, which goes when the shell ends.
copy_database() {
    database=$1
    cluster_psql --dbname=postgres --command="DROP DATABASE IF EXISTS \"$database\" WITH (FORCE)" \
        --command="CREATE DATABASE \"$database\" TEMPLATE \"$2\"" 2>/dev/null
    trap drop_database EXIT
}

drop_database() {
    cluster_psql --dbname=postgres --command="DROP DATABASE IF EXISTS \"$database\" WITH (FORCE)"
}
