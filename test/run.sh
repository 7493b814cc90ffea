#!/usr/bin/env bash
# Builds pitstop in every way it can be built and runs all tests. Arguments go to ctest: test/run.sh -R close_drive
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$root/build
# The PostgreSQL to test with, asked for only after it may have been installed.
pg_config=${PG_CONFIG:-}

# A build directory keeps the generator it was made with.
configure() {
    local directory=$1
    shift
    local -a generator=()
    mkdir -p "$directory"
    [[ -f "$directory/CMakeCache.txt" ]] || generator=(-G Ninja)
    cmake -S "$root" -B "$directory" ${generator[@]+"${generator[@]}"} \
        -DPITSTOP_WERROR=ON ${pg_config:+"-DPG_CONFIG=$pg_config"} "$@" >"$directory/configure.log" || {
        cat "$directory/configure.log"
        return 1
    }
}

build_with_cmake() {
    configure "$build" -DPITSTOP_TESTS=ON
    cmake --build "$build" --parallel 2
}

# The compiler that the build above did not use has other warnings.
build_with_clang() {
    configure "$build/clang" -DPITSTOP_TESTS=OFF -DCMAKE_CXX_COMPILER=clang++
    cmake --build "$build/clang" --parallel 2
}

# PGXS builds beside the sources: in a tree of links to them, which keeps the checkout clean and the objects for next
# time. Objects of a build in the checkout itself are not taken over.
build_with_pgxs() {
    local tree=$build/pgxs
    mkdir -p "$tree"
    cp -rsf "$root/extension" "$root/sql" "$root/Makefile.pgxs" "$root/pitstop.control" "$tree"
    find "$tree" \( -xtype l -o -type l -name '*.o' \) -delete
    make --no-print-directory -C "$tree" -f Makefile.pgxs -j 2 CXX='g++ -Werror' ${pg_config:+"PG_CONFIG=$pg_config"}
}

clean_up() {
    "$root/test/stage.sh" down "$build"
}

# CTest starts nothing for its own clean-up when it is interrupted.
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

"$root/tool/packages.sh" test
build_with_cmake
build_with_clang
build_with_pgxs
# One more than there are cores: those of whole servers wait more than they compute.
ctest --test-dir "$build" --output-on-failure --parallel 3 "$@"
