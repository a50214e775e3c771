#!/bin/sh
# npm test: sets up what it needs, then type check, lint, unit, wire and lab tests. Without root: what can be run, and what was left out.
set -eu
cd "$(dirname "$0")/.."
. scripts/bootstrap.sh
check_node
MMHA_BEGUN_S=$(date +%s)
export MMHA_BEGUN_S
why=$(why_no_lab)
[ -n "$why" ] || install_debian test
install_npm
exec node scripts/test.mjs "$why" "$@"
