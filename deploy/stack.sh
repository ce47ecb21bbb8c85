#!/usr/bin/env bash
# Functions shared by the scripts in deploy/. To be sourced by bash.
set -euo pipefail

export BUILDX_NO_DEFAULT_ATTESTATIONS=1 # they contain the time, so each build of the same files would give another image

fail() { echo "$1" >&2; exit 1; }
compose() { docker compose --progress quiet "$@"; }

# Runs a command in a temporary container of a service.
run_once() { compose run --rm --no-deps --no-TTY "$@" </dev/null; }

# Fails with the app's message about an invalid setting.
check_app_settings() {
  local output
  output=$(run_once app node app/check-settings.ts 2>&1 >/dev/null) || fail "$output"
}

# Whether a container matches the current compose.yaml, settings and images. Compose stores the hash of its configuration and
# the image in labels. The hash excludes dependencies and the number of replicas.
is_current() {
  local service=$1 container=$2 hash image
  hash=$(docker compose config --hash "$service")
  image=$(docker inspect --format '{{.Config.Image}}' "$container")
  image=$(docker image inspect --format '{{.Id}}' "$image" 2>/dev/null) || return 1
  [ "$(docker inspect --format '{{index .Config.Labels "com.docker.compose.config-hash"}} {{index .Config.Labels "com.docker.compose.image"}}' "$container")" = "${hash#* } $image" ]
}

# Replaces containers of the app: first all unhealthy ones together, then the healthy ones one by one, so that no request
# fails.
roll_app() {
  local replica serving='' broken='' pause=0
  for replica in "$@"; do
    case $(docker inspect --format '{{.State.Status}} {{with .State.Health}}{{.Status}}{{end}}' "$replica") in
      'running healthy') serving="$serving $replica" ;;
      *) broken="$broken $replica" ;;
    esac
  done
  if [ -n "$broken" ]; then
    # shellcheck disable=SC2086 # a list
    docker stop $broken >/dev/null && docker rm $broken >/dev/null
  fi
  bring_up app --no-recreate
  for replica in $serving; do
    sleep $pause
    pause=6 # Nginx takes a replica that did not listen yet out of rotation for this long, in seconds
    echo "Replacing $(docker inspect --format '{{slice .Name 1}}' "$replica") …"
    docker stop "$replica" >/dev/null
    docker rm "$replica" >/dev/null
    bring_up app --no-recreate
  done
}

# Starts one service and waits until it is healthy. Fails with the last line of its log. A resumed container counts as unhealthy
# until its next health check, up to 30 s later, and Compose does not wait for that check.
bring_up() {
  local service=$1 output until=$((SECONDS + 60))
  shift
  until output=$(compose up --detach --no-deps --wait --wait-timeout 180 "$@" "$service" 2>&1); do
    case $output in
      *unhealthy*) [ $SECONDS -ge $until ] || { set -- --no-recreate; sleep 1; continue; } ;;
    esac
    echo "$output" >&2
    fail "$service does not become ready: $(docker compose logs --no-log-prefix --tail 1 "$service" 2>/dev/null)"
  done
}
