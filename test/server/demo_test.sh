#!/usr/bin/env bash
# tool/demo.sh: shows the main job, in characters the terminal has, and leaves running only what it was asked to.
set -euo pipefail

# shellcheck source=../tap.sh
source "$PITSTOP_SOURCE/test/tap.sh"

# Where test/run.sh has built with the other compiler, there is all that the demo needs.
PITSTOP_DEMO_BUILD=$PITSTOP_BUILD/clang
[[ -x "$PITSTOP_DEMO_BUILD/bin/pitstop" ]] || PITSTOP_DEMO_BUILD=$PITSTOP_BUILD/demo
TMPDIR=$(mktemp -d /tmp/demo-XXXX)
chmod 711 "$TMPDIR"
export PITSTOP_DEMO_BUILD TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT
declare -r demo=$PITSTOP_SOURCE/tool/demo.sh
declare -r first=$TMPDIR/first second=$TMPDIR/second

# run_demo LOCALE OUTPUT [OPTION...]
run_demo() {
    local locale=$1 output=$2
    shift 2
    LC_ALL=$locale bash "$demo" "$@" >"$output" 2>&1 && return
    cat "$output"
    return 1
}

fails() {
    ! "$@"
}

shows() {
    grep -Eq "$1" "$first"
}

# The line after the last one that holds WORDS and an empty one.
command_after() {
    grep -A2 "$1" "$second" | tail -n 1 | sed 's/^ *//'
}

ok "the demo runs" run_demo C.UTF-8 "$first"
ok "it lists what is open" shows '│ Thunder +│ drive +│ 10000 │.*│ t +│'
ok "it closes a drive, and shows what came out" shows '│ +9999 │ closed +│ .* │ 41\.7 │ +34 │ +[0-9]+ │'
ok "the drive has its places" shows '│ 9999 │.*│ Garage │ Office │'
ok "it closes a charge, with its cost" shows '│ 5001 │ closed .*│ +38\.60 │ +40\.48 │ 11\.74 │'
ok "it closes what is stale" shows '│ drive +│ deleted │ +19 │'
ok "it leaves alone what is in progress" shows '│ drive +│ 10000 │ skipped │ in progress'
ok "it says what fails, and why" shows '│ charge │ 152 │ .*geofence 7 has no price'
ok "it looks up addresses, and shows how many requests that took" shows '│ requests +│ [1-9][0-9]* +│ since the worker'
ok "the drive has its addresses" shows '│ +9999 │ Street [0-9]+ │ Town [0-9]+ │ Street [0-9]+ │ Town [0-9]+ │'
ok "it deletes a drive with its positions" shows '│ positions +│ deleted +│ +625 │ +[1-9][0-9]* │'
ok "and undoes that" shows '│ positions +│ inserted again │ +625 │'
ok "it checks versions" shows '│ PostgreSQL for pitstop +│ .*│ ok +│'
ok "it backs up" shows '^Backed up "teslamate" into backups/teslamate-[0-9TZ]+\.dump: [0-9,]+ rows, '
ok "it proves the backup by restoring it" shows ' is whole: it was restored on PostgreSQL [0-9.]+ and compared\.$'
ok "it lists the backup as proven" shows '^teslamate-[0-9TZ]+ +teslamate .* restored on [0-9.]+, just now$'
ok "it restores" shows '^Restored "teslamate": [0-9,]+ rows, each table counted and compared\.$'
is "$(sed -n 's/^Rows of charges after the restore: //p' "$first")" "$(sed -n 's/^Rows of charges before: //p' "$first")" \
    "what was lost is there again"
ok "it says what is not well" shows '^(ok|warning|critical) +backup +[0-9]'
ok "it has a page" shows '^The page that tells it is at http://127\.0\.0\.1:[0-9]+/$'
ok "it was lost in between" shows '^After .*TRUNCATE charges: 0$'
is "$(grep ERROR: "$first" | sed 's/[0-9]*//g')" 'ERROR:  event  is already undone' "the one error is the one it shows"
is "$(find "$TMPDIR" -maxdepth 1 -name 'pitstop-*')" '' "nothing is left"

ok "it runs with --keep, without a locale" run_demo C "$second" --keep
is "$(LC_ALL=C grep -c '[^ -~]' "$second" || true)" 0 "then it shows nothing but ASCII"
is "$(awk 'length > 100' "$second")" '' "no line is wider than 100 columns"
like "$(bash -c "$(command_after 'Connect with') --tuples-only --no-align --command='SELECT count(*) FROM pitstop.event'")" \
    '^[0-9]+$' "the server can be connected to as it says"
like "$(cd "$PITSTOP_SOURCE" && bash -c "$(command_after 'and stop and remove it with')")" 'stopped and removed' \
    "it stops as it says"
is "$(find "$TMPDIR" -maxdepth 1 -name 'pitstop-*')" '' "and nothing is left either"
ok "it stops nothing that is not its own" fails bash "$demo" --stop /tmp
ok "an unknown option is an error" fails bash "$demo" --what

done_testing
