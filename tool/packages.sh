#!/usr/bin/env bash
# Installs from Debian what building and trying pitstop (demo) or testing it (test) needs and is missing, asking
# nothing. Without root it only says what is missing.
set -euo pipefail

declare -r no_main_cluster=/etc/postgresql-common/createcluster.d/pitstop-install.conf

usage() {
    echo "usage: ${0##*/} demo|test" >&2
    exit 2
}

is_installed() {
    [[ "$(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null || true)" == installed ]]
}

refresh_lists() {
    DEBIAN_FRONTEND=noninteractive apt-get --quiet=2 update
}

# The newest server with its headers, when there is one: a machine may have another than the release's.
installed_major() {
    local major
    while read -r major; do
        ! is_installed "postgresql-server-dev-$major" || { echo "$major"; return; }
    done < <(dpkg-query --show --showformat='${Package} ${db:Status-Status}\n' 'postgresql-[0-9]*' 2>/dev/null |
        sed -nE 's/^postgresql-([0-9]+) installed$/\1/p' | sort -rn)
}

# Debian's metapackage "postgresql" depends on its release's server: 15 on bookworm, 17 on trixie.
release_major() {
    apt-cache depends --important postgresql 2>/dev/null |
        sed -nE 's/^ *Depends: postgresql-([0-9]+)$/\1/p' | sort -rn | head -n 1
}

postgres_major() {
    local major
    major=$(installed_major)
    [[ -n "$major" ]] || major=$(release_major)
    [[ -n "$major" ]] || return 1
    echo "$major"
}

# A minor version's server and headers belong together, so these are installed in one go.
server_packages() {
    echo "postgresql-$1" "postgresql-client-$1" "postgresql-server-dev-$1"
}

build_packages() {
    echo g++ cmake make ninja-build libcurl4-openssl-dev nlohmann-json3-dev python3 \
        pkg-config libpq-dev libcli11-dev libssl-dev libmicrohttpd-dev libtomlplusplus-dev libzstd-dev zlib1g-dev
}

# Node.js from elsewhere than Debian brings npm along, and conflicts with Debian's.
npm_package() {
    command -v npm >/dev/null || echo npm
}

test_packages() {
    echo "postgresql-$1-pgtap" libtap-parser-sourcehandler-pgtap-perl perl libgtest-dev \
        clang libclang-rt-dev clang-format valgrind shellcheck openssl \
        age rclone zstd zsh fish man-db \
        chromium fonts-wqy-microhei nodejs "$(npm_package)" prometheus wrk \
        e2fsprogs faketime
}

missing_of() {
    local package
    for package in "$@"; do
        is_installed "$package" || echo "$package"
    done
}

any_server_installed() {
    dpkg-query --show --showformat='${Package} ${db:Status-Status}\n' 'postgresql-[0-9]*' 2>/dev/null |
        grep -Eq '^postgresql-[0-9]+ installed$'
}

# Debian makes and starts a cluster with the first server package; we start private ones. The setting is there for
# our installation only, and only on a machine that had no server: what its owner installs later is his to decide.
without_main_cluster() {
    if any_server_installed || [[ -e "$no_main_cluster" ]]; then
        "$@"
        return
    fi
    trap 'rm -f "$no_main_cluster"; rmdir --ignore-fail-on-non-empty "${no_main_cluster%/*}"' EXIT
    mkdir -p "${no_main_cluster%/*}"
    echo "create_main_cluster = false" >"$no_main_cluster"
    "$@"
}

# Maintainer scripts talk a lot; nobody needs it unless the installation fails.
install_packages() {
    local report
    report=$(mktemp)
    echo "Installing $*"
    if ! DEBIAN_FRONTEND=noninteractive apt-get --quiet=2 --yes --no-install-recommends \
        -o Dpkg::Use-Pty=0 install "$@" </dev/null >"$report" 2>&1; then
        cat "$report" >&2
        rm -f "$report"
        return 1
    fi
    rm -f "$report"
}

main() {
    [[ $# -eq 1 && "$1" =~ ^(demo|test)$ ]] || usage
    command -v apt-get >/dev/null || {
        echo "${0##*/}: this is not Debian; install PostgreSQL 15 or later with its headers, g++ and cmake" >&2
        exit 1
    }

    local major refreshed=no
    if ! major=$(postgres_major) && [[ $EUID -eq 0 ]]; then
        refresh_lists
        refreshed=yes
        major=$(postgres_major) || true
    fi
    [[ -n "$major" ]] || { echo "${0##*/}: apt knows no package postgresql; run apt-get update" >&2; exit 1; }

    local -a server others missing
    read -ra server < <(server_packages "$major")
    read -ra others < <(build_packages)
    if [[ "$1" == test ]]; then
        local -a more
        read -ra more < <(test_packages "$major")
        others+=("${more[@]}")
    fi
    mapfile -t missing < <(missing_of "${others[@]}")
    [[ -z "$(missing_of "${server[@]}")" ]] || missing+=("${server[@]}")
    [[ ${#missing[@]} -gt 0 ]] || return 0

    if [[ $EUID -ne 0 ]]; then
        echo "${0##*/}: missing; as root: apt-get install ${missing[*]}" >&2
        exit 1
    fi
    [[ $refreshed == yes ]] || refresh_lists
    without_main_cluster install_packages "${missing[@]}"
}

main "$@"
