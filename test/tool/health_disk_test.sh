#!/usr/bin/env bash
# pitstop health and doctor(): disks that get full, the server's and that of the backups.
set -euo pipefail

# shellcheck source=backups.sh
source "$PITSTOP_SOURCE/test/tool/backups.sh"

resize_disk() {
    mount -o "remount,size=$1" "$disk"
}

finding() {
    value teslamate "SELECT severity, what FROM pitstop.doctor() WHERE code = 'disk_database' AND what LIKE '%tablespace small%'"
}

# look OPTION...: what the program says of both disks is in $both.
look() {
    run_pitstop health --json "$@"
    both=$(json '" ".join(o["state"] for c in ("disk_database", "disk_backups") for o in j["health"]["checks"][c]
                          if o.get("componentId") in (None, "tablespace small"))')
}

may_mount || { echo '1..0 # SKIP this user may not mount a disk of a size of its own'; exit 0; }
cluster_guard
trap 'cluster_cleanup; remove_disk' EXIT
backups_start
make_disk 6g 0755
mkdir "$disk/tablespace" "$disk/backups"
cluster_own "$disk/tablespace"
export PITSTOP_BACKUP_DIR=$disk/backups
cluster_psql --dbname=teslamate --command="CREATE TABLESPACE small LOCATION '$disk/tablespace'"

is "$(finding)" '' "with 6 GB free doctor() says nothing of the server's disk"
look
is "$both" 'ok ok' "and the program that both are well"

resize_disk 3g
is "$(finding)" 'warning|free space where the server keeps its data, tablespace small: 3.2 GB' "with 3 GB free doctor() warns"
look
is "$both" 'warning warning' "and so does the program, of both"
look --threshold disk_database=2GB:1GB --threshold disk_backups=2GB:1GB
is "$both" 'ok ok' "unless it is told that this is enough"
look --threshold disk_database=5GB:4GB --threshold disk_backups=5GB:4GB
is "$both" 'critical critical' "or far from it"

resize_disk 500m
is "$(finding)" 'critical|free space where the server keeps its data, tablespace small: 524 MB' "with half of one it is critical to doctor()"
look
is "$both" 'critical critical' "and to the program"
run_pitstop health
like "$status $out" '^2 .*disk_backups: critical: 524 MB.*pitstop expire' "which says how much there is, and what mends it"

resize_disk 6g
look
is "$(finding)$both" 'ok ok' "when there is room again all is well"

done_testing
