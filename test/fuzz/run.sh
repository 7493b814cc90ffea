#!/usr/bin/env bash
# The long campaign: tries RUNS inputs on each fuzz target, others every time. usage: run.sh RUNS [TARGET...]
# What it learns is kept in build/fuzz/TARGET for the next campaign, an input that breaks something in build/fuzz.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=$root/build

usage() {
    echo "usage: ${0##*/} RUNS [TARGET...]" >&2
    exit 2
}

[[ $# -ge 1 && "$1" =~ ^[0-9]+$ ]] || usage
runs=$1
shift
[[ $# -gt 0 ]] || set -- decimal drive charge memory reply retry_after provider visit \
    env_file manifest restore_comment dump_format dump_text retention access health_config alert language

"$root/tool/packages.sh" test
[[ -f "$build/CMakeCache.txt" ]] || cmake -S "$root" -B "$build" -G Ninja
cmake --build "$build" --target fuzz --parallel 2

# libFuzzer makes inputs of up to 4096 bytes unless told. What is remembered of more geocoders than are kept, and texts
# that are cut, fit into 2048; longer ones only take longer.
declare -A longest=([memory]=2048)

for target in "$@"; do
    [[ -x "$build/test/fuzz/${target}_fuzz" ]] || usage
    mkdir -p "$build/fuzz/$target"
    "$build/test/fuzz/${target}_fuzz" -runs="$runs" -max_len="${longest[$target]:-4096}" \
        -artifact_prefix="$build/fuzz/$target-" "$build/fuzz/$target" "$root/test/fuzz/corpus/$target"
done
