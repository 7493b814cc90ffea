#!/usr/bin/env bash
# What health sees of other sessions: their transactions, what they left dead, the locks they hold; and who may see it.
set -euo pipefail

# shellcheck source=../tap.sh
source "$PITSTOP_SOURCE/test/tap.sh"
# shellcheck source=../../tool/cluster.sh
source "$PITSTOP_SOURCE/tool/cluster.sh"
# shellcheck source=../teslamate.sh
source "$PITSTOP_SOURCE/test/teslamate.sh"

# What doctor() says of a check, in the session's settings that follow.
finding() {
    value teslamate "SELECT severity, what FROM pitstop.doctor() WHERE code = '$1'"
}

dead_share() {
    value teslamate "SELECT value FROM pitstop.observe('dead_rows') WHERE subject = 'drives'"
}

dead_share_is() {
    [[ "$(dead_share)" == "$1" ]]
}

# in_session STATEMENT: in the session that stays open. It has been run when this returns.
in_session() {
    printf '%s;\n\\echo it has been run\n' "$1" >&"${other[1]}"
    local line
    while read -r -t 30 line <&"${other[0]}" && [[ "$line" != 'it has been run' ]]; do :; done
}

cluster_guard
cluster_create --prefix "$PITSTOP_PREFIX" fsync=off autovacuum=off max_prepared_transactions=1
cluster_start
load_teslamate teslamate
cluster_psql --dbname=teslamate --output=/dev/null \
    --command='CREATE EXTENSION pitstop' --command='CREATE ROLE reader LOGIN' --command="SELECT pitstop.grant_reader('reader')"
coproc other { cluster_psql --dbname=teslamate --tuples-only --no-align 2>&1; }

# ---- transactions

is "$(value teslamate "SELECT value, note, examples FROM pitstop.observe('long_transactions')")" '0||{}' "no transaction is open"
in_session "SET application_name = 'a forgotten psql'"
in_session 'BEGIN'
pid=$(value teslamate "SELECT pid FROM pg_stat_activity WHERE application_name = 'a forgotten psql'")
in_session "SELECT 'secret of the query'"
for user in postgres reader; do
    is "$(value teslamate "SELECT value > 0, note, examples FROM pitstop.observe('long_transactions')" --username="$user")" \
        "t|idle in transaction, application_name a forgotten psql|{$pid}" \
        "$user sees the age of the oldest transaction, whose it is and what it does, and not its query"
done
in_session 'COMMIT'
is "$(value teslamate "SELECT value FROM pitstop.observe('long_transactions')")" 0 "it is gone when it has ended"
in_session 'BEGIN'
in_session "PREPARE TRANSACTION 'forgotten'"
is "$(value teslamate "SELECT value > 0, note, examples FROM pitstop.observe('long_transactions')")" \
    't|a prepared transaction, of which pg_prepared_xacts tells|{}' "a prepared transaction holds everybody up without a session"
in_session "ROLLBACK PREPARED 'forgotten'"

# ---- dead rows

# 12,000 drives more, of which three quarters go.
drives=$(value teslamate 'SELECT count(*) FROM drives')
in_session 'ANALYZE drives'
in_session "INSERT INTO drives (id, start_date, end_date, car_id) SELECT 100000 + n, '2024-01-01', '2024-01-01', 1 FROM generate_series(1, 12000) AS n"
in_session 'SELECT pg_stat_force_next_flush()'
ok "dead_rows: a table of more than 10,000 rows is looked at" wait_until 30 dead_share_is 0
is "$(finding dead_rows)" '' "without dead rows it is well"
in_session 'DELETE FROM drives WHERE id > 103000'
in_session 'SELECT pg_stat_force_next_flush()'
share=$(value teslamate "SELECT 9000 / ($drives + 12000)::float8")
ok "what was deleted counts as dead" wait_until 30 dead_share_is "$share"
is "$(finding dead_rows)" "warning|share of dead rows in a table, drives: $(value teslamate "SELECT round(100 * $share::numeric)") %" \
    "too many of them are a warning"

# ---- locks

in_session 'BEGIN; LOCK TABLE states'
export PGOPTIONS='-c lock_timeout=200ms'
is "$(finding positions)" \
    'unknown|age of each car'\''s newest position, while it is awake: could not be looked at: canceling statement due to lock timeout' \
    "what cannot be read for a lock is unknown"
like "$(value teslamate "SELECT count(*) FROM pitstop.doctor() WHERE code = 'open_sessions'")" '^1$' "and the other checks are made"
export PGOPTIONS='-c statement_timeout=200ms'
like "$(error_of teslamate 'SELECT * FROM pitstop.doctor()')" '57014: canceling statement due to statement timeout' \
    "a cancelled query is cancelled as a whole"
unset PGOPTIONS
in_session 'ROLLBACK'

done_testing
