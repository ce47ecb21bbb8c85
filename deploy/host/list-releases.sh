#!/usr/bin/env bash
# On a host: lists the releases that it keeps, the latest first, for `make releases`.
. deploy/stack.sh
. deploy/host/releases.sh

serving=$(serving_release)
for release in $(past_releases); do
  note=
  [ "$release" != "$serving" ] || note='  serves'
  [ ! -e "releases/$release/backup" ] || note="$note  followed by a migration; backup: $(cat "releases/$release/backup")"
  printf '%-36s %s%s\n' "$release" "$(cat "releases/$release/deployed")" "$note"
done
[ ! -e releases/last.log ] || echo "The last command said: $(sed '/^status /d' releases/last.log | tail -n 1)"
