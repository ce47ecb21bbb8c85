#!/usr/bin/env bash
# Brings the stack of this folder in line with its files, settings and images: starts it, or applies migrations and replaces only what
# differs. The settings are to be checked before (checks.sh). Safe to run again.
. deploy/stack.sh
. deploy/checks.sh
. deploy/replace.sh

main() {
  make_mounts_readable
  if is_running nginx || is_running app || is_running postgres; then
    update_postgres
    run_once prepare
    update_app
    update_nginx
    update_others
  else
    start_all
  fi
}

# The first start, or a start after `make down`.
start_all() {
  compose up --detach --wait --wait-timeout 600 && return
  local service
  for service in $(docker compose ps --all --format '{{.Service}} {{.ExitCode}} {{.Health}}' |
    awk '$2 != 0 || $3 == "unhealthy" { print $1 }' | sort -u); do
    echo "$service: $(docker compose logs --no-log-prefix --tail 1 "$service")" >&2
  done
  exit 1
}

update_postgres() {
  case $(postgres_change) in
    start) bring_up postgres ;;
    restart)
      check_postgres
      echo 'Restarting PostgreSQL for its new settings. For some seconds, writes and uncached reads get 503 …'
      bring_up postgres --force-recreate ;;
  esac
}

update_app() {
  local replica outdated=
  for replica in $(docker compose ps --all --quiet app); do
    is_current app "$replica" || outdated="$outdated $replica"
  done
  # shellcheck disable=SC2086 # a list
  roll_app $outdated
}

update_nginx() {
  case $(nginx_change) in
    start) bring_up nginx ;;
    settings) restart_nginx 'its new settings' ;;
    templates) restart_nginx 'its templates or settings.sh' ;;
    files) reload_nginx ;;
  esac
}

restart_nginx() {
  echo "Restarting Nginx for $1: up to 2 s without a response …"
  bring_up nginx --force-recreate --timeout 1
}

# A reload fails no request. Two cases need a restart: the mounted folder was replaced, so Nginx does not see the new files,
# or a directive changed that a reload cannot change, such as the path of a cache.
reload_nginx() {
  local nginx here
  nginx=$(docker compose ps --quiet nginx)
  here=$(sh nginx/checksums.sh)
  if [ "$(docker exec "$nginx" sh /etc/nginx/checksums.sh 2>/dev/null)" != "$here" ]; then
    restart_nginx 'its new files'
    return
  fi
  echo 'Reloading Nginx for its new files …'
  docker kill --signal HUP "$nginx" >/dev/null
  sleep 1
  if docker logs --since 3s "$nginx" 2>&1 | grep -F '[emerg]'; then
    restart_nginx 'changes that a reload cannot apply'
    return
  fi
  echo "$here" | docker exec --interactive "$nginx" tee /tmp/checksums >/dev/null
  tell_nginx
}

# Services of other Compose files.
update_others() {
  local others
  others=$(docker compose config --services | grep -Evx 'secrets|prepare|postgres|app|nginx' || true)
  # shellcheck disable=SC2086 # a list
  [ -z "$others" ] || compose up --detach --no-deps --wait --wait-timeout 180 $others
}

main
