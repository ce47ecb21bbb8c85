# Functions about the releases of a host: releases/<release>/ holds the files of each, and an image is tagged with its name. To be
# sourced after stack.sh, in the folder of the stack.
# shellcheck shell=bash

kept_releases=3

COMPOSE_PROJECT_NAME=$([ ! -e .env ] || sed -n "s/['\"]//g; s/^COMPOSE_PROJECT_NAME=//p" .env | tail -n 1)
export COMPOSE_PROJECT_NAME=${COMPOSE_PROJECT_NAME:-$(basename "$PWD")}

image_of() { echo "$COMPOSE_PROJECT_NAME-app:$1"; }

# The release that serves, or nothing.
serving_release() { cat releases/serving 2>/dev/null || true; }

# The releases that have served, the latest first.
past_releases() {
  [ -d releases ] || return 0
  (cd releases && find . -mindepth 2 -maxdepth 2 -name deployed -exec ls -t -- {} + | sed 's#^\./##; s#/deployed$##')
}

new_releases() {
  find releases -mindepth 1 -maxdepth 1 -type d -mmin -60 ! -exec test -e '{}/deployed' \; -print | sed 's#^releases/##'
}

# Makes a release's files the files of the stack, and its image the stack's. Files are written in place, because containers mount them.
activate() {
  local name file
  echo "$1" >releases/.unfinished || return
  for name in $(cd "releases/$1" && find . -mindepth 1 -maxdepth 1 ! -type l ! -name deployed ! -name backup); do
    if [ -d "releases/$1/$name" ]; then
      mkdir -p "$name" && cp -R "releases/$1/$name/." "$name/" || return
      (cd "$name" && find . -type f) | while IFS= read -r file; do
        [ -e "releases/$1/$name/$file" ] || rm "$name/$file"
      done
    else
      cp "releases/$1/$name" "$name" || return
    fi
  done
  docker tag "$(image_of "$1")" "$(image_of latest)"
}

record() {
  echo "$(date -u '+%Y-%m-%d %H:%M:%S') ${STARTED_BY:-$(id -un)}" >"releases/$1/deployed"
  echo "$1" >releases/.serving
  mv releases/.serving releases/serving
  rm -f releases/.unfinished
}

# Removes all releases but the latest three, the one that serves, and those that arrived within the last hour and may be about to be
# deployed.
prune_releases() {
  local release keep
  # The first start leaves the container that applied the migrations, which uses the image of the first release.
  docker ps --all --filter label=com.docker.compose.service=prepare --filter "label=com.docker.compose.project=$COMPOSE_PROJECT_NAME" \
    --filter label=com.docker.compose.oneoff=False --filter status=exited --quiet | xargs --no-run-if-empty docker rm >/dev/null
  keep=" latest $(serving_release) $({ past_releases | head -n $kept_releases; new_releases; } | tr '\n' ' ') "
  for release in $(docker image ls "$COMPOSE_PROJECT_NAME-app" --format '{{.Tag}}'); do
    # A container that a lost connection left behind may still use it; the next deploy tries again.
    case $keep in *" $release "*) ;; *) docker rmi "$(image_of "$release")" >/dev/null 2>&1 || true ;; esac
  done
  for release in releases/*/; do
    release=$(basename "$release")
    case $keep in *" $release "*) ;; *) rm -rf "releases/$release" ;; esac
  done
  docker image prune --force >/dev/null
}
