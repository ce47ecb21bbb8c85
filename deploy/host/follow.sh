#!/usr/bin/env bash
# On a host, in the folder of the stack: runs a command that goes on when the connection is lost, shows its output, and ends with its status.
# usage: follow.sh <command> [<argument>…]
set -euo pipefail
log=releases/last.log
setsid bash -c '"$@"; echo "status $?"' - "$@" >"$log" 2>&1 </dev/null &
tail -s 0.2 --pid=$! -n +1 -f "$log" | sed -u '/^status [0-9]*$/d'
exit "$(sed -n 's/^status //p' "$log" | tail -n 1)"
