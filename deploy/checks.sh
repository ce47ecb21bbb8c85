# Functions that check the settings and files of this folder before anything is replaced. To be sourced after stack.sh.
# shellcheck shell=bash

# Users in the containers read these files. With umask 077 only their owner could.
make_mounts_readable() {
  find nginx postgres.conf ! -perm -004 -exec chmod a+rX {} +
  [ -x nginx/settings.sh ] || chmod a+x nginx/settings.sh # the image skips scripts that are not executable
}

check_settings() {
  make_mounts_readable
  check_app_settings
  check_nginx
}

# Fails with the app's message about an invalid setting.
check_app_settings() {
  local output
  output=$(run_once app node app/check-settings.ts 2>&1 >/dev/null) || fail "$output"
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

# PostgreSQL validates the whole file when it prints one setting.
check_postgres() {
  local output
  output=$(run_once --entrypoint postgres postgres -C port -c config_file=/etc/postgresql/postgresql.conf 2>&1 >/dev/null) ||
    fail "$output"
}

# A running PostgreSQL knows only its current passwords. Newly generated files would lock out the owner and the app.
check_passwords() {
  run_once prepare sh -c '[ -s /run/owner/password ] && [ -s /run/app/password ]' ||
    fail 'The password file of the owner or of the app is lost: "Passwords" in docs/operations.md says how to make a new one.'
}
