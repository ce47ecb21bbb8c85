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
