# Functions about the releases of a host: releases/<release>/ holds the files of each, and an image is tagged with its name. To be
# sourced after stack.sh, in the folder of the stack.
# shellcheck shell=bash

kept_releases=3

COMPOSE_PROJECT_NAME=$([ ! -e .env ] || sed -n 's/^COMPOSE_PROJECT_NAME=//p' .env | tail -n 1)
export COMPOSE_PROJECT_NAME=${COMPOSE_PROJECT_NAME:-$(basename "$PWD")}

image_of() { echo "$COMPOSE_PROJECT_NAME-app:$1"; }

# The release that serves, or nothing.
serving_release() { cat releases/serving 2>/dev/null || true; }

# The releases that have served, the latest first.
past_releases() {
  [ -d releases ] || return 0
  (cd releases && find . -mindepth 2 -maxdepth 2 -name deployed -exec ls -t -- {} + | sed 's#^\./##; s#/deployed$##')
}

# Makes a release's files the files of the stack, and its image the stack's. Files are written in place, because containers mount them.
activate() {
  local name file
  for name in $(cd "releases/$1" && find . -mindepth 1 -maxdepth 1 ! -type l ! -name deployed); do
    if [ -d "releases/$1/$name" ]; then
      mkdir -p "$name"
      cp -R "releases/$1/$name/." "$name/"
      (cd "$name" && find . -type f) | while IFS= read -r file; do
        [ -e "releases/$1/$name/$file" ] || rm "$name/$file"
      done
    else
      cp "releases/$1/$name" "$name"
    fi
  done
  docker tag "$(image_of "$1")" "$(image_of latest)"
}

record() {
  echo "$(date -u '+%Y-%m-%d %H:%M:%S') ${STARTED_BY:-$(id -un)}" >"releases/$1/deployed"
  echo "$1" >releases/serving
}

# Removes all releases but the latest three, the one that serves and the one that is named.
prune_releases() {
  local release serving keep
  serving=$(serving_release)
  keep=" $(past_releases | head -n $kept_releases | tr '\n' ' ') $serving ${1:-$serving} "
  for release in releases/*/; do
    release=$(basename "$release")
    case $keep in *" $release "*) continue ;; esac
    rm -rf "releases/$release"
    docker rmi "$(image_of "$release")" >/dev/null 2>&1 || true # it may never have arrived
  done
  docker image prune --force >/dev/null
}
