#!/usr/bin/env bash
# Every released version, updated, is what a fresh installation is: the whole catalog of the extension is compared.
# A change of sql/pitstop.sql needs an update script, and a released script stays as it was.
set -euo pipefail

# shellcheck source=../tap.sh
source "$PITSTOP_SOURCE/test/tap.sh"
# shellcheck source=../../tool/cluster.sh
source "$PITSTOP_SOURCE/tool/cluster.sh"
# shellcheck source=../teslamate.sh
source "$PITSTOP_SOURCE/test/teslamate.sh"

declare -r released=$PITSTOP_SOURCE/test/upgrade/released

# As text, without oids: what is in the extension, what it looks like, who may do what, what depends on what.
# catalog DATABASE [STATEMENT]: the statement goes first, and is not kept when it begins a transaction.
catalog() {
    cluster_psql --dbname="$1" --tuples-only --no-align ${2:+--command="$2"} \
        --file="$PITSTOP_SOURCE/test/upgrade/catalog.sql"
}

install_version() {
    cluster_psql --dbname=postgres --command="CREATE DATABASE \"$1\" TEMPLATE teslamate"
    cluster_psql --dbname="$1" --command="CREATE EXTENSION pitstop${2:+ VERSION \"$2\"}"
}

# The lines that are not in both.
differences() {
    diff <(echo "$1") <(echo "$2") | grep '^[<>]' || true
}

journal_of() {
    contents "$1" pitstop | grep '^event'
}

update_and_compare() {
    local version=$1 database=updated_from_$1 journal
    install_version "$database" "$version"
    value "$database" 'SELECT pitstop.close_drive(1), pitstop.delete_drive(2)' >/dev/null
    journal=$(journal_of "$database")
    ok "version $version updates" cluster_psql --dbname="$database" --command='ALTER EXTENSION pitstop UPDATE'
    is "$(differences "$fresh" "$(catalog "$database")")" '' "updated from $version it is what a fresh installation is"
    is "$(journal_of "$database")" "$journal" "its journal is as it was"
    is "$(value "$database" "SELECT table_name, change FROM pitstop.undo((SELECT max(event_id) FROM pitstop.event)) LIMIT 1")" \
        'drives|inserted again' "and its events can be undone"
}

cluster_guard
cluster_create fsync=off
DESTDIR=$(cluster_prefix) cmake --install "$PITSTOP_BUILD" >/dev/null
cp "$released"/pitstop--*.sql "$cluster/prefix$(cluster_pg_config --sharedir)/extension"
cluster_start
load_teslamate teslamate

install_version fresh ''
fresh=$(catalog fresh)
current=$(value fresh "SELECT extversion FROM pg_extension WHERE extname = 'pitstop'")
like "$fresh" 'FUNCTION pitstop.close_drive' "the catalog has something to compare"
# What the comparison does not see, a change slips through.
for change in "ALTER FUNCTION pitstop.undo(bigint) STABLE" \
    "COMMENT ON FUNCTION pitstop.incomplete() IS 'else'" \
    "GRANT EXECUTE ON FUNCTION pitstop.undo(bigint) TO PUBLIC" \
    "ALTER TABLE pitstop.event ALTER COLUMN actor DROP NOT NULL" \
    "ALTER SEQUENCE pitstop.event_id_seq CACHE 2" \
    "UPDATE pg_extension SET extcondition[1] = 'WHERE false' WHERE extname = 'pitstop'" \
    "ALTER EXTENSION pitstop DROP FUNCTION pitstop.undo(bigint)"; do
    ok "the comparison sees: $change" test "$(catalog fresh "BEGIN; $change")" != "$fresh"
done

for script in "$released"/pitstop--*.sql; do
    version=${script##*/pitstop--}
    version=${version%.sql}
    is "$(value fresh "SELECT path IS NOT NULL FROM pg_extension_update_paths('pitstop') WHERE source = '$version' AND target = '$current'")" \
        t "there is a way from $version to $current"
    update_and_compare "$version"
done

done_testing
