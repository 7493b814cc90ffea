#!/usr/bin/env bash
# A campaign: N random bits of an archive are flipped one at a time, and a tenth as many archives are cut off at random lengths.
# verify must find each by the manifest; of bare archives it tells how many are found, for pg_restore alone cannot find all.
# usage: [SEED=S] test/script.sh BUILD_DIRECTORY test/tool/bit_flips.sh N
set -euo pipefail

# shellcheck source=backups.sh
source "$PITSTOP_SOURCE/test/tool/backups.sh"

declare -r flips=$1 seed=${SEED:-$(date +%s)}
cluster_guard
backups_start
run_pitstop backup "$dir/one.dump" --quiet
mkdir "$cluster/bare"
diag "SEED=$seed, $flips flips of $(stat -c %s "$dir/one.dump") bytes"

# damage KIND TIMES: prints how many were found by the manifest, how many in a bare archive, and those that were not found by
# the manifest.
damage() {
    python3 - "$PITSTOP_BUILD/bin/pitstop" "$dir" "$cluster/bare/bare.dump" "$seed" "$@" <<'END'
import random, shutil, subprocess, sys
program, directory, bare, seed, kind, times = sys.argv[1:]
choose = random.Random(seed + kind)
archive = directory + "/one.dump"
original = open(archive, "rb").read()
manifest = open(directory + "/one.json", "rb").read()
found = found_bare = 0
missed = []

def refutes(what):
    return subprocess.run([program, "verify", what, "--quiet"], capture_output=True).returncode == 6

for _ in range(int(times)):
    damaged = bytearray(original)
    if kind == "flip":
        bit = choose.randrange(len(original) * 8)
        damaged[bit // 8] ^= 1 << bit % 8
        what = f"bit {bit % 8} of byte {bit // 8}"
    else:
        del damaged[choose.randrange(len(original)):]
        what = f"cut off at {len(damaged)}"
    for path in (archive, bare):
        with open(path, "wb") as file:
            file.write(damaged)
    if refutes("one"):
        found += 1
    else:
        missed.append(what)
    found_bare += refutes(bare)
for path, content in ((archive, original), (directory + "/one.json", manifest)):
    with open(path, "wb") as file:
        file.write(content)
print(found, found_bare, "; ".join(missed))
END
}

for kind in flip cut; do
    times=$flips
    [[ $kind == flip ]] || times=$(((flips + 9) / 10))
    read -r found found_bare missed <<<"$(damage "$kind" "$times")"
    is "$found${missed:+ ($missed)}" "$times" "each of $times archives with a $kind is refuted by its manifest"
    diag "without a manifest $found_bare of $times are found"
    [[ $kind == flip ]] || is "$found_bare" "$times" "what is cut off is found without a manifest as well"
done
run_pitstop verify one
is "$status" 0 "put right again, the archive is proven"

done_testing
