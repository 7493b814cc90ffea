#!/usr/bin/env bash
# Makefile.pgxs and CMake install the same extension, and both load.
set -euo pipefail

# shellcheck source=../tap.sh
source "$PITSTOP_SOURCE/test/tap.sh"
# shellcheck source=../../tool/cluster.sh
source "$PITSTOP_SOURCE/tool/cluster.sh"

tree=$PITSTOP_BUILD/pgxs

# test/run.sh has built it already; alone, this builds it.
make_pgxs() {
    mkdir -p "$tree"
    cp -rsf "$PITSTOP_SOURCE"/{extension,sql,Makefile.pgxs,pitstop.control} "$tree"
    make --no-print-directory -C "$tree" -f Makefile.pgxs ${PG_CONFIG:+"PG_CONFIG=$PG_CONFIG"} "$@"
}

files_below() {
    (cd "$1" && find . -type f | sort)
}

content_of_scripts() {
    (cd "$1" && find . -type f \( -name '*.sql' -o -name '*.control' \) -print0 | sort -z | xargs -0 sha256sum)
}

cluster_guard
cluster_create fsync=off
made_by_cmake=$cluster/cmake
made_by_pgxs=$cluster/pgxs

plan 5
ok 'CMake installs' env DESTDIR="$made_by_cmake" cmake --install "$PITSTOP_BUILD"
ok 'Makefile.pgxs installs' make_pgxs DESTDIR="$made_by_pgxs" install
# Makefile.pgxs is for packagers of the extension alone.
is "$(files_below "$made_by_pgxs")" "$(files_below "$made_by_cmake" | grep -vx '.*/bin/pitstop')" \
    'they install the same files, but for the program'
is "$(content_of_scripts "$made_by_pgxs")" "$(content_of_scripts "$made_by_cmake")" 'with the same SQL'

make_pgxs DESTDIR="$(cluster_prefix)" install >/dev/null
cluster_start
cluster_psql --dbname=postgres --command='CREATE EXTENSION pitstop'
is "$(cluster_psql --dbname=postgres --tuples-only --no-align \
    --command="SELECT status FROM pitstop.check_postgres() WHERE name = 'PostgreSQL for pitstop'")" \
    ok 'the library that Makefile.pgxs builds works'
done_testing
