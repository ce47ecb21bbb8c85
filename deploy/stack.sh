#!/usr/bin/env bash
# Functions shared by the scripts in deploy/. To be sourced by bash.
set -euo pipefail

export BUILDX_NO_DEFAULT_ATTESTATIONS=1 # they contain the time, so each build of the same files would give another image

fail() { echo "$1" >&2; exit 1; }
compose() { docker compose --progress quiet "$@"; }

# Runs a command in a temporary container of a service.
run_once() { compose run --rm --no-deps --no-TTY "$@" </dev/null; }

is_running() { [ -n "$(docker compose ps --quiet "$1")" ]; }
project() { docker compose config | sed -n 's/^name: //p'; }

# Builds the images from this folder. A host receives them from a deploy, and has no Dockerfile.
build() {
  [ -f Dockerfile ] || return 0
  [ "${1:-}" != --quiet ] || echo 'Building the image …'
  docker compose build "$@"
}

# Makes a running Nginx use the cache keys of a new data set; `tell_nginx on` does on the host. Otherwise its health check does within
# half a minute.
tell_nginx() {
  [ -z "$("$@" docker compose ps --quiet --status running nginx </dev/null)" ] ||
    "$@" docker compose exec --no-TTY nginx sh /etc/nginx/data-sets.sh </dev/null || true
}

# Sets $folder to the folder that $DATA names.
find_folder() {
  # shellcheck disable=SC2088 # a shell did not expand it, because make passed it on
  case $DATA in
    '~/'*) folder=$HOME/${DATA#'~/'} ;;
    *) folder=$DATA ;;
  esac
  [ -d "$folder" ] || fail "There is no folder $DATA."
}
