#!/usr/bin/env bash
# The version is written in the control file; what repeats it for others says the same.
set -euo pipefail

# shellcheck source=../tap.sh
source "$PITSTOP_SOURCE/test/tap.sh"

meta() {
    perl -MJSON::PP -0777 -e 'my $meta = decode_json(<STDIN>); print eval $ARGV[0] // die' "\$meta->$1" \
        <"$PITSTOP_SOURCE/META.json"
}

version=$(sed -nE "s/^default_version = '(.*)'$/\1/p" "$PITSTOP_SOURCE/pitstop.control")
# PGXN wants three numbers.
semantic=$version
[[ "$semantic" =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]] || semantic+=.0

like "$version" '^[0-9]+\.[0-9]+(\.[0-9]+)?$' "the control file has a version"
is "$(meta '{version}')" "$semantic" "META.json has it as its own"
is "$(meta '{provides}{pitstop}{version}')" "$semantic" "and as the extension's"
is "$(meta '{license}')" postgresql "META.json names the licence"
for key in name abstract description maintainer release_status generated_by; do
    ok "META.json has $key" meta "{$key}"
done
ok "the script that META.json names exists" test -f "$PITSTOP_SOURCE/$(meta '{provides}{pitstop}{file}')"
ok "the manual that META.json names exists" test -f "$PITSTOP_SOURCE/$(meta '{provides}{pitstop}{docfile}')"
like "$(grep -m 1 '^## ' "$PITSTOP_SOURCE/CHANGELOG.md")" "^## $version( |\$)" "the changelog begins with it"
ok "the installation's script for it is there" test -f "$PITSTOP_BUILD/pitstop--$version.sql"
ok "there is an update to it" compgen -G "$PITSTOP_SOURCE/sql/pitstop--*--$version.sql"

done_testing
