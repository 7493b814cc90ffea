#!/usr/bin/env bash
# The short form of the campaign in bit_flips.sh.
exec bash "$PITSTOP_SOURCE/test/tool/bit_flips.sh" 20
