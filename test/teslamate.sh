# shellcheck shell=bash
# TeslaMate databases for tests with servers of their own, to be sourced after tool/cluster.sh.

teslamate_here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# load_teslamate DATABASE [PSQL_OPTION...]: TeslaMate's tables with the parity data, without pitstop. Options such as
# --set=schema=tenant_7 go to psql.
load_teslamate() {
    local database=$1
    shift
    cluster_psql --dbname=postgres --command="CREATE DATABASE \"$database\""
    cluster_psql --dbname="$database" --single-transaction --output=/dev/null "$@" \
        --file="$teslamate_here/fixtures/teslamate/schema.sql" --file="$teslamate_here/fixtures/parity/input.sql"
}

# value DATABASE QUERY [PSQL_OPTION...]: what it returns, a row to a line, columns separated by |.
value() {
    local database=$1 query=$2
    shift 2
    cluster_psql --dbname="$database" --tuples-only --no-align --command="$query" "$@"
}

# error_of DATABASE QUERY [PSQL_OPTION...]: the error with its SQLSTATE, detail and hint; nothing when there is none.
error_of() {
    local database=$1 query=$2
    shift 2
    cluster_psql --dbname="$database" --set=VERBOSITY=verbose --output=/dev/null --command="$query" "$@" 2>&1 |
        grep -v '^LOCATION:' || true
}

# contents DATABASE SCHEMA: a line for each table, with the number of its rows and a hash of all that is in them.
contents() {
    cluster_psql --dbname="$1" --tuples-only --no-align --set=schema="$2" <<'END'
SELECT format('SELECT %L, count(*), md5(coalesce(string_agg(t::text, chr(10) ORDER BY t::text COLLATE "C"), %L)) FROM %I.%I AS t',
              c.relname, '', n.nspname, c.relname)
  FROM pg_class AS c
  JOIN pg_namespace AS n ON n.oid = c.relnamespace
 WHERE n.nspname = :'schema' AND c.relkind = 'r'
 ORDER BY c.relname
\gexec
END
}
