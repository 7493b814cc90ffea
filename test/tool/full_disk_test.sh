#!/usr/bin/env bash
# pitstop backup on a disk that gets full: nothing half stays, the backups before stay whole, and the user is told.
set -euo pipefail

# shellcheck source=backups.sh
source "$PITSTOP_SOURCE/test/tool/backups.sh"

# leave_room BYTES: fills the disk but for so much.
leave_room() {
    rm -f "$disk/filler"
    dd if=/dev/zero of="$disk/filler" bs=4096 2>/dev/null || true
    truncate --size="-$1" "$disk/filler"
}

# full NAME ROOM ARGUMENT...: a backup with so much room fails, and leaves all as it was.
full() {
    local name=$1
    leave_room "$2"
    run_pitstop backup "${@:3}"
    rm "$disk/filler"
    like "$status" '^[14]$' "$name: it fails with 1 or 4"
    like "$err" 'No space left on device' "$name: it says why"
    like "$err" 'HINT:.*disk is full' "$name: and what to do"
    is "$(look_of "$disk")" "$first" "$name: the earlier backup is as it was, and nothing is beside it"
}

may_mount || { echo '1..0 # SKIP this user may not mount a disk that can be filled'; exit 0; }
cluster_guard
trap 'cluster_cleanup; remove_disk' EXIT
backups_start
cluster_psql --dbname=teslamate --command='CREATE TABLE noise AS SELECT sha512(i::text::bytea) FROM generate_series(1, 20000) AS i'
make_disk 16m
export PITSTOP_BACKUP_DIR=$disk
run_pitstop backup "$disk/first.dump"
is "$status" 0 "while there is room a backup succeeds"
first=$(look_of "$disk")
bytes=$(stat -c %s "$disk/first.dump")
age-keygen --output "$cluster/key" 2>/dev/null
recipient=$(sed -n 's/^# public key: //p' "$cluster/key")

full "nothing at all" 0
for percent in 1 50 90; do
    room=$((bytes * percent / 100 / 4096 * 4096))
    full "room for $percent %" "$room"
    full "room for $percent % with two streams" "$room" --jobs 2
    full "room for $percent % encrypted" "$room" --encrypt "$recipient"
done

# Room for the archive and not for what comes behind it, block by block, until it succeeds.
size=$(((bytes + 4095) / 4096 * 4096))
for ((more = 0; more < 64; more++)); do
    leave_room $((size + more * 4096))
    run_pitstop backup "$disk/second.dump"
    rm "$disk/filler"
    [[ $status -ne 0 ]] || break
    is "$(look_of "$disk") $(grep -c 'No space left on device' <<<"$err")" "$first 1" \
        "with $more blocks behind the archive nothing half is left"
done
is "$status" 0 "with $more blocks it succeeds"
run_pitstop verify second
is "$status" 0 "and is proven"
rm "$disk"/second.*

# A verdict that does not fit into the manifest stands all the same.
leave_room 0
run_pitstop verify first
is "$status" 0 "on a full disk a backup is proven"
like "$err" 'could not be written into the manifest.*No space left on device' "with a warning that it could not be noted"
rm "$disk/filler"
is "$(look_of "$disk")" "$first" "and its manifest is whole"

leave_room 0
run_pitstop backup "$cluster/backups/" --copy-to "command:cp \$(printf %s \"\$PITSTOP_FILES\") $disk"
is "$status" 8 "a copy that does not fit makes the result partial"
ok "the backup itself stands" pitstop verify --backup-dir "$cluster/backups"

done_testing
