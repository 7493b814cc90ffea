#!/usr/bin/env bash
# pitstop expire: deletes what the policy does not keep, entirely, and nothing else.
set -euo pipefail

# shellcheck source=backups.sh
source "$PITSTOP_SOURCE/test/tool/backups.sh"

cluster_guard
backups_start
declare -r one=$cluster/one
declare -ra none=(--keep-last 0 --keep-daily 0 --keep-weekly 0 --keep-monthly 0 --minimum 1)
run_pitstop backup "$dir/one.dump" --quiet
mv "$dir" "$one"
mkdir "$dir"

# made NAME MOMENT [proven|refuted|unproven] [DATABASE]: a backup of two bytes.
made() {
    printf x >"$dir/$1.dump"
    printf y >"$dir/$1.pitstop.sql"
    python3 - "$one/one.json" "$dir" "$@" <<'END'
import hashlib, json, sys
source, directory, name, moment, state, database = (sys.argv[1:] + ["proven", "teslamate"][len(sys.argv) - 5:])[:6]
j = json.load(open(source))
files = [{"name": name + ending, "bytes": 1, "sha256": hashlib.sha256(byte).hexdigest()}
         for ending, byte in ((".dump", b"x"), (".pitstop.sql", b"y"))]
j.update(name=name, archive=name + ".dump", companion=name + ".pitstop.sql", archive_bytes=1, files=files,
         database=database, started_at=moment, finished_at=moment)
j["proofs"] = [] if state == "unproven" else [{"at": moment, "how": "read", "passed": state == "proven", "finding": ""}]
json.dump(j, open(f"{directory}/{name}.json", "w"))
END
}

# What is still a backup, in one line.
left() {
    find "$dir" -name '*.json' ! -name '.*' -printf '%f\n' | sed 's/\.json$//' | sort | tr '\n' ' '
}

# ---- policies

for day in 01 02 03 04 05 06 07 08 09 10; do made "d$day" "2026-03-${day}T03:00:00Z"; done
made d10-late 2026-03-10T21:00:00Z
made d10-other 2026-03-10T22:00:00Z proven other
run_pitstop expire --keep-last 2 --keep-daily 3 --keep-weekly 0 --keep-monthly 0 --minimum 1 --dry-run --json
is "$status $(json 'j["dry_run"], len(j["backups"])')" '0 (True, 12)' "a dry run says what becomes of each"
is "$(json '" ".join(b["name"] for b in j["backups"] if b["keep"])')" 'd08 d09 d10 d10-late d10-other' "the last two and three days stay"
plan=$(json '[(b["name"], b["keep"], b["reason"]) for b in j["backups"]]')
is "$(files_in "$dir" | wc -l)" 36 "and nothing is deleted"
run_pitstop expire --keep-last 2 --keep-daily 3 --keep-weekly 0 --keep-monthly 0 --minimum 1 --json
is "$status $(json '[(b["name"], b["keep"], b["reason"]) for b in j["backups"]]')" "0 $plan" "the same is done then, for the same reasons"
is "$(left)" 'd08 d09 d10 d10-late d10-other ' "what was to stay is there"
is "$(files_in "$dir" | wc -l)" 15 "and of the others no file at all"
run_pitstop expire --keep-last 2 --keep-daily 3 --keep-weekly 0 --keep-monthly 0 --minimum 1
is "$status $(left)" '0 d08 d09 d10 d10-late d10-other ' "a second time nothing changes"
like "$out" 'd09 +kept +daily 2026-03-09' "the table has the reasons"

fresh
# Mondays are 2026-01-05, 2026-01-12, 2026-01-19.
for day in 01 04 05 11 12 18 19; do made "j$day" "2026-01-${day}T00:00:00Z"; done
made dec 2025-12-31T23:59:59Z
made nov 2025-11-15T12:00:00Z
run_pitstop expire --keep-last 0 --keep-daily 0 --keep-weekly 3 --keep-monthly 2 --minimum 1
is "$(left)" 'dec j11 j18 j19 ' "weeks begin on Monday, months with their first day, in UTC; the newest of each stays"
TZ=Pacific/Kiritimati run_pitstop expire --keep-last 0 --keep-daily 0 --keep-weekly 3 --keep-monthly 2 --minimum 1
is "$(left)" 'dec j11 j18 j19 ' "wherever it runs"
run_pitstop expire "${none[@]}"
is "$(left)" 'j19 ' "with all numbers 0 the newest proven one stays"
run_pitstop expire "${none[@]:0:8}" --minimum 0
is "$status $(left)" '2 j19 ' "a minimum of 0 is refused"
run_pitstop expire --keep-last -1
is "$status $(left)" '2 j19 ' "so is a number below 0"

# ---- what is not proven

fresh
made a 2026-01-01T00:00:00Z refuted
made b 2026-01-02T00:00:00Z
made c 2026-01-03T00:00:00Z unproven
made d 2026-01-04T00:00:00Z refuted
run_pitstop expire "${none[@]}"
is "$(left)" 'b c d ' "newer ones that are not proven do not push out the newest proven one; an older one goes"
rm "$dir"/b.*
run_pitstop expire "${none[@]}"
is "$(left)" 'c d ' "where none is proven, none goes"
made later 2099-01-01T00:00:00Z
made e 2026-01-05T00:00:00Z
run_pitstop expire "${none[@]}"
is "$(left)" 'e later ' "one from the future stays, and does not count"

# ---- in use, busy

fresh
cp -a "$one/." "$dir"
made newer 2099-01-01T00:00:00Z
change_manifest "$dir/newer.json" 'j["started_at"] = "2026-11-01T00:00:00Z"'
change_manifest "$dir/one.json" 'j["started_at"] = "2026-01-01T00:00:00Z"'
stop_before 'read to the end' verify one
run_pitstop expire "${none[@]}"
is "$status $(left)" '0 newer one ' "a backup that somebody verifies stays"
like "$out" 'one +kept +in use' "and it says why"
go_on
is "$status" 0 "who verifies it is not disturbed"
run_pitstop expire "${none[@]}"
is "$(left)" 'newer ' "afterwards it goes"

stop_before 'dump and count' backup "$dir/under-way.dump"
run_pitstop expire "${none[@]}"
is "$status" 5 "while a backup runs, expire is refused with exit 5"
like "$err" 'another backup or expire works' "and it says why"
run_pitstop expire "${none[@]}" --dry-run
is "$status" 0 "what it would do can be seen nevertheless"
go_on
is "$status" 0 "the backup is not disturbed"
stop_before delete expire "${none[@]}"
run_pitstop backup "$dir/again.dump"
is "$status" 5 "while expire runs, a backup is refused"
go_on
is "$status $(left)" '0 under-way ' "and expire not disturbed"

# ---- killed

fresh
made old 2026-01-01T00:00:00Z
made new 2026-01-02T00:00:00Z
before=$(look_of "$dir")
stop_before delete expire "${none[@]}"
go_on KILL
is "$status $(look_of "$dir")" "137 $before" "killed before it deletes, it has deleted nothing"
stop_before delete expire "${none[@]}"
go_on INT
is "$status $(look_of "$dir")" "130 $before" "nor interrupted there"
# Killed in the middle: the manifest is out of the way, and some of the files are still there.
mv "$dir/old.json" "$dir/.pitstop-old.expired.partial"
rm "$dir/old.dump"
run_pitstop list
is "$(grep -c '^old' <<<"$out")" 0 "what was killed in the middle is no backup any more"
run_pitstop expire
is "$(files_in "$dir" | tr '\n' ' ')" 'new.dump new.json new.pitstop.sql ' "the next expire finishes it"
made old 2026-01-01T00:00:00Z
mv "$dir/old.json" "$dir/.pitstop-old.expired.partial"
run_pitstop backup "$dir/next.dump"
is "$status $(find "$dir" -name '*old*')" '0 ' "and so does the next backup"
made old 2026-01-01T00:00:00Z
cp "$dir/old.json" "$dir/.pitstop-old.expired.partial"
run_pitstop expire --keep-last 9
is "$(find "$dir" -name '*old*' | wc -l)" 3 "a backup that has come back meanwhile is left alone"

# ---- what is not its own

fresh
made new 2026-01-02T00:00:00Z
made evil 2026-01-01T00:00:00Z
echo precious >"$cluster/precious"
echo precious >"$dir/precious"
for name in ../precious "$cluster/precious" precious .. . '' new.dump evil/../precious; do
    change_manifest "$dir/evil.json" "j['files'][1]['name'] = j['companion'] = '''$name'''"
    run_pitstop expire "${none[@]}"
    cp "$dir/evil.json" "$dir/.pitstop-evil.expired.partial"
    mv "$dir/evil.json" "$cluster/evil.json"
    run_pitstop expire "${none[@]}"
    mv "$cluster/evil.json" "$dir"
    is "$(find "$dir" "$cluster/precious" -type f ! -name '.*' -printf '%f ' | tr ' ' '\n' | sort | tr '\n' ' ')" \
        'evil.dump evil.json evil.pitstop.sql new.dump new.json new.pitstop.sql precious precious ' \
        "a manifest that names \"${name/#$cluster/…}\" deletes nothing"
done
rm "$dir"/evil*
made gone 2026-01-01T00:00:00Z
rm "$dir/gone.dump"
run_pitstop expire "${none[@]}"
is "$status $(find "$dir" -name 'gone*')" '0 ' "a backup whose archive is gone already goes with what is left"

# ---- directory format

fresh
run_pitstop backup "$dir/tree.dir" --jobs 2 --quiet
change_manifest "$dir/tree.json" 'j["started_at"] = "2026-01-01T00:00:00Z"'
made new 2026-01-02T00:00:00Z
run_pitstop expire "${none[@]}" --dry-run
ok "a backup in the directory format survives a dry run" test -e "$dir/tree.dir/toc.dat"
stop_before 'read to the end' verify tree
run_pitstop expire "${none[@]}"
ok "and whoever verifies it" test -e "$dir/tree.dir/toc.dat"
go_on
run_pitstop expire "${none[@]}"
is "$status $(files_in "$dir" | tr '\n' ' ')" '0 new.dump new.json new.pitstop.sql ' "then all of it goes"

run_pitstop expire --backup-dir "$dir/gone"
is "$status" 1 "a directory that is gone is an error"

done_testing
