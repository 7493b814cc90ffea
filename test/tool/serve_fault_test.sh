#!/usr/bin/env bash
# pitstop serve when something around it fails: its password, the server's room, the clock, a disk, an alert's command.
set -euo pipefail

# shellcheck source=serving.sh
source "$PITSTOP_SOURCE/test/tool/serving.sh"

# ---- several at once

declare -A urls=() servers=()
current=''
frozen_disk='' hanging_disk='' hanging='' crowd='' thaw=''

# serve_as NAME OPTION...: as serve_begin; its output is in NAME.out and NAME.err. That this
# machine is slow is no finding of its.
serve_as() {
    serve_begin --threshold connection=1h:1h "${@:2}" || { servers[$1]=$server; return 1; }
    mv "$cluster/serve.out" "$cluster/$1.out"
    mv "$cluster/serve.err" "$cluster/$1.err"
    urls[$1]=$url
    servers[$1]=$server
    on "$1"
}

# Makes it the one that is asked, and ended.
on() {
    current=$1
    url=${urls[$1]}
    server=${servers[$1]}
}

# Sets $status.
end_it() {
    serve_end
    unset "servers[$current]"
}

# All checks are made again with the configuration; without that, each waits for its timer.
look_again() {
    kill -HUP "$server"
}

refuses() {
    ! curl --silent --max-time 20 "$url/health_check"
}

# has_read_again NAME TIMES
has_read_again() {
    [[ "$(grep -c '^Read the configuration again' "$cluster/$1.out")" == "$2" ]]
}

# with_alerts NAME COMMAND: a config file for what is told at once.
with_alerts() {
    printf '[alerts]\ncommand = """%s"""\nhold_off = "1s"\n' "$2" >"$cluster/$1.toml"
}

# told NAME: all that NAME's command has written there, as "check:from>to" in the order of their coming.
told() {
    python3 - "$cluster/$1.told" <<'END'
import json, sys
text = open(sys.argv[1]).read().strip()
while text:
    message, end = json.JSONDecoder().raw_decode(text)
    print(*(f"{c['check']}:{c['from']}>{c['to']};" for c in message['changes']), sep='', end='')
    text = text[end:].strip()
END
}
has_told() {
    [[ "$(told "$1")" == "$2" ]]
}
has_told_among_others() {
    [[ ";$(told "$1")" == *";$2"* ]]
}

# A file system in a file, which can be made to hang in the middle of a write. Servers first: nobody writes there then.
make_frozen_disk() {
    local disk
    disk=$(mktemp -d "$(cluster_parent)/pitstop-disk-XXXXXX") || return
    truncate --size=16M "$cluster/image"
    if mkfs.ext4 -q "$cluster/image" && mount -o loop "$cluster/image" "$disk" 2>/dev/null; then
        frozen_disk=$disk
        return
    fi
    rmdir "$disk"
    return 1
}

# Whoever writes there waits from now on, and nothing can end him. The file system is thawed when this shell has closed
# the pipe, which it has whatever way it ended.
freeze() {
    exec {thaw}> >(
        trap '' HUP INT TERM
        fsfreeze --freeze "$frozen_disk" && : >"$cluster/frozen"
        cat >/dev/null
        fsfreeze --unfreeze "$frozen_disk"
        rm -f "$cluster/frozen"
    )
    wait_until 30 test -e "$cluster/frozen"
}
unfreeze() {
    [[ -n "$thaw" ]] || return 0
    exec {thaw}>&-
    thaw=''
    wait_until 30 test ! -e "$cluster/frozen"
}

# A network's disk whose other end does not answer: whoever touches it waits. Goes with the process that holds that end.
make_hanging_disk() {
    hanging_disk=$(mktemp -d "$(cluster_parent)/pitstop-disk-XXXXXX")
    # shellcheck disable=SC2016  # for the other shell to expand
    bash -c 'exec 3<>/dev/fuse && mount -i -t fuse -o fd=3,rootmode=040000,user_id=0,group_id=0 pitstop_test "$1" && : >"$2" && exec sleep 600' - \
        "$hanging_disk" "$cluster/hanging" >/dev/null 2>&1 &
    hanging=$!
    wait_until 30 eval "[[ -e '$cluster/hanging' ]] || ! kill -0 $hanging" && [[ -e "$cluster/hanging" ]]
}
remove_disks() {
    unfreeze || true
    local disk
    for disk in "$frozen_disk" "$hanging_disk"; do
        [[ -n "$disk" ]] || continue
        umount --lazy "$disk" 2>/dev/null || true
        rmdir "$disk" 2>/dev/null || true
    done
}

# waits_for_disk: that a thread of $server does.
waits_for_disk() {
    grep -q '^State:[[:space:]]*D' "/proc/$server/task"/*/status
}

# shellcheck disable=SC2317  # called by a trap
end_of_faults() {
    # Whoever asks for the end may do so twice.
    trap '' HUP INT TERM
    kill "${servers[@]}" ${crowd:+"$crowd"} ${hanging:+"$hanging"} 2>/dev/null || true
    remove_disks
    cluster_cleanup
}

serving_guard
trap end_of_faults EXIT
backups_start max_connections=60
make_all_well
cluster_psql --dbname=teslamate --output=/dev/null --command='CREATE ROLE watcher LOGIN' --command='CREATE ROLE traveller LOGIN' \
    --command='CREATE ROLE modest LOGIN CONNECTION LIMIT 8' \
    --command="CREATE ROLE keyholder LOGIN PASSWORD 'first-secret'" \
    --command="SELECT pitstop.grant_reader(r) FROM unnest(ARRAY['watcher', 'traveller', 'modest', 'keyholder']) AS r"
printf '%s\n' 'local all keyholder scram-sha-256' 'local all all trust' >"$cluster/data/pg_hba.conf"
is "$(value postgres 'SELECT pg_reload_conf()')" t "a role has a password"

# ---- an alert's command that hangs, the first time: what comes of it is seen at the end

with_alerts patient "test -e '$cluster/patient.first' && exec cat >>'$cluster/patient.told'; sh -c 'echo \$\$ >$cluster/patient.first; exec sleep 1000'; :"
serve_as patient --user watcher --config "$cluster/patient.toml" --threshold backup=0s:0s
ok "an alert's command hangs" wait_until 60 test -s "$cluster/patient.first"

# ---- the password is changed; and the clock is set, of another one

set_clock() {
    echo "$1" >"$cluster/clock.new"
    # At once, for it is read at any moment.
    mv "$cluster/clock.new" "$cluster/clock"
}

set_password() {
    echo "*:*:*:keyholder:$1" >"$cluster/passfile"
    chmod 600 "$cluster/passfile"
}

# health EXPRESSION: what Python makes of what /health says, which it knows as j. `ago` is how long before that answer a
# date lies, and `entries` all that it has of checks.
health() {
    get /health && python3 -c '
import datetime, json, sys
j = json.load(sys.stdin)
def date(text): return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
def ago(text): return date(j["time"]) - date(text)
ahead = date(j["time"]) - datetime.datetime.now().timestamp()
entries = [entry for check in j["checks"].values() for entry in check]
connection, backup = j["checks"]["connection"][0], j["checks"]["backup"][0]
print(eval(sys.argv[1]))' "$1" <"$cluster/body"
}
health_is() {
    [[ "$(health "$1")" == True ]]
}

# That no date which is told is another one than it was, as seen from now, and no value less than nothing.
declare -r in_order='all(0 <= ago(e["since"]) < 3600 and 0 <= ago(e.get("time", j["time"])) < 3600 and e.get("observedValue", 0) >= 0 for e in entries) and 0 <= ago(j["since"]) < 3600'

set_clock +0
with_alerts traveller "cat >>'$cluster/traveller.told'"
# The kernel's other clock does not jump when this one is set.
LD_PRELOAD=$(faketime -m -f +0 printenv LD_PRELOAD) FAKETIME_TIMESTAMP_FILE=$cluster/clock FAKETIME_NO_CACHE=1 FAKETIME_DONT_FAKE_MONOTONIC=1 \
    serve_as traveller --user traveller --config "$cluster/traveller.toml"
set_password first-secret
PGPASSFILE=$cluster/passfile serve_as keyholder --user keyholder
ok "all is well with a password" wait_until 60 says /readyz 200 '^ready$'
on traveller
ok "all is well" wait_until 60 says /readyz 200 '^ready$'

set_clock +1d
ok "the clock is set a day forth" health_is '86000 < ahead < 87000'
is "$(health "$in_order")" True "what was seen is as old as it was"
look_again
ok "but the backup is older" wait_until 60 health_is '86400 <= backup["observedValue"] < 90000'
is "$(health "$in_order")" True "all else is not"
ok "it is ready" says /readyz 200 '^ready$'

cluster_psql --dbname=postgres --command='ALTER ROLE traveller NOLOGIN' --command="ALTER ROLE keyholder PASSWORD 'second-secret'"

# ---- an alert's command hangs; meanwhile the timers of the others go round

for kind in obedient stubborn; do
    reluctance=''
    [[ $kind == obedient ]] || reluctance="trap '' TERM;"
    with_alerts "$kind" "$reluctance sh -c 'echo \$\$ >$cluster/$kind.pid; exec sleep 1000'; :"
    serve_as "$kind" --user watcher --config "$cluster/$kind.toml" --threshold backup=0s:0s
done
for kind in obedient stubborn; do
    on "$kind"
    ok "$kind: the command hangs" wait_until 60 test -s "$cluster/$kind.pid"
    ok "$kind: it answers" says /readyz 503 '(^|\n)backup: critical'
    end_it
    is "$status" 0 "$kind: SIGTERM ends it"
    ok "$kind: and what the command has started" wait_until 5 is_gone "$(<"$cluster/$kind.pid")"
done

# ---- what comes of the password and of the clock

on traveller
ok "what comes after that is seen in time" wait_until 60 says /readyz 503 '(^|\n)connection: critical: .*not permitted to log in'
on keyholder
ok "a password that was changed is told" wait_until 60 says /readyz 503 '(^|\n)connection: critical: .*password authentication failed'
ok "it is alive" says /health_check 200 '^$'
get /health
cp "$cluster/body" "$cluster/keyholder.health"
get /
cp "$cluster/body" "$cluster/keyholder.page"

on traveller
ok "that it is so is told" wait_until 60 has_told traveller 'connection:ok>critical;'
set_clock -1d
ok "the clock is set two days back" health_is '-87000 < ahead < -86000'
is "$(health "$in_order")" True "nothing lies in its future"
cluster_psql --dbname=postgres --command='ALTER ROLE traveller LOGIN'
set_password second-secret
ok "what comes after that is seen in time, too" wait_until 60 says /readyz 200 '^ready$'
look_again
ok "a backup of the future is not of less than no age" wait_until 60 health_is 'backup["observedValue"] < 3600'
is "$(health "$in_order")" True "nor is anything else"
ok "no alert came of the clock" wait_until 60 has_told traveller 'connection:ok>critical;connection:critical>ok;'
end_it
is "$status" 0 "it ends as it should"
is "$(<"$cluster/traveller.err")" '' "and has complained of nothing"

on keyholder
ok "the password is read again without a restart" wait_until 60 says /readyz 200 '^ready$'
ok "no password is told" lacks "$cluster"/keyholder.* '(first|second)-secret'
end_it
is "$status" 0 "it ends as it should with a password"

# ---- the server is out of connections

# Takes every one that is there, and each that becomes free.
crowd_begin() {
    python3 - "$PGHOST/.s.PGSQL.$PGPORT" >"$cluster/crowd" 2>&1 <<'END' &
import socket, struct, sys, time
taken = []
hello = b'user\0watcher\0database\0teslamate\0\0'
ready = b'Z\0\0\0\5'
def is_ready(connection):
    said = b''
    while not said.endswith(ready + b'I'):
        more = connection.recv(4096)
        if not more:
            return False
        said += more
    return True
while True:
    each = socket.socket(socket.AF_UNIX)
    each.connect(sys.argv[1])
    each.sendall(struct.pack('!II', 8 + len(hello), 196608) + hello)
    if is_ready(each):
        taken.append(each)
    else:
        print('full', flush=True)
        each.close()
        time.sleep(0.05)
END
    crowd=$!
    wait_until 60 grep -q full "$cluster/crowd"
}

serve_as crowded --user modest
# What has failed is looked at again after a minute.
ok "it needs few connections" wait_until 45 says /readyz 200 '^ready$'
crowd_begin
look_again
ok "a server that is out of them is told" wait_until 60 says /readyz 503 '(^|\n)connection: critical: .*(too many clients|remaining connection slots)'
ok "it is alive all the while" says /health_check 200 '^$'
kill "$crowd"
wait "$crowd" 2>/dev/null || true
crowd=''
# Until it looks again there is time for others.

# ---- a disk hangs

if may_mount && make_frozen_disk; then
    with_alerts frozen "cat >>'$cluster/frozen.told'"
    serve_as frozen --user watcher --config "$cluster/frozen.toml" --state-dir "$frozen_disk"
    ok "all is well with a disk" wait_until 60 says /readyz 200 '^ready$'
    freeze
    cluster_psql --dbname=postgres --command='ALTER ROLE watcher NOLOGIN'
    look_again
    ok "once that hangs, what is to be told cannot be written down" wait_until 60 waits_for_disk
    ok "it answers" says /readyz 503 '(^|\n)connection: critical: '
    ok "also who asks whether it is alive" says /health_check 200 '^$'
    look_again
    ok "and reads its configuration" wait_until 30 has_read_again frozen 2
    unfreeze
    ok "when the disk goes on, it is told" wait_until 60 has_told frozen 'connection:ok>critical;'
    cluster_psql --dbname=postgres --command='ALTER ROLE watcher LOGIN'
    freeze
    look_again
    ok "the disk hangs again" wait_until 60 waits_for_disk
    kill "$server"
    unset "servers[frozen]"
    ok "SIGTERM ends its answers" wait_until 30 refuses
    ok "and all but what waits for the disk" wait_until 30 grep -q '^State:[[:space:]]*Z' "/proc/$server/status"
    unfreeze
    status=0
    wait "$server" || status=$?
    is "$status" 0 "which ends with that"
else
    diag 'this user may not mount a disk that can be frozen'
fi

if may_mount && make_hanging_disk; then
    serve_as hanging --user watcher --config "$cluster/frozen.toml" --state-dir "$hanging_disk" --backup-dir "$hanging_disk"
    ok "it starts also when all its disks hang" says /health_check 200 '^$'
    ok "and answers" wait_until 60 health_is 'connection["state"] == "ok" and backup["state"] == "unknown"'
    end_it
    is "$status" 0 "SIGTERM ends it"
else
    diag 'this user may not mount a disk that hangs'
fi

on crowded
ok "when there are connections again it is ready" wait_until 60 says /readyz 200 '^ready$'
end_it

# ---- what has become of the first command

on patient
ok "a command that does not end is given up" wait_until 60 grep -q 'did not end within 30 s' "$cluster/patient.err"
ok "with what it has started" wait_until 5 is_gone "$(<"$cluster/patient.first")"
# It has seen the connection come and go meanwhile.
ok "and called again" wait_until 60 has_told_among_others patient 'backup:ok>critical;'
end_it
is "$status" 0 "which harms nothing"

done_testing
