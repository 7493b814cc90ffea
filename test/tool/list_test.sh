#!/usr/bin/env bash
# pitstop list: shows what is there, whatever state it is in, and touches nothing.
set -euo pipefail

# shellcheck source=backups.sh
source "$PITSTOP_SOURCE/test/tool/backups.sh"

cluster_guard
backups_start

# damaged_is NAME REASON: exactly this one is damaged, for this reason.
damaged_is() {
    run_pitstop list --json
    is "$status $(json '[d["name"] for d in j["damaged"]]')" "0 ['$1']" "$3"
    like "$(json 'j["damaged"][0]["why"]')" "$2" "and it says why"
}

# ---- nothing there

run_pitstop list
is "$status$err" 0 "an empty directory is no error"
like "$out" 'There are no backups in ' "it says that there is nothing"
run_pitstop list --json
is "$(json 'j["backups"], j["damaged"], j["leftovers"], j["restores"]')" '([], [], [], [])' "also as JSON"
is "$(files_in "$dir")" '' "and leaves nothing behind"
run_pitstop list --backup-dir "$dir/gone"
is "$status" 1 "a directory that is gone is an error"
like "$err" 'could not read the directory .*/gone": No such file' "that names it"
PITSTOP_BACKUP_DIR='' run_pitstop list
like "$status $err" '^2 .*no directory of backups is named.*PITSTOP_BACKUP_DIR' "no directory at all is one of usage"

# ---- one backup

run_pitstop backup "$dir/nightly.dump" --quiet
run_pitstop list
is "$status$err" 0 "a backup is listed"
like "$out" 'name +database +age +size +rows +proven' "the table has these columns"
like "$out" 'nightly +teslamate +(just now|[0-9]+ seconds ago) .* read, ' "and the backup in it, with its age and its proof"
run_pitstop list --json
is "$(json 'j["backups"][0]["name"], j["backups"][0]["database"], j["backups"][0]["proven"]')" "('nightly', 'teslamate', True)" \
    "the same as JSON"
is "$(json 'j["backups"][0]["path"]')" "$dir/nightly.dump" "with its path"
is "$(json 'j["backups"][0]["bytes"]')" "$(cat "$dir"/nightly.dump "$dir"/nightly.pitstop.sql | wc -c)" "its bytes"
is "$(json 'j["backups"][0]["rows"]')" "$(manifest_value "$dir/nightly.json" 'sum(sum(s.values()) for s in j["tables"].values())')" \
    "its rows"
is "$(json '[p["how"] for p in j["backups"][0]["proofs"]]')" "['read']" "and its proofs"

# ---- restores

cluster_psql --dbname=postgres --command='CREATE DATABASE "teslamate_restoring_20260101T000000Z"' \
    --command='CREATE DATABASE "teslamate_verifying_20260101T000001Z"'
run_pitstop list
like "$err" 'teslamate_restoring_20260101T000000Z".*restore --abort' "a restore that was killed on the server is shown, with the way out"
like "$err" 'teslamate_verifying_20260101T000001Z".*verify --restore' "and so is a proof that was"
run_pitstop list --json
is "$(json '[(r["database"][10:19], r["state"]) for r in j["restores"]]')" \
    "[('restoring', 'interrupted'), ('verifying', 'abandoned by a verify')]" "also as JSON"
run_pitstop list --port 1 --json
is "$status $(json 'len(j["backups"]), j["restores"]')" '0 (1, [])' "without a server the backups are listed nevertheless"
cluster_psql --dbname=postgres --command='DROP DATABASE "teslamate_restoring_20260101T000000Z"' \
    --command='DROP DATABASE "teslamate_verifying_20260101T000001Z"'

# ---- damaged manifests

head -c 300 "$dir/nightly.json" >"$dir/half.json"
before=$(look_of "$dir")
damaged_is half 'no JSON object' "half a manifest is shown as damaged"
is "$(json '[b["name"] for b in j["backups"]]')" "['nightly']" "the whole ones beside it are listed"
run_pitstop list
like "$err" '"half" cannot be used.*can be restored by its path' "the table says so too, and what can be done"
is "$(look_of "$dir")" "$before" "and nothing is touched"
: >"$dir/half.json"
damaged_is half 'no JSON object' "so is an empty one"
rm "$dir/half.json"

cp "$dir/nightly.json" "$dir/renamed.json"
damaged_is renamed 'says that it is of the backup "nightly"' "so is one under another name"
change_manifest "$dir/renamed.json" 'j["name"] = "renamed"'
damaged_is renamed 'names files that are not its own' "and one that names another's files"
run_pitstop expire --keep-last 0 --keep-daily 0 --keep-weekly 0 --keep-monthly 0 --minimum 1
is "$(files_in "$dir")" "$(printf '%s\n' nightly.dump nightly.json nightly.pitstop.sql renamed.json)" "expire does not touch them either"
rm "$dir/renamed.json"

# ---- what must not reach a terminal

cp "$dir/nightly.json" "$dir/odd.json"
change_manifest "$dir/odd.json" 'j.update(name="odd", archive="odd.dump", companion=None, database="a\x1b[31m\nb", files=[{**j["files"][0], "name": "odd.dump"}])'
change_manifest "$dir/odd.json" 'j["proofs"][-1].update(passed=False, finding="x\x1b]0;y\x07")'
run_pitstop list
is "$(tr -d '[:print:]\n' <<<"$out$err")" '' "control characters in a manifest reach no terminal"
like "$out" 'a\\x1b\[31m\\nb' "they are shown as what they are"
like "$out" 'no: x\\x1b\]0;y\\x07' "in the findings too"
rm "$dir/odd.json"

# ---- leftovers

touch "$dir/.pitstop-other.dump.partial"
run_pitstop list
like "$err" '1 file of a backup that did not come to its end.*next backup clears' "what a killed backup left is shown"
(flock 9; run_pitstop list; echo "$err") 9>"$dir/.pitstop.lock" >"$cluster/busy"
like "$(<"$cluster/busy")" '1 file of a backup that is under way' "and what a living one works on as such"
run_pitstop list --json
is "$(json 'j["leftovers"]')" "['.pitstop-other.dump.partial']" "also as JSON"
if may_mount; then
    rm "$dir/.pitstop.lock"
    run_read_only list
    like "$status $err" '^0 .*1 file of a backup that did not come to its end' "on a file system that is read-only as well"
fi
ok "it is still there" test -e "$dir/.pitstop-other.dump.partial"
rm "$dir/.pitstop-other.dump.partial"

# ---- many

python3 - "$dir" <<'END'
import json, sys
directory = sys.argv[1]
one = json.load(open(directory + "/nightly.json"))
for i in range(1000):
    name = f"m{i:03}"
    file = {**one["files"][0], "name": name + ".dump"}
    moment = f"2026-{i % 9 + 1:02}-{i // 9 % 28 + 1:02}T0{i // 252}:00:00Z"
    many = {**one, "name": name, "archive": name + ".dump", "companion": None, "files": [file], "started_at": moment, "finished_at": moment}
    json.dump(many, open(f"{directory}/{name}.json", "w"))
END
run_pitstop list --json
is "$status $(json 'len(j["backups"]), len(set(b["name"] for b in j["backups"]))')" '0 (1001, 1001)' "a thousand backups are listed"
is "$(json '[b["started_at"] for b in j["backups"]] == sorted(b["started_at"] for b in j["backups"])')" True "the oldest first"
run_pitstop list
is "$(grep -c '^m[0-9]' <<<"$out")" 1000 "the table has a line for each"

done_testing
