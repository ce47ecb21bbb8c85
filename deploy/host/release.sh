#!/usr/bin/env bash
# On a host, in the folder of the stack: makes one of its releases the one that serves, or leaves the one before serving.
# usage: releases/<release>/deploy/host/release.sh <release> [<the release that is expected to serve now>]
own=$(dirname "$0")
. "$own/../stack.sh"
. "$own/../lock.sh"
. "$own/../replace.sh"
. "$own/releases.sh"

main() {
  local release=$1 before
  take_lock "A deploy of release $release"
  before=$(serving_release)
  [ "${2-$before}" = "$before" ] || fail "Nothing was changed: release $before was deployed meanwhile. Run make deploy again."
  activate "$release" || { [ -z "$before" ] || activate "$before"; fail 'The files of the release could not be written: is the disk full?'; }
  if [ -n "$before" ] && ! stops_are_confirmed; then
    activate "$before"
    rm releases/.unfinished
    fail 'Nothing was changed. Add CONFIRM=yes to accept this.'
  fi
  if bash "releases/$release/deploy/apply.sh"; then
    record "$release"
    prune_releases
    return
  fi
  [ -n "$before" ] || fail "Release $release did not become ready, and there is no earlier one."
  echo "Release $release did not become ready. Going back to release $before …"
  activate "$before"
  bash "releases/$before/deploy/apply.sh" || fail "Release $before does not become ready either: see make ps and make logs.$(backup_of "$before")"
  rm releases/.unfinished
  fail "Release $release was not deployed. Release $before serves."
}

backup_of() { [ ! -e "releases/$1/backup" ] || echo " The backup from before the migration is $(cat "releases/$1/backup")."; }

# Says which services will stop for a moment. Fails if one will and nobody has agreed.
stops_are_confirmed() {
  local status=0
  case $(postgres_change) in
    restart) echo 'PostgreSQL has to restart: for some seconds, writes and uncached reads get 503.'; status=1 ;;
  esac
  case $(nginx_change) in
    settings | templates) echo 'Nginx has to restart: up to 2 s without a response.'; status=1 ;;
  esac
  [ "${CONFIRM:-}" = yes ] || return $status
}

main "$@"
