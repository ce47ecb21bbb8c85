#!/usr/bin/env bash
# Starts or updates the stack, for `make up`. Replaces a running container only after all settings are checked, and only if the
# container differs from compose.yaml, the settings, the images or the files of this checkout.
. deploy/stack.sh

main() {
  make_mounts_readable
  check_port_setting
  if is_running nginx || is_running app || is_running postgres; then
    echo 'Building the image …'
    docker compose build --quiet
    echo 'Checking the settings …'
    check_passwords
    check_settings
    update_postgres
    run_once prepare
    update_app
    update_nginx
    update_others
  else
    docker compose build
    run_once secrets
    check_settings
    start_all
  fi
  say_address
}

is_running() { [ -n "$(docker compose ps --quiet "$1")" ]; }

# Users in the containers read these files. With umask 077 only their owner could.
make_mounts_readable() {
  find nginx postgres.conf ! -perm -004 -exec chmod a+rX {} +
  [ -x nginx/settings.sh ] || chmod a+x nginx/settings.sh # the image skips scripts that are not executable
}

# The addresses on which compose.yaml publishes Nginx, one per line: "address:port", or ":port".
wanted_addresses() {
  docker compose config nginx | awk '
    /^  [a-z]/ { service = $1 }
    service != "nginx:" { next }
    /^ *host_ip:/ { address = $2 }
    /^ *published:/ { gsub(/"/, "", $2); print address ":" $2; address = "" }'
}

# The published addresses of the running container.
bound_addresses() {
  local nginx
  nginx=$(docker compose ps --quiet nginx)
  [ -z "$nginx" ] || docker inspect --format \
    '{{range .HostConfig.PortBindings}}{{range .}}{{.HostIp}}:{{.HostPort}}{{println}}{{end}}{{end}}' "$nginx" | sed '/^$/d'
}

check_port_setting() {
  local output must='HTTP_PORT must be a port, or an address and a port such as 127.0.0.1:8080'
  output=$(docker compose config --quiet 2>&1) || case $output in
    *'Invalid hostPort'* | *'Invalid ip address'* | *'Invalid proto'* | *'invalid port'*) fail "$must: $output." ;;
    *) fail "$output" ;;
  esac
  wanted_addresses | grep -Eq ':[1-9][0-9]*$' || fail "$must."
}

# Tests the settings and files of Nginx in a temporary container, which binds the ports unless the stack already has them.
check_nginx() {
  local ports='' output wanted
  wanted=$(wanted_addresses)
  [ "$wanted" = "$(bound_addresses)" ] || ports=--service-ports
  output=$(run_once $ports --env NGINX_ENTRYPOINT_QUIET_LOGS=1 nginx nginx -t 2>&1 >/dev/null) && return
  case $output in
    *'address already in use'* | *'already allocated'* | *'ports are not available'*)
      fail "Port ${wanted##*:} of this machine is taken by another program: end it, or set another HTTP_PORT." ;;
    *'cannot assign requested address'*)
      fail "HTTP_PORT names the address ${wanted%:*}, which this machine does not have." ;;
    *) fail "$output" ;;
  esac
}

# A running PostgreSQL knows only its current passwords. Newly generated files would lock out the owner and the app.
check_passwords() {
  run_once prepare sh -c '[ -s /run/owner/password ] && [ -s /run/app/password ]' ||
    fail 'The password file of the owner or of the app is lost: "Passwords" in docs/operations.md says how to make a new one.'
}

check_settings() {
  check_app_settings
  check_nginx
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
  local postgres
  postgres=$(docker compose ps --quiet --status running postgres)
  if [ -z "$postgres" ]; then
    bring_up postgres
    return
  fi
  is_current postgres "$postgres" &&
    [ "$(docker exec "$postgres" cat /tmp/ready 2>/dev/null)" = "$(cksum <postgres.conf)" ] && return
  check_postgres
  echo 'Restarting PostgreSQL for its new settings. For some seconds, writes and uncached reads get 503 …'
  bring_up postgres --force-recreate
}

# PostgreSQL validates the whole file when it prints one setting.
check_postgres() {
  local output
  output=$(run_once --entrypoint postgres postgres -C port -c config_file=/etc/postgresql/postgresql.conf 2>&1 >/dev/null) ||
    fail "$output"
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
  local nginx here running
  nginx=$(docker compose ps --quiet --status running nginx)
  if [ -z "$nginx" ]; then
    bring_up nginx
    return
  fi
  if ! is_current nginx "$nginx"; then
    restart_nginx 'its new settings'
    return
  fi
  here=$(sh nginx/checksums.sh)
  running=$(docker exec "$nginx" cat /tmp/checksums 2>/dev/null || true)
  case $(printf '%s\n' "$here" "$running" | sort | uniq -u) in
    '') ;;
    *./templates/* | *./settings.sh*) restart_nginx 'its templates or settings.sh' ;;
    *) reload_nginx "$nginx" "$here" ;;
  esac
}

restart_nginx() {
  echo "Restarting Nginx for $1: up to 2 s without a response …"
  bring_up nginx --force-recreate --timeout 1
}

# A reload fails no request. Two cases need a restart: the mounted folder was replaced, so Nginx does not see the new files,
# or a directive changed that a reload cannot change, such as the path of a cache.
reload_nginx() {
  local nginx=$1 here=$2
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
}

# Services of other Compose files.
update_others() {
  local others
  others=$(docker compose config --services | grep -Evx 'secrets|prepare|postgres|app|nginx' || true)
  # shellcheck disable=SC2086 # a list
  [ -z "$others" ] || compose up --detach --no-deps --wait --wait-timeout 180 $others
}

say_address() {
  local address names host=
  address=$(docker compose port nginx 8080)
  case $address in
    0.0.0.0:*) address=localhost:${address##*:} ;;
  esac
  names=$(docker compose exec --no-TTY nginx sh -c 'echo "$SERVER_NAMES"' </dev/null | tr -s ',[:space:]' ' ' | sed 's/^ //')
  [ -z "$names" ] || host=" -H 'Host: ${names%% *}'"
  echo "The API answers on http://$address. Try it:"
  echo "  curl$host http://$address/products/1"
  echo "  curl$host 'http://$address/qa/questions?product_id=1'"
}

main
