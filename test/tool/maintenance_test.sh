#!/usr/bin/env bash
# The maintenance commands on TeslaMate's parity data: what they do is what the functions do, and they say so to people,
# to programs, and in their exit status.
set -euo pipefail

# shellcheck source=tool.sh
source "$PITSTOP_SOURCE/test/tool/tool.sh"

# A database of its own, with nothing done in it yet.
fresh() {
    cluster_psql --dbname=postgres --command="CREATE DATABASE $1 TEMPLATE untouched"
}

# All that is in the database; cars has the time of a change in it.
state() {
    contents "$1" public | grep -v '^cars|'
    contents "$1" pitstop | cut -d '|' -f 1,2
}

# The same, but for charging processes without rows, which end at the moment they are closed.
state_but_for_now() {
    state "$1" | grep -v '^charging_processes|'
    value "$1" "SELECT md5(string_agg(CASE WHEN EXISTS (SELECT FROM charges AS h WHERE h.charging_process_id = c.id) THEN c::text
                                           ELSE (c.end_date IS NULL)::text END, ' ' ORDER BY c.id))
                  FROM charging_processes AS c"
}

# What the function returns, as the program's JSON has it, without event ids.
by_sql() {
    value "$1" "SELECT coalesce(json_agg(r), '[]') FROM (SELECT $3 FROM pitstop.$2) AS r" | python3 -c '
import json, sys
def told(value):
    return value + "Z" if isinstance(value, str) and value[4:5] == "-" and value[10:11] == "T" else value
print([{k: told(v) for k, v in row.items() if k != "event_id"} for row in json.load(sys.stdin)])'
}
by_program() {
    json "[{k: v for k, v in row.items() if k != 'event_id'} for row in j['results']]"
}

cluster_guard
cluster_create --prefix "$PITSTOP_PREFIX" fsync=off shared_preload_libraries=pitstop timezone=Asia/Kathmandu
cluster_start
load_teslamate untouched
cluster_psql --dbname=untouched --command='CREATE EXTENSION pitstop' --command='CREATE ROLE stranger LOGIN'
cluster_psql --dbname=postgres --command="ALTER DATABASE untouched SET datestyle = 'German'"
fresh teslamate
fresh reference
export PGDATABASE=teslamate

# ---- check, incomplete: what only reads

run_pitstop check --json
is "$(by_program)" "$(by_sql reference 'check_postgres()' '*' | sed 's/]$//'), $(by_sql reference 'check_teslamate()' '*' | sed 's/^\[//')" \
    "check finds what the functions find"
refused=$(value teslamate "SELECT count(*) FROM pitstop.check_postgres() WHERE status = 'refused'")
is "$status" "$([[ $refused -gt 0 ]] && echo 7 || echo 0)" "its exit status says whether something is refused"
cluster_psql --dbname=reference --command='ALTER TABLE drives DROP COLUMN ascent'
run_pitstop check --dbname reference
is "$status" 7 "a missing column is refused"
like "$out" 'drives\.ascent +missing' "and named in the table"
like "$out" $'^name +found +required +status +message\n-' "which has a header"
cluster_psql --dbname=postgres --command='DROP DATABASE reference'
fresh reference

run_pitstop incomplete --json
is "$status" 0 "incomplete succeeds"
is "$(by_program)" "$(by_sql reference 'incomplete()' '*')" "it lists what the function lists, with the same types"
is "$(json "[type(j['results'][0][k]).__name__ for k in ('id', 'rows', 'in_progress', 'start_date')]")" \
    "['int', 'int', 'bool', 'str']" "numbers are numbers, truths are truths"
is "$(json "j['schema_version'], j['command']")" "(1, 'incomplete')" "the JSON says what it is"

# ---- close-drive

before=$(state teslamate)
run_pitstop close-drive 1 2 --dry-run --json
is "$status" 0 "a dry run of close-drive succeeds"
is "$(by_program)" "$(by_sql reference 'close_drive(1)' '*' | sed 's/]$//'), $(by_sql reference 'close_drive(2)' '*' | sed 's/^\[//')" \
    "it says what would come out"
is "$(json "j['dry_run'], [row['event_id'] for row in j['results']]")" '(True, [None, None])' "without an event"
is "$(state teslamate)" "$before" "and changes nothing"
run_pitstop close-drive 1 --dry-run
like "$out" 'This was a dry run: nothing was changed\.$' "and says so"

run_pitstop close-drive 1 2 --json
is "$status $(json "[row['event_id'] for row in j['results']]")" \
    "0 [$(value teslamate "SELECT string_agg(event_id::text, ', ' ORDER BY event_id) FROM pitstop.event")]" \
    "close-drive closes drives, each with its event"
is "$(state teslamate)" "$(state reference)" "as the function does"

run_pitstop close-drive 51
is "$status" 0 "a drive that TeslaMate would delete is deleted"
like "$out" 'drive_id +outcome +reason +start_date +end_date +distance +duration_min +event_id' "the table has the columns"
like "$out" ' 51 +deleted +it has [a-z ]+ +[0-9]+$' "NULL is shown as nothing"

before=$(state teslamate)
run_pitstop close-drive 404404 --json
is "$status" 0 "an unknown drive is no error, as in TeslaMate's scripts"
like "$err" '^pitstop: warning: drive 404404 does not exist' "but a warning"
is "$(json "j['results'], [(p['id'], p['severity']) for p in j['problems']]")" "([], [(404404, 'warning')])" "in the JSON too"
run_pitstop close-drive 404404 --strict
is "$status" 1 "with --strict it is an error"
like "$err" '^pitstop: drive 404404 does not exist' "and called one"
for arguments in '3 four' '3 4.0' '3 99999999999999999999' '3 +4' '3 0x4'; do
    # shellcheck disable=SC2086  # words
    run_pitstop close-drive $arguments
    is "$status" 2 "close-drive $arguments is refused"
done
run_pitstop close-drive ''
is "$status" 2 "an empty id is refused"
is "$(state teslamate)" "$before" "nothing is done for the ids before one that is none"
run_pitstop close-drive 0
is "$status" 1 "an id that cannot be one is an error"
like "$err" $'drive id 0 is not valid\nDETAIL:  .*\nHINT:    ' "with the function's detail and hint"

run_pitstop close-drive 3 404404 --strict --json
is "$status" 8 "when some succeed and some fail, the exit status is 8"
is "$(json "len(j['results']), len(j['problems'])")" '(1, 1)' "and both are told"
run_pitstop close-drive 4 404404 --quiet
is "$status|$out" '0|' "--quiet prints no results"
like "$err" 'warning' "but warnings"

# ---- close-charge

failing=$(value teslamate "SELECT id FROM pitstop.close_stale('1 second', dry_run => true) WHERE outcome = 'failed' ORDER BY id LIMIT 1")
run_pitstop close-charge 1 --json
is "$(by_program)" "$(by_sql reference 'close_charge(1)' '*')" "close-charge completes a charge as the function does"
is "$(json "type(j['results'][0]['charge_energy_added']).__name__, j['results'][0]['cost']")" "('float', None)" \
    "energy is a number, and no cost is null"
run_pitstop close-charge "$failing" 2
is "$status" 8 "a charge that cannot be closed does not stop the others"
like "$err" "charging process $failing is billed per minute, but geofence [0-9]+ has no price" "and is told"
run_pitstop close-charge "$failing"
is "$status" 1 "when all fail, the exit status is 1"
before=$(state teslamate)
run_pitstop close-charge 3 --dry-run
is "$status" 0 "a dry run of close-charge succeeds"
is "$(state teslamate)" "$before" "and changes nothing"

# ---- undo

newest=$(value teslamate 'SELECT max(event_id) FROM pitstop.event')
run_pitstop undo "$newest" --dry-run --json
is "$status $(json "[(row['event_id'], row['change']) for row in j['results']]")" \
    "0 [($newest, 'put back'), ($newest, 'put back')]" "a dry run of undo says what it would put back"
is "$(state teslamate)" "$before" "and changes nothing"
run_pitstop undo "$newest"
is "$status $(value teslamate 'SELECT end_date IS NULL FROM charging_processes WHERE id = 2')" '0 t' "undo puts it back"
run_pitstop undo "$newest"
is "$status" 1 "what is undone cannot be undone again"
like "$err" "event $newest is already undone"$'\nDETAIL:  It was undone at ' "as the function says"
run_pitstop undo 404404
is "$status" 0 "an unknown event is a warning"

# ---- delete-drive, delete-charge

cluster_psql --dbname=postgres --command='DROP DATABASE teslamate' --command='DROP DATABASE reference'
fresh teslamate
fresh reference
before=$(state teslamate)
run_pitstop delete-drive 1 --positions delete --dry-run --json
is "$(json "[(r['table_name'], r['change'], r['rows'], r['event_id']) for r in j['results']]")" \
    "[('drives', 'deleted', 1, None), ('positions', 'deleted', 5, None), ('positions', 'kept without a drive', 0, None)]" \
    "a dry run of delete-drive counts what would go"
is "$(json "[r['drive_id'] for r in j['results']]")" '[1, 1, 1]' "and of which drive"
is "$(state teslamate)" "$before" "and changes nothing"
run_pitstop delete-drive 1 2
cluster_psql --dbname=reference --output=/dev/null --command='SELECT pitstop.delete_drive(1), pitstop.delete_drive(2)'
is "$status $(state teslamate)" "0 $(state reference)" "delete-drive keeps the positions unless told"
run_pitstop delete-drive 3 --positions delete
cluster_psql --dbname=reference --output=/dev/null --command="SELECT pitstop.delete_drive(3, 'delete')"
is "$status $(state teslamate)" "0 $(state reference)" "--positions delete deletes them too"
run_pitstop delete-charge 1 --dry-run
is "$status $(state teslamate)" "0 $(state reference)" "a dry run of delete-charge changes nothing"
run_pitstop delete-charge 1
cluster_psql --dbname=reference --output=/dev/null --command='SELECT pitstop.delete_charge(1)'
is "$status $(state teslamate)" "0 $(state reference)" "delete-charge deletes a charge as the function does"

# ---- close-stale

before=$(state teslamate)
run_pitstop close-stale --dry-run --json
is "$status" 8 "a dry run of close-stale tells that something would fail"
is "$(by_program)" "$(by_sql reference 'close_stale(dry_run => true)' '*')" "it says what the function says"
is "$(state teslamate)" "$before" "and changes nothing"
run_pitstop close-stale --older-than '100 years' --json
is "$status $(json "{r['outcome'] for r in j['results']}")" "0 {'skipped'}" "--older-than leaves alone what was seen since"
run_pitstop close-stale --older-than soon
is "$status" 2 "an interval that is none is refused"
run_pitstop close-stale --older-than '-1 day'
is "$status" 2 "one that cannot be is refused"
run_pitstop close-stale
expected=$(by_sql reference 'close_stale()' '*')
is "$status" 8 "close-stale ends with 8 when something could not be closed"
is "$(state_but_for_now teslamate)" "$(state_but_for_now reference)" "and closes what the function closes"
is "$(grep -cE ' (closed|deleted) ' <<<"$out")" "$(grep -oE "'outcome': '(closed|deleted)'" <<<"$expected" | wc -l)" \
    "a line for each"

run_pitstop close-stale --quiet
is "$status|$out" '8|' "--quiet shows no table"
like "$err" "^pitstop: warning: could not close charge $failing: charging process $failing is billed per minute" \
    "but what failed, and why"

# ---- repair-addresses

run_pitstop repair-addresses
is "$status" 1 "repair-addresses fails where it is switched off"
like "$err" 'addresses are not repaired in this database' "and says so"
cluster_psql --dbname=postgres --command='ALTER DATABASE teslamate SET pitstop.repair = on'
run_pitstop repair-addresses --max-lookups 5 --json
is "$status $(json "j['state']")" '0 begun' "else it begins"
like "$(json "j['message']")" 'only addresses that are known already are filled in' "tells what is in the way"
is "$(json "sorted(j['results'][0])")" "['message', 'name', 'value']" "and shows the state"
run_pitstop repair-addresses --max-lookups 0
is "$status" 2 "--max-lookups takes no 0"

# ---- who may not, and where the extension is missing

run_pitstop close-drive 5 6 --user stranger
is "$status" 7 "a role without rights is refused"
like "$err" "pitstop\.grant_operator\('stranger'\)" "and told who grants them"
is "$(grep -c '^pitstop: ' <<<"$err")" 1 "once, however many ids there are"
run_pitstop incomplete --user stranger
like "$status $err" "^7 .*pitstop\.grant_reader\('stranger'\)" "for what only reads, a reader's rights"
cluster_psql --dbname=teslamate --command="SELECT pitstop.grant_operator('stranger')" --output=/dev/null
run_pitstop close-drive 5 --user stranger
is "$status" 0 "then it goes"

cluster_psql --dbname=postgres --command='CREATE DATABASE bare'
for arguments in check incomplete 'close-drive 1' 'undo 1 --dry-run' close-stale repair-addresses; do
    # shellcheck disable=SC2086  # words
    run_pitstop $arguments --dbname bare
    is "$status ${err%%$'\n'*}" '7 pitstop: the extension pitstop is not installed in database "bare"' \
        "$arguments says where the extension is missing"
    like "$err" "DETAIL:  The server is PostgreSQL $(value bare 'SHOW server_version' | cut -d ' ' -f 1), and has pitstop .*CREATE EXTENSION pitstop" \
        "on which server, and what to do"
done
run_pitstop check --dbname bare --json
is "$(json "j['error']['exit_code']")" 7 "in the JSON too"
cluster_psql --dbname=reference --command='ALTER EXTENSION pitstop DROP FUNCTION pitstop.incomplete()' \
    --command='DROP FUNCTION pitstop.incomplete()' --command="UPDATE pg_extension SET extversion = '0.0' WHERE extname = 'pitstop'"
run_pitstop incomplete --dbname reference
is "$status" 7 "an older extension is refused"
like "$err" 'pitstop in database "reference" is 0\.0, which is too old .*ALTER EXTENSION pitstop UPDATE' "with the way out"

# ---- the terminal

on_terminal() {
    TERM=xterm script --quiet --return --command "$PITSTOP_BUILD/bin/pitstop check" /dev/null </dev/null || true
}
like "$(on_terminal)" $'^\e\\[1mname .*\e\\[0m' "on a terminal the header is bold"
is "$(NO_COLOR=1 on_terminal | grep -c $'\e')" 0 "unless NO_COLOR is set"
is "$(NO_COLOR='' on_terminal | grep -c $'\e')" 1 "to something"

done_testing
