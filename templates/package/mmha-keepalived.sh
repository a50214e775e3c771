#!/bin/sh
# The daemon and its runtime, as one: no Node.js is needed on this host.
exec /usr/lib/mmha/node /usr/lib/mmha/mmha-keepalived.cjs "$@"
