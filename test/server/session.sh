# shellcheck shell=bash
# One session that stays open, to be sourced after tool/cluster.sh.

session_begin() {
    coproc other { cluster_psql --dbname="$1" --tuples-only --no-align 2>&1; }
}

# in_session STATEMENT: it has been run when this returns.
in_session() {
    printf '%s;\n\\echo it has been run\n' "$1" >&"${other[1]}"
    local line
    while read -r -t 30 line <&"${other[0]}" && [[ "$line" != 'it has been run' ]]; do :; done
}
