#!/bin/sh
# npm run demo: from a fresh clone to a pair that survives, on this machine. Options go to `mmha demo`.
set -eu
cd "$(dirname "$0")/.."
. scripts/bootstrap.sh
check_node
why=$(why_no_lab)
[ -z "$why" ] || stop "the demo cannot run here: $why. Nothing was changed." 4
install_debian demo
install_npm
say 'building'
node scripts/build.mjs
exec node dist/mmha.js demo "$@"
