# Functions that replace the containers which differ from compose.yaml, the settings, the images or the files of this folder. To be
# sourced after stack.sh.
# shellcheck shell=bash

# Whether a container matches the current compose.yaml, settings and images. Compose stores the hash of its configuration and
# the image in labels. Up to 2.26 at least, the hash of a container that was started alone (--no-deps) lacks the dependencies.
is_current() {
  local service=$1 container=$2 labels hash image
  labels=$(docker inspect --format '{{index .Config.Labels "com.docker.compose.config-hash"}} {{index .Config.Labels "com.docker.compose.image"}}' "$container")
  image=$(docker inspect --format '{{.Config.Image}}' "$container")
  image=$(docker image inspect --format '{{.Id}}' "$image" 2>/dev/null) || return 1
  for hash in $(docker compose config --hash "$service") $(without_dependencies | docker compose --project-directory . -f - config --hash "$service"); do
    [ "$labels" != "$hash $image" ] || return 0
  done
  return 1
}

without_dependencies() {
  docker compose config | awk '/^    depends_on:/ { skips = 1; next } skips && /^      / { next } { skips = 0; print }'
}

# What PostgreSQL needs: nothing, start, or restart.
postgres_change() {
  local postgres
  postgres=$(docker compose ps --quiet --status running postgres)
  if [ -z "$postgres" ]; then
    echo start
  elif ! is_current postgres "$postgres" || [ "$(docker exec "$postgres" cat /tmp/ready 2>/dev/null)" != "$(cksum <postgres.conf)" ]; then
    echo restart
  fi
}

# What Nginx needs: nothing, start, a restart for its settings or templates, or a reload for its files.
nginx_change() {
  local nginx running
  nginx=$(docker compose ps --quiet --status running nginx)
  [ -n "$nginx" ] || { echo start; return; }
  is_current nginx "$nginx" || { echo settings; return; }
  running=$(docker exec "$nginx" cat /tmp/checksums 2>/dev/null || true)
  case $(printf '%s\n' "$(sh nginx/checksums.sh)" "$running" | sort | uniq -u) in
    '') ;;
    *./templates/* | *./settings.sh* | *./tls.sh*) echo templates ;;
    *) echo files ;;
  esac
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
  tell_nginx 2>/dev/null # the new code may make other responses; Nginx may have to be replaced first
}

# Starts one service and waits until it is healthy. Fails with the last lines of its log. A resumed container counts as unhealthy
# until its next health check, up to 30 s later, and Compose does not wait for that check.
bring_up() {
  local service=$1 output until=$((SECONDS + 60)) limit=180 before
  before=$(docker compose ps --all --quiet "$service")
  [ "$service" != app ] || limit=60
  shift
  # Compose 2.26 may end with status 0 at the time limit.
  until output=$(compose up --detach --no-deps --wait --wait-timeout $limit "$@" "$service" 2>&1) && is_healthy "$service"; do
    case $output in
      *unhealthy*) [ $SECONDS -ge $until ] || { set -- --no-recreate; sleep 1; continue; } ;;
    esac
    echo "$output" >&2
    fail "$service does not become ready: $(last_lines "$service")"
  done
  [ "$service" != app ] || check_reads "$before" $until
}

# The containers of a service that are not healthy.
unhealthy() {
  local container
  for container in $(docker compose ps --all --quiet "$1"); do
    [ "$(docker inspect --format '{{with .State.Health}}{{.Status}}{{end}}' "$container")" = healthy ] || echo "$container"
  done
}
is_healthy() { [ -z "$(unhealthy "$1")" ]; }

# The end of the log of each container that is not healthy.
last_lines() {
  local container
  for container in $(unhealthy "$1"); do docker logs --tail 20 "$container" 2>&1; done
}

# Fails unless each replica but those of before answers a read of the database in time. A new replica has cached nothing.
check_reads() {
  local before=$1 until=$2 replica status
  for replica in $(docker compose ps --quiet app); do
    case $before in *"$replica"*) continue ;; esac
    until is_read "$replica"; do
      [ $SECONDS -lt "$until" ] ||
        fail "app does not become ready: a read of /products/1 ends with ${status:-no response}. $(docker logs --tail 20 "$replica" 2>&1)"
      sleep 1
    done
  done
}

# 404 is the response of an empty database.
is_read() {
  # shellcheck disable=SC2016 # bash in the container expands it
  status=$(docker exec "$1" bash -c '
    exec 3<>/dev/tcp/127.0.0.1/3000 && printf "GET /products/1 HTTP/1.0\r\n\r\n" >&3
    read -rt 3 _ status _ <&3 && echo "$status"' 2>&1) || true
  case $status in 200 | 404) ;; *) return 1 ;; esac
}
