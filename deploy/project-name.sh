#!/usr/bin/env bash
# Prints a project name where Compose has none: the folder's name has no Latin letter or digit, and no setting names the
# project. The same folder name gives the same project name, as with Compose.
set -euo pipefail

[ -z "${COMPOSE_PROJECT_NAME:-}" ] || exit 0
! grep -Eqs '^[[:space:]]*(export[[:space:]]+)?COMPOSE_PROJECT_NAME=.' .env || exit 0
folder=$(basename "$PWD")
case $(printf %s "$folder" | LC_ALL=C tr -cd 'A-Za-z0-9') in
  '') printf %s "$folder" | cksum | awk '{ print "elier-" $1 }' ;;
esac
