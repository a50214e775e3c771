#!/bin/sh
# The daemon and its runtime, as one: no Node.js is needed on this host.
# A link called genhash is keepalived's genhash.
[ "${0##*/}" != genhash ] || set -- --genhash "$@"
exec /usr/lib/mmha/node --max-semi-space-size=1 /usr/lib/mmha/mmha-keepalived.cjs "$@"
