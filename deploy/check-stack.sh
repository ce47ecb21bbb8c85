#!/usr/bin/env bash
# Fails with one sentence unless the stack runs. For commands that use the stack but must not start it.
# usage: deploy/check-stack.sh <make target>
set -euo pipefail

bash deploy/check-docker.sh "$1"
[ -n "$(docker compose ps --quiet --status running postgres)" ] ||
  { echo 'The stack does not run: make up starts it.' >&2; exit 1; }
