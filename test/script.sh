#!/usr/bin/env bash
# Runs one script test, which prints TAP and starts servers of its own. usage: script.sh BUILD_DIRECTORY FILE [ARGUMENT...]
# The script finds PITSTOP_BUILD (the build directory), PITSTOP_SOURCE (this checkout) and PITSTOP_PREFIX, a PostgreSQL
# with the extension in it for: source "$PITSTOP_SOURCE/tool/cluster.sh"; cluster_create --prefix "$PITSTOP_PREFIX"
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=on_stage.sh
source "$here/on_stage.sh"

on_stage "$1"
PITSTOP_BUILD=$1
PITSTOP_SOURCE=$(cd "$here/.." && pwd)
PITSTOP_PREFIX=$(cluster_prefix)
export PITSTOP_BUILD PITSTOP_SOURCE PITSTOP_PREFIX
# The stage's server is not the script's to use.
unset PGHOST PGPORT PGUSER
exec bash "${@:2}"
