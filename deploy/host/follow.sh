#!/usr/bin/env bash
# On a host: runs a command that goes on when the connection is lost, shows its output, and ends with its status.
# usage: follow.sh <command> [<argument>…]
set -euo pipefail
log=$(mktemp)
trap 'rm -f "$log"' EXIT
setsid bash -c '"$@"; echo "status $?"' - "$@" >"$log" 2>&1 </dev/null &
tail -s 0.2 --pid=$! -n +1 -f "$log" | sed '/^status [0-9]*$/d'
exit "$(sed -n 's/^status //p' "$log" | tail -n 1)"
