#!/usr/bin/env bash
# Every function, errors and all, under valgrind: nothing invalid is read or written, nothing uninitialised decides,
# nothing is lost.
set -euo pipefail

# shellcheck source=../tap.sh
source "$PITSTOP_SOURCE/test/tap.sh"
# shellcheck source=../../tool/cluster.sh
source "$PITSTOP_SOURCE/tool/cluster.sh"
# shellcheck source=../teslamate.sh
source "$PITSTOP_SOURCE/test/teslamate.sh"

declare -r round=$PITSTOP_SOURCE/test/memory/round.sql
declare -r exit_status_of_a_finding=99

# Twice: the second time with the plans of the first.
run_under_valgrind() {
    cat "$round" "$round" | cluster_as_server valgrind --quiet --leak-check=full --show-leak-kinds=definite \
        --errors-for-leak-kinds=definite --num-callers=30 --error-exitcode="$exit_status_of_a_finding" \
        --suppressions="$cluster/postgres.supp" --log-file="$cluster/data/valgrind.log" \
        "$(cluster_bin)/postgres" --single -D "$cluster/data" teslamate >"$cluster/output" 2>"$cluster/errors"
}

is_clean() {
    run_under_valgrind && return
    cat "$cluster/data/valgrind.log" "$cluster/errors"
    return 1
}

cluster_guard
cluster_create --prefix "$PITSTOP_PREFIX" fsync=off jit=off
cluster_start
cp "$PITSTOP_SOURCE/test/memory/postgres.supp" "$cluster"
load_teslamate teslamate
cluster_psql --dbname=teslamate --output=/dev/null --set=schema=tenant_7 --set=private_schema=private_7 \
    --file="$PITSTOP_SOURCE/test/fixtures/teslamate/schema.sql" \
    --command='CREATE EXTENSION pitstop' --file="$PITSTOP_SOURCE/test/memory/setup.sql"
# What the calls say outside of valgrind is what they say inside.
expected=$(cat "$round" "$round" | cluster_psql --dbname=teslamate --set=ON_ERROR_STOP=0 2>&1 | grep -c '^ERROR:' || true)
cluster_stop

ok "no invalid access, no uninitialised value, no leak" is_clean
is "$(grep -c 'ERROR:' "$cluster/errors" || true)" "$expected" "and every call ran as it does without valgrind"

done_testing
