# shellcheck shell=bash
# The program under test, and what its tests need to make servers with TeslaMate's data. No setting of who runs the test gets
# to it.

# shellcheck source=../tap.sh
source "$PITSTOP_SOURCE/test/tap.sh"
# shellcheck source=../../tool/cluster.sh
source "$PITSTOP_SOURCE/tool/cluster.sh"
# shellcheck source=../teslamate.sh
source "$PITSTOP_SOURCE/test/teslamate.sh"

for tool_variable in "${!PG@}" "${!DATABASE_@}" NO_COLOR PITSTOP_BACKUP_DIR PITSTOP_PG_BINDIR; do
    [[ "$tool_variable" == PG_CONFIG ]] || unset "$tool_variable"
done
export LC_ALL=C.UTF-8

pitstop() {
    "$PITSTOP_BUILD/bin/pitstop" "$@"
}

# run_pitstop ARGUMENT...: sets $status, $out and $err.
# shellcheck disable=SC2034  # for who calls it
run_pitstop() {
    local errors
    errors=$(mktemp)
    status=0
    out=$(pitstop "$@" 2>"$errors" </dev/null) || status=$?
    err=$(<"$errors")
    rm -f "$errors"
}

# json EXPRESSION: what Python makes of the JSON in $out, which it knows as j.
json() {
    python3 -c 'import json, sys; j = json.load(sys.stdin); print(eval(sys.argv[1]))' "$1" <<<"$out"
}
