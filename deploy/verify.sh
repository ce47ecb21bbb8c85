#!/usr/bin/env bash
# Compares the API of the stack here, or of HOST's, with the data files of $DATA, for `make verify`. Runs in a container of this machine.
. deploy/stack.sh
. deploy/ssh.sh

find_folder
connect_if_named
on bash deploy/check-stack.sh </dev/null
docker compose build --quiet app
names=$(on docker compose exec -T nginx printenv SERVER_NAMES </dev/null || true)
scheme=http
inner_port=8080
case $(on docker compose exec -T nginx printenv TLS </dev/null || true) in
  files) scheme=https inner_port=8443 ;;
esac
if [ -n "$HOST" ]; then
  network=host # reaches what this machine reaches
  port=$(on docker compose port nginx $inner_port </dev/null)
  case $port in 127.*) fail "The API of $HOST listens on ${port%:*} only: run make verify there." ;; esac
  api=$scheme://$(ssh -G ${SSH_PORT:+-p "$SSH_PORT"} "$HOST" | sed -n 's/^hostname //p'):${port##*:}
else
  network=$(project)_default
  api=$scheme://nginx:$inner_port
fi
terminal=()
[ ! -t 1 ] || terminal=(--tty)
docker run --rm ${terminal[@]+"${terminal[@]}"} --network "$network" --user "$(id -u):$(id -g)" --read-only --env SERVER_NAMES="$names" \
  --volume "$(cd "$folder" && pwd):/data:ro" --volume "$PWD/db/verify:/app/db/verify:ro" "$(project)-app" \
  node --max-semi-space-size=16 db/verify/main.ts --data /data --stack "$api"
