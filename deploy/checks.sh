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

# The addresses on which compose.yaml publishes Nginx, one per line: "<port of the container> <address>:<port>".
wanted_addresses() {
  docker compose config nginx | awk '
    /^  [a-z]/ { service = $1 }
    service != "nginx:" { next }
    /^ *host_ip:/ { address = $2 }
    /^ *target: [0-9]/ { target = $2 }
    /^ *published:/ { gsub(/"/, "", $2); print target " " address ":" $2; address = "" }' | sort
}

# The published addresses of the running container.
bound_addresses() {
  local nginx
  nginx=$(docker compose ps --quiet nginx)
  [ -z "$nginx" ] || docker inspect --format \
    '{{range $port, $all := .HostConfig.PortBindings}}{{range $all}}{{$port}} {{.HostIp}}:{{.HostPort}}{{println}}{{end}}{{end}}' "$nginx" |
    sed '/^$/d; s,/tcp,,' | sort
}

check_port_setting() {
  local output port wanted must='must be a port, or an address and a port such as 127.0.0.1:8080'
  output=$(docker compose config --quiet 2>&1) || case $output in
    *'Invalid hostPort'* | *'Invalid ip address'* | *'Invalid proto'* | *'invalid port'*)
      port=HTTP_PORT
      ! HTTPS_PORT=8443 docker compose config --quiet 2>/dev/null || port=HTTPS_PORT
      fail "$port $must: $output." ;;
    *CERTIFICATE_FOLDER*) fail 'TLS=files needs CERTIFICATE_FOLDER: the folder with fullchain.pem and privkey.pem, as an absolute path.' ;;
    *nginx/tls/*.yaml*) fail "TLS must be off or files, not \"$(expr "$output" : '.*nginx/tls/\(.*\)\.yaml')\"." ;;
    *) fail "$output" ;;
  esac
  wanted=$(wanted_addresses)
  for port in ${wanted// /,}; do
    expr "$port" : '.*:[1-9][0-9]*$' >/dev/null || fail "$(port_setting "$port") $must."
  done
}

# The setting of a line of wanted_addresses.
port_setting() {
  case $1 in 8443*) echo HTTPS_PORT ;; *) echo HTTP_PORT ;; esac
}

# Lines of wanted_addresses that the running container does not have, as options of `docker compose run`.
new_ports() {
  local port address host
  comm -23 <(wanted_addresses) <(bound_addresses) | while read -r port address; do
    host=${address%:*}
    case $host in *:*) host="[$host]" ;; esac
    echo "--publish ${host:+$host:}${address##*:}:$port"
  done
}

# Tests the settings and files of Nginx in a temporary container, which binds ports that the stack does not have yet.
check_nginx() {
  local output wanted line address taken
  wanted=$(wanted_addresses)
  # shellcheck disable=SC2046 # a list
  output=$(run_once $(new_ports) --env NGINX_ENTRYPOINT_QUIET_LOGS=1 nginx nginx -t 2>&1 >/dev/null) && return
  while read -r line; do
    taken=$line
    case $output in *":${line##*:}"[!0-9]*) break ;; esac
  done <<<"$wanted"
  case $output in
    *'address already in use'* | *'already allocated'* | *'ports are not available'*)
      fail "Port ${taken##*:} of this machine is taken by another program: end it, or set another $(port_setting "$taken")." ;;
    *'cannot assign requested address'*)
      address=${taken#* }
      fail "$(port_setting "$taken") names the address ${address%:*}, which this machine does not have." ;;
    *'bind source path does not exist'*) fail "This machine has no folder ${output##*: }, which CERTIFICATE_FOLDER names." ;;
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
