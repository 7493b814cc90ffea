#!/usr/bin/env bash
# The benchmark runs, at its small size, and compares all it says it compares. What it measures is nobody's business
# here.
set -euo pipefail

# shellcheck source=../tap.sh
source "$PITSTOP_SOURCE/test/tap.sh"

# The line of a comparison: two times, and the ratio.
compares() {
    grep -qE "^$1 +[0-9.]+  $2 +[0-9.]+ +[0-9.]+" <<<"$table"
}

# The build that is there will do: its times are not looked at.
table=$(PITSTOP_BENCH_BUILD=$PITSTOP_BUILD bash "$PITSTOP_SOURCE/test/bench/run.sh" small 2>/dev/null)

plan 7
ok "close_drive with TeslaMate's statements" compares close_drive "TeslaMate's statements"
ok 'close_drive with counting' compares close_drive 'count\(\*\) of its positions'
ok "close_stale with TeslaMate's statements" compares 'close_stale, 10 drives' "TeslaMate's statements, 10 times"
ok 'close_stale with counting' compares 'close_stale, 10 drives' 'count\(\*\), 10 times'
ok "close_charge with TeslaMate's statements" compares close_charge "TeslaMate's statements"
ok 'delete_drive with a plain DELETE' compares delete_drive 'DELETE FROM drives'
like "$table" 'PostgreSQL [0-9]+' 'it names what it ran on'
done_testing
