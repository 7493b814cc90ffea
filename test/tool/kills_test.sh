#!/usr/bin/env bash
# A short campaign of kills at random moments; kills.sh runs a longer one.
set -euo pipefail

PITSTOP_KILLS=${PITSTOP_KILLS:-10} exec bash "$PITSTOP_SOURCE/test/tool/kills.sh"
