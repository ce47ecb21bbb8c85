#!/usr/bin/env bash
# Asks before a command deletes something, and stops unless the answer is yes. Without a terminal only CONFIRM=yes will do.
# usage: deploy/confirm.sh <command> <what it does> <value of CONFIRM>
set -euo pipefail

[ "$3" != yes ] || exit 0
[ -t 0 ] || { echo "$1 $2: add CONFIRM=yes to say that this is meant." >&2; exit 1; }
read -r -p "$1 $2. Type yes to go on: " answer
[ "$answer" = yes ] || { echo 'Nothing is deleted.' >&2; exit 1; }
