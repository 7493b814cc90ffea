#!/usr/bin/env bash
# disk_space(): the room at the data directory, each tablespace and the WAL, and who sees where these are.
set -euo pipefail

# shellcheck source=../tap.sh
source "$PITSTOP_SOURCE/test/tap.sh"
# shellcheck source=../../tool/cluster.sh
source "$PITSTOP_SOURCE/tool/cluster.sh"
# shellcheck source=../teslamate.sh
source "$PITSTOP_SOURCE/test/teslamate.sh"

# What df says of a path's file system: avail or size.
df_says() {
    df --block-size=1 --output="$1" "$2" | tail -n 1 | tr -d ' '
}

# Others write to these disks meanwhile.
is_about() {
    [[ $(($1 - $2)) -lt 500000000 && $(($2 - $1)) -lt 500000000 ]]
}

cluster_guard
cluster_create --prefix "$PITSTOP_PREFIX" fsync=off allow_in_place_tablespaces=on
# On another file system than the data, where there is one.
elsewhere=$(mktemp -d -p /dev/shm 2>/dev/null || mktemp -d)
trap 'cluster_cleanup; rm -rf "$elsewhere"' EXIT
mkdir "$elsewhere/wal" "$elsewhere/space"
mv "$cluster/data/pg_wal" "$elsewhere/wal/pg_wal"
ln -s "$elsewhere/wal/pg_wal" "$cluster/data/pg_wal"
[[ $EUID -ne 0 ]] || chown -R postgres "$elsewhere" "$cluster/data"
cluster_start
load_teslamate teslamate
cluster_psql --dbname=teslamate --command='CREATE EXTENSION pitstop' \
    --command="CREATE TABLESPACE \"two words\" LOCATION '$elsewhere/space'" \
    --command="CREATE TABLESPACE in_place LOCATION ''" \
    --command='CREATE ROLE operator LOGIN' --command='CREATE ROLE reader LOGIN' \
    --command="SELECT pitstop.grant_operator('operator'), pitstop.grant_reader('reader')" --output=/dev/null
in_place=$(value teslamate "SELECT oid FROM pg_tablespace WHERE spcname = 'in_place'")
data=$(value teslamate 'SHOW data_directory')

is "$(value teslamate 'SELECT name, path FROM pitstop.disk_space()')" \
    "data directory|$data
tablespace in_place|$data/pg_tblspc/$in_place
tablespace two words|$elsewhere/space
WAL|$elsewhere/wal/pg_wal" "it lists the data directory, the tablespaces, and the WAL where that is elsewhere"
while IFS='|' read -r name path free total; do
    is "$total" "$(df_says size "$path")" "$name: the size is the file system's"
    ok "$name: free is what df calls available" is_about "$free" "$(df_says avail "$path")"
done < <(value teslamate 'SELECT * FROM pitstop.disk_space()')

is "$(value teslamate 'SELECT count(*), count(path), count(free_bytes) FROM pitstop.disk_space()' --username=operator)" \
    '4|0|4' "an operator sees the room, but no paths"
cluster_psql --dbname=teslamate --command='GRANT pg_read_all_settings TO operator'
is "$(value teslamate 'SELECT count(path) FROM pitstop.disk_space()' --username=operator)" 4 \
    "who may read the setting data_directory sees them"
like "$(error_of teslamate 'SELECT pitstop.disk_space()' --username=reader)" '42501' "a reader may not ask"

rm -r "$elsewhere/space"
is "$(value teslamate "SELECT free_bytes IS NULL, total_bytes IS NULL FROM pitstop.disk_space() WHERE name = 'tablespace two words'")" \
    't|t' "of a tablespace whose directory is gone it says nothing"
is "$(value teslamate "SELECT severity, what FROM pitstop.doctor() WHERE code = 'disk_database' AND what LIKE '%two words%'")" \
    'unknown|free space where the server keeps its data, tablespace two words: The operating system does not say.' \
    "and doctor() that it is unknown"

done_testing
