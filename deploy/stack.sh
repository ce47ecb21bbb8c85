#!/usr/bin/env bash
# What deploy/up.sh and deploy/roll.sh share. To be sourced by bash.
set -euo pipefail

export BUILDX_NO_DEFAULT_ATTESTATIONS=1 # they hold the time: each build would make another image of the same files

stop() { echo "$1" >&2; exit 1; }
compose() { docker compose --progress quiet "$@"; }

# A container of a service that runs beside those of the stack, and ends.
run_once() { compose run --rm --no-deps --no-TTY "$@" </dev/null; }

# Stops with what the app says about a wrong setting.
check_app_settings() {
  local words
  words=$(run_once app node app/check-settings.ts 2>&1 >/dev/null) || stop "$words"
}

# Whether a container is what compose.yaml, the settings and the images of this machine make now. Compose keeps both values in
# labels; it leaves dependencies and the number of replicas out of the hash.
is_current() {
  local service=$1 container=$2 hash image
  hash=$(docker compose config --hash "$service")
  image=$(docker inspect --format '{{.Config.Image}}' "$container")
  image=$(docker image inspect --format '{{.Id}}' "$image" 2>/dev/null) || return 1
  [ "$(docker inspect --format '{{index .Config.Labels "com.docker.compose.config-hash"}} {{index .Config.Labels "com.docker.compose.image"}}' "$container")" = "${hash#* } $image" ]
}

# Replaces containers of the app: first together those that are not ready, then one by one those that serve, so that no request
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
    pause=6 # Nginx takes a replica that did not listen yet out of rotation for so long
    echo "Replacing $(docker inspect --format '{{slice .Name 1}}' "$replica") …"
    docker stop "$replica" >/dev/null
    docker rm "$replica" >/dev/null
    bring_up app --no-recreate
  done
}

# `docker compose up` for one service alone; returns when it is ready, or stops with the last line of its log. A container that was
# paused counts as unhealthy until its next health check, up to 30 s later; Compose would not wait for that.
bring_up() {
  local service=$1 words until=$((SECONDS + 60))
  shift
  until words=$(compose up --detach --no-deps --wait --wait-timeout 180 "$@" "$service" 2>&1); do
    case $words in
      *unhealthy*) [ $SECONDS -ge $until ] || { set -- --no-recreate; sleep 1; continue; } ;;
    esac
    echo "$words" >&2
    stop "$service does not become ready: $(docker compose logs --no-log-prefix --tail 1 "$service" 2>/dev/null)"
  done
}
