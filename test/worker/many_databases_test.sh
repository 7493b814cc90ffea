#!/usr/bin/env bash
# One worker for many databases, and for many TeslaMates in one; and nobody who copies, renames or drops one waits for it.
# usage: many_databases_test.sh [NUMBER]: of databases; else PITSTOP_DATABASES, else 12
set -euo pipefail

# shellcheck source=../tap.sh
source "$PITSTOP_SOURCE/test/tap.sh"
# shellcheck source=../../tool/cluster.sh
source "$PITSTOP_SOURCE/tool/cluster.sh"
# shellcheck source=../teslamate.sh
source "$PITSTOP_SOURCE/test/teslamate.sh"
# shellcheck source=geocoder.sh
source "$PITSTOP_SOURCE/test/worker/geocoder.sh"
# shellcheck source=worker.sh
source "$PITSTOP_SOURCE/test/worker/worker.sh"

readonly number=${1:-${PITSTOP_DATABASES:-12}}
# Of a gap in each database; with the visits a second is more than enough.
readonly patience=$((30 + number))

sql() {
    cluster_psql --dbname="$1" --command="$2"
}

# copy_of TEMPLATE DATABASE: with files copied, for a log of all pages would take longer.
copy_of() {
    sql postgres "CREATE DATABASE \"$2\" TEMPLATE \"$1\" STRATEGY file_copy"
}

# gaps DATABASE [SCHEMA]: how many drives lack an address.
gaps() {
    value "$1" "SELECT count(*) FROM ${2:-public}.drives WHERE start_address_id IS NULL OR end_address_id IS NULL"
}

is_complete() {
    [[ "$(gaps "$@")" == 0 ]]
}

# How far the worker is, without a connection to each database.
asked_at_least() {
    [[ "$(geocoder_count)" -ge "$1" ]]
}

drives() {
    local i
    for ((i = 0; i < $2; i++)); do worker_new_drive "$1"; done
}

# A TeslaMate of its own in a schema of the database hosted, with the role that it connects as.
tenant() {
    local name=$1 repair=$2 language=$3
    cluster_psql --dbname=hosted --output=/dev/null --set=schema="$name" --set=private_schema="private_$name" \
        --file="$PITSTOP_SOURCE/test/fixtures/teslamate/schema.sql" --command="CREATE ROLE $name"
    sql hosted "INSERT INTO $name.car_settings (id) VALUES (1);
                INSERT INTO $name.cars (id, eid, vid, vin, settings_id, inserted_at, updated_at)
                VALUES (1, 1, 1, '5YJ3E1EA1KF000001', 1, now(), now());
                ALTER ROLE $name IN DATABASE hosted SET pitstop.teslamate_schema = $name;
                ALTER ROLE $name IN DATABASE hosted SET pitstop.repair = $repair;
                ALTER ROLE $name IN DATABASE hosted SET pitstop.language = $language"
    worker_new_drive hosted "$name"
}

languages_of() {
    value hosted "SELECT DISTINCT substring(road FROM ' ([^ ]+)\$') FROM $1.addresses"
}

# The languages of the requests, one after the other.
order_of_requests() {
    geocoder_requests | cut -f5 | cut -d, -f1 | cut -d';' -f1
}

# The most requests for the same database in a row, from the moment that both have been asked for until one has all.
longest_turn() {
    order_of_requests | awk '
        { line[NR] = $1; if (!($1 in first)) first[$1] = NR; last[$1] = NR }
        END {
            for (each in first) { if (first[each] > from) from = first[each]; if (!to || last[each] < to) to = last[each] }
            for (i = from; i <= to; ++i) { run = line[i] == line[i - 1] ? run + 1 : 1; if (run > longest) longest = run }
            print longest + 0
        }'
}

worker_guard
geocoder_start --languages
worker_start pitstop.max_workers=1 log_min_messages=warning
worker_small_database small
worker_new_drive small
sql postgres 'ALTER DATABASE small RESET pitstop.repair'
for ((i = 1; i <= number; i++)); do
    echo "CREATE DATABASE many_$i TEMPLATE small STRATEGY file_copy;"
    echo "ALTER DATABASE many_$i SET pitstop.repair = on;"
done | cluster_psql --dbname=postgres
sql postgres 'CREATE DATABASE without_pitstop'
sql postgres 'ALTER DATABASE without_pitstop SET pitstop.repair = on'

# The list of databases is read anew, and each is visited.
geocoder_tell reset >/dev/null
cluster_restart
ok "every one of $number databases is asked for" wait_until "$patience" asked_at_least $((2 * number))
complete=0
for ((i = 1; i <= number; i++)); do
    if wait_until 10 is_complete "many_$i"; then complete=$((complete + 1)); fi
done
is "$complete" "$number" "and all get their addresses from one worker"
is "$(geocoder_count)" $((2 * number)) "with one request for each place of each"
is "$(gaps small)" 1 "a database without repair is left alone"
is "$(grep -E 'ERROR|FATAL|PANIC' "$cluster/log" | grep -v 'administrator command' || true)" '' \
    "nor does one without pitstop make an error"

sql postgres 'CREATE DATABASE hosted'
sql hosted 'CREATE EXTENSION pitstop'
tenant tenant_a on de
tenant tenant_b on fr
tenant tenant_c off it
ok "with a TeslaMate in each schema" worker_call hosted
ok "one of them is served" wait_until 20 is_complete hosted tenant_a
ok "and another" wait_until 20 is_complete hosted tenant_b
is "$(languages_of tenant_a) $(languages_of tenant_b)" 'de fr' "each in its language"
is "$(gaps hosted tenant_c)" 1 "the one that wants no repair is left alone"

worker_set pitstop.geocoder_interval=100ms
geocoder_behave hold
sql postgres "ALTER DATABASE many_1 SET pitstop.language = 'nl'"
sql postgres "ALTER DATABASE many_2 SET pitstop.language = 'sv'"
drives many_1 6
drives many_2 6
geocoder_tell reset >/dev/null
worker_call many_1 >/dev/null
worker_call many_2 >/dev/null
geocoder_behave ok
geocoder_tell release >/dev/null
ok "of two databases with many gaps one is finished" wait_until 20 is_complete many_1
ok "and the other" wait_until 20 is_complete many_2
is "$(order_of_requests | sort | uniq -c | tr -s ' ' | tr '\n' ';')" ' 12 nl; 12 sv;' "both with all their places"
like "$(longest_turn)" '^[1-3]$' "and they were asked for in turn"
diag "$(order_of_requests | tr '\n' ' ')"

worker_set pitstop.geocoder_interval=200ms
geocoder_tell reset >/dev/null
for i in 1 2 3; do drives "many_$i" 6; done
for i in 1 2 3; do worker_call "many_$i" >/dev/null; done
ok "while databases are served" geocoder_wait 3 20
ok "one of them can be copied" copy_of many_1 copied
ok "and renamed" sql postgres 'ALTER DATABASE many_2 RENAME TO renamed'
ok "and dropped" sql postgres 'DROP DATABASE many_3'
worker_set pitstop.geocoder_interval=0
ok "the copied one is served to its end" wait_until 30 is_complete many_1
ok "and the renamed one" wait_until 30 is_complete renamed
before=$(gaps copied)
sql postgres 'ALTER DATABASE copied SET pitstop.repair = on'
like "$before" '^[1-9]' "the copy has its gaps"
ok "until somebody asks for it" worker_call copied
ok "and then it is served too" wait_until 30 is_complete copied
is "$(grep -cE 'PANIC|TRAP|terminated by signal' "$cluster/log" || true)" 0 "nothing crashed"

done_testing
