#!/usr/bin/env bash
# On a host, in the folder of the stack: checks the settings and files of a release in containers of their own, before it replaces anything.
# Prints the migrations that would break the releases before.
# usage: releases/<release>/deploy/host/try-release.sh <release>
own=$(dirname "$0")
. "$own/../stack.sh"
. "$own/../checks.sh"
. "$own/releases.sh"

main() {
  remove_abandoned
  link_owner_files "$1"
  export RELEASE=$1
  cd "releases/$1"
  check_port_setting
  if is_running postgres; then check_passwords; else run_once secrets; fi
  check_settings
  is_running postgres || return 0
  cmp -s postgres.conf ../../postgres.conf || check_postgres
  run_once prepare node db/pending-breaks.ts
}

# Containers of an earlier try whose connection was lost. Those of an import are its own.
remove_abandoned() {
  docker ps --all --filter label=com.docker.compose.oneoff=True --filter "label=com.docker.compose.project=$COMPOSE_PROJECT_NAME" \
    --filter status=exited --filter status=created --format '{{.ID}} {{.Names}}' | awk '$2 !~ /^import-/ { print $1 }' |
    xargs --no-run-if-empty docker rm >/dev/null
}

# Links what the owner keeps in the folder of the stack (.env, compose.override.yaml …) into the folder of the release.
link_owner_files() {
  local path
  for path in .[!.]* *; do
    case $path in releases | rejects | .lock) continue ;; esac
    [ -e "releases/$1/$path" ] || [ -e "releases/$(serving_release)/$path" ] || ln -sfn "../../$path" "releases/$1/$path"
  done
  ln -sfn ../../.env "releases/$1/.env"
}

main "$@"
