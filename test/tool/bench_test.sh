#!/usr/bin/env bash
# The benchmarks of the program come to their end, at their short size, and measure all they say they measure. What the times are
# is nobody's business here.
set -euo pipefail

# shellcheck source=tool.sh
source "$PITSTOP_SOURCE/test/tool/tool.sh"

errors=$(mktemp)
trap 'rm -f "$errors"' EXIT
ended=yes
table=$(bash "$PITSTOP_SOURCE/test/bench/backup.sh" short 2>"$errors") || ended=no

is "$ended" yes 'the benchmark comes to its end'
[[ $ended == yes ]] || diag "$(<"$errors")"
diag "$table"
for each in 'backup with proof' 'its archive' 'backup --jobs 2' 'restore, proof, swap'; do
    ok "it compares: $each" grep -qE "^$each, [a-zA-Z]+ +[0-9.]+  .* +[0-9.]+ +[0-9.]+" <<<"$table"
done
for each in 'list, 20 backups' 'memory of a backup' 'memory of a restore'; do
    ok "it measures: $each" grep -qE "^$each, [a-zA-Z]+ +[0-9.]+" <<<"$table"
done

ended=yes
table=$(bash "$PITSTOP_SOURCE/test/bench/serve.sh" short 2>"$errors") || ended=no
is "$ended" yes 'that of health comes to its end, too'
[[ $ended == yes ]] || diag "$(<"$errors")"
diag "$table"
for each in '/health_check, requests/s, 64 connections' '/health_check while the database hangs' 'largest resident memory, MB' \
    'from start to the first answer, ms' 'probes, % of one core'; do
    ok "it measures: $each" grep -qE "^$each +[0-9.]+ " <<<"$table"
done
done_testing
