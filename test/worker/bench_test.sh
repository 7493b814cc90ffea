#!/usr/bin/env bash
# The repair's benchmark comes to its end, at its short size, and measures all it says it measures. Times are nobody's
# business here; how many requests it takes is.
set -euo pipefail

# shellcheck source=../tap.sh
source "$PITSTOP_SOURCE/test/tap.sh"

measurements() {
    grep -E '^\| [A-Za-z]' <<<"$table"
}

number_of() {
    awk -F'|' -v what=" $1 " 'index($2, what) == 1 { gsub(/ /, "", $3); print $3; exit }' <<<"$table"
}

# The rows that are no measurements, or whose number is missing.
without_number() {
    measurements | grep -vE '^\| [^|]+ \| +[0-9]+(\.[0-9]+)? \|' || true
}

errors=$(mktemp)
trap 'rm -f "$errors"' EXIT
ended=yes
table=$(bash "$PITSTOP_SOURCE/test/bench/repair.sh" short 2>"$errors") || ended=no

is "$ended" yes 'the benchmark comes to its end'
[[ $ended == yes ]] || diag "$(<"$errors")"
diag "$table"
is "$(measurements | wc -l)" 20 'it measures all that it has to measure'
is "$(without_number)" '' 'and each measurement has its number'
share=$(number_of "share of TeslaMate's (%)")
ok 'at most one in twenty of the requests of TeslaMate is made' awk -v share="$share" \
    'BEGIN { exit !(share != "" && share <= 5) }'
like "$table" 'PostgreSQL [0-9]+' 'it names what it ran on'
done_testing
