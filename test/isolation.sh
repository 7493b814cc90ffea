#!/usr/bin/env bash
# Runs one isolation spec in a database of its own and says in TAP how it went. usage: isolation.sh BUILD_DIRECTORY FILE
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=on_stage.sh
source "$here/on_stage.sh"
# shellcheck source=tap.sh
source "$here/tap.sh"

build=$1
file=$2
name=${file##*/}
name=${name%.spec}
output=$build/isolation/$name

runs_as_expected() {
    "$(cluster_pg_config --pkglibdir)/pgxs/src/test/isolation/pg_isolation_regress" \
        --use-existing --bindir="$(cluster_bin)" --host="$PGHOST" --port="$PGPORT" --user="$PGUSER" \
        --dbname="$database" --inputdir="$here/isolation" --outputdir="$output" "$name" && return
    cat "$output/regression.diffs"
    return 1
}

on_stage "$build"
copy_database "isolation_$name" "$(database_wanted_by "$file")"
rm -rf "$output"
mkdir -p "$output"
plan 1
ok "${name//_/ }" runs_as_expected
done_testing
