#!/usr/bin/env bash
# Runs a command that needs the stack but must not start it. Fails with one sentence unless the stack runs.
# usage: deploy/check-stack.sh [<command> [<argument>…]]
set -euo pipefail

[ -n "$(docker compose ps --quiet --status running postgres)" ] ||
  { echo 'The stack does not run: make up starts it.' >&2; exit 1; }
[ $# = 0 ] || exec "$@"
