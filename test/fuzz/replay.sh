#!/usr/bin/env bash
# Replays the corpus of one fuzz target and tries RUNS inputs made of it, always the same ones; prints TAP.
# usage: replay.sh BUILD_DIRECTORY TARGET RUNS
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=../tap.sh
source "$here/../tap.sh"

target=$2
runs=$3
program=$1/test/fuzz/${target}_fuzz
corpus=$here/corpus/$target
new=$(mktemp -d)
trap 'rm -rf "$new"' EXIT

for input in "$corpus"/*; do
    name=${input##*/}
    ok "$target: ${name//_/ }" "$program" -artifact_prefix="$new/" "$input"
done
ok "$target: $runs inputs made of the corpus" "$program" -seed=1 -runs="$runs" -artifact_prefix="$new/" "$new" "$corpus"
done_testing
