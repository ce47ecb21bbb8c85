#!/bin/sh
# Gives Nginx the names of the data sets that the app serves, as variables in conf.d for the cache keys. settings.sh runs this before
# Nginx starts. Later the health check runs it every 25 s, and `make import` when it is done: if the names differ from those that Nginx
# holds, it reloads Nginx.
set -eu
kept=/var/tmp/data-sets # beside the cache, for a start before the app
unknown='catalogue unknown
questions unknown'

main() {
  served=$(curl -fsS -m 2 http://app:3000/data-sets 2>/tmp/data-sets.error || true)
  if [ ! -e /tmp/nginx.pid ]; then
    are_names "$served" || served=$(cat $kept 2>/dev/null || true)
    are_names "$served" || served=$unknown
    configure "$served"
    return
  fi
  are_names "$served" || fail "The app does not name its data sets: $served $(cat /tmp/data-sets.error)"
  [ "$served" = "$(cat $kept 2>/dev/null || true)" ] || { echo "$served" >$kept.$$ && mv $kept.$$ $kept; }
  [ "$served" != "$(curl -sS -m 2 --unix-socket /tmp/data-sets.sock http://nginx/)" ] || return 0
  [ "$(sh /etc/nginx/checksums.sh)" = "$(cat /tmp/checksums)" ] ||
    fail 'The new data shows when make up has applied the changed files in nginx/.'
  configure "$served"
  kill -HUP "$(cat /tmp/nginx.pid)"
}

fail() { echo "$1" >&2; exit 1; }
# shellcheck disable=SC2086 # one line
are_names() { echo $1 | grep -Eqx 'catalogue [0-9a-z.-]{1,80} questions [0-9a-z.-]{1,80}'; }
configure() {
  echo "$1" | sed 's/^\([a-z]*\) \(.*\)/map "" $\1 { default "\2"; }/' >/tmp/data-sets.$$
  mv /tmp/data-sets.$$ /etc/nginx/conf.d/data-sets.conf
}

main
