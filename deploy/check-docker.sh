#!/usr/bin/env bash
# Stops with one sentence unless Docker Compose works here. Every make target that needs Docker starts with this check.
# usage: deploy/check-docker.sh <make target>
set -euo pipefail
target=$1

stop() { echo "make $target needs $1 Without Docker, make dev serves the same API." >&2; exit 1; }

command -v docker >/dev/null || stop 'Docker, which is not installed: see https://docs.docker.com/engine/install/.'
docker compose version >/dev/null 2>&1 ||
  stop 'the Compose plugin of Docker, which is not installed: see https://docs.docker.com/compose/install/.'
words=$(docker version --format '{{.Server.Version}}' 2>&1) && exit 0
case $words in
  *'permission denied'*)
    stop "access to the Docker engine, which $(id -un) does not have: run sudo usermod -aG docker $(id -un), then log in again." ;;
  *)
    stop "a running Docker engine, and ${DOCKER_HOST:-the one of this machine} does not answer: start Docker Desktop, or run sudo systemctl start docker." ;;
esac
