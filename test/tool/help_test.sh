#!/usr/bin/env bash
# What is generated from the command table: help, completion for three shells, the manual page; and what is said of
# command lines that cannot be.
set -euo pipefail

# shellcheck source=tool.sh
source "$PITSTOP_SOURCE/test/tool/tool.sh"

declare -ra commands=(backup list verify expire restore check incomplete close-drive close-charge close-stale
    delete-drive delete-charge undo repair-addresses health serve completion man)
widest_line() {
    wc --max-line-length <<<"$1"
}

# Whether the program takes the command line as such, whatever becomes of it: no server and no backup is there.
parses() {
    local -a words
    read -ra words <<<"${1%% [>|]*}"
    # It would go on for good.
    [[ "${words[1]}" != serve ]] || words+=(--threshold nothing=1)
    run_pitstop "${words[@]:1}"
    ! [[ "$err" =~ 'shows what it takes'|'takes one of'|'there is no command' ]]
}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
: >.env
export PGHOST=/nonexistent PITSTOP_BACKUP_DIR=$scratch

# ---- help

run_pitstop help
overview=$out
is "$status" 0 "help succeeds"
is "${out%%$'\n'*}" 'usage: pitstop COMMAND [ARGUMENT...] [OPTION...]' "and begins with the usage"
is "$(sed -n '/^Backups:/,/^Connecting:/s/^  \([a-z-]*\) .*/\1/p' <<<"$out" | xargs)" "${commands[*]}" \
    "it lists every command"
is "$(grep -cE '^[A-Z][a-z ]*:$' <<<"$out")" 6 "in groups, with how to connect and the exit statuses"
is "$(grep -oE '^  [0-8]  ' <<<"$out" | xargs)" '0 1 2 3 4 5 6 7 8' "it names every exit status"
ok "it is at most 100 columns wide" test "$(widest_line "$out")" -le 100
for arguments in '' '--help' '-h'; do
    # shellcheck disable=SC2086  # none is none
    run_pitstop $arguments
    is "$out" "$overview" "pitstop $arguments shows the same"
done
is "$(pitstop --version)" "pitstop $(sed -nE "s/^default_version = '(.*)'$/\1/p" "$PITSTOP_SOURCE/pitstop.control")" \
    "--version is the control file's"

for command in "${commands[@]}"; do
    run_pitstop help "$command"
    is "$status" 0 "help $command succeeds"
    like "${out%%$'\n'*}" "^usage: pitstop $command ([A-Z\[].*)?\[OPTION\.\.\.\]$" "it begins with the usage"
    ok "it is at most 100 columns wide" test "$(widest_line "$out")" -le 100
    is "$(pitstop "$command" --help)" "$out" "$command --help shows the same"
    examples=$(sed -n '/^Examples:/,$s/^  \(pitstop .*\)/\1/p' <<<"$out")
    like "$examples" "^pitstop $command" "it has an example"
    while IFS= read -r example; do
        ok "which the program takes: $example" parses "$example"
    done <<<"$examples"
done
ok "what it does not take is seen" eval '! parses "pitstop close-drive --no-such-option"'

# ---- command lines that cannot be

# refused 'ARGUMENT...' MESSAGE: with exit status 2, and with a hint.
refused() {
    # shellcheck disable=SC2086  # words
    run_pitstop $1
    is "$status ${err%%$'\n'*}" "2 pitstop: $2" "pitstop $1 is refused"
    like "$err" $'\nHINT:    ' "with a hint"
}
refused clsoe-drive 'there is no command "clsoe-drive"'
like "$err" 'Did you mean "close-drive"' "which names what was meant"
refused frobnicate 'there is no command "frobnicate"'
like "$err" '"pitstop help" lists the commands' "which names no command that is nothing like it"
refused 'help clsoe-drive' 'there is no command "clsoe-drive"'
refused close-drive 'close-drive needs ID'
refused 'incomplete 7' 'incomplete does not take "7"'
refused 'delete-drive 7 --positions away' '--positions cannot be "away"'
refused 'completion csh' 'SHELL cannot be "csh"'
refused 'completion' 'completion needs SHELL'
run_pitstop close-drive 7 --no-such-option
is "$status" 2 "an unknown option is refused"
like "$err" 'no-such-option' "by its name"
run_pitstop close-drive 7 --host
is "$status" 2 "an option without its value is refused"

# ---- completion

for shell in bash zsh fish; do
    pitstop completion "$shell" >"completion.$shell"
done

# bash_completes WORD...: completes the last one.
bash_completes() {
    # shellcheck disable=SC2016
    bash --norc --noprofile -c 'source completion.bash; complete -p pitstop >/dev/null
        COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _pitstop; printf "%s\n" "${COMPREPLY[@]}"' - pitstop "$@" | xargs
}
is "$(bash_completes close-)" 'close-drive close-charge close-stale' "bash completes a command"
is "$(bash_completes close-stale --old)" --older-than "bash completes an option"
is "$(bash_completes delete-drive --positions '')" 'keep delete' "bash completes a choice"
is "$(bash_completes delete-drive --positions = k)" keep "bash completes a choice behind ="
is "$(bash_completes help clos | wc -w)" 3 "bash completes what help is asked for"
is "$(bash_completes completion z)" zsh "bash completes a shell"
mkdir 'a directory'
is "$(bash_completes list --backup-dir 'a d')" 'a directory' "bash completes a directory"
is "$(bash_completes check --env-file .e)" .env "bash completes a file"
is "$(bash_completes close-drive '')" '' "bash completes no ids"
for command in "${commands[@]}"; do
    options=$(pitstop help "$command" | grep -oE '^ {2,6}(-., )?--[a-z-]+' | grep -oE -- '--[a-z-]+')
    is "$(bash_completes "$command" --)" "$(xargs <<<"$options")" "bash completes every option of $command"
done
ok "shellcheck has nothing to say of it" shellcheck --shell=bash completion.bash

# zsh completes in its line editor only: it runs on a terminal of its own, and the line goes into a file.
cat >type.zsh <<'END'
zmodload zsh/zpty
zpty shell "PS1= TERM=dumb zsh -f -i"
zpty -w shell 'autoload -Uz compinit && compinit -u -D && source ./completion.zsh'
zpty -w shell 'keep() { print -r -- "$BUFFER" >line.new && mv line.new line; BUFFER= }; zle -N keep; bindkey "^T" keep; bindkey "^I" complete-word; print >ready'
END
zsh_completes() {
    rm -f line ready
    cat type.zsh - >run.zsh <<END
until [[ -e ready ]]; do zpty -r -t shell >/dev/null; (( SECONDS < 30 )) || exit 1; done
zpty -w -n shell $(printf '%q' "$1")\$'\\t\\x14'
until [[ -e line ]]; do zpty -r -t shell >/dev/null; (( SECONDS < 30 )) || exit 1; done
zpty -d shell
END
    PATH=$PITSTOP_BUILD/bin:$PATH zsh -f run.zsh </dev/null >/dev/null 2>&1 || true
    cat line 2>/dev/null || true
}
# shellcheck disable=SC2016  # zsh's to expand
ok "zsh loads its completion" zsh -f -c 'autoload -Uz compinit && compinit -u -D && source ./completion.zsh && [[ -n $_comps[pitstop] ]]'
is "$(zsh_completes 'pitstop close-st')" 'pitstop close-stale ' "zsh completes a command"
is "$(zsh_completes 'pitstop close-stale --old')" 'pitstop close-stale --older-than=' "zsh completes an option"
is "$(zsh_completes 'pitstop delete-drive --positions=k')" 'pitstop delete-drive --positions=keep ' "zsh completes a choice"

fish_completes() {
    # shellcheck disable=SC2016  # fish's to expand
    fish --no-config -c 'source completion.fish; complete -C $argv[1]' "$1" | cut -f1 | xargs
}
is "$(fish_completes 'pitstop close-')" 'close-charge close-drive close-stale' "fish completes a command"
is "$(fish_completes 'pitstop close-stale --old')" --older-than "fish completes an option"
is "$(fish_completes 'pitstop delete-drive --positions k')" keep "fish completes a choice"
is "$(fish_completes 'pitstop help undo --old')" '' "fish completes no options of another command"

# ---- the manual page

pitstop man >pitstop.1
is "$(MANWIDTH=80 man --warnings=w -l pitstop.1 2>&1 >/dev/null)" '' "man has nothing to complain of in the manual page"
page=$(MANWIDTH=200 man -l pitstop.1 2>/dev/null | col -bx)
for section in NAME SYNOPSIS DESCRIPTION COMMANDS 'COMMON OPTIONS' CONNECTING ENVIRONMENT 'EXIT STATUS' EXAMPLES; do
    is "$(grep -c "^$section\$" <<<"$page")" 1 "the manual page has $section"
done
for command in "${commands[@]}"; do
    is "$(grep -cE "^ +pitstop $command .*\[OPTION\.\.\.\]" <<<"$page")" 1 "the manual page has $command"
done
for variable in PITSTOP_BACKUP_DIR PITSTOP_PG_BINDIR NO_COLOR DATABASE_TIMEOUT; do
    like "$page" "$variable" "the manual page has $variable"
done
like "$page" "TeslaMate's \.env" "quotes and dots come out as they are"

run_pitstop man --json
is "$(json "j['command'] + ' ' + j['roff'][:4]")" 'man .\" ' "--json gives it as a member"

done_testing
