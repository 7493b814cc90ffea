#!/usr/bin/env bash
# pitstop verify: what is damaged is found, what is whole is not called damaged, and the verdict is noted.
set -euo pipefail

# shellcheck source=backups.sh
source "$PITSTOP_SOURCE/test/tool/backups.sh"

cluster_guard
backups_start
declare -r originals=$cluster/originals manifest=$dir/whole.json archive=$dir/whole.dump
bin=$(cluster_bin)

# The backup as it was made, before each check.
restored() {
    fresh
    cp -a "$originals/." "$dir"
}

proofs() {
    manifest_value "$manifest" '[(p["how"], p["passed"]) for p in j["proofs"]]'
}

scratch_databases() {
    value postgres "SELECT count(*) FROM pg_database WHERE datname LIKE '%\\_verifying\\_%'"
}

no_server_in() {
    ! pgrep --full -- "-D $1" >/dev/null
}

# refuted WHAT REASON NAME: verify says so with exit 6, for this reason.
refuted() {
    run_pitstop verify "$1"
    is "$status" 6 "$3"
    like "$err" "$2" "and it says what is wrong"
}

run_pitstop backup "$dir/whole.dump" --quiet
cp -a "$dir" "$originals"

# ---- whole

run_pitstop verify
is "$status$err" 0 "a whole backup is proven; nothing named means the newest"
like "$out" '"whole" is whole: it was read to its end' "and it says how"
is "$(proofs)" "[('read', True), ('read', True)]" "the proof is noted in the manifest"
for name in whole "$archive" "$manifest"; do
    run_pitstop verify "$name" --json
    is "$status $(json 'j["name"], j["passed"]')" "0 ('whole', True)" "it is found as ${name##*/}${name:0:1}"
done
is "$(find "$dir" -name '*.partial')" '' "no temporary file stays"
run_pitstop verify nonsense
is "$status" 2 "a name that is not there is an error of usage"

mkdir "$cluster/newer"
# shellcheck disable=SC2016  # for the script to expand
printf '#!/bin/bash\n[[ $1 != --version ]] || { echo "pg_restore (PostgreSQL) 99.1"; exit; }\ntouch %q\nexec %q "$@"\n' \
    "$cluster/used" "$bin/pg_restore" >"$cluster/newer/pg_restore"
chmod 755 "$cluster/newer/pg_restore"
PITSTOP_PG_BINDIR='' PATH=$bin:$cluster/newer:$PATH run_pitstop verify whole
is "$status" 0 "with several versions of PostgreSQL it is proven as well"
ok "the newest pg_restore reads it, for that knows every archive" test -e "$cluster/used"

# ---- damaged

bytes=$(stat -c %s "$archive")
for at in 0 2 20 $((bytes / 2)) $((bytes - 1)); do
    restored
    flip "$archive" "$at"
    refuted whole 'checksum of "whole.dump" differs' "a bit flipped in byte $at of $bytes is found"
    is "$(proofs)" "[('read', True), ('read', False)]" "and noted"
done
run_pitstop list
like "$out" 'whole .* no: the checksum of "whole.dump" differs' "list shows it"
run_pitstop verify
is "$status" 2 "what is refuted is not taken as the newest proven one"
cp "$originals/whole.dump" "$dir"
run_pitstop verify whole
is "$status $(proofs)" "0 [('read', True), ('read', False), ('read', True)]" "put right again, it is proven again"

restored
truncate --size=-1 "$archive"
refuted whole 'has [0-9,]+ bytes instead of' "a byte less is found"
restored
: >"$archive"
refuted whole 'has 0 bytes instead of' "an empty archive is found"
restored
rm "$archive"
refuted whole '"whole.dump" is missing' "a missing archive is found"
is "$(proofs)" "[('read', True), ('read', False)]" "and noted"
restored
echo ' ' >>"$dir/whole.pitstop.sql"
refuted whole '"whole.pitstop.sql" has' "a changed file of pitstop's own is found"
restored
rm "$archive"
run_pitstop verify whole --restore
is "$status $(proofs)" "6 [('read', True), ('read', False)]" "a missing archive refutes also what was to be restored"
restored
flip "$archive" 1
run_pitstop verify whole --restore
is "$status $(proofs)" "6 [('read', True), ('read', False)]" "damage in the first bytes does too"
is "$(scratch_databases)" 0 "no database is made for that"

restored
head -c 200 "$originals/whole.json" >"$manifest"
refuted whole 'no JSON object' "a damaged manifest is found"
is "$(wc -c <"$manifest")" 200 "and left as it is"

# ---- files without a manifest

declare -r loose=$cluster/loose
mkdir "$loose"
refuted_file() {
    refuted "$loose/$1" "$2" "$3"
    is "$(files_in "$loose" | tr '\n' ' ')" "$1 " "nothing is written beside it"
    rm "$loose/$1"
}
: >"$loose/empty.dump"
refuted_file empty.dump 'it is an? empty' "a file of 0 bytes is no backup"
echo '<!DOCTYPE html><html><body>502 Bad Gateway</body></html>' >"$loose/page.sql"
refuted_file page.sql 'web page' "nor is a web page"
head -c 5000 /dev/urandom >"$loose/noise.dump"
refuted_file noise.dump 'is no dump' "nor any other file"
head -c $((bytes / 2)) "$originals/whole.dump" >"$loose/half.dump"
refuted_file half.dump 'damaged' "half an archive is refuted"

restored
cp "$originals/whole.dump" "$loose/bare.dump"
run_pitstop verify "$loose/bare.dump"
is "$status" 0 "an archive without its manifest is read to its end"
rm "$loose/bare.dump"
plain=$cluster/plain.sql
"$bin/pg_dump" --exclude-schema=pitstop --extension=cube --extension=earthdistance --file="$plain"
declare -A packed=([plain.sql]="cat" [plain.sql.gz]="gzip --stdout" [plain.sql.zst]="zstd --quiet --stdout")
for name in plain.sql plain.sql.gz plain.sql.zst; do
    ${packed[$name]} "$plain" >"$loose/$name"
    run_pitstop verify "$loose/$name"
    is "$status" 0 "$name is whole"
    sed '/PostgreSQL database dump complete/,$d' "$plain" | ${packed[$name]} >"$loose/$name"
    refuted_file "$name" 'cut off' "without its last line $name is not"
done
for name in plain.sql.gz plain.sql.zst; do
    ${packed[$name]} "$plain" | head -c -20 >"$loose/$name"
    refuted_file "$name" 'damaged|cut off' "cut off behind its packing, $name is not"
done
gzip --stdout "$plain" >"$loose/plain.gz"
flip "$loose/plain.gz" $(($(stat -c %s "$loose/plain.gz") / 2))
refuted_file plain.gz 'damaged' "a bit flipped in it is found"
gzip --stdout "$plain" >"$loose/misnamed.dump"
run_pitstop verify "$loose/misnamed.dump" --restore
is "$status" 0 "what a dump is called does not matter; this one restores too"
rm "$loose/misnamed.dump"

# ---- encrypted

fresh
for key in key other; do age-keygen --output "$cluster/$key" 2>/dev/null; done
recipient=$(sed -n 's/^# public key: //p' "$cluster/key")
run_pitstop backup "$dir/whole.dump.age" --encrypt "$recipient" --quiet
declare -r encrypted=$dir/whole.dump.age
run_pitstop verify whole
is "$status" 0 "without the key the checksums prove an encrypted backup"
like "$err" 'only its checksums were compared.*--identity' "and it says that it was not more"
run_pitstop verify whole --identity "$cluster/key"
is "$status$err" 0 "with the key it is read to its end"
before=$(proofs)
run_pitstop verify whole --identity "$cluster/other"
is "$status" 4 "a key that does not fit is an error"
like "$err" 'could not decrypt' "and called so"
run_pitstop verify whole --identity "$cluster/gone"
is "$status" 4 "so is a key that is not there"
run_pitstop verify whole --restore --identity "$cluster/other"
is "$status" 4 "also when it was to be restored"
is "$(proofs)" "$before" "none of that says anything about the backup"
run_pitstop verify whole --restore --identity "$cluster/key"
is "$status $(proofs | grep -o "('restore', True)")" "0 ('restore', True)" "with the key it restores"
cp "$encrypted" "$loose/bare.age"
run_pitstop verify "$loose/bare.age"
is "$status" 2 "an encrypted file without manifest needs the key"
run_pitstop verify "$loose/bare.age" --identity "$cluster/key"
is "$status" 0 "and is read with it"
flip "$loose/bare.age" 5000
run_pitstop verify "$loose/bare.age" --identity "$cluster/key"
is "$status" 6 "a bit flipped in it is found"
flip "$encrypted" 5000
run_pitstop verify whole --identity "$cluster/other"
is "$status $(proofs | grep -c 'False)\]')" '6 1' "in a backup it is found whatever the key"

# ---- directory format

fresh
run_pitstop backup "$dir/whole.dir" --jobs 2 --quiet
mv "$originals" "$cluster/custom"
cp -a "$dir" "$originals"
run_pitstop verify whole
is "$status" 0 "a backup in the directory format is proven"
run_pitstop verify whole --restore
is "$status" 0 "and restored"
largest=$(find "$dir/whole.dir" ! -name toc.dat -type f -printf '%s %f\n' | sort -n | tail -n 1 | cut -d' ' -f2)
flip "$dir/whole.dir/$largest" 100
refuted whole "checksum of \"whole.dir/$largest\" differs" "a bit flipped in one of its files is found"
restored
rm "$dir/whole.dir/$largest"
refuted whole "\"whole.dir/$largest\" is missing" "a missing file is found"
restored
cp -a "$dir/whole.dir" "$loose/bare"
run_pitstop verify "$loose/bare"
is "$status" 0 "without a manifest it is read to its end"
rm "$loose/bare/$largest"
run_pitstop verify "$loose/bare"
is "$status" 6 "and a missing file is found then too"
rm "$loose/bare/toc.dat"
run_pitstop verify "$loose/bare"
is "$status" 6 "as is a missing table of contents"
rm -rf "$loose/bare" "$originals"
mv "$cluster/custom" "$originals"

# ---- restored into a scratch database

restored
run_pitstop verify whole --restore --json
is "$status $(json 'j["how"], j["passed"]')" "0 ('restore', True)" "a backup is proven by restoring it"
is "$(json 'j["server"]')" "$(value postgres "SELECT split_part(current_setting('server_version'), ' ', 1)")" "and the server is named"
is "$(proofs)" "[('read', True), ('restore', True)]" "the proof is noted"
run_pitstop list
like "$out" 'restored on [0-9.]+, ' "list shows it"
is "$(scratch_databases)" 0 "the scratch database is gone"
change_manifest "$manifest" 'j["tables"]["public"]["positions"] += 1'
run_pitstop verify whole --restore
is "$status" 6 "other rows than the manifest says are found"
like "$err" 'positions' "and the table is named"
is "$(proofs | grep -o "('restore', False)")" "('restore', False)" "and noted"
is "$(scratch_databases)" 0 "the scratch database is gone then too"
restored
change_manifest "$manifest" 'j["indexes"] += 1'
run_pitstop verify whole --restore
is "$status" 6 "an index less than the manifest says is found"
like "$err" 'index' "and named"

restored
cluster_psql --dbname=postgres --command='CREATE ROLE plain LOGIN'
before=$(proofs)
run_pitstop verify whole --restore --user plain
is "$status" 7 "a role that may not create databases is refused"
like "$err" 'plain.*(CREATEDB|superuser)' "and it says who may"
run_pitstop verify whole --restore --port 1
is "$status" 3 "no server is no verdict"
PITSTOP_PG_BINDIR=$loose run_pitstop verify whole --restore
is "$status" 4 "nor is a missing pg_restore"
PITSTOP_PG_BINDIR=$loose run_pitstop verify whole
is "$status" 4 "nor when it was only to be read"
is "$(proofs)" "$before" "and nothing of that is noted"
is "$(scratch_databases)" 0 "and no scratch database is left"

stop_before compare verify whole --restore
is "$(scratch_databases)" 1 "while it is compared the scratch database is there"
go_on KILL
is "$status $(scratch_databases)" '137 1' "killed, it leaves it there"
run_pitstop verify whole --restore
is "$status $(scratch_databases)" '0 0' "the next one clears it away"
stop_before compare verify whole --restore
go_on TERM
is "$status $(scratch_databases)" '143 0' "ended by a signal, it drops it itself"
is "$(proofs)" "[('read', True), ('restore', True)]" "and that is no verdict"

# ---- on a scratch server

restored
scratch=$(mktemp -d "$(cluster_parent)/pitstop-tmp-XXXXXX")
chmod 755 "$scratch"
(
    export TMPDIR=$scratch
    run_pitstop verify whole --restore --scratch-bin "$bin" --port 1
    is "$status" 0 "a scratch server needs no other server"
    is "$(ls -A "$scratch")" '' "it is gone afterwards"
    change_manifest "$manifest" 'j["tables"]["public"]["positions"] += 1'
    run_pitstop verify whole --restore --scratch-bin "$bin"
    is "$status $(ls -A "$scratch")" '6 ' "also when the backup is refuted"
    run_pitstop verify whole --restore --scratch-bin "$dir"
    is "$status $(ls -A "$scratch")" '2 ' "also when there are no programs"
    cp "$originals/whole.json" "$manifest"
    stop_before compare verify whole --restore --scratch-bin "$bin"
    go_on KILL
    is "$(find "$scratch" -mindepth 1 -maxdepth 1 | wc -l)" 1 "killed, it leaves its directory"
    ok "but no server" wait_until 30 no_server_in "$scratch"
    run_pitstop verify whole --restore --scratch-bin "$bin"
    is "$status $(ls -A "$scratch")" '0 ' "the next one clears it away"
    echo "$tap_count $tap_failures" >"$cluster/counted"
)
read -r tap_count tap_failures <"$cluster/counted"
rm -rf "$scratch"
run_pitstop verify whole --scratch-bin "$bin"
is "$status" 2 "--scratch-bin without --restore is an error"

# ---- noting it

restored
stop_before 'read to the end' verify whole
first=$pid
run_pitstop verify whole --quiet
pid=$first
go_on
is "$status $(proofs)" "0 [('read', True), ('read', True), ('read', True)]" "two at once both note their proofs"

# While one notes, another one waits for it.
restored
exec 8<>"$manifest"
flock 8
"$PITSTOP_BUILD/bin/pitstop" verify whole --quiet 8>&- &
waiter=$!
ok "a verify waits while somebody else writes into the manifest" wait_until 30 grep -q " -> FLOCK .* $waiter " /proc/locks
touch "$dir/.pitstop-whole.json.partial"
run_pitstop backup "$dir/next.dump" --quiet 8>&-
ok "whose unfinished file no backup clears away" test -e "$dir/.pitstop-whole.json.partial"
exec 8>&-
status=0
wait "$waiter" || status=$?
is "$status" 0 "then it goes on"
is "$(proofs)" "[('read', True), ('read', True)]" "and notes its own"

restored
verify_read_only() {
    if may_mount; then
        # Root may write into any directory, but not into a file system that is read-only.
        run_read_only verify whole
    else
        chmod 500 "$dir"
        run_pitstop verify whole
        chmod 700 "$dir"
    fi
}
# Where root may not even mount, nothing keeps him from writing.
if may_mount || [[ $EUID -ne 0 ]]; then
    verify_read_only
    is "$status" 0 "in a directory that is read-only the verdict stands"
    like "$out" 'is whole' "and is said"
    like "$err" 'warning: the result could not be written into the manifest' "with a warning that it could not be noted"
fi

done_testing
