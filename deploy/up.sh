#!/usr/bin/env bash
# Starts or updates the stack, for `make up`. Replaces a running container only after all settings are checked, and only if the
# container differs from compose.yaml, the settings, the images or the files of this folder.
. deploy/stack.sh
. deploy/checks.sh
. deploy/lock.sh

main() {
  take_lock 'make up'
  refuse_unfinished
  check_port_setting
  if is_running nginx || is_running app || is_running postgres; then
    build --quiet
    echo 'Checking the settings …'
    check_passwords
    check_settings
  else
    build
    run_once secrets
    check_settings
  fi
  bash deploy/apply.sh
  say_address
}

say_address() {
  local tls names address host=
  # shellcheck disable=SC2016 # expanded in the container
  read -r tls names <<<"$(docker compose exec --no-TTY nginx sh -c 'echo "$TLS $SERVER_NAMES"' </dev/null | tr -s ',[:space:]' ' ')"
  if [ "$tls" = off ]; then
    address=http://$(docker compose port nginx 8080)
    [ -z "$names" ] || host=" -H 'Host: ${names%% *}'"
  else
    address=https://$(docker compose port nginx 8443)
    host=' -k'
    [ -z "$names" ] || { host=" --resolve ${names%% *}:${address##*:}:127.0.0.1" address=https://${names%% *}:${address##*:}; }
  fi
  address=${address/0.0.0.0:/localhost:}
  address=${address%:443}
  echo "The API answers on $address. Try it:"
  echo "  curl$host $address/products/1"
  echo "  curl$host '$address/qa/questions?product_id=1'"
}

main
