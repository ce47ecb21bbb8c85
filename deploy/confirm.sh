#!/usr/bin/env bash
# Asks for confirmation before a command deletes data, and fails unless the user types yes. Without a terminal, CONFIRM=yes is
# required.
# usage: deploy/confirm.sh <command> <effect> <value of CONFIRM>
set -euo pipefail

[ "$3" != yes ] || exit 0
[ -t 0 ] || { echo "$1 $2: add CONFIRM=yes to confirm." >&2; exit 1; }
read -r -p "$1 $2. Type yes to continue: " reply
[ "$reply" = yes ] || { echo 'Nothing was deleted.' >&2; exit 1; }
