#!/usr/bin/env bash
# One session calls every function a thousand times, errors and all, and needs no more memory than before: neither
# PostgreSQL's memory contexts nor the heap of C++ grow.
set -euo pipefail

# shellcheck source=../tap.sh
source "$PITSTOP_SOURCE/test/tap.sh"
# shellcheck source=../../tool/cluster.sh
source "$PITSTOP_SOURCE/tool/cluster.sh"
# shellcheck source=../teslamate.sh
source "$PITSTOP_SOURCE/test/teslamate.sh"

declare -r warm_up=100 rounds=1000
# The heap is measured in pages, and a cache of the catalog may double once more.
declare -r tolerated_contexts=65536 tolerated_heap_kb=1024

# The session writes its pid and its sizes there, and waits while its heap is looked at.
measure() {
    cat <<END
\\o $cluster/memory/$1
SELECT pg_backend_pid(), sum(total_bytes) FROM pg_backend_memory_contexts;
\\o
\\! grep VmData: /proc/\$(cut -d' ' -f1 $cluster/memory/$1)/status > $cluster/memory/$1.heap
\\o /dev/null
END
}

# The journal would grow, and what reads it with it.
repeat() {
    local round
    for ((round = 0; round < $1; round++)); do
        cat "$PITSTOP_SOURCE/test/memory/round.sql"
        ((round % 50)) || echo "DELETE FROM pitstop.event WHERE event_id NOT IN (SELECT min(event_id) FROM pitstop.event);"
    done
}

session() {
    {
        echo '\o /dev/null'
        repeat "$warm_up"
        measure before
        repeat "$rounds"
        measure after
    } | cluster_psql --dbname=teslamate --set=ON_ERROR_STOP=0 --tuples-only --no-align --field-separator=' ' 2>&1
}

contexts_at() {
    cut -d' ' -f2 "$cluster/memory/$1"
}

heap_at() {
    sed -nE 's/^VmData:\s+([0-9]+) kB$/\1/p' "$cluster/memory/$1.heap"
}

cluster_guard
cluster_create --prefix "$PITSTOP_PREFIX" fsync=off synchronous_commit=off jit=off
cluster_start
mkdir "$cluster/memory"
load_teslamate teslamate
cluster_psql --dbname=teslamate --output=/dev/null --set=schema=tenant_7 --set=private_schema=private_7 \
    --file="$PITSTOP_SOURCE/test/fixtures/teslamate/schema.sql" \
    --command='CREATE EXTENSION pitstop' --file="$PITSTOP_SOURCE/test/memory/setup.sql"

session >"$cluster/memory/errors"
errors=$(grep -c '^ERROR:' "$cluster/memory/errors")
is "$(cut -d' ' -f1 "$cluster/memory/before")" "$(cut -d' ' -f1 "$cluster/memory/after")" "it was one session all the time"
# As many in each round: what is meant to work went on working, what is meant to raise went on raising.
is "$((errors % (warm_up + rounds)))" 0 "every round raised the same number of errors"
diag "$((errors / (warm_up + rounds))) errors in each of $rounds rounds"
grown=$(($(contexts_at after) - $(contexts_at before)))
diag "memory contexts: $(contexts_at before) bytes before, $(contexts_at after) after"
ok "the memory contexts did not grow" test "$grown" -le "$tolerated_contexts"
grown=$(($(heap_at after) - $(heap_at before)))
diag "data segment: $(heap_at before) kB before, $(heap_at after) kB after"
ok "the heap did not grow" test "$grown" -le "$tolerated_heap_kb"

done_testing
