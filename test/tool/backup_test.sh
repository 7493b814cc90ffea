#!/usr/bin/env bash
# pitstop backup: what it writes is whole, restores anywhere, and is there entirely or not at all.
set -euo pipefail

# shellcheck source=backups.sh
source "$PITSTOP_SOURCE/test/tool/backups.sh"

cluster_guard
backups_start
declare -r other=$cluster/other
mkdir "$other"
unset PITSTOP_BACKUP_DIR

# ---- what it writes

run_pitstop backup "$dir"
is "$status" 0 "a backup succeeds"
like "$out" 'Backed up "teslamate" into .*/teslamate-[0-9]{8}T[0-9]{6}Z\.dump: [0-9,]+ rows, .*' "it says what it wrote"
like "$out" 'read back to its end and is whole' "and that it is proven"
is "$err" '' "and complains of nothing"
archive=$(echo "$dir"/*.dump)
manifest=${archive%.dump}.json
is "$(files_in "$dir" | sed 's/[0-9]\{8\}T[0-9]\{6\}Z/TIME/')" "$(printf '%s\n' teslamate-TIME.dump teslamate-TIME.json teslamate-TIME.pitstop.sql)" \
    "there are the archive, the manifest and pitstop's own file, and nothing else"
is "$(stat -c %a "$dir"/*.* | sort -u)" 600 "nobody else may read them"
is "$(manifest_value "$manifest" 'j["files"][0]["sha256"]')" "$(sha256sum "$archive" | cut -d' ' -f1)" \
    "the manifest has the archive's checksum"
for table in positions drives charges charging_processes addresses schema_migrations; do
    is "$(manifest_value "$manifest" "j['tables']['public']['$table']")" \
        "$(value teslamate "SELECT count(*) FROM $table")" "the manifest has the rows of $table"
done
is "$(manifest_value "$manifest" '"pitstop" in j["tables"]')" False \
    "the journal is not among the archive's tables"

cluster_psql --dbname=postgres --command='CREATE DATABASE stock'
ok "a stock pg_restore restores it with exit 0, where pitstop is not" \
    "$(cluster_bin)/pg_restore" --exit-on-error --dbname=stock "$archive"
is "$(contents stock public)" "$(contents teslamate public)" "every row of every table is there"
is "$(contents stock private)" "$(contents teslamate private)" "the private ones too"
is "$(value stock "SELECT string_agg(extname, ' ' ORDER BY extname) FROM pg_extension")" 'cube earthdistance plpgsql' \
    "with the extensions that TeslaMate needs, and without pitstop"

# ---- formats, names, places

fresh
run_pitstop backup "$dir" --jobs 2
is "$status" 0 "a backup with several streams succeeds"
is "$(manifest_value "$(echo "$dir"/*.json)" 'j["format"]')" directory "it is in the directory format"
cluster_psql --dbname=postgres --command='CREATE DATABASE stock2'
ok "pg_restore restores that as well" "$(cluster_bin)/pg_restore" --exit-on-error --dbname=stock2 "$(echo "$dir"/*.dir)"
is "$(contents stock2 public)" "$(contents teslamate public)" "with every row"

fresh
run_pitstop backup "$dir/before the upgrade.dump" --json
is "$status" 0 "a file's name can be given"
is "$(json 'j["name"]')" 'before the upgrade' "it is the backup's name"
run_pitstop backup "$dir/before the upgrade.dump"
is "$status" 2 "what is there already is not overwritten"
like "$err" 'is there already' "and that is said"

PITSTOP_BACKUP_DIR=$dir run_pitstop backup --quiet
is "$status$out$err" 0 "PITSTOP_BACKUP_DIR names the directory, and --quiet prints nothing"
run_pitstop backup
is "$status" 2 "without a directory it is an error"
run_pitstop backup "$dir/gone"
is "$status" 1 "a directory that does not exist is not made"
like "$err" 'does not exist.*HINT:.*mount' "and a disk that is not mounted is thought of"

fresh
# A name with everything in it; the server's encoding is UTF-8.
odd=$'te"sla\'mate $x ü\nx'
cluster_psql --dbname=postgres --set=odd="$odd" <<<'CREATE DATABASE :"odd" TEMPLATE teslamate'
mkdir "$dir/o'dd \"ü"$'\n'
PGDATABASE=$odd run_pitstop backup "$dir/o'dd \"ü"$'\n' --json
is "$status" 0 "names with spaces, quotes, unicode and line breaks are taken"
is "$(json 'j["database"]')" "$odd" "and the database's name is kept as it is"
# A line break is not shown raw: it could look like a line of ours.
PGDATABASE=$odd run_pitstop backup "$dir/o'dd \"ü"$'\n'
is "$(wc -l <<<"$out")" 6 "a line break in a name breaks no line"

# ---- a snapshot that lies

fresh
# Somebody rewrites positions: he has the lock before the backup begins, and is done before it may go on. Without the locks
# before the snapshot, positions would be dumped empty and counted as empty.
mkfifo "$cluster/steps"
cluster_psql --dbname=teslamate --output=/dev/null <"$cluster/steps" &
rewriter=$!
exec 7>"$cluster/steps"
echo 'BEGIN; ALTER TABLE positions ALTER COLUMN odometer TYPE double precision USING odometer + 0;' >&7
is_rewriting() {
    [[ $(value postgres "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND relation IS NOT NULL AND granted AND database = (SELECT oid FROM pg_database WHERE datname = 'teslamate')") -gt 0 ]]
}
wait_until 30 is_rewriting
pitstop backup "$dir" --quiet &
backup=$!
is_waiting() {
    [[ $(value postgres "SELECT count(*) FROM pg_locks WHERE NOT granted AND mode = 'AccessShareLock'") -gt 0 ]]
}
ok "a backup waits for somebody who rewrites a table" wait_until 30 is_waiting
echo 'COMMIT;' >&7
exec 7>&-
wait "$rewriter"
status=0
wait "$backup" || status=$?
is "$status" 0 "and goes on when he is done"
is "$(manifest_value "$(echo "$dir"/*.json)" 'j["tables"]["public"]["positions"]')" \
    "$(value teslamate 'SELECT count(*) FROM positions')" "with all rows counted"
is "$("$(cluster_bin)/pg_restore" --data-only --table=positions --file=- "$(echo "$dir"/*.dump)" | sed -n '/^COPY/,/^\\\./p' | grep -vcE '^(COPY|\\\.)')" \
    "$(value teslamate 'SELECT count(*) FROM positions')" "and all rows dumped"

# ---- an order on disk that statistics tell wrong

fresh
# Every other row goes to the end of the table, and nobody has told the planner yet.
cluster_psql --dbname=teslamate --command='ALTER TABLE positions SET (autovacuum_enabled = off)' --command='ANALYZE positions' \
    --command='UPDATE positions SET speed = speed WHERE id % 2 = 0' --command='SELECT pg_stat_force_next_flush()' --output=/dev/null
run_pitstop backup "$dir"
run_pitstop verify --restore --backup-dir "$dir"
is "$status" 0 "a backup is proven after rows moved, although the statistics of their order are old"
cluster_psql --dbname=teslamate --command='ANALYZE positions' --command='ALTER TABLE positions RESET (autovacuum_enabled)'
run_pitstop backup "$dir/analyzed.dump"
is "$(manifest_value "$dir/analyzed.json" 'sorted(j["column_order"]["public"]["positions"])')" "['date', 'drive_id']" \
    "the manifest has the order that a recent ANALYZE found"
rm "$dir"/analyzed.*

# ---- odd sizes

cluster_psql --dbname=teslamate --command='CREATE TABLE positions_kept AS TABLE positions' \
    --command='DELETE FROM charges' --output=/dev/null
run_pitstop backup "$dir"
is "$status" 6 "a backup with an emptied table fails"
like "$err" 'charges' "and says which"
run_pitstop list --backup-dir "$dir"
like "$out" 'no: ' "list shows it as not proven"
is "$(find "$dir" -name '*.dump' | wc -l)" 2 "it is kept all the same"
cluster_psql --dbname=teslamate --command='DROP TABLE positions_kept'

# ---- one at a time, leftovers

fresh
touch "$dir/.pitstop-teslamate-20260101T000000Z.dump.partial"
mkdir "$dir/.pitstop-teslamate-20260101T000001Z.dir.partial"
(flock 9; run_pitstop backup "$dir"; echo "$status $err") 9>"$dir/.pitstop.lock" >"$cluster/busy"
like "$(<"$cluster/busy")" '^5 .*another backup' "a second backup at the same time is refused with exit 5"
is "$(find "$dir" -name '*.partial' | wc -l)" 2 "and touches nothing of the first one's"
run_pitstop backup "$dir"
is "$status" 0 "the next one runs"
is "$(find "$dir" -name '*.partial')" '' "and clears away what was left"
like "$err" 'cleared away 2 files' "and says so"

# ---- encryption, copies, hooks

fresh
age-keygen --output "$cluster/key" 2>/dev/null
recipient=$(sed -n 's/^# public key: //p' "$cluster/key")
run_pitstop backup "$dir" --encrypt "$recipient"
is "$status" 0 "an encrypted backup succeeds"
is "$(head -c 21 "$dir"/*.dump.age)" 'age-encryption.org/v1' "its archive is encrypted"
is "$(head -c 21 "$dir"/*.sql.age)" 'age-encryption.org/v1' "and so is pitstop's own file"
age --decrypt --identity "$cluster/key" "$dir"/*.dump.age >"$cluster/plain.dump"
cluster_psql --dbname=postgres --command='CREATE DATABASE stock3'
ok "decrypted, it restores" "$(cluster_bin)/pg_restore" --exit-on-error --dbname=stock3 "$cluster/plain.dump"
is "$(contents stock3 public)" "$(contents teslamate public)" "with every row"
run_pitstop backup "$dir" --encrypt nonsense
is "$status" 4 "a recipient that age does not know is an error"
is "$(find "$dir" -name '*.partial')" '' "that leaves nothing"

fresh
export RCLONE_CONFIG=$cluster/rclone.conf
printf '[elsewhere]\ntype = alias\nremote = %s\n' "$other" >"$RCLONE_CONFIG"
run_pitstop backup "$dir" --copy-to rclone:elsewhere:teslamate --json
is "$status" 0 "a backup is copied with rclone"
is "$(files_in "$other/teslamate")" "$(files_in "$dir")" "all its files are there"
is "$(cat "$other"/teslamate/*.dump | sha256sum)" "$(cat "$dir"/*.dump | sha256sum)" "the same to the last bit"
is "$(json 'j["copies"][0]["copied"]')" True "and the result says so"
run_pitstop backup "$dir" --copy-to rclone:nowhere:x
is "$status" 8 "a copy that fails makes the result partial"
is "$(find "$dir" -name '*.dump' | wc -l)" 2 "the backup itself stands"
run_pitstop backup "$dir" --copy-to "command:printf %s \"\$PITSTOP_FILES\" | xargs -d '\\n' cp --target-directory=$other"
is "$status" 0 "a command copies as well"
is "$(cat "$other"/*.dump | sha256sum)" "$(sha256sum <"$(find "$dir" -name '*.dump' | sort | tail -n 1)")" "the same files"
run_pitstop backup "$dir" --copy-to ftp:x
is "$status" 2 "another kind of place is an error before anything is done"

fresh
run_pitstop backup "$dir" --hook-before 'exit 3'
is "$status" 4 "a hook that fails before keeps the backup from beginning"
is "$(files_in "$dir")" '' "nothing is there"
run_pitstop backup "$dir" --hook-after "cat >$cluster/hooked"
is "$status" 0 "a hook after it runs"
is "$(manifest_value "$cluster/hooked" 'j["command"], j["proven"]')" "('backup', True)" "and gets the result"
run_pitstop backup "$cluster/nowhere/" --hook-on-failure "cat >$cluster/failed"
is "$(manifest_value "$cluster/failed" 'j["error"]["exit_code"]')" 1 "a hook on failure gets the error, also of a directory that is gone"
run_pitstop backup "$dir" --port 1 --hook-on-failure "cat >$cluster/failed"
is "$status $(manifest_value "$cluster/failed" 'j["error"]["exit_code"]')" '3 3' "and of a server that cannot be reached"

run_pitstop backup "$dir" --dry-run --json
is "$status $(json 'j["database"]')" '0 teslamate' "a dry run says what it would do"
is "$(find "$dir" -name '*.dump' | wc -l)" 1 "and does nothing"

done_testing
