#!/bin/sh
# Rebuilds internal/kernel/web/static from the sources here and the packages of
# the lock file. The results are committed, so that Go alone builds the program.
set -eu
cd "$(dirname "$0")"
npm ci --no-audit --no-fund
node build.mjs
