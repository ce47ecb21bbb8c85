#!/usr/bin/env bash
# Puts the stack's database back to the generated sample. The replicas serve on; their passwords stay. `make reset`.
# usage: deploy/reset.sh <value of CONFIRM>
. deploy/stack.sh

bash deploy/confirm.sh 'make reset' "deletes all data of the stack $(docker compose config | sed -n 's/^name: //p'), what users wrote included" "$1"
docker compose build --quiet app
run_once prepare node db/reset.ts
