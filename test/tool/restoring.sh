# shellcheck shell=bash
# Databases for tests of restores: "original" is what backups are made of, "broken" what a restore is to mend, and "teslamate", the
# target, is a new copy of it for each check.

# shellcheck source=../tool/tool.sh
source "$PITSTOP_SOURCE/test/tool/tool.sh"

# Every row of TeslaMate's tables, as one hash.
rows_of() {
    { contents "$1" public; contents "$1" private; } | md5sum
}

make_originals() {
    load_teslamate original
    cluster_psql --dbname=original --output=/dev/null --command='CREATE EXTENSION pitstop' \
        --command='SELECT * FROM pitstop.close_drive(1)' --command='ANALYZE'
    cluster_psql --dbname=postgres --command='CREATE DATABASE broken TEMPLATE original'
    cluster_psql --dbname=broken --command='DELETE FROM charges' --command="UPDATE cars SET name = 'broken'"
    original_rows=$(rows_of original)
    broken_rows=$(rows_of broken)
}

# Everything that earlier checks left goes; the target is the broken one again.
fresh_target() {
    local name
    while IFS= read -r name; do
        cluster_psql --dbname=postgres --set=name="$name" <<<'DROP DATABASE :"name" WITH (FORCE)'
    done < <(value postgres "SELECT datname FROM pg_database WHERE NOT datistemplate AND datname NOT IN ('postgres', 'original', 'broken')")
    cluster_psql --dbname=postgres --command='CREATE DATABASE teslamate TEMPLATE broken'
}

# Databases but those that are always there, on one line.
databases() {
    value postgres "SELECT string_agg(regexp_replace(datname, '[0-9]{8}T[0-9]{6}Z', 'TIME'), ' ' ORDER BY datname) FROM pg_database WHERE NOT datistemplate AND datname NOT IN ('postgres', 'original', 'broken')"
}

# The old database that a restore kept; the last one, when there are several.
kept() {
    value postgres "SELECT datname FROM pg_database WHERE datname ~ '_before_' ORDER BY oid DESC LIMIT 1"
}

# is_restored NAME: the target has the original's rows.
is_restored() {
    is "$(rows_of teslamate)" "$original_rows" "$1"
}

# is_untouched NAME: there is the target with its old rows, and nothing else.
is_untouched() {
    is "$(databases) $(rows_of teslamate)" "teslamate $broken_rows" "$1"
}

# open_session DATABASE [ROLE]: a session that stays until close_session; the number of its backend is in $session_pid.
open_session() {
    local fifo
    fifo=$(mktemp -u "${cluster:?}/session-XXXXXX")
    mkfifo "$fifo"
    PGAPPNAME=${PGAPPNAME-dashboard} cluster_psql --dbname="$1" --username="${2:-postgres}" --tuples-only --no-align \
        <"$fifo" >"$fifo.out" 2>/dev/null &
    session_psql=$!
    exec 8>"$fifo"
    echo "SET application_name = '${PGAPPNAME-dashboard}'; SELECT pg_backend_pid();" >&8
    wait_until 30 test -s "$fifo.out"
    # shellcheck disable=SC2034  # for who calls it
    session_pid=$(<"$fifo.out")
}

close_session() {
    exec 8>&-
    wait "$session_psql" || true
}
