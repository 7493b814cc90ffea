# shellcheck shell=bash
# TAP for shell tests, to be sourced. A test's name is a sentence about behaviour; the last line is done_testing.

tap_count=0
tap_failures=0
tap_planned=''

plan() {
    tap_planned=$1
    echo "1..$1"
}

diag() {
    local line
    while IFS= read -r line; do echo "# $line"; done <<<"$*"
}

tap_report() {
    local passed=$1 name=$2
    tap_count=$((tap_count + 1))
    if [[ $passed == yes ]]; then
        echo "ok $tap_count - $name"
    else
        tap_failures=$((tap_failures + 1))
        echo "not ok $tap_count - $name"
    fi
}

# ok NAME COMMAND [ARGUMENT...]: passes when the command succeeds; its output is shown when it does not.
ok() {
    local tap_name=$1 tap_output
    shift
    if tap_output=$("$@" 2>&1); then
        tap_report yes "$tap_name"
    else
        tap_report no "$tap_name"
        diag "$tap_output"
    fi
}

# is GOT EXPECTED NAME
is() {
    if [[ "$1" == "$2" ]]; then
        tap_report yes "$3"
    else
        tap_report no "$3"
        diag "     got: $1"
        diag "expected: $2"
    fi
}

# like GOT REGULAR_EXPRESSION NAME
like() {
    if [[ "$1" =~ $2 ]]; then
        tap_report yes "$3"
    else
        tap_report no "$3"
        diag "          got: $1"
        diag "doesn't match: $2"
    fi
}

# wait_until SECONDS COMMAND [ARGUMENT...]: polls until the command succeeds; fails when the time is over. $poll_seconds is how
# long it rests in between.
wait_until() {
    local deadline=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [[ $SECONDS -lt $deadline ]] || return 1
        sleep "${poll_seconds:-0.05}"
    done
}

done_testing() {
    [[ -n "$tap_planned" ]] || plan "$tap_count"
    [[ $tap_failures -eq 0 && $tap_planned -eq $tap_count ]]
}
