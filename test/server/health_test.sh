#!/usr/bin/env bash
# What health sees of other sessions, what they left dead and what they lock, and of the library that sorts.
set -euo pipefail

# shellcheck source=../tap.sh
source "$PITSTOP_SOURCE/test/tap.sh"
# shellcheck source=../../tool/cluster.sh
source "$PITSTOP_SOURCE/tool/cluster.sh"
# shellcheck source=../teslamate.sh
source "$PITSTOP_SOURCE/test/teslamate.sh"
# shellcheck source=session.sh
source "$PITSTOP_SOURCE/test/server/session.sh"

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

cluster_guard
cluster_create --prefix "$PITSTOP_PREFIX" fsync=off autovacuum=off
cluster_start
load_teslamate teslamate
cluster_psql --dbname=teslamate --command='CREATE EXTENSION pitstop'
session_begin teslamate

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

# ---- the library that sorts

cluster_psql --dbname=postgres --command="CREATE DATABASE sorted TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'de'"
cluster_psql --dbname=sorted --command='CREATE EXTENSION pitstop'
collation_finding() {
    value sorted "SELECT severity, what FROM pitstop.doctor() WHERE code = 'collation'" 2>/dev/null
}
is "$(collation_finding)" '' "collation: a database that this version of the library sorted is well"
cluster_psql --dbname=postgres --command="UPDATE pg_database SET datcollversion = '0' WHERE datname = 'sorted'"
is "$(collation_finding)" "warning|collations that another version of the system's library sorted: 1; database sorted" \
    "one that another version sorted is a warning"
cluster_psql --dbname=postgres --command='ALTER DATABASE sorted REFRESH COLLATION VERSION' 2>/dev/null
is "$(collation_finding)" '' "until that is mended"

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
