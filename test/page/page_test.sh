#!/usr/bin/env bash
# The page in headless Chromium, as the build made it, served by a small server of the test's own. What it looked like is
# in page-screenshots in the build directory afterwards.
set -euo pipefail

here=$PITSTOP_SOURCE/test/page
tools=$PITSTOP_BUILD/page-test
mkdir -p "$tools"
cp "$here/package.json" "$here/package-lock.json" "$tools"
timeout 120 npm ci --prefix "$tools" --no-audit --no-fund >"$tools/npm.log" 2>&1 || {
    sed 's/^/# /' "$tools/npm.log"
    exit 1
}

export PITSTOP_BROWSER
PITSTOP_BROWSER=$(command -v chromium)
exec timeout 600 node "$here/page_test.mjs"
