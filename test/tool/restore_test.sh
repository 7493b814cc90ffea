#!/usr/bin/env bash
# pitstop restore: what comes back from every kind of dump, and what of the old database is carried over.
set -euo pipefail

# shellcheck source=restoring.sh
source "$PITSTOP_SOURCE/test/tool/restoring.sh"

cluster_guard
cluster_create --prefix "$PITSTOP_PREFIX" fsync=off max_connections=30
cluster_start
make_originals
PITSTOP_PG_BINDIR=$(cluster_bin)
export PITSTOP_PG_BINDIR PGDATABASE=teslamate
declare -r dir=$cluster/backups dumps=$cluster/dumps
mkdir "$dir" "$dumps"

dump() {
    "$(cluster_bin)/pg_dump" --dbname=original "$@"
}

# ---- a backup of pitstop's own

PGDATABASE=original pitstop backup "$dir" --quiet
fresh_target
run_pitstop restore --backup-dir "$dir"
is "$status $err" '0 ' "the newest backup is restored without a complaint"
is_restored "with every row of every table"
like "$out" 'Restored "teslamate": [0-9,]+ rows, each table counted and compared\.' "and that is said"
is "$(databases)" 'teslamate teslamate_before_TIME' "the old database is kept beside it"
is "$(rows_of "$(kept)")" "$broken_rows" "as it was"
is "$(value postgres "SELECT count(shobj_description(oid, 'pg_database')) FROM pg_database WHERE datname LIKE 'teslamate%'")" 0 \
    "no record of the restore is left"
is "$(value teslamate 'SELECT count(*) FROM pitstop.event')" 1 "pitstop's journal is back"
cluster_psql --dbname=teslamate --output=/dev/null --command='SELECT * FROM pitstop.undo(1)'
is "$(value teslamate 'SELECT end_date IS NULL FROM drives WHERE id = 1')" t "an event of the time before the backup can be undone"
is "$(value teslamate "SELECT count(*) FROM pg_stat_user_tables WHERE schemaname = 'public' AND n_live_tup > 0 AND last_analyze IS NULL")" 0 \
    "every table is analyzed"
run_pitstop restore --backup-dir "$dir" --drop-old --json
is "$status $(json '(j["old_database"], j["rows"] > 0, j["compared"], j["partial"])')" '0 (None, True, True, False)' \
    "--drop-old tells in JSON that nothing is left"
is "$(databases)" 'teslamate teslamate_before_TIME' "only the old one of the earlier restore is"

fresh_target
archive=$(echo "$dir"/*.dump)
run_pitstop restore "$archive" --dry-run --json
is "$status $(json '(j["dry_run"], len(j["plan"]) > 2, [f["status"] for f in j["preflight"]].count("refused"))')" '0 (True, True, 0)' \
    "a dry run tells the plan"
is_untouched "and touches nothing"
run_pitstop restore "$archive" --into beside
is "$status $(databases)" '0 beside teslamate' "--into restores into a new database"
is "$(rows_of beside)" "$original_rows" "with every row"
is "$(rows_of teslamate)" "$broken_rows" "and leaves the other one as it was"
run_pitstop restore "$archive" --into beside
is "$status" 7 "--into takes no database that exists"
like "$err" '"beside" exists already' "and says so"

cluster_psql --dbname=postgres --command='DROP DATABASE teslamate WITH (FORCE)'
run_pitstop restore "$archive"
is "$status $(databases)" '0 beside teslamate' "a database that is gone is made anew"
is_restored "with every row"

age-keygen --output "$cluster/key" 2>/dev/null
recipient=$(sed -n 's/^# public key: //p' "$cluster/key")
mkdir "$dir/encrypted"
PGDATABASE=original pitstop backup "$dir/encrypted" --quiet --encrypt "$recipient"
fresh_target
run_pitstop restore --backup-dir "$dir/encrypted"
is "$status" 2 "an encrypted backup needs an identity"
run_pitstop restore --backup-dir "$dir/encrypted" --identity "$cluster/key"
is "$status $err" '0 ' "with it, it is restored"
is_restored "with every row"
is "$(value teslamate 'SELECT count(*) FROM pitstop.event')" 1 "and the journal"

# ---- dumps of all kinds, whatever their names

dump --format=custom --file="$dumps/custom.sql"
dump --format=tar --file="$dumps/tar.dump"
dump --format=directory --file="$dumps/directory.bck"
dump --format=plain --file="$dumps/plain.dump"
dump --format=plain --clean --if-exists --file="$dumps/clean.bck"
dump --format=plain --inserts --file="$dumps/inserts.tar"
gzip --stdout "$dumps/plain.dump" >"$dumps/gzip.sql"
zstd --quiet --stdout "$dumps/plain.dump" >"$dumps/zstd.gz"
gzip --stdout "$dumps/custom.sql" >"$dumps/gzipped_custom"
gzip --stdout "$dumps/tar.dump" >"$dumps/gzipped_tar"
age --encrypt --recipient "$recipient" --output "$dumps/encrypted plain" "$dumps/gzip.sql"
for each in "$dumps"/*; do
    fresh_target
    run_pitstop restore "$each" --identity "$cluster/key"
    is "$status $(databases)" '0 teslamate teslamate_before_TIME' "${each##*/} is restored"
    is_restored "${each##*/}: with every row"
done

for each in clean.bck gzipped_custom directory.bck; do
    fresh_target
    run_pitstop restore "$dumps/$each" --in-place
    is "$status $(databases)" '0 teslamate' "$each is restored in place"
    is_restored "$each in place: with every row"
done
fresh_target
before=$(value postgres "SELECT oid FROM pg_database WHERE datname = 'teslamate'")
run_pitstop restore --backup-dir "$dir" --in-place
is "$status $(value postgres "SELECT oid FROM pg_database WHERE datname = 'teslamate'")" "0 $before" \
    "in place the database stays the same one"
is_restored "in place: with every row of a backup"
is "$(value teslamate 'SELECT count(*) FROM pitstop.event')" 1 "in place: pitstop's journal is there"

# A psql from before \restrict, as it is on hosts that lag behind: of each major the last one. 18 has known it from the start.
declare -A last_without=([15]=15.13 [16]=16.9 [17]=17.5)
major=$(value postgres "SELECT current_setting('server_version_num')::integer / 10000")
if [[ -v "last_without[$major]" ]]; then
    mkdir "$cluster/old"
    ln -s "$(cluster_bin)/pg_restore" "$cluster/old/pg_restore"
    cat >"$cluster/old/psql" <<END
#!/usr/bin/env bash
if [[ "\$*" == --version ]]; then echo 'psql (PostgreSQL) ${last_without[$major]}'; exit; fi
input=\$(mktemp)
cat >"\$input"
if grep -q '^\\\\restrict' "\$input"; then echo 'invalid command \\restrict' >&2; exit 3; fi
"$(cluster_bin)/psql" "\$@" <"\$input"
END
    chmod +x "$cluster/old/psql"
    ok "the dump has a line with \\restrict" grep -q '^\\restrict' "$dumps/plain.dump"
    fresh_target
    PITSTOP_PG_BINDIR=$cluster/old run_pitstop restore "$dumps/plain.dump"
    is "$status" 0 "a psql that does not know \\restrict restores it"
    is_restored "with every row"
fi

# What a stranger put into a dump for the shell; a psql that knows \restrict does not run it.
awk -v ran="$cluster/ran" '{ print } NR == 3 { print "\\! touch " ran }' "$dumps/plain.dump" >"$dumps/stranger"
ok "the command is in the dump" grep -q '^\\! touch' "$dumps/stranger"
fresh_target
run_pitstop restore "$dumps/stranger"
is "$status" 4 "a dump that holds a command for the shell is refused"
ok "the command is not run" test ! -e "$cluster/ran"
is_untouched "and everything is as it was"

# ---- what belongs to the name rather than to the content

cluster_psql --dbname=postgres --output=/dev/null <<'END'
CREATE ROLE teslamate LOGIN;
CREATE ROLE grafana LOGIN;
CREATE ROLE "odd role" LOGIN;
END
traits() {
    value postgres "SELECT d.datdba::regrole, d.datconnlimit, shobj_description(d.oid, 'pg_database'),
                           (SELECT string_agg(a::text, ' ' ORDER BY a::text) FROM unnest(d.datacl) AS a),
                           (SELECT string_agg(s.setrole::regrole || ' ' || s.setconfig::text, ' ' ORDER BY s.setrole)
                              FROM pg_db_role_setting AS s WHERE s.setdatabase = d.oid)
                      FROM pg_database AS d WHERE d.datname = '$1'"
}
fresh_target
cluster_psql --dbname=postgres --output=/dev/null <<'END'
ALTER DATABASE teslamate OWNER TO teslamate;
ALTER DATABASE teslamate CONNECTION LIMIT 25;
REVOKE CONNECT ON DATABASE teslamate FROM PUBLIC;
GRANT CONNECT ON DATABASE teslamate TO grafana;
GRANT CREATE, TEMPORARY ON DATABASE teslamate TO "odd role" WITH GRANT OPTION;
ALTER DATABASE teslamate SET search_path = public, "odd schema", '$user';
ALTER DATABASE teslamate SET work_mem = '32MB';
ALTER DATABASE teslamate SET pitstop.teslamate_schema = 'public';
ALTER ROLE grafana IN DATABASE teslamate SET statement_timeout = '5s';
ALTER ROLE "odd role" IN DATABASE teslamate SET application_name = 'it''s "odd" \';
COMMENT ON DATABASE teslamate IS 'ours, don''t touch \';
END
before=$(traits teslamate)
run_pitstop restore --backup-dir "$dir"
is "$status" 0 "a database with settings of its own is restored"
is "$(traits teslamate)" "$before" "its owner, limit, comment, grants and settings are carried over"
run_pitstop restore --backup-dir "$dir" --in-place
is "$(traits teslamate)" "$before" "in place they stay"
fresh_target
run_pitstop restore --backup-dir "$dir"
is "$(traits teslamate)" "$(traits broken)" "where there are none, none are made"

# ---- names

for name in "tes\"la'mate \$x" "größe 車" "$(printf 'n%.0s' {1..63})" 'plain; DROP DATABASE original'; do
    fresh_target
    cluster_psql --dbname=postgres --set=name="$name" <<<'ALTER DATABASE teslamate RENAME TO :"name"'
    PGDATABASE=$name run_pitstop restore "$archive" --json
    is "$status" 0 "a database called $name is restored"
    is "$(rows_of "$name") $(rows_of "$(json 'j["old_database"]')")" "$original_rows $broken_rows" "and its old one kept"
done
fresh_target
cp -a "$dir" "$cluster/o'dd \"ü \$x"
run_pitstop restore --backup-dir "$cluster/o'dd \"ü \$x"
is "$status" 0 "a directory with an odd name is read"

# ---- without the extension on the server, with a right to less

fresh_target
run_pitstop restore "$archive" --into without --jobs 3
is "$status" 0 "several streams restore it as well"
is "$(rows_of without)" "$original_rows" "with every row"
run_pitstop restore --into other --in-place
is "$status" 2 "--into and --in-place exclude each other"
run_pitstop restore "$archive" --continue
is "$status" 2 "--continue takes no backup"
run_pitstop restore --continue
is "$status" 2 "and needs something that was interrupted"

done_testing
