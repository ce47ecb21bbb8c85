#!/usr/bin/env bash
# Changes settings in .env, for `make config`: checks them, writes them, and applies them. Without a setting it prints those that are set.
# usage: deploy/config.sh [<NAME=value>…]
. deploy/stack.sh
. deploy/checks.sh
. deploy/lock.sh

main() {
  [ -e .env ] || (umask 077 && touch .env)
  [ $# -gt 0 ] || { sed '/^#/d; /^$/d' .env; return; }
  take_lock 'make config'
  refuse_unfinished
  local setting
  for setting; do
    case $setting in
      *[\'$'\n']*) fail "The value of ${setting%%=*} must not contain a quote or a line break." ;;
    esac
    export "${setting?}" # the environment wins over .env
  done
  check_port_setting
  check_settings
  cp -p .env .env.before
  for setting; do write "${setting%%=*}" "${setting#*=}"; done
  if ! is_running nginx || bash deploy/apply.sh; then
    rm .env.before
    return
  fi
  echo 'Taking the settings back …'
  mv .env.before .env
  for setting; do unset "${setting%%=*}"; done
  bash deploy/apply.sh
  exit 1
}

# The file is complete at any moment, and nobody else can read it.
write() {
  local name=$1 value=$2
  (
    umask 077
    grep -v "^$name=" .env >.env.new || true
    echo "$name='$value'" >>.env.new
  )
  mv .env.new .env
  echo "$name=$value"
}

main "$@"
