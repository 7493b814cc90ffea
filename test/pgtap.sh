#!/usr/bin/env bash
# Runs one pgTAP file in a database of its own. usage: pgtap.sh BUILD_DIRECTORY FILE
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=on_stage.sh
source "$here/on_stage.sh"

build=$1
file=$2
name=${file##*/}
on_stage "$build"
copy_database "pgtap_${name%.sql}" "$(database_wanted_by "$file")"

# \copy reads relative to the working directory. pgTAP is in a schema of its own, so that nothing of it can be
# mistaken for something of TeslaMate's.
cd "$here"
PGOPTIONS='-c search_path=public,tap -c client_min_messages=warning' \
    pg_prove --verbose --psql-bin "$(cluster_bin)/psql" --dbname "$database" "$file"
