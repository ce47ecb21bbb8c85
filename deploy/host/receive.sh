#!/usr/bin/env bash
# On a host, in the folder of the stack: receives the images of a release.
# usage: receive.sh <release> has                  succeeds if the image is here
#        receive.sh <release> missing              prunes, pulls base images, and prints those that cannot be pulled
#        receive.sh <release> pull <registry> <image>…
#        receive.sh <release> done <image>         names the image of the app after the stack
. "$(dirname "$0")/../stack.sh"
. "$(dirname "$0")/../lock.sh"
. "$(dirname "$0")/releases.sh"
release=$1
shift

missing() {
  local image
  make_settings
  take_lock "Another deploy, of release $release,"
  prune_releases
  for image in $(base_images); do
    docker image inspect "$image" >/dev/null 2>&1 || docker pull --quiet "$image" >/dev/null 2>&1 || echo "$image"
  done
}

base_images() {
  (cd "releases/$release" && RELEASE=$release docker compose --env-file ../../.env config --images) | grep -Fvx "$(image_of "$release")" | sort -u
}

# Succeeds if the host has all images of the release, and its files.
has() {
  local image
  for image in $(image_of "$release") $(base_images); do docker image inspect "$image" >/dev/null || return; done
}

# The owner's settings. A deploy never changes them.
make_settings() {
  [ ! -e .env ] || return 0
  (umask 077 && {
    echo '# The settings of this host: make config HOST=… NAME=value changes one. .env.example in the release lists them all.'
    echo 'HTTP_PORT=0.0.0.0:80'
    echo 'HTTPS_PORT=0.0.0.0:443'
  } >.env)
}

pull() {
  local registry=$1 image
  shift
  for image; do
    docker pull --quiet "$registry/$image"
    docker tag "$registry/$image" "$image"
    docker rmi "$registry/$image"
  done
}

# shellcheck disable=SC2317 # called by name
name_image() {
  [ "$1" = "$(image_of "$release")" ] || { docker tag "$1" "$(image_of "$release")" && docker rmi "$1"; }
}

case $1 in
  has) has ;;
  missing) missing ;;
  pull) shift; pull "$@" ;;
  done) name_image "$2" >/dev/null ;;
esac
