#!/usr/bin/env bash
# Fails with one sentence unless Docker Compose works. Every make target that needs Docker runs this check first.
# usage: deploy/check-docker.sh <make target>
set -euo pipefail
target=$1

fail() { echo "make $target needs $1 Without Docker, make dev serves the same API." >&2; exit 1; }

command -v docker >/dev/null || fail 'Docker, which is not installed: see https://docs.docker.com/engine/install/.'
docker compose version >/dev/null 2>&1 ||
  fail 'the Compose plugin of Docker, which is not installed: see https://docs.docker.com/compose/install/.'
output=$(docker version --format '{{.Server.Version}}' 2>&1) && exit 0
case $output in
  *'permission denied'*)
    fail "access to the Docker engine, which $(id -un) does not have: run sudo usermod -aG docker $(id -un), then log in again." ;;
  *)
    fail "a running Docker engine, and ${DOCKER_HOST:-the one of this machine} does not respond: start Docker Desktop, or run sudo systemctl start docker." ;;
esac
