# shellcheck shell=bash
# A memory disk of a test's own, to be sourced after tool/cluster.sh. Its mount point is $disk; remove_disk belongs into the
# test's trap for EXIT, behind the cluster's clean-up: nobody has a file open there then.

disk=''

# Whether this user may mount, tried where it changes nothing.
may_mount() {
    [[ $EUID -eq 0 ]] && unshare --mount mount -t tmpfs pitstop_test /mnt 2>/dev/null
}

# make_disk SIZE [MODE]: takes no more memory than what is on it, whatever its size.
make_disk() {
    disk=$(mktemp -d "$(cluster_parent)/pitstop-disk-XXXXXX") || return
    mount -t tmpfs -o "size=$1,mode=${2:-0700}" pitstop_test "$disk" || { rmdir "$disk"; disk=''; return 1; }
}

remove_disk() {
    [[ -n "$disk" ]] || return 0
    umount --lazy "$disk" 2>/dev/null || true
    rmdir "$disk" 2>/dev/null || true
}
